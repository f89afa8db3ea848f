"""A host's clip list without an export gives the same shots as an export would."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.turnover._cuts import Json, write_movie, write_sequence
from tests.turnover._turnovers import host_clip, turnover, write_turnover
from tests.turnover.test_conform_cases import CASES, Case
from toolkit.documents import Cut, Shot, Turnover
from toolkit.errors import DocumentError, EmptyCut, InputError, UnreadableCut
from toolkit.frames import FrameRange, timecode_from_frames
from toolkit.turnover import open_timeline, read_cut
from toolkit.turnover.host_timeline import build_host_timeline


def read(folder: Path, *clips: Json, handles: int = 0, **facts: Any) -> Cut:
    return read_cut(write_turnover(folder, *clips, **facts), handles=handles)


def shown(shot: Shot) -> list[int]:
    return [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]


# --- the numbers -----------------------------------------------------------------------------------------------


def as_host_clip(case: Case) -> Json:
    """``case`` as a host lists it: frames from the media's start instead of timecode, and the speed."""
    start, count, rate = case.source
    first, media_count, media_fps = case.available
    lowest = start / rate * media_fps - first
    sequence = case.start_frame is not None
    return host_clip(
        f"Z:\\offline\\plate.[{case.start_frame:04d}-{case.start_frame + int(media_count) - 1}].png"
        if case.start_frame is not None
        else "Z:\\offline\\plate.mov",
        (0, int(count)),
        0 if abs(lowest) < 1e-6 else lowest,
        speed=1.0 if case.speed is None else case.speed,
        media_fps=media_fps,
        media_count=int(media_count),
        media_timecode=str(timecode_from_frames(int(first), Fraction(round(media_fps)))) if first else "",
        media_index=case.start_frame if sequence else 0,
    )


HOST_CASES = {name: case for name, case in CASES.items() if case.available[2] in {24, 25} and "T22" not in name}
"""The cases that a host can list; in T22 the clip starts before its media."""


@pytest.mark.parametrize("case", HOST_CASES.values(), ids=HOST_CASES.keys())
def test_a_listed_clip_shows_the_expected_source_frames(case: Case, tmp_path: Path) -> None:
    cut = read(tmp_path, as_host_clip(case), fps=case.record_rate, handles=case.handles)
    (shot,) = cut.shots

    assert (shown(shot)[0], shown(shot)[-1]) == case.shown
    work = case.work or (min(case.shown), max(case.shown))
    assert (shot.source_work_range.first, shot.source_work_range.last) == work


def test_a_freeze_of_any_length_is_one_frame(tmp_path: Path) -> None:
    (shot,) = read(tmp_path, host_clip("/offline/a.mov", (0, 48), 8, speed=0.0, source_count=1), handles=8).shots
    assert set(shown(shot)) == {8}
    assert list(shot.source_work_range) == [8]


def test_the_timeline_has_the_facts_of_the_host(tmp_path: Path) -> None:
    cut = read(
        tmp_path,
        host_clip("/offline/b.mov", (30, 10), 5, name="over", track=3),
        host_clip("/offline/a.mov", (0, 20), 5, name="under"),
        fps=29.97,
        drop_frame=True,
        start_timecode="01:00:00;00",
        start_frame=107892,
        record_count=100,
    )
    assert (cut.name, cut.record_rate, cut.record_start, cut.drop_frame) == (
        "reel 1",
        Fraction(30000, 1001),
        107892,
        True,
    )
    assert cut.record_count == 100
    assert [(s.clip_name, s.track_index, s.record_range.first) for s in cut.shots] == [("under", 0, 0), ("over", 2, 30)]
    assert cut.origin is not None
    assert (cut.origin.host, cut.origin.name, cut.origin.timeline_id) == ("resolve", "reel 1", "a-b-c")
    assert cut.notes == ()


