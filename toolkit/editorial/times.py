"""OpenTimelineIO's floating-point times as exact numbers."""

from __future__ import annotations

from dataclasses import dataclass
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

_FINEST = 1e12
"""Units per second: 254,016,000,000 is the finest clock of an editor, Premiere's."""
LARGEST = 2.0**53
"""From here on doubles leave out whole numbers. In samples at 192 kHz that is a thousand years."""

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
    if 1000 < rate <= _FINEST:
        return Fraction(rate)
    try:
        return exact_rate(rate)
    except ValueError as error:
        raise Skip(f"its times have an invalid rate ({rate:g})") from error


def to_seconds(time: RationalTime) -> Fraction:
    """``time`` in seconds, NTSC rates exact. Raises Skip for invalid rates and what is no number up to ``LARGEST``."""
    return _to_seconds(time.value, time.rate)


@lru_cache(maxsize=4096)
def _to_seconds(value: float, rate: float) -> Fraction:
    return _exact_time(value) / time_base(rate)


def _exact_time(value: float) -> Fraction:
    """Like ``exact_number``; also raises Skip when ``value`` is too large for a time."""
    if isfinite(value) and abs(value) > LARGEST:
        raise Skip(f"its times are too large ({value:g})")
    return exact_number(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTime:
    """A time with both meanings that a rounded rate, such as 23.976, may have."""

    value: Fraction
    """In units of 1 / ``rate`` seconds."""
    exact: Fraction
    """Seconds at the exact NTSC rate."""
    plain: Fraction
    """Seconds at the rate as it is written."""
    rate: Fraction
    """The exact rate."""
    plain_rate: Fraction
    """The rate as it is written."""
    is_count: bool
    """Whether it is a whole number: frames that somebody counted. A fraction was converted from another rate."""

    @classmethod
    def of(cls, time: RationalTime) -> WrittenTime:
        """Both meanings of ``time``. Raises Skip for NaN, infinity, invalid rates and times beyond ``LARGEST``."""
        value, rate = _exact_time(time.value), time_base(time.rate)
        plain_rate = rate if float(rate) == time.rate else Fraction(time.rate)
        exact = value / rate
        return cls(
            value=value,
            exact=exact,
            plain=exact if plain_rate == rate else value / plain_rate,
            rate=rate,
            plain_rate=plain_rate,
            is_count=value.denominator == 1,
        )

    @classmethod
    def at(cls, frame: Fraction, rate: Fraction) -> WrittenTime:
        """The moment of ``frame`` at an exact ``rate``."""
        time = frame / rate
        return cls(value=frame, exact=time, plain=time, rate=rate, plain_rate=rate, is_count=True)

    @property
    def uncertainty(self) -> Fraction:
        """How far ``exact`` may be off because the rate in the file is only close to the exact one, in seconds.

        At a rate that went through a 32-bit float (23.976024627685547), ten hours are off by a fortieth of a frame.
        """
        return abs(self.exact * (self.plain_rate / self.rate - 1))


def frames_between(start: WrittenTime, end: WrittenTime, rate: Fraction) -> tuple[Fraction, Fraction]:
    """Media frames from ``start`` to ``end`` at the exact ``rate`` of the media, and how far that may be off.

    The one rule for NTSC rates that are written rounded (23.976, or a 32-bit float of it): whole numbers are counts of
    frames, at exactly 24000/1001 a second; a fraction was converted by a program that divided by the rate it wrote, so
    that it is plain seconds, unless only exact ones give a whole frame. From eleven hours of timecode on, the two are a
    frame apart.
    """
    if is_plain(start, end, rate):
        return plain_frames(start, end, rate), Fraction(0)
    return (end.exact - start.exact) * rate, (start.uncertainty + end.uncertainty) * rate


def is_plain(start: WrittenTime, end: WrittenTime, rate: Fraction) -> bool:
    """Whether the stretch between two times is read in plain seconds; see ``frames_between``."""
    is_rounded = any(time.plain_rate != time.rate for time in (start, end))
    if not is_rounded or (start.is_count and end.is_count):
        return False
    return _is_whole(plain_frames(start, end, rate)) or not _is_whole((end.exact - start.exact) * rate)


def plain_frames(start: WrittenTime, end: WrittenTime, rate: Fraction) -> Fraction:
    """Media frames from ``start`` to ``end`` in plain seconds, for media at the exact ``rate``."""
    frames = (end.plain - start.plain) * (start.plain_rate if start.rate == rate else rate)
    return frames.limit_denominator(_MAX_DENOMINATOR)


def _is_whole(frames: Fraction) -> bool:
    return abs(frames - round_half_up(frames)) <= ROUNDING


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


def nearest_frame(seconds: Fraction, rate: Fraction) -> int:
    """The whole number of frames nearest to ``seconds``; halves round up.

    The same as rounding the product, without the greatest common divisor that making a fraction of it needs.
    """
    numerator, denominator = seconds.numerator * rate.numerator, seconds.denominator * rate.denominator
    return (2 * numerator + denominator) // (2 * denominator)
