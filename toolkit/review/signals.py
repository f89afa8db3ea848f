"""Curves over time: their noise, their speed, and how much later one is than another. NaN marks what is not known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""float64 (frames, curves)."""

_DEVIATION = 1.4826
"""The standard deviation of a normal distribution over its median absolute deviation."""
_LONGEST_DELAY = 8
"""Frames."""
_LEAST_ALIKE = 0.3
"""Correlation of the speeds below which a delay cannot be told."""


def count_runs(found: NDArray[np.bool_], length: int) -> int:
    """How many stretches of ``length`` frames in a row are ``found``, overlapping ones too."""
    return int((np.convolve(found, np.ones(length, int), "valid") == length).sum()) if len(found) >= length else 0


def find_noise(values: Values) -> NDArray[np.float64]:
    """The standard deviation of the noise of each curve, from frames next to each other: at least four in a row.

    Acting is smooth at the third difference, whose variance is 20 times that of the noise. On twos it is not, but then
    half of the frames are like the one before. So the smaller estimate counts.
    """
    smooth, held = (_spread(np.diff(values, n=order, axis=0)) for order in (3, 1))
    return np.minimum(smooth / 20**0.5, held / 2**0.5)


def mean_square_velocity(values: Values) -> NDArray[np.float64]:
    """Of each curve, per frame, without what its noise adds."""
    noise = find_noise(values)
    found: NDArray[np.float64] = np.maximum(0.0, np.nanmean(np.diff(values, axis=0) ** 2, axis=0) - 2 * noise**2)
    return found


def find_delay(first: Values, second: Values) -> float | None:
    """How many frames ``second`` is later than ``first``, to a part of a frame; None if they do not move alike.

    The peak of the cross-correlation of their speeds, all curves together, with a parabola through its top.
    """
    one, other = (_normalise(np.diff(values, axis=0)) for values in (first, second))
    shifts = range(-_LONGEST_DELAY - 1, _LONGEST_DELAY + 2)
    alike = np.array([_correlate(one, other, shift) for shift in shifts])
    top = 1 + int(np.argmax(alike[1:-1]))
    if not alike[top] >= _LEAST_ALIKE:
        return None
    before, peak, after = alike[top - 1 : top + 2]
    bend = before - 2 * peak + after
    return float(shifts[top] + (0.5 * (before - after) / bend if bend < 0 else 0.0))


def align(values: Values, delay: float) -> Values:
    """``values`` earlier by ``delay`` frames, with straight lines between frames; NaN beyond the ends."""
    whole, part = int(np.floor(delay)), delay - np.floor(delay)
    moved = _shift(values, whole)
    return moved if part == 0 else (1 - part) * moved + part * _shift(values, whole + 1)


def find_frames_above(values: NDArray[np.float64], limit: float, *, over: int) -> list[tuple[int, int]]:
    """First index and length of the stretches in which the mean of ``over`` values around is above ``limit``."""
    weights = np.convolve(np.ones(len(values)), np.ones(over), "same")
    above = np.convolve(values, np.ones(over), "same") / weights > limit
    edges = np.flatnonzero(np.diff(np.concatenate([[False], above, [False]]).astype(int)))
    return [(int(first), int(end - first)) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The value that half of the weight is not above."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _shift(values: Values, frames: int) -> Values:
    """``values`` earlier by a whole number of ``frames``."""
    moved = np.full_like(values, np.nan)
    count = len(values)
    if abs(frames) < count:
        moved[max(0, -frames) : count - max(0, frames)] = values[max(0, frames) : count + min(0, frames)]
    return moved


def _spread(differences: Values) -> NDArray[np.float64]:
    found = differences[~np.isnan(differences).any(axis=1)]
    return np.asarray(_DEVIATION * np.median(np.abs(found - np.median(found, axis=0)), axis=0))


def _normalise(speeds: Values) -> Values:
    deviation = np.sqrt(np.nanmean(speeds**2, axis=0))
    return speeds / np.where(deviation > 0, deviation, np.inf)


def _correlate(first: Values, second: Values, shift: int) -> float:
    """Of ``first`` with ``second`` as it is ``shift`` frames later, over the frames that both have."""
    moved = _shift(second, shift)
    both = ~(np.isnan(first).any(axis=1) | np.isnan(moved).any(axis=1))
    if not both.any():
        return 0.0
    one, other = first[both], moved[both]
    size = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / size) if size else 0.0
