"""What the files of each format look like: names, paths, fields, and what applications are particular about."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.delivery import _format_readers as readers
from tests.delivery._deliveries import deliver, plan_of
from tests.delivery.test_formats_any_clip import ALL, deliver_tracks, make_clip, write
from tests.delivery.test_formats_frames import ALL as SETTINGS
from tests.delivery.test_formats_frames import NTSC, ODD, PAL, differences, make_cut, movies_of, read_edls
from tests.turnover._cuts import clip, gap, movie_reference, time, time_range, timeline, track, write_movie
from tests.turnover._cuts import write as write_cut
from toolkit.delivery.formats import Locations, find_formats, format_notes, write_formats
from toolkit.delivery.formats.locations import file_url, split_path
from toolkit.delivery.path_map import PathMap
from toolkit.documents import Delivery, DeliveryTrack, PassName
from toolkit.errors import OutputNotWritable, SettingsError
from toolkit.settings import DeliverySettings, Settings
from toolkit.turnover import read_cut

RESOLVE_FIELDS = {
    "Timeline.1": {"metadata", "name", "global_start_time", "tracks"},
    "Stack.1": {"metadata", "name", "source_range", "effects", "markers", "enabled", "children"},
    "Track.1": {"metadata", "name", "source_range", "effects", "markers", "enabled", "children", "kind"},
    "Gap.1": {"metadata", "name", "source_range", "effects", "markers", "enabled"},
    "Clip.2": {
        "metadata", "name", "source_range", "effects", "markers", "enabled", "media_references",
        "active_media_reference_key",
    },
    "ExternalReference.1": {"metadata", "name", "available_range", "available_image_bounds", "target_url"},
    "ImageSequenceReference.1": {
        "metadata", "name", "available_range", "available_image_bounds", "target_url_base", "name_prefix",
        "name_suffix", "start_frame", "frame_step", "rate", "frame_zero_padding", "missing_frame_policy",
    },
    "LinearTimeWarp.1": {"metadata", "name", "effect_name", "time_scalar"},
    "Marker.2": {"metadata", "name", "color", "comment", "marked_range"},
    "TimeRange.1": {"start_time", "duration"},
    "RationalTime.1": {"rate", "value"},
}  # fmt: skip
"""The fields of Resolve's own exports."""


@pytest.fixture
def delivered(tmp_path: Path) -> Path:
    """A delivery of the cut of ``test_formats_frames`` in every format."""
    deliver(read_cut(make_cut(tmp_path, PAL), handles=4), tmp_path / "out", settings=SETTINGS)
    return tmp_path / "out"


def one_clip(name: str, **facts: Any) -> Delivery:
    """A delivery of one layer, or of one plate if it has a ``path`` outside the folder."""
    rate = facts.pop("record_rate", Fraction(25))
    usual: dict[str, Any] = {
        "record_rate": rate, "rate": rate, "speed": 1.0, "position": Fraction(3), "tail": 4, "timecode": 90000,
        "drop_frame": False, "name": name, "path": "sh/p.1001.exr", "pattern": "p.%04d.exr", "start": 1001,
    }  # fmt: skip
    made = make_clip(facts.pop("track", 1), 0, 10, **{**usual, **facts})
    return deliver_tracks([DeliveryTrack(name="FACE v001", pass_name=PassName.FACE, clips=(made,))], rate)


# --- Resolve ---------------------------------------------------------------------------------------------------