# --- remapped clips --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remap", "speed", "pictures"),
    [
        ([3.0, 4.0, 5.0, 6.0], 1, [3, 4, 5, 6]),
        ([3.0, 5.0, 7.0, 9.0], 2, [3, 5, 7, 9]),
        ([3.0, 3.5, 4.0, 4.5], Fraction(1, 2), [3, 3, 4, 4]),
        ([3.0, 3.0, 4.0, 4.0], Fraction(1, 2), [3, 3, 4, 4]),
        ([6.0, 5.0, 4.0, 3.0], -1, [6, 5, 4, 3]),
        ([6.0, 6.0, 5.0, 5.0], Fraction(-1, 2), [6, 6, 5, 5]),
        ([6.0, 6.0, 6.0, 6.0], 0, [6, 6, 6, 6]),
        ([6.0, 6.99999, 8.0, 9.00001], 1, [6, 7, 8, 9]),
    ],
    ids=[
        "plain",
        "double",
        "half",
        "half in whole pictures",
        "reversed",
        "reversed at half, in whole pictures",
        "frozen",
        "with a host's rounding",
    ],
)
def test_a_linear_remap_is_a_constant_speed(
    remap: list[float], speed: Fraction, pictures: list[int], tmp_path: Path
) -> None:
    host_row = host_clip("/offline/a.mov", (0, 4), min(remap), speed=float(speed), remap=remap)
    (shot,) = read(tmp_path, host_row).shots
    assert shown(shot) == pictures
    assert shot.frame_map.speed == speed


@pytest.mark.parametrize(("remap", "speed"), [([10.0, 12.0, 14.0, 16.0], 1), ([16.0, 15.0, 14.0, 13.0], -0.5)])
def test_the_speed_of_a_remap_takes_the_rates_into_account(remap: list[float], speed: float, tmp_path: Path) -> None:
    """Media at 48 fps at 24: two of its frames pass in each frame. The list's own speed is that of no line here."""
    row = host_clip("/offline/a.mov", (0, 4), min(remap), speed=9.0, remap=remap, media_fps=48.0)
    (shot,) = read(tmp_path, row).shots
    assert (shot.frame_map.speed, shown(shot)) == (speed, remap)


def test_a_remap_that_is_no_straight_line_is_followed_frame_by_frame(tmp_path: Path) -> None:
    """The host counts from the start of the media; its doubles may lie just below a whole frame."""
    plain = host_clip("/offline/a.mov", (0, 4))
    ramp = host_clip("/offline/a.mov", (4, 5), 0, name="ramp", remap=[7.0, 8.0, 9.99999, 13.5, 11.0])
    cut = read(tmp_path, plain, ramp)
    shot = cut.shots[1]
    assert shown(shot) == [7, 8, 10, 13, 11]
    assert (shot.source_range, cut.skipped) == (FrameRange(first=7, last=13), ())


