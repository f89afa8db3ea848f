"""Smoothing without lag: local quadratic fits, right up to the ends."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray


def smoothed(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """``values`` (frames,) or (frames, n), each replaced by a quadratic fitted to the ``reach`` frames on both sides.

    Savitzky and Golay (1964): inside, the fit's value in the middle of its window is one fixed weighted mean, so it
    follows a parabola exactly and delays nothing. Near an end the window stops there, keeps its length and is read off
    the middle; nothing is padded, which would bend the motion. Runs too short for a quadratic stay as they are, and so
    does everything with a ``reach`` of 0.
    """
    count = len(values)
    length = min(2 * reach + 1, count)
    if length <= 3:
        return values.copy()
    fitted = np.empty_like(values)
    for frame in range(count):
        first = min(max(0, frame - reach), count - length)
        fitted[frame] = _weights(length, frame - first) @ values[first : first + length]
    return fitted


@cache
def _weights(length: int, at: int) -> NDArray[np.float64]:
    """What each of ``length`` frames counts in the value of their quadratic at frame ``at``."""
    powers = (np.arange(length, dtype=np.float64) - at)[:, None] ** np.arange(3)
    return np.asarray(np.linalg.pinv(powers)[0], dtype=np.float64)


def unwrapped(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angles without the jumps of a full turn; the first stays within -180..180."""
    return np.rad2deg(np.unwrap(np.deg2rad(degrees)))
