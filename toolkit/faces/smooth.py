"""Smoothing over time without lag: local quadratic fits."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray


def smooth_over_time(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """Replace each of ``values`` (frames,) or (frames, n) by a quadratic fit to the ``reach`` frames on both sides.

    Savitzky and Golay (1964): the value of the fit at the centre of its window is a fixed weighted mean, so it follows
    every parabola exactly and has no lag. Near an end the window narrows and stays symmetric; the two outermost frames
    on each side have no window wide enough and stay unchanged. An asymmetric window would smooth them hardly more and
    bend fast motion there: a one-second swing by 0.6 % of its width, against 0.04 % here. A ``reach`` of 0 or 1 changes
    nothing.
    """
    smoothed = values.copy()
    last = len(values) - 1
    for frame in range(2, last - 1):
        side = min(reach, frame, last - frame)
        if side >= 2:
            smoothed[frame] = _weights(side) @ values[frame - side : frame + side + 1]
    return smoothed


@cache
def _weights(side: int) -> NDArray[np.float64]:
    """Weights of ``2 * side + 1`` frames in the central value of their quadratic fit."""
    powers = np.arange(-side, side + 1, dtype=np.float64)[:, None] ** np.arange(3)
    return np.asarray(np.linalg.pinv(powers)[0], dtype=np.float64)


def unwrap_degrees(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Remove jumps of a full turn; the first angle stays unchanged."""
    return np.rad2deg(np.unwrap(np.deg2rad(degrees)))
