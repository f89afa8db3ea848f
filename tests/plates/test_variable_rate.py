"""Movies of variable frame rate: left out by default, or counted exactly, by time or picture by picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.plates._footage import X264_LONG, encode, number_in
from tests.turnover._cuts import clip, movie_reference, one_clip, time_range, write
from toolkit.documents import Cut
from toolkit.errors import CutIncomplete, UnsupportedMedia
from toolkit.plates import count_by_time, file_digest, open_plate, probe
from toolkit.settings import PlateSettings
from toolkit.turnover import read_cut

BASE = 12288
"""Ticks per second."""
TICKS = list(np.cumsum([0, *np.random.default_rng(8).choice([205, 410, 512, 1024, 1500], 47)]).tolist())


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encode(tmp_path_factory.mktemp("vfr") / "uneven.mp4", "libx264", count=48, ticks=TICKS, options=X264_LONG)


def _up_at(seconds: Fraction) -> int:
    """The last picture whose time, which was rounded to a tick, has come."""
    return max(number for number, ticks in enumerate(TICKS) if ticks - Fraction(1, 2) <= seconds * BASE)


def _read(movie: Path, rate: float, first: int, count: int, folder: Path, **plate: str) -> Cut:
    length = round(TICKS[-1] / BASE * rate) + 1
    item = clip(movie_reference(str(movie), time_range(0, length, rate)), time_range(first, count, rate))
    settings = PlateSettings(**plate)  # type: ignore[arg-type]
    return read_cut(write(folder / "cut.otio", one_clip(item, rate=rate)), handles=2, plate=settings)


def test_by_default_it_is_left_out_with_what_to_do(uneven: Path, tmp_path: Path) -> None:
    what_to_do = r"frame rate is variable.*transcode it to a constant rate.*plate.variable_rate"
    with pytest.raises(CutIncomplete, match=what_to_do):
        _read(uneven, 30, 4, 6, tmp_path)
    with pytest.raises(UnsupportedMedia, match="frame rate is variable"):
        read_cut(uneven)


@pytest.mark.parametrize("rate", [30.0, 24.0, 60.0, 29.97, 12.0])
def test_by_time_every_frame_shows_the_picture_that_is_up_then(rate: float, uneven: Path, tmp_path: Path) -> None:
    cut = _read(uneven, rate, 5, 20, tmp_path, variable_rate="time")
    (shot,) = cut.shots
    exact = Fraction(30000, 1001) if rate == 29.97 else Fraction(rate)
    assert shot.media.rate == exact
    assert "counted by time" in cut.notes[0]
    used = [shot.frame_map.source_frame_at_record(frame) for frame in range(20)]
    assert used == list(range(5, 25))
    with open_plate(shot.media) as plate:
        shown = [number_in(frame.rgb) for frame in plate.frames(used)]
        assert shown == [_up_at(frame / exact) for frame in used]
        backwards = [(frame, number_in(rgb)) for frame, rgb in plate.frames_8bit(used[::-3])]
        assert backwards == [(frame, _up_at(frame / exact)) for frame in used[::-3]]


def test_by_picture_they_are_counted_one_by_one(uneven: Path, tmp_path: Path) -> None:
    cut = _read(uneven, 30, 4, 6, tmp_path, variable_rate="pictures")
    (shot,) = cut.shots
    assert "picture by picture" in cut.notes[0]
    with open_plate(shot.media) as plate:
        assert [number_in(frame.rgb) for frame in plate.frames(shot.source_range)] == list(shot.source_range)


def test_each_way_to_count_has_its_own_digest(uneven: Path) -> None:
    """The same source frame is another picture."""
    by_picture, by_time = probe(uneven), probe(uneven, variable_rate="time")
    with open_plate(by_picture) as one, open_plate(by_time) as other:
        assert one.digest(3) == file_digest(uneven) != other.digest(3)


def test_all_moments_are_there_though_they_are_more_than_the_pictures(uneven: Path) -> None:
    media = count_by_time(probe(uneven, variable_rate="time"), Fraction(60))
    assert media.source_range is not None
    assert len(media.source_range) > len(TICKS)
    with open_plate(media) as plate:
        (last,) = plate.frames([media.source_range.last])
    assert number_in(last.rgb) == len(TICKS) - 1


def test_a_single_movie_lasts_as_long_by_time(uneven: Path) -> None:
    cut = read_cut(uneven, plate=PlateSettings(variable_rate="time"))
    seconds = Fraction(TICKS[-1], BASE)
    assert abs(cut.record_count / cut.record_rate - seconds) < Fraction(1, 5)


def test_times_that_are_rounded_to_ticks_are_no_variable_rate(tmp_path: Path) -> None:
    for rate in (24, Fraction(24000, 1001), Fraction(30000, 1001)):
        path = encode(tmp_path / f"{float(rate):g}.mkv", "libx264", count=48, rate=rate)
        assert probe(path, variable_rate="refuse").rate == rate


def test_a_dropped_frame_is_noticed_though_a_tick_is_a_whole_frame(tmp_path: Path) -> None:
    ticks = [512 * (number + (number > 5)) for number in range(12)]
    muxer = {"video_track_timescale": "24"}
    path = encode(tmp_path / "a.mp4", "libx264", count=12, ticks=ticks, muxer=muxer)
    with pytest.raises(UnsupportedMedia, match="variable"):
        probe(path, variable_rate="refuse")
    with open_plate(probe(path, variable_rate="time")) as plate:
        assert [number_in(frame.rgb) for frame in plate.frames(range(4, 9))] == [4, 5, 5, 6, 7]


def test_by_time_there_may_be_more_frames_than_pictures(uneven: Path) -> None:
    media = count_by_time(probe(uneven, variable_rate="time"), Fraction(120))
    assert media.source_range is not None
    with open_plate(media) as plate:
        shown = [number_in(frame.rgb) for frame in plate.frames(media.source_range)]
    assert len(shown) > len(set(shown)) and shown == [_up_at(Fraction(frame, 120)) for frame in media.source_range]
