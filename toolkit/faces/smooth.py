"""Smoothing without lag: local quadratic fits."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray


def smoothed(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """``values`` (frames,) or (frames, n), each replaced by a quadratic fitted to the ``reach`` frames on both sides.

    Savitzky and Golay (1964): read off in the middle of its window the fit is one fixed weighted mean, so it follows
    every parabola exactly and delays nothing. Towards an end the window narrows and stays symmetric; the two outermost
    frames hold no quadratic that could differ from them and stay as measured. A window that leaned inwards instead
    would steady them hardly more and bend a fast motion there: a swing of a second by 0.6 % of its width, where this
    errs by 0.04 %. A ``reach`` of 0 or 1 changes nothing.
    """
    fitted = values.copy()
    last = len(values) - 1
    for frame in range(2, last - 1):
        side = min(reach, frame, last - frame)
        if side >= 2:
            fitted[frame] = _weights(side) @ values[frame - side : frame + side + 1]
    return fitted


@cache
def _weights(side: int) -> NDArray[np.float64]:
    """What each of ``2 * side + 1`` frames counts in the value of their quadratic in the middle."""
    powers = np.arange(-side, side + 1, dtype=np.float64)[:, None] ** np.arange(3)
    return np.asarray(np.linalg.pinv(powers)[0], dtype=np.float64)


def unwrapped(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angles without the jumps of a full turn; the first stays as it is."""
    return np.rad2deg(np.unwrap(np.deg2rad(degrees)))
