"""The frame rate of a movie from the times of its pictures, and which picture is up at a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from toolkit.errors import UnsupportedMedia
from toolkit.frames import exact_rate

_FEW_TICKS = 4
"""Ticks per frame below which times are not rounded: one tick off could be a frame."""


def find_rate(
    path: Path, pts: tuple[int, ...], time_base: Fraction, nominal: Iterable[Fraction | None]
) -> tuple[Fraction, bool]:
    """The constant rate that places every frame within one tick of its time, and True; else the rate of the commonest
    interval, and False.

    ``nominal`` are the rates that the container states. Raises UnsupportedMedia.
    """
    candidates = [exact_rate(rate) for rate in nominal if rate and 0 < rate <= 1000]
    if len(pts) < 2:
        return candidates[0] if candidates else Fraction(24), True
    for rate in candidates:
        ticks, per = (1 / (rate * time_base)).as_integer_ratio()  # whole numbers: a movie has many frames
        most = _rounding(rate, time_base) * per
        if all(abs((time - pts[0]) * per - number * ticks) <= most for number, time in enumerate(pts)):
            return rate, True
    intervals = Counter(later - earlier for earlier, later in pairwise(pts))
    commonest, _ = intervals.most_common(1)[0]
    fitting = [rate for rate in candidates if abs(commonest - 1 / (rate * time_base)) <= _rounding(rate, time_base)]
    try:
        rate = fitting[0] if fitting else exact_rate(1 / (commonest * time_base))
    except ValueError as error:
        raise UnsupportedMedia(path, f"its timestamps give no valid frame rate ({error})") from error
    return rate, False


def _rounding(rate: Fraction, time_base: Fraction) -> int:
    """Ticks that the time of a frame may be off."""
    return 1 if 1 / (rate * time_base) >= _FEW_TICKS else 0


def pictures_at(pts: tuple[int, ...], time_base: Fraction, rate: Fraction) -> tuple[int, ...]:
    """Which picture is up at each frame of a constant ``rate``, counted from the first picture's time.

    ``pts`` are presentation times in ``time_base``, ascending. A picture is up until the next one's time, the last one
    for the commonest interval.
    """
    ticks, per = (1 / (rate * time_base)).as_integer_ratio()
    last = Counter(later - earlier for earlier, later in pairwise(pts)).most_common(1)
    end = pts[-1] + (last[0][0] if last else 0)
    count = max(1, round(Fraction((end - pts[0]) * per, ticks)))
    # Times are rounded to whole ticks: half a tick late is in time.
    moments = (pts[0] + (2 * frame * ticks + per) // (2 * per) for frame in range(count))
    return tuple(bisect_right(pts, moment) - 1 for moment in moments)
