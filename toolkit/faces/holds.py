"""Find holds: frames that show a face as the frame before, as in animation on twos or threes and repeated frames."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from toolkit.faces.motion import Motion

_STILL = 0.003
"""Greatest motion within a hold, altogether: no more than readings of a still face scatter."""
_MOVED = 0.006
"""Least motion into and out of a hold. Smaller steps are smoothed as any motion: that moves them by a third."""
_CONTRAST = 0.2
"""Greatest motion within a hold, as a fraction of the motion into and out of it: live motion does not stop and start
like that."""


def find_holds(motions: Sequence[Motion | None]) -> list[range]:
    """Split the frames of ``motions`` into holds, each a range of indices; a frame that moves is a hold of its own.

    ``motions`` are those since the frame before; None: unknown or large. The first is not used.
    """
    moved = [0, *(index for index in range(1, len(motions)) if _size(motions[index]) >= _MOVED), len(motions)]
    holds: list[range] = []
    for first, end in pairwise(moved):
        within = motions[first + 1 : end]
        bounds = [_size(motions[edge]) for edge in (first, end) if 0 < edge < len(motions)]
        is_hold = bool(bounds) and _is_still(within, min(bounds))
        holds += [range(first, end)] if is_hold else [range(index, index + 1) for index in range(first, end)]
    return holds


def _is_still(within: Sequence[Motion | None], bound: float) -> bool:
    if not within:
        return True
    way = np.cumsum([motion for motion in within if motion is not None], axis=0)
    return float(np.abs(way).max()) <= min(_STILL, _CONTRAST * bound)


def _size(motion: Motion | None) -> float:
    return float("inf") if motion is None else float(np.abs(motion).max())
