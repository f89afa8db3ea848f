"""AAF: what its clips show, its structure, its media. Each test of a workaround names what the adapter does.

Expected frames of retimes are those of burnt-in counters in public renders of Media Composer: the time warp suite
(jminor/otio-time-warp-test-suite) and the speed effects of OpenTimelineIO/otio-aaf-adapter.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest

from tests.turnover._aafs import AafWriter, Key
from toolkit.documents import Cut, ReadOptions, Shot
from toolkit.errors import EmptyCut, UnreadableCut
from toolkit.turnover import read_cut
from toolkit.turnover.formats import open_timeline_file

PLATE = "/media/plate.mov"


def source_frames(shot: Shot) -> list[int]:
    return [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]


Retime = dict[str, Any]
"""What it is given to, and the frames it shows: ``count`` of the timeline, made of ``shown`` from ``first``."""


def read_retimes(folder: Path, *retimes: Retime) -> tuple[list[Any], tuple[str, ...]]:
    """The clips of a cut that shows these retimes one after the other, and the notes."""
    path = folder / "cut.aaf"
    with AafWriter(path) as aaf:
        plate = aaf.master("plate", 120, path=PLATE, timecode=86400)
        aaf.compose([aaf.sequence([aaf.filler(7), *(_warp(aaf, plate, **retime) for retime in retimes)])])
    found = open_timeline_file(path, ReadOptions())
    return [clip.deepcopy() for clip in found.timeline.tracks[0][1:]], found.notes


def _warp(aaf: AafWriter, plate: Any, *, count: int, first: int = 0, shown: int = 100, **retime: Any) -> Any:
    return aaf.retime(aaf.sequence([aaf.shows(plate, first, shown)]), count, **retime)


def retimed_frames(folder: Path, *retimes: Retime) -> list[list[int]]:
    """The frames that each constant speed shows."""
    clips, _ = read_retimes(folder, *retimes)
    assert not [clip for clip in clips if clip.effects and "resolve_ae_toolkit" in clip.effects[0].metadata]
    return [source_frames(shot) for shot in read_cut(folder / "cut.aaf", handles=0).shots]


def remapped_frames(folder: Path, *retimes: Retime) -> list[list[int]]:
    """The frames of each retime of varying speed."""
    clips, _ = read_retimes(folder, *retimes)
    return [
        [floor(Fraction(position)) for position in clip.effects[0].metadata["resolve_ae_toolkit"]["remap"]]
        for clip in clips
    ]


def handles(*reach: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Handles to both sides that reach equally far."""
    return (-reach[0], -reach[1]), (reach[0], reach[1])


# --- cuts ---


def test_cuts_timecode_names_and_drop_frame(tmp_path: Path) -> None:
    with AafWriter(tmp_path / "cut.aaf", Fraction(30000, 1001)) as aaf:
        plate = aaf.master("A001C003", 300, path=PLATE, timecode=107892)
        track = aaf.sequence([aaf.shows(plate, 11, 20), aaf.filler(5), aaf.shows(plate, 100, 31)])
        aaf.compose([track], name="Reel 1", start=107892, drop=True)
    cut = read_cut(tmp_path / "cut.aaf", handles=3)
    assert (cut.name, cut.record_rate, cut.record_start, cut.drop_frame) == (
        "Reel 1",
        Fraction(30000, 1001),
        107892,
        True,
    )
    assert [shot.clip_name for shot in cut.shots] == ["A001C003", "A001C003"]
    assert [shot.record_range.first for shot in cut.shots] == [0, 25]
    assert [(source_frames(shot)[0], source_frames(shot)[-1]) for shot in cut.shots] == [(11, 30), (100, 130)]
    assert {shot.media.timecode_first for shot in cut.shots} == {107892}
    assert not cut.notes


