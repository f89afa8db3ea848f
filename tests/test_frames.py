"""Frame numbers: exact rates, ranges, timecode, numbered files, and one space into another."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.frames import (
    SHOT_FIRST,
    FrameMap,
    FramePath,
    FrameRange,
    exact_rate,
    frames_from_timecode,
    media_timecode,
    timecode_from_frames,
)

NTSC = Fraction(24000, 1001)


@pytest.mark.parametrize("spelling", [23.976, 23.98, 23.976024627685547, "24000/1001", Fraction(24000, 1001)])
def test_every_spelling_of_23_976_is_the_same_exact_rate(spelling: float | str | Fraction) -> None:
    assert exact_rate(spelling) == NTSC


@pytest.mark.parametrize(
    ("spelling", "rate"),
    [
        (24, Fraction(24)),
        (24.000001, Fraction(24)),
        (25.0, Fraction(25)),
        (29.97, Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (119.88, Fraction(120000, 1001)),
        (12.5, Fraction(25, 2)),
    ],
)
def test_rates_that_are_not_ntsc_are_unchanged(spelling: float, rate: Fraction) -> None:
    assert exact_rate(spelling) == rate


@pytest.mark.parametrize(
    ("spelling", "rate"),
    [
        ("23.99", Fraction(2399, 100)),
        ("23.965", Fraction(4793, 200)),
        ("29.955", Fraction(5991, 200)),
        ("29.985", Fraction(5997, 200)),
        ("47.98", Fraction(2399, 50)),
        ("59.91", Fraction(5991, 100)),
        ("119.82", Fraction(5991, 50)),
    ],
)
def test_rates_outside_the_ntsc_tolerance_are_unchanged(spelling: str, rate: Fraction) -> None:
    """Between a 4000th and a 1000th away from an NTSC rate."""
    nearest = min((Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)), key=lambda ntsc: abs(ntsc - rate))
    assert Fraction(1, 4000) < abs(rate / nearest - 1) < Fraction(1, 1000)
    assert exact_rate(spelling) == exact_rate(rate) == rate


@pytest.mark.parametrize("nonsense", [0, -24, float("nan"), float("inf"), "fast", 1e9, 1e-9])
def test_an_invalid_rate_is_refused(nonsense: float | str) -> None:
    with pytest.raises(ValueError, match="not a frame rate"):
        exact_rate(nonsense)


@pytest.mark.parametrize(
    ("label", "rate", "frames"),
    [
        ("01:00:00:00", Fraction(24), 86400),
        ("01:00:00:00", Fraction(25), 90000),
        ("01:00:00:00", NTSC, 86400),
        ("01:00:00:00", Fraction(30000, 1001), 108000),
        ("00:10:00;00", Fraction(30000, 1001), 17982),
        ("01:00:00;00", Fraction(60000, 1001), 215784),
        ("00:01:00;02", Fraction(30000, 1001), 1800),
    ],
)
def test_a_timecode_label_counts_frames(label: str, rate: Fraction, frames: int) -> None:
    assert frames_from_timecode(label, rate) == frames
    assert str(timecode_from_frames(frames, rate, drop_frame=";" in label)) == label


@given(st.integers(0, 2_589_407), st.sampled_from([Fraction(30000, 1001), Fraction(60000, 1001)]))
def test_drop_frame_labels_convert_back_to_their_frame(frame: int, rate: Fraction) -> None:
    assert frames_from_timecode(str(timecode_from_frames(frame, rate, drop_frame=True)), rate) == frame


def test_a_slide_show_has_a_label_for_each_second() -> None:
    """A movie of one picture every four seconds is media like any other."""
    assert str(timecode_from_frames(61, Fraction(1, 4))) == "00:01:01:00"
    assert frames_from_timecode("00:01:01:00", Fraction(1, 4)) == 61


def test_timecode_wraps_at_24_hours() -> None:
    assert str(timecode_from_frames(24 * 86400, Fraction(24))) == "00:00:00:00"


@pytest.mark.parametrize("label", ["01:00:00:24", "25:00:00:00", "1:2:3", "01:60:00:00", "later"])
def test_labels_that_do_not_exist_are_refused(label: str) -> None:
    with pytest.raises(ValueError, match="timecode"):
        frames_from_timecode(label, Fraction(24))


def test_a_drop_frame_mark_of_media_counts_only_where_drop_frame_exists() -> None:
    ntsc = Fraction(30000, 1001)
    assert media_timecode("01:00:00;00", ntsc) == (107892, True)
    assert media_timecode("01:00:00;00", Fraction(25)) == (90000, False)


def test_drop_frame_exists_only_at_29_97_and_59_94() -> None:
    with pytest.raises(ValueError, match="does not exist at 25 fps"):
        timecode_from_frames(0, Fraction(25), drop_frame=True)


@pytest.mark.parametrize(
    ("text", "frame", "file"),
    [
        ("plates/plate.####.exr", 7, "plates/plate.0007.exr"),
        ("plates/plate.%04d.png", 1001, "plates/plate.1001.png"),
        ("plates/plate.1001.exr", 12, "plates/plate.0012.exr"),
        ("plate_v002.####.exr", 123456, "plate_v002.123456.exr"),
        ("plate #1.####.exr", 7, "plate #1.0007.exr"),
        ("plate #1.%04d.exr", 7, "plate #1.0007.exr"),
        ("plate.%d.png", 5, "plate.5.png"),
        ("plate.####.exr", -5, "plate.-005.exr"),
        ("plate.-005.exr", -12, "plate.-012.exr"),
        ("plate-005.exr", 12, "plate-012.exr"),
        ("plate.%d.png", -12, "plate.-12.png"),
    ],
)
def test_a_pattern_names_the_file_of_a_frame(text: str, frame: int, file: str) -> None:
    assert FramePath.parse(text).path(frame) == Path(file)


def test_only_files_of_the_pattern_count_as_frames(tmp_path: Path) -> None:
    for name in ("a.0001.png", "a.0003.png", "a.00003.png", "b.0002.png", "a.0002.jpg", "a.x.png", "a.12345.png"):
        (tmp_path / name).touch()
    assert FramePath.parse(tmp_path / "a.####.png").frames_on_disk() == [1, 3, 12345]


@pytest.mark.parametrize("names", [("f.-011", "f.-002"), ("f.-0011", "f.-0002")], ids=["printf", "sign before zeros"])
def test_negative_frames_are_found_however_they_are_written(names: tuple[str, str], tmp_path: Path) -> None:
    for name in (*names, "f.0000", "f.0013"):
        (tmp_path / f"{name}.png").touch()
    files = FramePath.parse(tmp_path / "f.####.png")
    assert files.frames_on_disk() == [-11, -2, 0, 13]
    assert [files.path_on_disk(frame).stem for frame in (-11, -2)] == list(names)
    assert files.frames_left_out() == []


def test_files_of_another_padding_are_left_out(tmp_path: Path) -> None:
    for name in ("p.98", "p.099", "p.100", "p.0101", "p.102", "p.0102"):
        (tmp_path / f"{name}.png").touch()
    assert FramePath.parse(tmp_path / "p.###.png").frames_left_out() == [98, 101]


@pytest.mark.parametrize("name", ["100%_.%04d.png", "50%d_.%04d.png", "p%20x%41.%04d.png", "p%04d.%010d.png"])
def test_only_the_last_placeholder_is_the_number(name: str) -> None:
    files = FramePath.parse(name)
    assert files.printf == name
    assert files.span(FrameRange(first=7, last=1001)) == name.replace(
        f"%0{files.padding}d.png", f"[{7:0{files.padding}d}-{1001:0{files.padding}d}].png"
    )


def test_a_range_is_inclusive_and_never_empty() -> None:
    assert len(FrameRange(first=1001, last=1048)) == 48
    assert FrameRange.of(1001, 48).last == 1048
    assert list(FrameRange(first=998, last=1001)) == [998, 999, 1000, 1001]
    assert [frame for frame in range(990, 1010) if frame in FrameRange(first=998, last=1001)] == [998, 999, 1000, 1001]
    with pytest.raises(ValueError, match="empty frame range"):
        FrameRange(first=2, last=1)


@pytest.mark.parametrize(
    ("other", "both"),
    [
        ((1040, 1063), (1040, 1048)),
        ((1010, 1012), (1010, 1012)),
        ((1048, 1063), (1048, 1048)),
        ((1049, 1063), None),
        ((880, 1000), None),
    ],
    ids=["overlap", "inside", "one frame", "the next frame on", "apart"],
)
def test_two_ranges_intersect_in_the_frames_of_both(other: tuple[int, int], both: tuple[int, int] | None) -> None:
    one, two = FrameRange(first=1001, last=1048), FrameRange(first=other[0], last=other[1])
    expected = FrameRange(first=both[0], last=both[1]) if both else None
    assert one.intersection(two) == two.intersection(one) == expected


def shot_map(
    *,
    offset: Fraction | int = 8,
    count: int = 48,
    speed: Fraction | int = 1,
    source_rate: int = 24,
    record_rate: int = 24,
    source_first: int = 1001,
) -> FrameMap:
    return FrameMap(
        source_first=source_first,
        source_offset=Fraction(offset),
        source_rate=Fraction(source_rate),
        record_first=100,
        record_count=count,
        record_rate=Fraction(record_rate),
        speed=Fraction(speed),
        source_work_first=1001,
    )


@pytest.mark.parametrize(
    ("speed", "count", "first_and_last_offset"),
    [
        (Fraction(1), 48, (0, 47)),
        (Fraction(2), 48, (0, 94)),
        (Fraction(1, 2), 48, (0, 23)),
        (Fraction(3, 2), 48, (0, 70)),
        (Fraction(5, 2), 171, (0, 425)),
        (Fraction(0), 48, (0, 0)),
        (Fraction(-1), 41, (40, 0)),
        (Fraction(-2), 11, (20, 0)),
    ],
)
def test_a_constant_speed_steps_through_the_source(
    speed: Fraction, count: int, first_and_last_offset: tuple[int, int]
) -> None:
    frames = shot_map(offset=0, speed=speed, count=count)
    ends = (frames.source_frame_at_record(100), frames.source_frame_at_record(100 + count - 1))
    assert ends == tuple(1001 + offset for offset in first_and_last_offset)
    assert (frames.source_range().first, frames.source_range().last) == (min(ends), max(ends))


def test_a_25_fps_timeline_repeats_frames_of_24_fps_media() -> None:
    frames = shot_map(offset=0, count=25, record_rate=25)
    shown = [frames.source_frame_at_record(100 + i) for i in range(25)]
    assert shown[0] == 1001
    assert shown[-1] == 1001 + 23
    assert len(set(shown)) == 24


@given(st.integers(-5000, 5000))
def test_our_file_numbers_and_source_frames_are_one_to_one(source_frame: int) -> None:
    frames = shot_map()
    assert frames.source_frame(frames.shot_frame(source_frame)) == source_frame
    assert frames.shot_frame(frames.source_work_first) == SHOT_FIRST


def test_a_map_of_varying_speed_lists_its_frames_and_is_trimmed_like_any_other() -> None:
    ramp = FrameMap(
        source_first=1001,
        source_offset=Fraction(4),
        source_rate=Fraction(24),
        record_first=30,
        record_count=5,
        record_rate=Fraction(24),
        speed=Fraction(1),
        source_work_first=1001,
        frames=(1005, 1006, 1009, 1013, 1007),
    )
    assert ramp.source_range() == FrameRange(first=1005, last=1013)
    part = ramp.trimmed(FrameRange(first=32, last=34))
    assert [part.source_frame_at_record(n) for n in (32, 33, 34)] == [1009, 1013, 1007]
    assert (part.source_range(), part.source_offset) == (FrameRange(first=1007, last=1013), 6)
    with pytest.raises(ValueError, match="5 source frames for 4"):
        replace(ramp, record_count=4)
