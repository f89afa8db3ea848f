"""Standard conform cases of editorial tools, with the expected numbers.

The cases are known to the trade by number (T01 to T43). Those of reading a cut are the table below and the tests after
it. The others are held elsewhere:

* T03 to T07, putting layers back: ``tests/delivery/test_return_timeline.py``;
* T21, T23, T24, rates and timecode: ``tests/test_frames.py``;
* T32, several uses of one source: ``test_shared_frames.py``; nested timelines beyond T30: ``test_compounds.py``;
* T33 to T36, edit lists: ``test_edl.py``; T38, frame steps: ``test_frame_steps.py``;
* T37, absolute record frames in Resolve: ``tests/hosts``.

Two say what other tools do on purpose. T08 to T11 count unique frames: here a pass renders the whole span, so that a
host can retime it again. T15 and T19 ask for a spare frame and for fractional positions: the numbers here are the
editor's own. T42 is about file URLs, and we write plain paths.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from tests.turnover._cuts import (
    Json,
    clip,
    freeze,
    gap,
    missing_reference,
    movie_reference,
    one_clip,
    sequence_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    transition,
    write,
    write_sequence,
)
from toolkit.documents import Cut, Shot
from toolkit.frames import FrameRange
from toolkit.turnover import read_cut

RESOLVE_23976 = 23.976024627685547
"""24000/1001 rounded to a 32-bit float, as hosts write it."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """A clip of offline media, and the frames it must show."""

    source: tuple[float, float, float] = (86408, 48, 24)
    """Start, count, rate of the clip's source range."""
    available: tuple[float, float, float] = (86400, 120, 24)
    """Start, count, rate of the media's available range."""
    start_frame: int | None = 1001
    """Number of the sequence's first file; None for a movie."""
    speed: float | None = None
    record_rate: float = 24
    handles: int = 0
    shown: tuple[int, int]
    """Source frames at the clip's first and last record frame."""
    work: tuple[int, int] | None = None
    """Source frames rendered; None: the frames shown."""


CASES = {
    "T01 the whole of the media": Case(source=(86400, 120, 24), shown=(1001, 1120)),
    "T02 a part of it": Case(shown=(1009, 1056)),
    "T03 handles of 8": Case(handles=8, shown=(1009, 1056), work=(1001, 1064)),
    "T04 head handle clipped by the media": Case(
        source=(86403, 48, 24), handles=8, shown=(1004, 1051), work=(1001, 1059)
    ),
    "T05 tail handle clipped by the media": Case(
        source=(86470, 48, 24), handles=8, shown=(1071, 1118), work=(1063, 1120)
    ),
    "T06 no handles": Case(handles=0, shown=(1009, 1056), work=(1009, 1056)),
    "T08 double speed spans 95": Case(source=(86400, 48, 24), speed=2.0, shown=(1001, 1095)),
    "T09 half speed spans 24": Case(source=(86400, 48, 24), speed=0.5, shown=(1001, 1024)),
    "T10 speed 1.5 spans 71": Case(source=(86400, 48, 24), speed=1.5, shown=(1001, 1071)),
    "T11 a movie at 2.5 spans 426": Case(
        source=(0, 171, 25), available=(0, 16450, 25), start_frame=None, speed=2.5, record_rate=25, shown=(0, 425)
    ),
    "T12 reverse, a start with a rounding tail": Case(
        source=(20.000000000000004, 41, 24), available=(0, 100, 24), start_frame=1000, speed=-1.0, shown=(1060, 1020)
    ),
    "T13 reverse at double speed, NTSC counted on a 24 fps movie": Case(
        source=(29.970030784606934, 11, RESOLVE_23976),
        available=(0, 101, 24),
        start_frame=None,
        speed=-2.0,
        record_rate=RESOLVE_23976,
        shown=(50, 30),
    ),
    "T15 double speed as Resolve writes it": Case(
        source=(39, 11, 24), available=(0, 99, 24), speed=2.0, shown=(1040, 1060)
    ),
    "T16 handles at double speed reach twice as far": Case(
        source=(86440, 10, 24), speed=2.0, handles=10, shown=(1041, 1059), work=(1021, 1079)
    ),
    "T16 reversed, only the head of the source is short": Case(
        source=(86405, 10, 24), speed=-2.0, handles=10, shown=(1024, 1006), work=(1001, 1044)
    ),
    "T17 a 25 fps timeline over 24 fps media with timecode": Case(
        source=(91046.625, 74, 25),
        available=(87399, 101, 24),
        start_frame=1000,
        record_rate=25,
        handles=10,
        shown=(1005, 1075),
        work=(1000, 1085),
    ),
    "T18 freeze over mixed rates": Case(
        source=(909990.8339241028, 5, RESOLVE_23976),
        available=(948674, 301, 25),
        start_frame=948674,
        speed=0.0,
        record_rate=RESOLVE_23976,
        shown=(948855, 948855),
    ),
    "T19 a 24 fps movie with timecode in a 25 fps timeline": Case(
        source=(90032, 44, 25), available=(86400, 100, 24), start_frame=None, record_rate=25, shown=(30, 72)
    ),
    "T22 23.976 is exactly 24000/1001, not a decimal": Case(
        source=(883159, 108, 23.976),
        available=(883750, 1000, 24),
        start_frame=883750,
        record_rate=23.976,
        shown=(884042, 884149),
    ),
    "N01 a converted start at a 32-bit float of the media's rate": Case(
        source=(1937905.9905694576, 82, RESOLVE_23976),
        available=(1937896, 98, 23.976),
        record_rate=RESOLVE_23976,
        handles=8,
        shown=(1009, 1090),
        work=(1001, 1098),
    ),
    "N02 a clip counts from 0, its media from the number of the first file": Case(
        source=(0, 104, 25),
        available=(1000, 101, 24),
        start_frame=1000,
        record_rate=25,
        handles=10,
        shown=(1000, 1098),
        work=(1000, 1100),
    ),
    "a rate through a 32-bit float does not lose a frame in ten hours": Case(
        source=(1_078_921 * 29.970029830932617 / (30000 / 1001), 10, 29.970029830932617),
        available=(1_078_900, 100, 30000 / 1001),
        start_frame=None,
        record_rate=30000 / 1001,
        shown=(21, 30),
    ),
}


