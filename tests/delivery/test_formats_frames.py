"""Every format shows the same picture as ``delivery.json`` in every timeline frame, read back by other readers."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from tests.delivery import _format_readers as readers
from tests.delivery._deliveries import deliver_frames
from tests.turnover._cuts import write_movie, write_sequence
from tests.turnover._turnovers import host_clip, write_turnover
from toolkit.documents import Delivery
from toolkit.settings import DeliverySettings, Settings
from toolkit.turnover import read_cut

NTSC, FILM_NTSC, PAL = Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25)
ALL = Settings(delivery=DeliverySettings(formats="resolve,xml,edl,fcpxml,csv"))
ODD = "Kü & Söhne 100% \"q\" 'x' #1"


def timecode(rate: Fraction, *, drop_frame: bool) -> tuple[str, int]:
    """The label 01:00:00:00 and its frame."""
    return ("01:00:00;00", 107892) if drop_frame else ("01:00:00:00", 3600 * round(rate))


def make_cut(folder: Path, rate: Fraction, *, drop_frame: bool = False, extra: tuple[Any, ...] = ()) -> Path:
    """A gap at the head, speeds of movies and sequences, a trim, a clip in parts, and a second track of plates."""
    plates = folder / ODD
    label, frame = timecode(rate, drop_frame=drop_frame)
    write_movie(plates / "a b.mov", 80, rate=rate, timecode=label)
    write_sequence(plates / "s & t", range(1001, 1081))
    write_sequence(plates / "holes", [number for number in range(101, 141) if number != 120])
    fps = float(rate)
    movie: dict[str, Any] = {
        "path": str(plates / "a b.mov"),
        "media_count": 80,
        "media_fps": fps,
        "media_timecode": label,
    }
    files: dict[str, Any] = {
        "path": str(plates / "s & t" / "plate.[1001-1080].png"),
        "media_count": 80,
        "media_index": 1001,
        "media_fps": fps,
        "media_timecode": "10:00:00:00",
    }
    holes: dict[str, Any] = {
        **files,
        "path": str(plates / "holes" / "plate.[0101-0140].png"),
        "media_count": 40,
        "media_index": 101,
    }
    return write_turnover(
        folder,
        host_clip(record=(7, 20), source_first=12, name=f"plain {ODD}", **movie),
        host_clip(record=(27, 20), source_first=31, name="double", speed=2.0, **movie),
        host_clip(record=(50, 21), source_first=30, name="half", speed=0.5, **files),
        host_clip(record=(71, 20), source_first=33, name="back", speed=-1.0, **files),
        host_clip(record=(91, 9), source_first=40, name="still", speed=0.0, **files),
        host_clip(record=(100, 23), source_first=3, name="eleven", speed=1.1, **movie),
        host_clip(record=(123, 30), source_first=5, name="parts", **holes),
        host_clip(record=(20, 33), source_first=2, name="over", track=3, **files),
        host_clip(record=(60, 10), source_first=9, name="over back", track=3, speed=-2.0, **movie),
        *extra,
        fps=fps,
        drop_frame=drop_frame,
        start_timecode=label,
        start_frame=frame,
        record_count=170,
        name=f"cut {ODD}",
    )


CUTS = [
    pytest.param(FILM_NTSC, False, id="23.976"),
    pytest.param(PAL, False, id="25"),
    pytest.param(NTSC, True, id="29.97 DF"),
    pytest.param(NTSC, False, id="29.97 NDF"),
]


def read_edls(root: Path, document: Any) -> list[readers.Shown]:
    rate = Fraction(document["rate"])
    found = []
    for track in document["tracks"]:
        media = {clip["record_first"]: (Fraction(clip["rate"]), clip["timecode"]) for clip in track["clips"]}
        stem = re.sub(r"\W+", "_", track["name"]).strip("_")
        paths = [root / f"return_{stem}.edl", *sorted(root.glob(f"return_{stem}_part*.edl"))]
        shown = readers.from_edl(paths, rate, document["start_frame"], media)
        found.append({at: (str(root / path), frame) for at, (path, frame) in shown.items()})
    return found


def movies_of(document: Any, root: Path) -> dict[str, readers.Picture]:
    """The movie and the frame in it for each file of a sequence: what Final Cut needs instead."""
    found: dict[str, readers.Picture] = {}
    for clip in (clip for track in document["tracks"] for clip in track["clips"] if clip["pattern"]):
        first = clip["path"] if clip["version"] is None else str(root / clip["path"])
        folder, prefix, padding, suffix = re.fullmatch(r"(.*/)([^/]*)\.(0*\d+)(\.\w+)", first).groups()  # type: ignore[union-attr]
        numbers = range(clip["start_index"], clip["end_index"] + 1)
        names = [f"{number:0{len(padding)}d}" for number in numbers]
        movie = f"{folder}{prefix}" + (f"_{names[0]}-{names[-1]}.mov" if clip["version"] is None else ".mov")
        found |= {f"{folder}{prefix}.{name}{suffix}": (movie, index) for index, name in enumerate(names)}
    return found


def differences(found: list[readers.Shown], expected: list[readers.Shown]) -> list[tuple[int, int, Any, Any]]:
    """Track, timeline frame, what was found, and what was expected."""
    assert len(found) == len(expected)
    return [
        (number, frame, ours.get(frame), theirs.get(frame))
        for number, (ours, theirs) in enumerate(zip(found, expected, strict=True))
        for frame in sorted(ours.keys() | theirs.keys())
        if ours.get(frame) != theirs.get(frame)
    ]


@pytest.mark.parametrize(("rate", "drop_frame"), CUTS)
def test_every_format_shows_the_frames_of_the_delivery(rate: Fraction, drop_frame: bool, tmp_path: Path) -> None:
    cut = read_cut(make_cut(tmp_path, rate, drop_frame=drop_frame), handles=4)
    assert [shot.name for shot in cut.shots if "part" in shot.name] == ["parts", "parts_part2"]
    root = tmp_path / "out"
    delivery = deliver_frames(cut, root, settings=ALL)
    document = json.loads((root / "delivery.json").read_text(encoding="utf-8"))
    expected = readers.from_delivery(root / "delivery.json")

    assert len(expected) == 6 and min(expected[0]) == 7
    assert not differences(readers.from_otio(root / "return_resolve.otio"), expected)
    assert not differences(readers.from_xmeml(root / "return.xml"), expected)
    assert not differences(read_edls(root, document), expected)
    movies = readers.as_movies(expected, movies_of(document, root))
    assert not differences(readers.from_fcpxml(root / "return.fcpxml"), movies)
    names = [track.name for track in delivery.tracks]
    by_name = readers.from_csv(root / "return.csv", rate)
    assert not differences([by_name[name] for name in names], expected)
    assert not [note for note in delivery.notes if "neighbouring picture" in note]


@pytest.mark.parametrize(("rate", "step"), [(FILM_NTSC, 2), (PAL, 2), (NTSC, 3)])
def test_passes_on_twos_show_the_frames_of_the_delivery_or_a_note_says_so(
    rate: Fraction, step: int, tmp_path: Path
) -> None:
    """Half of 25 frames per second is no rate of return.xml, and half a frame no start of an EDL."""
    root = tmp_path / "out"
    delivery = deliver_frames(read_cut(make_cut(tmp_path, rate), handles=4), root, settings=ALL, step=step)
    document = json.loads((root / "delivery.json").read_text(encoding="utf-8"))
    expected = readers.from_delivery(root / "delivery.json")

    assert not differences(readers.from_otio(root / "return_resolve.otio"), expected)
    by_name = readers.from_csv(root / "return.csv", rate)
    assert not differences([by_name[track.name] for track in delivery.tracks], expected)
    movies = readers.as_movies(expected, movies_of(document, root))
    assert not differences(readers.from_fcpxml(root / "return.fcpxml"), movies)
    assert_noted(differences(readers.from_xmeml(root / "return.xml"), expected), delivery, "return.xml")
    assert_noted(differences(read_edls(root, document), expected), delivery, "its EDLs")


def assert_noted(different: list[tuple[int, int, Any, Any]], delivery: Delivery, where: str) -> None:
    """Every shot with a frame that differs has a note."""
    noted = {note.partition(": ")[0] for note in delivery.notes if where in note and "count source" not in note}
    for number, frame, *_ in different:
        clips = delivery.tracks[number].clips
        (shot,) = {clip.shot for clip in clips if clip.record_first <= frame < clip.record_first + clip.record_count}
        assert shot in noted, (shot, frame)


@pytest.mark.parametrize(("rate", "drop_frame"), CUTS)
def test_return_otio_shows_the_same(rate: Fraction, drop_frame: bool, tmp_path: Path) -> None:
    cut = read_cut(make_cut(tmp_path, rate, drop_frame=drop_frame), handles=4)
    deliver_frames(cut, tmp_path / "out", settings=ALL)

    ours = readers.from_otio(tmp_path / "out" / "return_resolve.otio")
    theirs = readers.from_otio(tmp_path / "out" / "return.otio")
    different = differences([track for track in theirs if track], ours)
    holes = [(track, frame) for track, frame, _, expected in different if expected is None]
    assert holes == [(0, 137)], "the editor's clip goes on where a file is missing"
    assert len(different) == 1


def test_the_adapter_reads_the_cuts_of_the_xml(tmp_path: Path) -> None:
    """otio-fcp-adapter knows no speeds and no sequences, but the rest of the format."""
    deliver_frames(read_cut(make_cut(tmp_path, PAL), handles=4), tmp_path / "out", settings=ALL)
    document = json.loads((tmp_path / "out" / "delivery.json").read_text(encoding="utf-8"))

    timeline = otio.adapters.read_from_file(str(tmp_path / "out" / "return.xml"), adapter_name="fcp_xml")
    assert timeline.global_start_time == otio.opentime.RationalTime(90000, 25)
    for track, written in zip(timeline.video_tracks(), document["tracks"], strict=True):
        ranges = [track.range_of_child(clip) for clip in track.find_clips()]
        places = [(round(one.start_time.value), round(one.duration.value)) for one in ranges]
        assert places == [(clip["record_first"], clip["record_count"]) for clip in written["clips"]]
        assert [clip.name for clip in track.find_clips()] == [clip["name"] for clip in written["clips"]]


def test_media_of_other_rates_are_counted_right_or_noted(tmp_path: Path) -> None:
    film: dict[str, Any] = {
        "path": str(tmp_path / "f.mov"),
        "media_count": 90,
        "media_fps": 24.0,
        "media_timecode": "02:00:00:00",
    }
    write_movie(tmp_path / "f.mov", 90, rate=Fraction(24), timecode="02:00:00:00")
    clips = (
        host_clip(record=(155, 10), source_first=7, name="film", **film),
        host_clip(record=(170, 15), source_first=24, name="even", **film),
        host_clip(record=(190, 15), source_first=24, name="slow", speed=-0.5, **film),
    )
    root = tmp_path / "out"
    delivery = deliver_frames(read_cut(make_cut(tmp_path, PAL, extra=clips), handles=4), root, settings=ALL)
    expected = readers.from_delivery(root / "delivery.json")

    assert not differences(readers.from_otio(root / "return_resolve.otio"), expected)
    document = json.loads((root / "delivery.json").read_text(encoding="utf-8"))
    assert not differences(read_edls(root, document), expected), "given the rate of the media"
    movies = readers.as_movies(expected, movies_of(document, root))
    assert not differences(readers.from_fcpxml(root / "return.fcpxml"), movies)
    different = differences(readers.from_xmeml(root / "return.xml"), expected)
    assert {frame for _, frame, *_ in different} <= {*range(155, 165), *range(170, 185)}
    notes = [note for note in delivery.notes if "return.xml" in note]
    assert [note.partition(" frames")[0] for note in notes] == [
        f"{name}: in return.xml up to {max(_per_track(different, frames))} of {len(frames)}"
        for name, frames in (("film", range(155, 165)), ("even", range(170, 185)))
    ]
    assert "(film, film_BODY_v001, film_FACE_v001)" in notes[0]
    assert "(even_BODY_v001, even_FACE_v001)" in notes[1], "the plate starts on a frame of both rates, its handles not"
    assert [note.partition(":")[0] for note in delivery.notes if "an EDL cannot say so" in note] == [
        "film", "even", "slow",
    ]  # fmt: skip


def _per_track(different: list[tuple[int, int, Any, Any]], frames: range) -> list[int]:
    return [sum(number == track and frame in frames for number, frame, *_ in different) for track in range(6)]


def test_a_sequence_that_is_played_at_two_rates_is_noted(tmp_path: Path) -> None:
    pattern = write_sequence(tmp_path / "plates", range(1, 41))
    sequence: dict[str, Any] = {
        "path": str(pattern.with_name("plate.[0001-0040].png")),
        "media_count": 40,
        "media_index": 1,
    }
    clips = (
        host_clip(record=(number * 10, 10), source_first=number * 10, name=f"sh{number}", media_fps=fps, **sequence)
        for number, fps in enumerate((24.0, 25.0, 24.0))
    )
    cut = read_cut(write_turnover(tmp_path, *clips, record_count=30), handles=0)
    delivery = deliver_frames(cut, tmp_path / "out", settings=ALL)
    (note,) = [note for note in delivery.notes if "is played at" in note]
    assert note.startswith(f"{tmp_path / 'plates' / 'plate.####.png'} is played at 24 and 25 fps: ")