def test_timecode_that_is_not_drop_frame_is_not_guessed_from_its_start(tmp_path: Path) -> None:
    """The adapter drops the flag; a start at 00:59:56:12 looks like drop frame."""
    with AafWriter(tmp_path / "cut.aaf", Fraction(30000, 1001)) as aaf:
        aaf.compose([aaf.sequence([aaf.shows(aaf.master("a", 50, path=PLATE), 0, 50)])], start=107892, drop=False)
    assert read_cut(tmp_path / "cut.aaf", handles=0).drop_frame is False


@pytest.mark.parametrize("rate", [30, Fraction(120000, 1001)])
def test_drop_frame_at_a_rate_that_has_none_is_a_note(rate: int | Fraction, tmp_path: Path) -> None:
    """Media Composer's projects at 30, 60 and 119.88 fps may say drop frame."""
    with AafWriter(tmp_path / "cut.aaf", rate) as aaf:
        aaf.compose([aaf.sequence([aaf.shows(aaf.master("a", 50, path=PLATE), 0, 50)])], start=107892, drop=True)
    cut = read_cut(tmp_path / "cut.aaf", handles=0)
    assert (cut.drop_frame, len(cut.notes)) == (False, 1)
    assert "drop frame, which does not exist at" in cut.notes[0]


def test_a_dissolve_takes_from_both_clips(tmp_path: Path) -> None:
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        plate = aaf.master("plate", 120, path=PLATE)
        clips = [aaf.shows(plate, 10, 20), aaf.dissolve(6, 2), aaf.shows(plate, 50, 20), aaf.dissolve(4, 4, "Wipe")]
        aaf.compose([aaf.sequence([*clips, aaf.shows(plate, 90, 20)])])
    cut = read_cut(tmp_path / "cut.aaf", handles=0)
    assert [(source_frames(shot)[0], source_frames(shot)[-1]) for shot in cut.shots] == [(10, 25), (52, 69), (94, 109)]
    assert [row.record_range and row.record_range.first for row in cut.skipped] == [14, 30]
    assert ["SMPTE_Dissolve" in row.reason for row in cut.skipped] == [True, False]