def reference(case: Case) -> Json:
    available = time_range(*case.available)
    if case.start_frame is None:
        return movie_reference("Z:/offline/plate.mov", available)
    return sequence_reference("Z:\\offline", case.start_frame, available, rate=case.available[2])


def only_shot(folder: Path, document: Json, *, handles: int = 0) -> Shot:
    cut = read_cut(write(folder / "cut.otio", document), handles=handles)
    assert len(cut.shots) == 1, cut.skipped
    return cut.shots[0]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_clip_shows_the_expected_source_frames(case: Case, tmp_path: Path) -> None:
    effects = [] if case.speed is None else [speed(case.speed)]
    item = clip(reference(case), time_range(*case.source), effects=effects)
    shot = only_shot(tmp_path, one_clip(item, rate=case.record_rate), handles=case.handles)

    shown = [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]
    assert (shown[0], shown[-1]) == case.shown
    assert len(shown) == case.source[1]
    assert (shot.source_range.first, shot.source_range.last) == (min(shown), max(shown))
    work = case.work or (min(shown), max(shown))
    assert (shot.source_work_range.first, shot.source_work_range.last) == work
    assert shot.shot_range.first == 1001


def test_t14_a_freeze_of_any_length_is_one_frame_without_handles(tmp_path: Path) -> None:
    item = clip(sequence_reference("/offline", 1001, time_range(86400, 120)), time_range(86408, 48), effects=[freeze()])
    shot = only_shot(tmp_path, one_clip(item), handles=8)

    assert len(shot.record_range) == 48
    assert list(shot.source_work_range) == [1009]


@pytest.mark.parametrize("written", [23.976, 23.98, RESOLVE_23976, 24000 / 1001], ids=str)
def test_t20_every_spelling_of_an_ntsc_rate_is_snapped(written: float, tmp_path: Path) -> None:
    item = clip(movie_reference("/offline/a.mov", time_range(0, 100, written)), time_range(10, 20, written))
    cut = read_cut(write(tmp_path / "cut.otio", one_clip(item, rate=written)), handles=0)

    assert cut.record_rate == cut.shots[0].media.rate == Fraction(24000, 1001)
    assert list(cut.shots[0].source_range) == list(range(10, 30))


def test_t25_handles_start_outside_a_transition(tmp_path: Path) -> None:
    media = movie_reference("/offline/a.mov", time_range(0, 200))
    edit = track(clip(media, time_range(10, 50), name="a"), transition(6, 4), clip(media, time_range(20, 50), name="b"))
    cut = read_cut(write(tmp_path / "cut.otio", timeline(edit, start=time(0))), handles=0)

    a, b = cut.shots
    assert (a.record_range.first, a.record_range.last) == (0, 49)
    assert (b.record_range.first, b.record_range.last) == (50, 99)
    assert (a.source_work_range.first, len(a.source_work_range)) == (10, 54)
    assert (b.source_work_range.first, len(b.source_work_range)) == (14, 56)
    (row,) = cut.skipped
    assert row.record_range is not None
    assert (row.record_range.first, len(row.record_range)) == (44, 10)
    assert "SMPTE_Dissolve" in row.reason
    assert cut.record_count == 100

    cut = read_cut(tmp_path / "cut.otio", handles=8)
    assert (cut.shots[0].source_work_range.first, cut.shots[0].source_work_range.last) == (2, 71)


