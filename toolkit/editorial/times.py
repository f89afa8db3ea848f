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

_MAX_DENOMINATOR = 1_000_000
"""A larger denominator is rounding noise of the double in the file: 20.000000000000004 is 20."""

ROUNDING = Fraction(1, 1000)
"""How far times in editors' files may be off, frames."""
_MAX_TOLERANCE = Fraction(1, 20)
"""Frames."""


def exact_number(value: float) -> Fraction:
    """``value`` without the rounding noise of a double. Raises Skip when it is not finite."""
    if not isfinite(value):
        raise Skip(f"its times are not finite numbers ({value})")
    return Fraction(int(value)) if value.is_integer() else Fraction(value).limit_denominator(_MAX_DENOMINATOR)


@lru_cache(maxsize=256)
def time_base(rate: float) -> Fraction:
    """Units per second: a frame rate, snapped to NTSC, or a finer clock (samples, milliseconds). Raises Skip."""
    if isfinite(rate) and rate > 1000:
        return Fraction(rate)
    try:
        return exact_rate(rate)
    except ValueError as error:
        raise Skip(f"its times have an invalid rate ({rate:g})") from error


def to_seconds(time: RationalTime) -> Fraction:
    """``time`` in seconds, NTSC rates exact. Raises Skip for NaN, infinity and invalid rates."""
    return exact_number(time.value) / time_base(time.rate)


def seconds_uncertainty(time: RationalTime) -> Fraction:
    """How far ``to_seconds(time)`` may be off because the rate in the file is only close to the exact one, in seconds.

    At a rate that went through a 32-bit float (23.976024627685547), ten hours are off by a fortieth of a frame.
    """
    base = time_base(time.rate)
    if float(base) == time.rate:
        return Fraction(0)
    return abs(exact_number(time.value) / base * (Fraction(time.rate) / base - 1))


def snap_to_whole(frames: Fraction, uncertainty: Fraction, *, rounding: Fraction = ROUNDING) -> Fraction:
    """The nearest whole number when ``frames`` misses it only by ``rounding`` (plus ``uncertainty``, in frames).

    A true fraction is returned unchanged.
    """
    whole = round_half_up(frames)
    tolerance = min(_MAX_TOLERANCE, rounding + uncertainty)
    return Fraction(whole) if abs(frames - whole) <= tolerance else frames


def round_half_up(number: Fraction) -> int:
    """The nearest whole number; halves round up."""
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)
