"""The speed of a clip, and what a trim of its track removes at that speed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from opentimelineio import schema

from toolkit.editorial.retimes import FrameWarps, read_retime, sample_retime, trimmed_source_frames
from toolkit.editorial.skips import Skip
from toolkit.editorial.tracks import Slot

THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    ("written", "speed"),
    [
        (1 / 3, THIRD),
        (-2 / 3, Fraction(-2, 3)),
        (0.3333, Fraction(3333, 10_000)),
        (-0.3333, Fraction(-3333, 10_000)),
        (1.0427, Fraction(10_427, 10_000)),
        (24 / 25, Fraction(24, 25)),
        (1.0999999999999999, Fraction(11, 10)),
        (2.0, Fraction(2)),
        (0.66667, Fraction(2, 3)),
        (1.4999925, Fraction(599_997, 400_000)),
    ],
)
def test_speeds_are_exact_to_hundredths_of_a_percent(written: float, speed: Fraction) -> None:
    assert read_retime([schema.LinearTimeWarp(time_scalar=written)]) == speed


def test_no_retime_is_speed_1_and_a_freeze_is_0() -> None:
    assert read_retime([]) == 1
    assert read_retime([schema.Effect()]) == 1
    assert read_retime([schema.FreezeFrame()]) == 0


def test_several_constant_speeds_multiply_and_an_unknown_retime_is_skipped() -> None:
    with pytest.raises(Skip, match=r"a retime of unknown kind \(Ease\)"):
        read_retime([schema.TimeEffect(effect_name="Ease")])
    assert read_retime([schema.LinearTimeWarp(time_scalar=1.5), schema.LinearTimeWarp(time_scalar=-1)]) == -1.5
    assert read_retime([schema.LinearTimeWarp(time_scalar=3), schema.FreezeFrame()]) == 0


@pytest.mark.parametrize(
    ("speed", "source_rate", "frames"),
    [
        (Fraction(1), Fraction(24), 11),
        (Fraction(7, 4), Fraction(24), Fraction(77, 4)),
        (THIRD, Fraction(24), Fraction(11, 3)),
        (THIRD, Fraction(30), Fraction(55, 12)),
        (Fraction(-3, 4), Fraction(24), Fraction(27, 2)),
        (Fraction(-3, 4), Fraction(25), Fraction(225, 16)),
        (Fraction(0), Fraction(24), 0),
    ],
)
def test_a_trim_removes_source_frames_in_proportion_to_the_speed(
    speed: Fraction, source_rate: Fraction, frames: Fraction
) -> None:
    """11 record frames of 24 at the head, 18 at the tail; a reversed clip ends on its lowest source frame."""
    slot = Slot(
        child=schema.Clip(),
        clip_index=0,
        first=Fraction(0),
        length=Fraction(52, 24),
        trimmed_head=Fraction(11, 24),
        trimmed_tail=Fraction(18, 24),
    )
    assert trimmed_source_frames(slot, speed, source_rate) == frames


def time_warp(*lookup: float) -> schema.TimeEffect:
    return schema.TimeEffect(effect_name="TimeWarp", metadata={"length": len(lookup), "lookup": list(lookup)})


def shown(effects: list[schema.Effect], count: int, *, start: int = 50) -> list[int]:
    retime = read_retime(effects)
    assert isinstance(retime, FrameWarps)
    rate = Fraction(24)
    sampled = sample_retime(retime, range(count), media_start=start / rate, record_rate=rate, source_rate=rate)
    return [frame - start for frame in sampled]


def test_a_time_warp_of_hiero_is_a_table_of_frames() -> None:
    assert shown([time_warp(2, 2, 1.5, 1, 0.4, -5)], 6) == [2, 3, 4, 4, 4, 0]
    assert shown([schema.LinearTimeWarp(time_scalar=2), time_warp(0, 1, 0.25, -3)], 4) == [0, 4, 5, 0]


def test_time_warps_chain_and_tables_of_zeros_move_nothing() -> None:
    """The second table looks up what the first one gave; beyond its ends, that of its first or last frame."""
    assert shown([time_warp(5, 5, 5, 9), time_warp(0, 1, -2, 3)], 4) == [5, 7, 5, 12]
    assert read_retime([schema.LinearTimeWarp(time_scalar=0.5), time_warp(0, 0, 0)]) == Fraction(1, 2)


def test_a_time_warp_that_is_shorter_than_its_clip_is_skipped() -> None:
    with pytest.raises(Skip, match="its retime has 3 frames, but the clip 4"):
        shown([time_warp(1, 2, 3)], 4)
    with pytest.raises(Skip, match="2 retimes on one clip"):
        read_retime([time_warp(1, 2, 3), time_warp(1, 2)])