def test_t25_reversed_a_transition_after_the_clip_shows_earlier_source_frames(tmp_path: Path) -> None:
    media = movie_reference("/offline/a.mov", time_range(0, 200))
    edit = track(clip(media, time_range(100, 50), effects=[speed(-1)]), transition(6, 4), gap(20))
    shot = only_shot(tmp_path, timeline(edit, start=time(0)))

    assert (shot.source_work_range.first, shot.source_work_range.last) == (96, 149)


BACKGROUND = movie_reference("/offline/bg.mov", time_range(0, 300))
FACE = movie_reference("/offline/face.mov", time_range(0, 100))


def shown_frames(cut: Cut, name: str) -> dict[int, int]:
    """The source frame of the clip ``name`` by record frame."""
    (shot,) = [shot for shot in cut.shots if shot.name == name]
    return {frame: shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range}


def test_t26_a_clip_over_the_middle_of_a_dissolve_is_a_shot_like_any_other(tmp_path: Path) -> None:
    below = track(
        clip(BACKGROUND, time_range(10, 50), name="a"),
        transition(6, 4),
        clip(BACKGROUND, time_range(120, 50), name="b"),
    )
    above = track(gap(47), clip(FACE, time_range(0, 20), name="face"), name="Video 2")
    cut = read_cut(write(tmp_path / "cut.otio", timeline(below, above, start=time(0))), handles=0)
    assert [(shot.name, shot.record_range.first, len(shot.record_range)) for shot in cut.shots] == [
        ("a", 0, 50),
        ("b", 50, 50),
        ("face", 47, 20),
    ]
    assert [shot.handles for shot in cut.shots] == [(0, 4), (6, 0), (0, 0)]


@pytest.mark.parametrize("enabled", [True, False], ids=["t27 shown", "t28 disabled"])
def test_what_lies_over_a_clip_does_not_divide_it(enabled: bool, tmp_path: Path) -> None:
    above = track(gap(30), clip(FACE, time_range(0, 20), name="face", enabled=enabled), name="Video 2")
    below = track(clip(BACKGROUND, time_range(100, 100), name="bg"))
    cut = read_cut(write(tmp_path / "cut.otio", timeline(below, above, start=time(0))), handles=0)
    assert shown_frames(cut, "bg") == {frame: 100 + frame for frame in range(100)}
    assert [row.clip_name for row in cut.skipped] == ([] if enabled else ["face"])


def test_t29_at_double_speed_frame_50_is_100_source_frames_on(tmp_path: Path) -> None:
    above = track(gap(30), clip(FACE, time_range(0, 20), name="face"), name="Video 2")
    below = track(clip(BACKGROUND, time_range(100, 100), name="bg", effects=[speed(2)]))
    cut = read_cut(write(tmp_path / "cut.otio", timeline(below, above, start=time(0))), handles=0)
    assert shown_frames(cut, "bg")[50] == 200


def test_t30_a_compound_shows_what_its_window_does(tmp_path: Path) -> None:
    inner = track(clip(BACKGROUND, time_range(5, 40), name="i1"), clip(BACKGROUND, time_range(107, 40), name="i2"))
    compound = {"OTIO_SCHEMA": "Stack.1", "name": "c", "source_range": time_range(10, 50), "children": [inner]}
    edit = timeline(track(gap(100), dict(compound, metadata={}, effects=[])), start=time(0))
    cut = read_cut(write(tmp_path / "cut.otio", edit), handles=0)
    assert shown_frames(cut, "c_i1") == {100 + n: 15 + n for n in range(30)}
    assert shown_frames(cut, "c_i2") == {130 + n: 107 + n for n in range(20)}


def test_t31_the_trim_of_the_stack_limits_the_cut(tmp_path: Path) -> None:
    plate = clip(movie_reference("/offline/bg.mov", time_range(0, 300)), time_range(100, 100), name="bg")
    face = clip(movie_reference("/offline/face.mov", time_range(0, 20)), time_range(0, 20), name="face")
    edit = timeline(track(plate), track(gap(30), face), start=time(0), source_range=time_range(25, 20))
    cut = read_cut(write(tmp_path / "cut.otio", edit), handles=0)

    bg, face_shot = cut.shots
    assert (bg.source_range.first, bg.source_range.last) == (125, 144)
    assert (bg.record_range.first, bg.record_range.last) == (0, 19)
    assert (face_shot.source_range.first, face_shot.source_range.last) == (0, 14)
    assert (face_shot.record_range.first, face_shot.record_range.last) == (5, 19)
    assert cut.record_count == 20


