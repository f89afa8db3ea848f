"""OpenTimelineIO's floating-point times as exact numbers."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING

from toolkit.editorial.skips import Skip
from toolkit.frames import exact_rate

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime

_FINEST = 1_000_000
"""Denominators above this are noise of the double in the file: 20.000000000000004 is 20."""

_NEAR = Fraction(1, 1000)
_NEAR_AT_MOST = Fraction(1, 20)


def exact(value: float) -> Fraction:
    """The number meant by ``value``. Raises Skip when it is not finite."""
    if not isfinite(value):
        raise Skip(f"its times are not numbers ({value})")
    return Fraction(int(value)) if value.is_integer() else Fraction(value).limit_denominator(_FINEST)


@lru_cache(maxsize=256)
def time_base(rate: float) -> Fraction:
    """Units per second: a frame rate, snapped to NTSC, or a finer clock (samples, milliseconds). Raises Skip."""
    if isfinite(rate) and rate > 1000:
        return Fraction(rate)
    try:
        return exact_rate(rate)
    except ValueError as error:
        raise Skip(f"its times have the rate {rate:g}") from error


def seconds(time: RationalTime) -> Fraction:
    """``time`` in seconds, NTSC rates exact. Raises Skip for NaN, infinity and rates that are none."""
    return exact(time.value) / time_base(time.rate)


def doubt(time: RationalTime) -> Fraction:
    """How far ``seconds(time)`` may be off because the rate in the file is not quite the one that is meant, seconds.

    Ten hours at a rate that went through a 32-bit float (23.976024627685547) are off by a fortieth of a frame.
    """
    base = time_base(time.rate)
    if float(base) == time.rate:
        return Fraction(0)
    return abs(exact(time.value) / base * (Fraction(time.rate) / base - 1))


def snapped(frames: Fraction, doubt_frames: Fraction) -> Fraction:
    """``frames`` as a whole number when it is one but for rounding; a true fraction stays."""
    whole = nearest(frames)
    return Fraction(whole) if abs(frames - whole) <= min(_NEAR_AT_MOST, _NEAR + doubt_frames) else frames


def nearest(number: Fraction) -> int:
    """The nearest whole number, halves upwards."""
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)