def test_media_of_another_rate_is_counted_in_its_own_frames(tmp_path: Path) -> None:
    with AafWriter(tmp_path / "cut.aaf", 50) as aaf:
        plate = aaf.master("plate", 75, path=PLATE, rate=25)
        aaf.compose([aaf.sequence([aaf.shows(plate, 20, 100)])])
    (shot,) = read_cut(tmp_path / "cut.aaf", handles=0).shots
    assert source_frames(shot) == [10 + frame // 2 for frame in range(100)]


def test_tracks_layers_and_muted_clips(tmp_path: Path) -> None:
    """Avid writes all video tracks into one slot; the adapter leaves ScopeReferences, which show the track below."""
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        low, high, top = (aaf.master(name, 90, path=f"/media/{name}.mov") for name in ("low", "high", "top"))
        below = aaf.sequence([aaf.shows(low, 0, 30), aaf.muted(aaf.shows(low, 40, 10))])
        above = aaf.sequence([aaf.filler(8, "ScopeReference"), aaf.shows(high, 5, 12)])
        aaf.compose([aaf.layers([below, above]), aaf.sequence([aaf.shows(top, 1, 4)])])
    cut = read_cut(tmp_path / "cut.aaf", handles=0)
    assert [(shot.clip_name, shot.track_index, shot.record_range.first) for shot in cut.shots] == [
        ("low", 0, 0),
        ("high", 1, 8),
        ("top", 2, 0),
    ]
    assert [(row.clip_name, row.reason) for row in cut.skipped] == [("low", "disabled in the timeline")]


# --- retimes ---


CONSTANT_SPEEDS: dict[str, tuple[Retime, list[int]]] = {
    "reverse 50 %: the adapter takes the slope alone (its pull request 54)": (
        {"count": 100, "ratio": "-100/51", "speed_positions": [(0, 50), (100, 0)], "first": 49, "shown": 51},
        [49 + floor(50 - frame / 2) for frame in range(100)],
    ),
    "trim-to-fill 33 in 100: the adapter takes the speed ratio (time warp suite, issue 2)": (
        {
            "count": 100,
            "ratio": "100/33",
            "positions": [(0, 0, *handles(39.6, 12.8)), (1, 32, *handles(39.6, 12.8))],
            "shown": 33,
        },
        [32 * frame // 99 for frame in range(100)],
    ),
    "fit-to-fill 100 in 33": (
        {"count": 33, "ratio": "33/97", "speed_positions": [(0, 0), (33, 100)], "shown": 97},
        list(range(0, 99, 3)),
    ),
    "90 % that was trimmed at its head: the adapter begins at a whole frame": (
        {"count": 11, "speed_positions": [(0, 0.6), (11, 10.5)], "first": 30, "shown": 10},
        [30 + floor(0.6 + 0.9 * frame + 1e-9) for frame in range(11)],
    ),
    "trim-to-fill that was trimmed at its head: keys outside the clip": (
        {
            "count": 9,
            "positions": [(-4, -31, *handles(39.6, 39.2)), (8.375, 67, *handles(39.6, 39.2))],
            "first": 31,
            "shown": 9,
        },
        [31 + floor(-31 + Fraction(98, 99) * (frame + 32)) for frame in range(9)],
    ),
    "freeze": (
        {"count": 10, "ratio": "10", "speed_positions": [(0, 0), (1.111111, 0)], "first": 50, "shown": 1},
        [50] * 10,
    ),
}


def test_the_frames_of_a_constant_speed(tmp_path: Path) -> None:
    frames = retimed_frames(tmp_path, *(retime for retime, _ in CONSTANT_SPEEDS.values()))
    expected = {name: frames for name, (_, frames) in CONSTANT_SPEEDS.items()}
    assert dict(zip(CONSTANT_SPEEDS, frames, strict=True)) == expected


def test_a_retime_holds_the_ends_of_its_media(tmp_path: Path) -> None:
    """Reversed it begins at the end of the clip."""
    double, back = remapped_frames(
        tmp_path,
        {"count": 120, "ratio": "1", "speed_positions": [(0, 0), (120, 240)], "shown": 120},
        {"count": 120, "ratio": "-1", "speed_positions": [(0, 99), (120, -141)], "shown": 100},
    )
    assert double == [min(2 * frame, 119) for frame in range(120)]
    assert back == [max(99 - 2 * frame, 0) for frame in range(120)]


def test_a_clip_that_is_longer_than_its_media_holds_the_last_picture(tmp_path: Path) -> None:
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        aaf.compose([aaf.sequence([aaf.shows(aaf.master("plate", 20, path=PLATE, timecode=500), 12, 13)])])
    (shot,) = read_cut(tmp_path / "cut.aaf", handles=0).shots
    assert source_frames(shot) == [12, 13, 14, 15, 16, 17, 18, *[19] * 6]


def test_a_dissolve_into_a_retime_counts_timeline_frames(tmp_path: Path) -> None:
    """The adapter moves the start of the retimed group by the part of the dissolve that lies before the cut."""
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        plate = aaf.master("plate", 120, path=PLATE)
        warp = aaf.retime(aaf.shows(plate, 40, 60), 30, speed_positions=[(0, 0), (30, 60)])
        aaf.compose([aaf.sequence([aaf.shows(plate, 0, 20), aaf.dissolve(8, 3), warp])])
    _, shot = read_cut(tmp_path / "cut.aaf", handles=0).shots
    assert shot.record_range.first == 15
    assert source_frames(shot) == [40 + 2 * frame for frame in range(3, 30)]


def test_a_position_graph_with_handles(tmp_path: Path) -> None:
    """The adapter keeps the slope of the speed ratio, 1; pyaaf2 evaluates the curve as flat at its ends."""
    keys: list[Key] = [
        (0, 0, *handles(1.6, 2.25)),
        (4 / 15, 5.625, (-1.6, -1.09090909), (2.8, 1.90909091)),
        (11 / 15, 9.375, (-2.8, -1.90909091), (1.6, 1.09090909)),
        (1, 15, *handles(1.6, 2.25)),
    ]
    (frames,) = remapped_frames(tmp_path, {"count": 16, "ratio": "1", "positions": keys, "first": 32, "shown": 16})
    assert [frame - 32 for frame in frames] == [0, 1, 3, 4, 5, 6, 6, 7, 7, 8, 8, 9, 10, 11, 13, 15]


def test_a_speed_ramp_is_read_from_the_positions_that_avid_computed(tmp_path: Path) -> None:
    keys = [(frame / 2, frame**2 / 40) for frame in range(41)]
    (frames,) = remapped_frames(tmp_path, {"count": 20, "ratio": "2", "speed_positions": keys, "first": 12})
    assert frames == [12 + frame**2 // 10 for frame in range(20)]


def test_a_speed_ratio_alone_is_the_speed(tmp_path: Path) -> None:
    """Premiere's Video Speed Control; the adapter makes a TimeEffect without numbers of it."""
    frames_by_ratio = {
        ("10/9", 18): [9 * frame // 10 for frame in range(20)],
        ("1111111/1000000", 18): [9 * frame // 10 for frame in range(20)],
        ("-1/2", 40): [39 - 2 * frame for frame in range(20)],
        ("20", 1): [0] * 20,
    }
    spellings = {"SpeedRatio": "Motion Control", "Speed Ratio": "Video Speed Control"}
    retimes: list[Retime] = [
        {"count": 20, "ratio": ratio, "shown": shown, "parameter": parameter, "name": name}
        for parameter, name in spellings.items()
        for ratio, shown in frames_by_ratio
    ]
    assert retimed_frames(tmp_path, *retimes) == [*frames_by_ratio.values(), *frames_by_ratio.values()]


def test_a_retime_without_numbers_is_said_and_leaves_the_others(tmp_path: Path) -> None:
    _, notes = read_retimes(tmp_path, {"count": 20, "name": "Pulldown Mask"})
    assert notes == (
        "the retime 'Pulldown Mask' of 'plate' cannot be read, so the clip is left out: "
        "it has neither a speed nor positions",
    )
    with pytest.raises(EmptyCut, match="the retime 'Pulldown Mask'"):
        read_cut(tmp_path / "cut.aaf", handles=0)


def test_retimes_that_differ_in_their_handles_only_are_not_guessed(tmp_path: Path) -> None:
    """The adapter drops the handles, so nothing tells which of the two curves is meant."""
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        plate = aaf.master("plate", 120, path=PLATE)
        warps = [
            aaf.retime(aaf.shows(plate, 0, 40), 40, positions=[(0, 0, *handles(9, tall)), (1, 39, *handles(9, tall))])
            for tall in (0, 20)
        ]
        aaf.compose([aaf.sequence([*warps, aaf.shows(plate, 5, 5)])])
    cut = read_cut(tmp_path / "cut.aaf", handles=0)
    assert [shot.record_range.first for shot in cut.shots] == [80]
    assert len(cut.notes) == 2
    assert "differ only in the handles" in cut.notes[0]


def test_a_part_of_a_retimed_subclip_keeps_its_phase(tmp_path: Path) -> None:
    """The adapter's simplification adds the start of the part, timeline frames, to the source frames."""
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        plate = aaf.master("plate", 120, path=PLATE, timecode=1000)
        warp = aaf.retime(aaf.shows(plate, 20, 60), 30, speed_positions=[(0, 0), (30, 60)])
        subclip = aaf.compose([warp], name="subclip", top_level=False)
        aaf.compose([aaf.sequence([aaf.shows(subclip, 10, 15)])])
    (shot,) = read_cut(tmp_path / "cut.aaf", handles=0).shots
    assert source_frames(shot) == [20 + 2 * frame for frame in range(10, 25)]


def test_a_retime_of_several_clips_is_cut_where_they_are(tmp_path: Path) -> None:
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        a, b = (aaf.master(name, 90, path=f"/media/{name}.mov") for name in "ab")
        group = aaf.sequence([aaf.shows(a, 10, 15), aaf.filler(4), aaf.shows(b, 50, 21)])
        aaf.compose([aaf.sequence([aaf.retime(group, 20, speed_positions=[(0, 0), (20, 40)]), aaf.shows(a, 0, 3)])])
    cut = read_cut(tmp_path / "cut.aaf", handles=0)
    assert [(shot.clip_name, shot.record_range.first, source_frames(shot)) for shot in cut.shots] == [
        ("a", 0, [10 + 2 * frame for frame in range(8)]),
        ("b", 10, [51 + 2 * frame for frame in range(10)]),
        ("a", 20, [0, 1, 2]),
    ]


# --- nested, effects, titles ---


def test_a_group_of_one_layer_is_read_as_its_clips(tmp_path: Path) -> None:
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        plate = aaf.master("plate", 120, path=PLATE)
        inner = aaf.sequence([aaf.shows(plate, 0, 10), aaf.shows(plate, 60, 10)])
        nested = aaf.compose([inner], name="inner", top_level=False)
        group = aaf.effect("Submaster", [aaf.sequence([aaf.shows(plate, 30, 5), aaf.shows(plate, 40, 5)])], 10)
        aaf.compose([aaf.sequence([aaf.shows(nested, 5, 10), group])], name="cut")
    cut = read_cut(tmp_path / "cut.aaf", handles=0)
    assert (cut.name, cut.notes) == ("cut", ())
    assert [(source_frames(shot)[0], len(shot.record_range)) for shot in cut.shots] == [
        (5, 5),
        (60, 5),
        (30, 5),
        (40, 5),
    ]


def test_a_group_of_several_layers_is_a_stack(tmp_path: Path) -> None:
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        low, high = (aaf.master(name, 90, path=f"/media/{name}.mov") for name in ("low", "high"))
        upper = aaf.sequence([aaf.filler(4, "ScopeReference"), aaf.shows(high, 30, 6)])
        group = aaf.effect("Submaster", [aaf.sequence([aaf.shows(low, 3, 10)]), upper], 10)
        aaf.compose([aaf.sequence([aaf.shows(low, 50, 5), group])])
    found = open_timeline_file(tmp_path / "cut.aaf", ReadOptions())
    stack = found.timeline.tracks[0][1]
    assert (stack.schema_name(), stack.name, len(stack), stack.duration().value) == ("Stack", "Submaster", 2, 10)
    assert [child.name for child in stack[1]] == ["", "high"]


def test_an_effect_that_is_not_carried_over_is_said_and_its_matte_is_not_a_clip(tmp_path: Path) -> None:
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        plate, matte = aaf.master("plate", 90, path=PLATE), aaf.master("matte", 90, path="/media/matte.mov")
        inputs = [aaf.filler(9, "ScopeReference"), aaf.shows(plate, 7, 9), aaf.shows(matte, 7, 9)]
        aaf.compose(
            [aaf.sequence([aaf.effect("Matte Key", inputs, 9), aaf.effect("Blur", [aaf.shows(plate, 0, 9)], 9)])]
        )
    cut = read_cut(tmp_path / "cut.aaf", handles=0)
    assert [source_frames(shot)[0] for shot in cut.shots] == [7, 0]
    assert cut.notes == (
        "the effect 'Matte Key' on 'plate' is not carried over",
        "the effect 'Blur' on 'plate' is not carried over",
    )


def test_titles_and_clips_without_a_mob_are_rows(tmp_path: Path) -> None:
    """The adapter makes a gap of a clip whose mob is not in the file, and prints a line."""
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        plate, title = aaf.master("plate", 90, path=PLATE), aaf.master("Main title", 90, path="/media/title.mxf")
        lost = aaf.file.create.SourceClip(start=3, length=8, slot_id=1, media_kind="picture")
        shown = [aaf.filler(6, "ScopeReference"), aaf.shows(title, 0, 6)]
        aaf.compose([aaf.sequence([aaf.shows(plate, 0, 5), aaf.effect("Title_2", shown, 6), lost])])
    cut = read_cut(tmp_path / "cut.aaf", handles=0)
    assert len(cut.shots) == 1
    assert [(row.clip_name, row.record_range and row.record_range.first) for row in cut.skipped] == [
        ("Main title", 5),
        ("SourceClip Missing Mob", 11),
    ]
    assert cut.skipped[0].reason == "a generator (Title_2), not footage"


# --- media ---


def cut_of_media(folder: Path, *paths: str) -> Cut:
    """One shot for each of them."""
    with AafWriter(folder / "cut.aaf") as aaf:
        plates = [aaf.master("plate", 10, path=path, timecode=86400, tape="A001") for path in paths]
        aaf.compose([aaf.sequence([aaf.shows(plate, 2, 5) for plate in plates])])
    return read_cut(folder / "cut.aaf", handles=0)


def test_paths_of_locators(tmp_path: Path) -> None:
    path_by_locator = {
        "file:///E:/SHOW%20REEL/1128797.mxf": "E:/SHOW REEL/1128797.mxf",
        "file://localhost/media/a.mov": "/media/a.mov",
        "file:///C%3A/Avid%20MediaFiles/MXF/1/a.mxf": "C:/Avid MediaFiles/MXF/1/a.mxf",
        "file://server/share/a.mxf": "//server/share/a.mxf",
        r"C:\media\a.mov": "C:/media/a.mov",
        r"\\server\share\a.mov": "//server/share/a.mov",
        "/media/a.mov": "/media/a.mov",
    }
    shots = cut_of_media(tmp_path, *path_by_locator).shots
    assert [shot.media.path for shot in shots] == list(path_by_locator.values())
    assert {(shot.media.online, shot.source_range.first) for shot in shots} == {(False, 2)}


def test_a_relative_locator_is_beside_the_cut(tmp_path: Path) -> None:
    """The adapter writes file://plate.mov, which is the root of a server called plate.mov."""
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "plate.mov").write_bytes(b"")
    locators = ["plate.mov", "media/plate.mov"]
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        clips = [aaf.shows(aaf.master("plate", 10, path=locator), 2, 5) for locator in locators]
        aaf.compose([aaf.sequence(clips)])
    found = open_timeline_file(tmp_path / "cut.aaf", ReadOptions())
    assert [clip.media_reference.target_url for clip in found.timeline.tracks[0]] == locators


def test_a_sequence_is_linked_by_its_first_file_or_by_its_range(tmp_path: Path) -> None:
    names = ["plate.00001.exr", "plate.[00001-00010].exr"]
    shots = cut_of_media(tmp_path, *(f"file:///media/{name}" for name in names)).shots
    assert [(shot.media.path, shot.source_range.first) for shot in shots] == [("/media/plate.#####.exr", 3)] * 2


def test_media_without_a_path_is_offline_with_its_range(tmp_path: Path) -> None:
    cut = cut_of_media(tmp_path, "")
    (shot,) = cut.shots
    assert (shot.media.online, len(shot.media.source_range or ()), source_frames(shot)) == (False, 10, [2, 3, 4, 5, 6])
    assert cut.notes[0] == "the file gives no path for the media of 'plate' (source 'A001'), so it is offline"


@pytest.mark.parametrize(
    ("locator", "file"),
    [
        ("", "plate.mov"),
        ("file:///E:/rushes/A%20001.mov", "A 001.mov"),
        ("file:///V%3A/Avid%20MediaFiles/MXF/1/plate5A8B8665V.mxf", "plate.mov"),
    ],
)
def test_media_that_is_not_where_the_file_says_is_searched_by_name(locator: str, file: str, tmp_path: Path) -> None:
    (tmp_path / "media" / "day 1").mkdir(parents=True)
    (tmp_path / "media" / "day 1" / file).write_bytes(b"")
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        aaf.compose([aaf.sequence([aaf.shows(aaf.master("plate", 10, path=locator, timecode=50), 2, 5)])])
    found = open_timeline_file(tmp_path / "cut.aaf", ReadOptions(media=(str(tmp_path / "media"),)))
    reference = found.timeline.tracks[0][0].media_reference
    assert reference.target_url == str(tmp_path / "media" / "day 1" / file)
    assert reference.available_range.start_time.value == 50
    assert found.notes == (f"the media of 'plate' was found by its name: {reference.target_url}",)


# --- files ---


def test_the_composition_that_no_other_one_shows_is_read(tmp_path: Path) -> None:
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        plate = aaf.master("plate", 90, path=PLATE)
        inner = aaf.compose([aaf.sequence([aaf.shows(plate, 0, 20)])], name="inner")
        aaf.compose([aaf.sequence([aaf.shows(inner, 5, 10)])], name="outer")
    cut = read_cut(tmp_path / "cut.aaf", handles=0)
    assert (cut.name, cut.notes) == ("outer", ())


def test_the_first_of_several_compositions_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        plate = aaf.master("plate", 90, path=PLATE)
        for name in ("reel 1", "reel 2"):
            aaf.compose([aaf.sequence([aaf.shows(plate, 0, 20)])], name=name)
    cut = read_cut(tmp_path / "cut.aaf", handles=0)
    other = {"reel 1": "reel 2", "reel 2": "reel 1"}[cut.name]
    assert cut.notes == (f"'{cut.name}' is read; the file also holds '{other}': export them one by one to use them",)


def test_markers_that_the_adapter_fails_on_do_not_cost_the_cut(tmp_path: Path) -> None:
    """The adapter raises KeyError 'DescribedSlots' for markers of Resolve."""
    with AafWriter(tmp_path / "cut.aaf") as aaf:
        cut = aaf.compose([aaf.sequence([aaf.shows(aaf.master("plate", 90, path=PLATE), 4, 20)])], start=86400)
        aaf.mark(cut, "look here")
    before = (tmp_path / "cut.aaf").read_bytes()
    read = read_cut(tmp_path / "cut.aaf", handles=0)
    assert (read.record_start, len(read.shots), read.notes) == (86400, 1, ())
    assert (tmp_path / "cut.aaf").read_bytes() == before


def test_a_damaged_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.aaf"
    cut_of_media(tmp_path, PLATE)
    for damaged in (path.read_bytes()[:9000], b"TITLE: CUT\n", b""):
        path.write_bytes(damaged)
        with pytest.raises(UnreadableCut, match="damaged or not supported") as caught:
            read_cut(path, handles=0)
        assert "\n" not in str(caught.value)


def test_nothing_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The adapter prints, and pyaaf2 logs through the root logger, which installs a handler of its own."""
    import logging

    before = list(logging.getLogger().handlers)
    test_titles_and_clips_without_a_mob_are_rows(tmp_path)
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger().handlers == before


@pytest.mark.parametrize(("name", "shots"), [("simple", 5), ("linear_speed_effects", 20), ("nested_stack", 3)])
def test_exports_of_media_composer(name: str, shots: int, shared: Path) -> None:
    cut = read_cut(shared / f"timelines/aaf_otio_adapter/{name}.aaf", handles=0)
    assert (cut.record_rate, cut.record_start, cut.drop_frame) == (24, 86400, False)
    assert len(cut.shots) >= shots


def test_the_frames_of_a_public_render(shared: Path) -> None:
    """The counters that are burnt into linear_speed_effects_aaf.mov."""
    cut = read_cut(shared / "timelines/aaf_otio_adapter/linear_speed_effects.aaf", handles=0)
    counters = "0000 0000 0000 1001 0011 0010 1200 1200 2012 0123 0020 1301 23"
    shown = [frame for shot in cut.shots for frame in source_frames(shot)]
    assert "".join(map(str, shown)) == counters.replace(" ", "")