def objects(value: Any) -> list[dict[str, Any]]:
    """Everything with a schema in an .otio document."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict) and "OTIO_SCHEMA" in value else []
    return own + [found for one in inner for found in objects(one)]


def test_the_timeline_for_resolve_has_the_shape_of_its_own_exports(delivered: Path) -> None:
    document = json.loads((delivered / "return_resolve.otio").read_text(encoding="utf-8"))
    for one in objects(document):
        assert one.keys() - {"OTIO_SCHEMA"} <= RESOLVE_FIELDS[one["OTIO_SCHEMA"]], one["OTIO_SCHEMA"]
    assert document["metadata"] == {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}}
    assert document["name"] == f"cut {ODD} v001"
    assert document["global_start_time"]["value"] == 90000
    tracks = document["tracks"]["children"]
    assert [one["name"] for one in tracks] == [f"Video {number}" for number in range(1, 7)]
    for one in (item for each in tracks for item in each["children"] if item["OTIO_SCHEMA"] == "Clip.2"):
        assert one["enabled"] is True
        assert one["media_references"].keys() == {"DEFAULT_MEDIA"} == {one["active_media_reference_key"]}
        media = one["media_references"]["DEFAULT_MEDIA"]
        assert one["name"] == media["name"]
        assert media["available_range"]
        assert one["source_range"]["start_time"]["value"] >= media["available_range"]["start_time"]["value"]
        assert "://" not in media.get("target_url", media.get("target_url_base"))
        assert not media.get("target_url_base", "").endswith("/")


def test_a_plate_and_its_layers_are_one_link_group(delivered: Path) -> None:
    document = json.loads((delivered / "return_resolve.otio").read_text(encoding="utf-8"))
    delivery = Delivery.read(delivered / "delivery.json")
    groups: dict[str, set[int]] = {}
    for written, one in zip(document["tracks"]["children"], delivery.tracks, strict=True):
        items = [item for item in written["children"] if item["OTIO_SCHEMA"] == "Clip.2"]
        for item, made in zip(items, one.clips, strict=True):
            groups.setdefault(made.shot, set()).add(item["metadata"]["Resolve_OTIO"]["Link Group ID"])
    assert all(len(numbers) == 1 for numbers in groups.values())
    assert len(set.union(*groups.values())) == len(groups)


def test_markers_are_on_the_timeline_for_resolve_and_in_the_xml(delivered: Path) -> None:
    delivery = Delivery.read(delivered / "delivery.json")
    assert delivery.markers
    document = json.loads((delivered / "return_resolve.otio").read_text(encoding="utf-8"))
    found = document["tracks"]["markers"]
    assert [(one["marked_range"]["start_time"]["value"], one["metadata"]["Resolve_OTIO"]["Note"]) for one in found] == [
        (one.record_frame, one.note) for one in delivery.markers
    ]
    written = ET.parse(delivered / "return.xml").getroot().findall("sequence/marker")
    assert [(int(one.findtext("in", "")), one.findtext("comment")) for one in written] == [
        (one.record_frame, one.note) for one in delivery.markers
    ]


# --- Final Cut Pro 7 XML ---------------------------------------------------------------------------------------


def test_the_xml_says_how_pixels_and_timecode_are_stored(tmp_path: Path) -> None:
    root = tmp_path / "out"
    deliver(read_cut(make_cut(tmp_path, NTSC, drop_frame=True), handles=4), root, settings=SETTINGS)
    sequence = ET.parse(root / "return.xml").getroot().find("sequence")
    assert sequence is not None
    assert sequence.findtext("timecode/string") == "01:00:00;00"
    assert sequence.findtext("timecode/frame") == "107892"
    assert sequence.findtext("timecode/displayformat") == "DF"
    assert (sequence.findtext("rate/timebase"), sequence.findtext("rate/ntsc")) == ("30", "TRUE")
    tracks = sequence.findall("media/video/track")
    assert [track.get("MZ.TrackName") for track in tracks][:3] == ["PLATE", "BODY v001", "FACE v001"]
    alphas = [{item.findtext("alphatype") for item in track.findall("clipitem")} for track in tracks[:3]]
    assert alphas == [{"none"}, {"none"}, {"black"}], "black: premultiplied"
    formats = {file.findtext("timecode/displayformat") for file in sequence.iter("file") if len(file)}
    assert formats == {"DF", "NDF"}


def test_a_file_is_described_once_in_the_xml(delivered: Path) -> None:
    files = list(ET.parse(delivered / "return.xml").getroot().iter("file"))
    described = [file.get("id") for file in files if len(file)]
    assert len(described) == len(set(described)) < len(files)
    assert {file.get("id") for file in files} == set(described)


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/a b/c#1 100%.mov", "file://localhost/a%20b/c%231%20100%25.mov"),
        ("/ü/x\\y.mov", "file://localhost/%C3%BC/x%5Cy.mov"),
        ("Z:/show/a.mov", "file://localhost/Z:/show/a.mov"),
        ("Z:\\show\\a b.mov", "file://localhost/Z:/show/a%20b.mov"),
        ("\\\\server\\share\\a.mov", "file://server/share/a.mov"),
        ("//server/share/a.mov", "file://server/share/a.mov"),
        ("sh/p.1001.exr", "sh/p.1001.exr"),
    ],
)
def test_paths_become_urls(path: str, url: str) -> None:
    assert file_url(path, host="localhost") == url


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/a/b.mov", ("/a", "b.mov")),
        ("Z:\\show\\b.mov", ("Z:\\show", "b.mov")),
        ("/a/x\\y.mov", ("/a", "x\\y.mov")),
        ("b.mov", ("", "b.mov")),
    ],
)
def test_paths_are_split_as_their_system_does(path: str, parts: tuple[str, str]) -> None:
    assert split_path(path) == parts


# --- EDL -------------------------------------------------------------------------------------------------------


def test_an_edl_reads_as_an_editor_expects(tmp_path: Path) -> None:
    write(one_clip("Straße Ä.mov", speed=-2.0, record_rate=NTSC, drop_frame=True, timecode=107892), tmp_path)
    data = (tmp_path / "return_FACE_v001.edl").read_bytes()
    assert data.decode() == (
        "TITLE: cut & <so> FACE v001\r\n"
        "FCM: NON-DROP FRAME\r\n"
        "* WRITTEN BY RESOLVE-AE-TOOLKIT\r\n"
        "001  STRASSE  V     C        01:00:00;03 01:00:00;23 00:48:00:00 00:48:00:10\r\n"
        "M2   STRASSE        -060.0                01:00:00;03\r\n"
        "* FROM CLIP NAME: Straße Ä.mov\r\n"
        "* SOURCE FILE: sh/p.[1001-1026].exr\r\n"
    )


def test_a_list_begins_with_the_timeline(delivered: Path) -> None:
    for path in delivered.glob("return_*.edl"):
        first = path.read_text(encoding="utf-8").splitlines()[3]
        assert first.startswith("001  BL       V     C        00:00:00:00 00:00:00:")
        assert first[53:64] == "01:00:00:00"


def test_the_xml_gives_premiere_the_exact_in_point(tmp_path: Path) -> None:
    """``in`` has whole frames of the retimed clip: 3 at 110 % is 3.3."""
    write(one_clip("a", speed=1.1), tmp_path)
    (item,) = ET.parse(tmp_path / "return.xml").getroot().iter("clipitem")
    assert item.findtext("in") == "3"
    assert item.findtext("pproTicksIn") == str(3 * 254_016_000_000 // 25)
    assert item.findtext("pproTicksOut") == str(14 * 254_016_000_000 // 25)
    write(one_clip("a", speed=-1.0), tmp_path)
    (item,) = ET.parse(tmp_path / "return.xml").getroot().iter("clipitem")
    assert item.find("pproTicksIn") is None, "what they mean in reverse is not known"


def test_a_freeze_frame_of_one_file_has_a_speed_in_the_edl(tmp_path: Path) -> None:
    frozen = one_clip("still", speed=0.0, position=Fraction(0))
    (made,) = frozen.tracks[0].clips
    alone = made.model_copy(update={"end_index": made.start_index})
    tracks = (frozen.tracks[0].model_copy(update={"clips": (alone,)}),)
    write(frozen.model_copy(update={"tracks": tracks}), tmp_path)
    lines = (tmp_path / "return_FACE_v001.edl").read_text(encoding="utf-8").splitlines()
    assert lines[3:5] == [
        "001  STILL    V     C        01:00:00:00 01:00:00:01 00:57:36:00 00:57:36:10",
        "M2   STILL          000.0                01:00:00:00",
    ]


def test_names_with_line_ends_do_not_become_lines(tmp_path: Path) -> None:
    write(one_clip("a\n002  EVIL     V     C\r\x85\u2028b"), tmp_path)
    lines = (tmp_path / "return_FACE_v001.edl").read_text(encoding="utf-8").splitlines()
    assert lines[4] == "* FROM CLIP NAME: a 002  EVIL     V     C b"
    ET.parse(tmp_path / "return.xml")
    ET.parse(tmp_path / "return.fcpxml")


# --- Final Cut Pro ---------------------------------------------------------------------------------------------


def test_final_cut_is_given_movies_and_the_editor_is_told(delivered: Path) -> None:
    root = ET.parse(delivered / "return.fcpxml").getroot()
    sources = [one.get("src", "") for one in root.iter("media-rep")]
    assert "half/FACE/v001/half_FACE_v001.mov" in sources
    assert {source.rpartition(".")[2] for source in sources} == {"mov"}
    notes = [note for note in Delivery.read(delivered / "delivery.json").notes if "Final Cut" in note]
    assert len(notes) == 1
    assert "Final Cut Pro reads no image sequences: before importing return.fcpxml, make a movie of each" in notes[0]


def test_a_still_that_final_cut_reads_is_a_picture(tmp_path: Path) -> None:
    still = one_clip("title", track=0, path="/p/title.png", pattern="", start=0, position=Fraction(0))
    (made,) = still.tracks[0].clips
    alone = made.model_copy(update={"end_index": 0})
    write(still.model_copy(update={"tracks": (still.tracks[0].model_copy(update={"clips": (alone,)}),)}), tmp_path)
    root = ET.parse(tmp_path / "return.fcpxml").getroot()
    (picture,) = root.iter("video")
    (asset,) = root.iter("asset")
    assert (asset.get("duration"), picture.get("duration")) == ("0s", "2/5s")


# --- the shot list ---------------------------------------------------------------------------------------------


def test_the_shot_list_opens_in_a_spreadsheet(delivered: Path) -> None:
    data = (delivered / "return.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    (row,) = [row for row in rows if row["name"] == "eleven_FACE_v001"]
    expected = {
        "shot": "eleven", "pass": "FACE", "version": "v001", "track": "FACE v001",
        "record_in": "01:00:04:00", "record_out": "01:00:04:23", "record_first": "100", "record_count": "23",
        "source_in": "01:00:00:03", "source_out": "01:00:01:03", "source_first": "1004", "source_last": "1028",
        "handle_head": "3", "handle_tail": "50", "speed_percent": "110",
    }  # fmt: skip
    assert {key: row[key] for key in expected} == expected
    stem = row["files"].partition("/")[0]
    assert row["files"] == f"{stem}/FACE/v001/{stem}_FACE_v001.####.exr"
    assert stem.startswith("plain"), "the layer is rendered once for all uses of its media"
    assert row["plate"].endswith(f"/{ODD}/a b.mov")
    assert "runs at 110 %" in row["notes"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r-1"])
def test_no_text_of_a_cut_is_calculated_by_a_spreadsheet(name: str, tmp_path: Path) -> None:
    write(one_clip(name), tmp_path)
    with (tmp_path / "return.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["name"].startswith("'")
    assert row["speed_percent"] == "100"


def test_a_reversed_speed_stays_a_number(tmp_path: Path) -> None:
    write(one_clip("back", speed=-1.0), tmp_path)
    with (tmp_path / "return.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["speed_percent"] == "-100"


# --- where the files are ---------------------------------------------------------------------------------------


def paths_of(root: Path) -> dict[str, str]:
    """The first path in each format."""
    otio = next(
        one
        for one in objects(json.loads((root / "return_resolve.otio").read_text(encoding="utf-8")))
        if "target_url_base" in one
    )
    lines = (root / "return_FACE_v001.edl").read_text(encoding="utf-8").splitlines()
    with (root / "return.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    return {
        "otio": otio["target_url_base"],
        "xml": next(ET.parse(root / "return.xml").getroot().iter("pathurl")).text or "",
        "fcpxml": next(ET.parse(root / "return.fcpxml").getroot().iter("media-rep")).get("src", ""),
        "edl": lines[-1].removeprefix("* SOURCE FILE: "),
        "csv": row["files"],
    }


def test_layers_are_named_relative_to_the_delivery_where_a_format_can(tmp_path: Path) -> None:
    write(one_clip("a"), tmp_path)
    assert paths_of(tmp_path) == {
        "otio": "sh",
        "xml": f"file://localhost{tmp_path}/sh/p.1001.exr",
        "fcpxml": "sh/p.mov",
        "edl": "sh/p.[1001-1017].exr",
        "csv": "sh/p.####.exr",
    }


def test_absolute_paths_are_written_if_wanted(tmp_path: Path) -> None:
    write_formats(one_clip("a"), ALL, Locations(root=tmp_path, path_map=PathMap(), relative=False))
    assert paths_of(tmp_path) == {
        "otio": f"{tmp_path}/sh",
        "xml": f"file://localhost{tmp_path}/sh/p.1001.exr",
        "fcpxml": f"file://{tmp_path}/sh/p.mov",
        "edl": f"{tmp_path}/sh/p.[1001-1017].exr",
        "csv": f"{tmp_path}/sh/p.####.exr",
    }


@pytest.mark.parametrize(("there", "mark"), [("Z:/show", "/"), ("Z:\\show", "\\")])
def test_a_map_applies_to_every_format(there: str, mark: str, tmp_path: Path) -> None:
    path_map = PathMap.parse(f"{tmp_path}={there}")
    write_formats(one_clip("a"), ALL, Locations(root=tmp_path, path_map=path_map, relative=True))
    assert paths_of(tmp_path) == {
        "otio": f"Z:{mark}show{mark}sh",
        "xml": "file://localhost/Z:/show/sh/p.1001.exr",
        "fcpxml": "file:///Z:/show/sh/p.mov",
        "edl": f"Z:{mark}show{mark}sh{mark}p.[1001-1017].exr",
        "csv": f"Z:{mark}show{mark}sh{mark}p.####.exr",
    }


# --- what is written at all ------------------------------------------------------------------------------------


def small_cut(folder: Path, name: str = "cut.otio") -> Path:
    write_movie(folder / "a.mov", 40)
    edit = track(clip(movie_reference(str(folder / "a.mov"), time_range(0, 40)), time_range(5, 20), name="a"))
    return write_cut(folder / name, timeline(edit, start=time(0)))


def test_editors_get_resolve_xml_and_a_shot_list_unless_they_say_otherwise(tmp_path: Path) -> None:
    cut = read_cut(small_cut(tmp_path), handles=2)
    deliver(cut, tmp_path / "out", [plan_of(cut.shots[0])])
    names = {path.name for path in (tmp_path / "out").glob("return*")}
    assert names == {"return.otio", "return_resolve.otio", "return.xml", "return.csv"}


@pytest.mark.parametrize("name", ["return.otio", "return_resolve.otio"])
def test_the_cut_itself_is_not_overwritten(name: str, tmp_path: Path) -> None:
    cut = read_cut(small_cut(tmp_path, name), handles=2)
    before = (tmp_path / name).read_bytes()
    with pytest.raises(OutputNotWritable, match="it is the cut itself"):
        deliver(cut, tmp_path, [plan_of(cut.shots[0])])
    assert (tmp_path / name).read_bytes() == before


def test_a_format_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(SettingsError, match="'avid' is no format; choose from resolve, xml, edl, fcpxml, csv"):
        DeliverySettings(formats="xml, avid")
    assert Settings(delivery=DeliverySettings(formats=" xml , edl,")).delivery.format_names == ("xml", "edl")


def test_a_rate_that_the_xml_does_not_have_is_noted(tmp_path: Path) -> None:
    delivery = one_clip("a", record_rate=Fraction(25, 2), drop_frame=False)
    locations = Locations(root=tmp_path, path_map=PathMap(), relative=True)
    assert list(format_notes(delivery, ("xml",), locations)) == [
        "the timeline: return.xml has no rate of 12.5 fps and says 12: its frames drift",
        "sh1_0: return.xml has no rate of 12.5 fps and says 12: its frames drift",
    ]
    assert list(format_notes(delivery, ("csv",), locations)) == []


def test_plates_that_overlap_inside_a_compound_are_on_tracks_of_their_own(tmp_path: Path) -> None:
    """Hosts refuse a clip where another one is, and a format has nowhere to put it."""
    for name in ("a", "b"):
        write_movie(tmp_path / f"{name}.mov", 60)

    def plain(name: str, start: int, count: int) -> dict[str, Any]:
        return clip(
            movie_reference(str(tmp_path / f"{name}.mov"), time_range(0, 60)), time_range(start, count), name=name
        )

    compound = {
        "OTIO_SCHEMA": "Stack.1", "name": "comp", "source_range": time_range(0, 30), "effects": [], "metadata": {},
        "children": [track(gap(10), plain("b", 3, 10)), track(plain("a", 5, 40))],
    }  # fmt: skip
    edit = timeline(track(plain("a", 0, 12), compound, plain("b", 20, 9)), start=time(86400))
    root = tmp_path / "out"
    delivery = deliver(read_cut(write_cut(tmp_path / "cut.otio", edit), handles=2), root, settings=SETTINGS)

    assert {one.name: [item.name for item in one.clips] for one in delivery.tracks} == {
        "PLATE": ["a", "comp/b", "b"],
        "BODY v001": ["a_BODY_v001", "comp_b_BODY_v001", "b_BODY_v001"],
        "FACE v001": ["a_FACE_v001", "comp_b_FACE_v001", "b_FACE_v001"],
        "PLATE (compound 2)": ["comp/a"],
        "BODY v001 (compound 2)": ["comp_a_BODY_v001"],
        "FACE v001 (compound 2)": ["comp_a_FACE_v001"],
    }
    expected = readers.from_delivery(root / "delivery.json")
    assert not differences(readers.from_otio(root / "return_resolve.otio"), expected)
    assert not differences(readers.from_xmeml(root / "return.xml"), expected)
    document = json.loads((root / "delivery.json").read_text(encoding="utf-8"))
    assert not differences(read_edls(root, document), expected)
    assert not differences(
        readers.from_fcpxml(root / "return.fcpxml"), readers.as_movies(expected, movies_of(document, root))
    )


def test_the_lists_of_one_cut_are_not_those_of_another_whose_name_begins_with_its_own(tmp_path: Path) -> None:
    """Both are in one folder; a delivery of ``v`` removes what an earlier one of ``v`` wrote, and nothing else."""
    theirs = ["return.v_2_PLATE.edl", "return.v_2_BODY_v001.edl", "return.v_2.edl"]
    ours = ["return.v_BODY_v001.edl", "return.v_FACE_v012_PLATE_2_part2.edl", "return.v_PLATE.edl"]
    for name in (*theirs, *ours):
        (tmp_path / name).write_text("TITLE: X\r\n* WRITTEN BY RESOLVE-AE-TOOLKIT\r\n")
    (tmp_path / "return.v_PLATE_2.edl").write_text("TITLE: SOMEBODY ELSE'S\r\n")
    assert sorted(path.name for path in find_formats(tmp_path, ".v")) == ours
