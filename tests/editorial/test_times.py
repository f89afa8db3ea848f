"""Rounding seconds to frames is exact, however large the numbers."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from toolkit.editorial.times import nearest_frame, round_half_up

RATES = [Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(60000, 1001), Fraction(48000)]


@given(st.fractions(min_value=-(10**9), max_value=10**9), st.sampled_from(RATES))
def test_the_nearest_frame_is_that_of_the_exact_product(seconds: Fraction, rate: Fraction) -> None:
    assert nearest_frame(seconds, rate) == round_half_up(seconds * rate) == floor(seconds * rate + Fraction(1, 2))