# --- media -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "facts"),
    [
        ("plates/plate.[1001-1020].png", {"media_count": 20, "media_index": 1001}),
        ("plates/plate.[1001-1020].png", {"media_count": 0, "media_fps": 0}),
        ("plates\\plate.[1001-1020].png", {"media_count": 20, "media_index": 1001}),
        ("plates/plate.1001.png", {"media_count": 20, "media_index": 1001}),
        ("plates/plate.1001.png", {"media_count": 0, "media_index": 1001}),
        ("plates/plate.%04d.png", {"media_count": 20, "media_index": 1001}),
        ("plates/plate.%04d.png", {"media_count": 0, "media_fps": 0}),
        ("plates/plate.####.png", {"media_count": 20}),
    ],
    ids=[
        "Resolve's brackets", "brackets alone", "backslashes", "first file and count", "first file and number",
        "printf", "printf alone", "hashes without a first number",
    ],
)  # fmt: skip
def test_every_notation_of_a_sequence(written: str, facts: Json, tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", range(1001, 1021))
    (shot,) = read(tmp_path, host_clip(written, (0, 5), 3, **facts), handles=2).shots

    assert shot.media.online
    assert shot.media.path == f"{tmp_path}/plates/plate.####.png"
    assert shown(shot) == [1004, 1005, 1006, 1007, 1008]
    assert (shot.source_work_range.first, shot.source_work_range.last) == (1002, 1010)
    assert shot.media.rate == 24


def test_windows_paths_are_kept(tmp_path: Path) -> None:
    cut = read(
        tmp_path,
        host_clip("D:\\plates\\a b.mov", (0, 5)),
        host_clip("\\\\server\\share\\p.[0001-0050].exr", (5, 5), media_count=50, media_index=1),
    )
    assert [shot.media.path for shot in cut.shots] == ["D:/plates/a b.mov", "//server/share/p.####.exr"]
    assert shown(cut.shots[1]) == [1, 2, 3, 4, 5]


def test_an_offline_sequence_starts_at_the_first_number_in_brackets(tmp_path: Path) -> None:
    (shot,) = read(tmp_path, host_clip("Z:\\plates\\p.[1001-1050].exr", (0, 5), 3, media_count=50)).shots
    assert shown(shot) == [1004, 1005, 1006, 1007, 1008]


@pytest.mark.parametrize(
    "facts",
    [{"media_count": 1}, {"media_count": 1, "media_index": 7}, {"media_count": 0}],
    ids=["one frame", "one frame and its number", "an unknown count"],
)
def test_a_still_lasts_as_long_as_its_clip(facts: Json, tmp_path: Path) -> None:
    """Numbered files next to it do not make it a sequence."""
    write_sequence(tmp_path, [7, 8, 9], prefix="card.")
    (shot,) = read(tmp_path, host_clip("card.0007.png", (0, 48), speed=1.0, **facts)).shots
    assert (set(shown(shot)), len(shot.record_range), shot.frame_map.speed) == ({7}, 48, 0)


def test_facts_missing_from_the_list_are_read_from_the_file(tmp_path: Path) -> None:
    """A TD's script may give only a path and a start; rate, length and timecode come from the movie."""
    write_movie(tmp_path / "a.mov", 60, rate=Fraction(25), timecode="10:00:00:00")
    host_row = host_clip("a.mov", (0, 10), 20, media_fps=0, media_count=0)
    (shot,) = read(tmp_path, host_row, fps=25.0, handles=100).shots
    assert (shot.media.rate, shot.media.timecode_first) == (25, 900_000)
    assert shown(shot) == list(range(20, 30))
    assert list(shot.source_work_range) == list(range(60))


def test_a_missing_rate_is_that_of_the_file_and_not_of_the_cut(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 60, rate=Fraction(25))
    (shot,) = read(tmp_path, host_clip("a.mov", (0, 24), 0, media_fps=0, media_count=60)).shots
    assert (shot.media.rate, len(shot.source_range)) == (25, 24)
    assert shown(shot) == [25 * i // 24 for i in range(24)]


def test_media_of_two_frames_keep_their_speed(tmp_path: Path) -> None:
    (shot,) = read(tmp_path, host_clip("/offline/a.mov", (0, 4), 0, speed=0.5, media_count=2)).shots
    assert (shot.frame_map.speed, shown(shot)) == (Fraction(1, 2), [0, 0, 1, 1])


@pytest.mark.parametrize(("number", "is_valid"), [(1000, True), (1001, False)])
def test_tracks_are_numbered_up_to_a_thousand(number: int, is_valid: bool, tmp_path: Path) -> None:
    row = host_clip("/offline/a.mov", (0, 5), track=number)
    if is_valid:
        assert read(tmp_path, row).shots[0].track_index == 999
        return
    with pytest.raises(DocumentError, match="track 1001 is out of range"):
        read(tmp_path, row)


def test_a_missing_length_is_read_from_the_file_and_the_timecode_stays_the_hosts(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 60)
    host_row = host_clip("a.mov", (0, 10), 20, media_count=0, media_timecode="10:00:00:00")
    (shot,) = read(tmp_path, host_row, handles=100).shots
    assert shot.media.timecode_first == 864_000
    assert shown(shot) == list(range(20, 30))
    assert list(shot.source_work_range) == list(range(60))


def test_a_movie_interpreted_at_another_rate_plays_at_that_rate(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 60, rate=Fraction(24))
    (shot,) = read(tmp_path, host_clip("a.mov", (0, 10), 20, media_fps=25.0, media_count=60), fps=25.0).shots
    assert shot.media.rate == 25
    assert shown(shot) == list(range(20, 30))


def test_an_invalid_timecode_is_ignored_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Resolve may write a timecode at the timeline's rate."""
    (shot,) = read(tmp_path, host_clip("/offline/a.mov", (0, 5), 3, media_timecode="01:00:00:24")).shots
    assert shown(shot) == [3, 4, 5, 6, 7]
    assert "sh010: timecode ignored: timecode '01:00:00:24' does not exist at 24 fps" in caplog.text


def test_offline_media_of_unknown_length_is_skipped(tmp_path: Path) -> None:
    known = host_clip("/offline/a.mov", (0, 5))
    cut = read(tmp_path, known, host_clip("/offline/b.mov", (5, 5), name="b", media_count=0))
    (row,) = cut.skipped
    assert (row.clip_name, "the cut does not give its length" in row.reason) == ("b", True)


def test_layers_from_an_earlier_delivery_are_not_plates(tmp_path: Path) -> None:
    """A turnover sent after an import contains our own layers."""
    layer = "/out/sh010/FACE/v001/sh010_FACE_v001.[1001-1048].exr"
    cut = read(
        tmp_path,
        host_clip("/offline/a.mov", (0, 48)),
        host_clip(layer, (0, 48), track=2, name="sh010_FACE_v001", media_count=48, media_index=1001),
    )
    assert [shot.track_index for shot in cut.shots] == [0]
    assert [row.reason for row in cut.skipped] == ["a layer made by this toolkit, not a plate"]


# --- skipped clips ---------------------------------------------------------------------------------------------


def test_disabled_clips_and_items_skipped_by_the_host_are_listed(tmp_path: Path) -> None:
    cut = read(
        tmp_path,
        host_clip("/offline/a.mov", (0, 10)),
        host_clip("/offline/a.mov", (10, 10), name="off", enabled=False),
        skipped=[{"name": "Text+", "track": 2, "record_first": 4, "record_count": 6, "reason": "a title"}],
    )
    assert [(row.clip_name, row.track_index, str(row.record_range), row.reason) for row in cut.skipped] == [
        ("off", 0, "10-19", "disabled in the timeline"),
        ("Text+", 1, "4-9", "a title"),
    ]


def test_a_host_remark_on_a_clip_that_was_sent_becomes_a_note(tmp_path: Path) -> None:
    row = {"name": "A", "track": 1, "record_first": 0, "record_count": 10, "reason": "sent without its opacity"}
    cut = read(tmp_path, host_clip("/offline/a.mov", (0, 10)), skipped=[row])
    assert (cut.skipped, cut.notes) == ((), ("A: sent without its opacity",))


# --- open_timeline ---------------------------------------------------------------------------------------------


def test_open_timeline_gives_markers_and_absolute_paths(tmp_path: Path) -> None:
    import opentimelineio as otio

    write_sequence(tmp_path / "plates", range(1001, 1021))
    marker = {"frame": 3.0, "name": "look", "note": "the eyes", "colour": "Cyan"}
    cut = read(
        tmp_path,
        host_clip("plates/plate.[1001-1020].png", (6, 10), 2, media_count=20, media_index=1001, markers=[marker]),
        markers=[{**marker, "frame": 8.0}],
    )
    timeline = open_timeline(cut).timeline

    (track,) = timeline.tracks
    gap, clip = track
    assert isinstance(gap, otio.schema.Gap)
    assert (gap.duration().value, timeline.global_start_time.value) == (6, 86400)
    assert clip.media_reference.target_url_base == f"{tmp_path}/plates/"
    assert [(m.name, m.comment, m.color, m.marked_range.start_time.value) for m in clip.markers] == [
        ("look", "the eyes", "CYAN", 5)
    ]
    assert timeline.tracks.markers[0].marked_range.start_time.value == 8
    assert {m.marked_range.duration.value for m in (*clip.markers, *timeline.tracks.markers)} == {1}


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = write_turnover(tmp_path, host_clip("/offline/a.mov", (0, 10)))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_cut(path, handles=0).shots) == 1


def test_the_same_turnover_gives_the_same_timeline(tmp_path: Path) -> None:
    document = Turnover.model_validate(turnover(host_clip("/offline/a.mov", (0, 10))))
    one, other = (build_host_timeline(document, tmp_path).to_json_string() for _ in range(2))
    assert one == other


# --- invalid turnovers -----------------------------------------------------------------------------------------

GOOD = host_clip("/offline/a.mov", (0, 10))
TITLE = {"name": "Text+", "track": 1, "record_first": 20, "record_count": 4, "reason": "a title"}


@pytest.mark.parametrize(
    ("document", "error", "message"),
    [
        (turnover(GOOD, schema="toolkit.turnover/2"), UnreadableCut, "it is a toolkit.turnover/2, but this version of"),
        (turnover(GOOD, schema="toolkit.shots/1"), UnreadableCut, "it is a toolkit.shots/1 document; a turnover is"),
        (turnover(), EmptyCut, "it has no video clips"),
        (turnover(GOOD, fps=0), DocumentError, "at /fps: 0 is not a frame rate"),
        (turnover(GOOD, drop_frame=True), DocumentError, "at /drop_frame: drop-frame timecode does not exist at 24"),
        (turnover(GOOD, record_count=-1), DocumentError, "at /record_count: -1 is negative"),
        (
            turnover(GOOD, otio="../x.otio"),
            DocumentError,
            "at /otio: '../x.otio' is not the name of a file in the same folder",
        ),
        (turnover({**GOOD, "record_count": -4}), DocumentError, "at /clips/0/record_count: -4 is negative ('sh010')"),
        (turnover({**GOOD, "source_count": -4}), DocumentError, "at /clips/0/source_count: -4 is negative"),
        (turnover({**GOOD, "media_count": -4}), DocumentError, "at /clips/0/media_count: -4 is negative"),
        (turnover({**GOOD, "record_first": -4}), DocumentError, "at /clips/0/record_first: -4 is before"),
        (turnover({**GOOD, "track": 0}), DocumentError, "at /clips/0/track: track 0 is out of range"),
        (turnover({**GOOD, "track": 10**9}), DocumentError, "at /clips/0/track: track 1000000000 is out"),
        (
            turnover(GOOD, skipped=[{**TITLE, "track": 0}]),
            DocumentError,
            "at /skipped/0/track: track 0 is out of range",
        ),
        (turnover({**GOOD, "media_fps": -24}), DocumentError, "at /clips/0/media_fps: -24 is not a frame rate"),
        (turnover({**GOOD, "media_fps": 1e6}), DocumentError, "at /clips/0/media_fps: 1e+06 is not a frame rate"),
        (turnover({**GOOD, "remap": [1.0]}), DocumentError, "at /clips/0/remap: 1 values for 10 timeline frames"),
        (turnover({**GOOD, "speed": "fast"}), DocumentError, "at /clips/0/speed: "),
        (turnover({**GOOD, "pace": 2}), DocumentError, "at /clips/0/pace: "),
        (
            turnover(GOOD, {**GOOD, "name": "b", "record_first": 5}),
            UnreadableCut,
            "'sh010' and 'b' overlap on track 1 at record frame 5",
        ),
        (turnover(GOOD, otio="reel.otio"), UnreadableCut, "its export reel.otio is missing"),
    ],
)
def test_an_invalid_turnover_is_refused_in_one_line(
    document: Json, error: type[InputError], message: str, tmp_path: Path
) -> None:
    from tests.turnover._cuts import write

    path = write(tmp_path / "turnover.json", document)
    with pytest.raises(error) as caught:
        read_cut(path, handles=0)
    assert message in str(caught.value)
    assert "turnover.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_one_broken_movie_of_unknown_length_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "broken.mov").write_bytes(b"not a movie")
    write_sequence(tmp_path, range(1, 9))
    cut = read(
        tmp_path,
        host_clip("broken.mov", (0, 4), media_fps=0.0, media_count=0, name="broken"),
        host_clip("plate.[0001-0008].png", (4, 4), name="whole"),
    )
    assert [shot.name for shot in cut.shots] == ["whole"]
    assert [(row.shot, "broken.mov" in row.reason) for row in cut.skipped] == [("broken", True)]