@pytest.mark.parametrize(
    ("retime", "media_rate", "first", "last"),
    [
        (1.75, 24, 32, 70),
        (-0.75, 24, 43, 26),
        (-1.25, 24, 63, 35),
        (0.5, 30, 19, 33),
        (-0.5, 30, 38, 24),
    ],
)
def test_a_trimmed_head_moves_a_retimed_clip_by_its_speed(
    retime: float, media_rate: float, first: int, last: int, tmp_path: Path
) -> None:
    """52 record frames from source frame 13; the track's trim removes 11 at the head and 18 at the tail.

    At 175 %, for example, the first one shown is 13 + 1.75 * 11 = 32.25, and the last one 32.25 + 1.75 * 22 = 70.75.
    """
    media = movie_reference("/offline/a.mov", time_range(86400, 300, media_rate))
    start = 86400 / media_rate + 13 / media_rate  # seconds
    used = {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start * 24), "duration": time(52)}
    item = clip(media, used, effects=[speed(retime)])
    shot = only_shot(tmp_path, timeline(track(item, source_range=time_range(11, 23)), start=time(0)))

    shown = [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]
    assert (len(shown), shown[0], shown[-1]) == (23, first, last)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [(0.3333, 17, 216), (1 / 3, 17, 217), (-1 / 3, 217, 17), (-0.3333, 216, 17), (1.0427, 17, 642)],
)
def test_a_speed_is_not_rounded_to_whole_percents(written: float, first: int, last: int, tmp_path: Path) -> None:
    """601 record frames: 600 steps at 33.33 % cover 199.98 source frames, at 1/3 exactly 200, at 33 % only 198."""
    media = movie_reference("/offline/a.mov", time_range(86400, 900))
    item = clip(media, time_range(86417, 601), effects=[speed(written)])
    shot = only_shot(tmp_path, one_clip(item))

    shown = [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]
    assert (shown[0], shown[-1]) == (first, last)


def test_a_trim_of_a_reversed_clip_removes_frames_at_the_other_end(tmp_path: Path) -> None:
    item = clip(movie_reference("/offline/a.mov", time_range(0, 200)), time_range(100, 50), effects=[speed(-1)])
    shot = only_shot(tmp_path, timeline(track(item, source_range=time_range(10, 20)), start=time(0)))

    shown = [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]
    assert shown == list(range(139, 119, -1))


def test_t39_frames_beyond_the_media_are_listed(tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", range(1, 21))
    item = clip(sequence_reference("plates/", 1, time_range(0, 20)), time_range(15, 10))
    cut = read_cut(write(tmp_path / "cut.otio", one_clip(item)), handles=0)
    ((shot,), (row,)) = cut.shots, cut.skipped

    assert (shot.record_range, shot.source_range) == (FrameRange.of(0, 5), FrameRange(first=16, last=20))
    assert (row.shot, row.record_range) == ("sh010", FrameRange.of(5, 5))
    assert "5 source frames missing: 21-25; available: 1-20" in row.reason


def test_t40_a_clip_of_which_nothing_is_known_is_listed_and_the_next_one_is_read(tmp_path: Path) -> None:
    edit = track(clip(missing_reference(), time_range(0, 10), name="miss"), clip(BACKGROUND, time_range(8, 48)))
    cut = read_cut(write(tmp_path / "cut.otio", timeline(edit, start=time(0))), handles=0)
    assert [(shot.name, shot.record_range.first) for shot in cut.shots] == [("sh010", 10)]
    assert [row.clip_name for row in cut.skipped] == ["miss"]


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("file:///a%20b/c.mov", "/a b/c.mov"),
        ("file://localhost/C:/x/y.mov", "C:/x/y.mov"),
        ("C:/x/y.mov", "C:/x/y.mov"),
    ],
)
def test_t41_paths_and_urls_name_the_same_files(written: str, path: str, tmp_path: Path) -> None:
    item = clip(movie_reference(written, time_range(0, 100)), time_range(0, 10))
    assert only_shot(tmp_path, one_clip(item)).media.path == path


def test_t43_a_timeline_read_from_a_temporary_is_not_empty(tmp_path: Path) -> None:
    """OpenTimelineIO 0.18 frees the children of an unreferenced timeline, and iterating over them gives nothing."""
    media = movie_reference("/offline/a.mov", time_range(0, 200))
    clips = [clip(media, time_range(index, 1), name=f"c{index}") for index in range(50)]
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(*clips), start=time(0))), handles=0)

    assert [shot.source_range.first for shot in cut.shots] == list(range(50))
