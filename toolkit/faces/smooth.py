"""Smoothing over time without lag: local quadratic fits, where they describe the motion."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

_SMOOTH, _STEPPED = 0.01, 0.0015
"""How far smoothing may move a face, in face heights, as a fraction of its size and in radians: beyond this, the fit
gives way to the reading, which it leaves alone from twice as far on. The second limit is that of motion in steps. Noise
of the readings stays below both."""


def smooth_holds(
    values: NDArray[np.float64], holds: Sequence[range], reach: int, units: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Smooth ``values`` (frames, n) as ``smooth_over_time`` does, hold by hold; all frames of a hold get one value.

    ``holds`` divide the frames. ``units`` (frames, n) convert the limits of this module to those of ``values``. A
    camera that shakes and a head that is animated on twos do not move along parabolas: a fit would drag each step
    before its time. A ``reach`` of 0 changes nothing.
    """
    if reach == 0:
        return values
    firsts, lengths = [hold.start for hold in holds], [len(hold) for hold in holds]
    means = np.add.reduceat(values, firsts) / np.array(lengths)[:, None]
    change = smooth_over_time(means, reach) - means
    around = [lengths[max(0, index - reach) : index + reach + 1] for index in range(len(holds))]
    limits = np.array([_STEPPED if max(near) > 1 else _SMOOTH for near in around])[:, None] * units[firsts]
    return np.repeat(means + np.clip(2 - np.abs(change) / limits, 0, 1) * change, lengths, axis=0)


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
