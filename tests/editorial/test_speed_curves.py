"""Speed curves: where the media is at each moment of the clip."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.editorial.skips import Skip
from toolkit.editorial.speed_curves import SpeedCurve

STRAIGHT = [0.0, 0.0, 0.0, 0.0]
STEPPED = [[0.0, 0.0, False, *STRAIGHT], [2.0, 2.0, False, *STRAIGHT], [6.0, 3.0, False, *STRAIGHT]]
"""100 %, then 25 %."""


def eased(*, first_handle: float = 0.0) -> SpeedCurve:
    """The interior keys of a curve of Resolve 21 whose authors rendered 18 s and found 2.4 s of the media there."""
    keys = [
        [0.0, 0.0, True, 0.0, 0.0, 3.0, first_handle],
        [12.0, 1.2, True, -1.898, -0.3796, 1.898, 0.0],
        [24.0, 4.8, True, -1.898, -1.5, 1.898, 0.7592],
        [36.0, 10.8, True, -3.0, 0.0, 0.0, 0.0],
    ]
    return SpeedCurve.from_resolve(keys)


@pytest.mark.parametrize(
    ("clip_time", "media_time"), [("0", "0"), ("1", "1"), ("2", "2"), ("3", "9/4"), ("6", "3"), ("8", "7/2")]
)
def test_a_stepped_curve_is_straight_and_exact_and_goes_on_beyond_its_keys(clip_time: str, media_time: str) -> None:
    curve = SpeedCurve.from_resolve(STEPPED)
    assert curve.media_time(Fraction(clip_time)) == Fraction(media_time)


def test_an_eased_curve_is_a_cubic_bezier_between_its_keys() -> None:
    assert float(eased().media_time(Fraction(18))) == pytest.approx(2.4375, abs=1e-5)


def test_the_handles_of_the_first_and_the_last_key_are_ignored() -> None:
    assert eased(first_handle=5.0).media_time(Fraction(5)) == eased().media_time(Fraction(5))


@given(st.integers(0, 3600))
def test_a_curve_can_be_followed_back(hundredths: int) -> None:
    curve, moment = eased(), Fraction(hundredths, 100)
    assert abs(curve.clip_time(curve.media_time(moment)) - moment) < Fraction(1, 1000)


def test_a_freeze_is_found_at_its_first_moment_and_what_is_never_shown_is_said() -> None:
    curve = SpeedCurve.from_resolve(
        [[0.0, 5.0, False, *STRAIGHT], [1.0, 6.0, False, *STRAIGHT], [3.0, 6.0, False, *STRAIGHT]]
    )
    assert curve.clip_time(Fraction(6)) == 1
    with pytest.raises(Skip, match="not on its speed curve"):
        curve.clip_time(Fraction(7))


@pytest.mark.parametrize("keys", [[], [[0.0, 0.0]], [STEPPED[1], STEPPED[0]], [STEPPED[0], STEPPED[0]]])
def test_keys_that_give_no_curve_are_skipped(keys: list[list[float]]) -> None:
    with pytest.raises(Skip, match="speed curve"):
        SpeedCurve.from_resolve(keys)
