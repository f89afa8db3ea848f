"""The speed of a clip, and what a trim of its track removes at that speed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from opentimelineio import schema

from toolkit.editorial.retimes import read_retime, trimmed_source_frames
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
