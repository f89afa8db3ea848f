"""Where the pixels of a canvas were in its first picture: noise that is taken from there goes with the plate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.passes.temporal.optical_flow import Grey, carried, grid, motion


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Last:
    source_frame: int
    shown: Grey
    travelled: NDArray[np.float32]
    """(H, W, 2): from each pixel to where it was in the first picture, pixels."""


class Travel:
    """The canvases of one pass, one per face, followed from frame to frame."""

    def __init__(self) -> None:
        self._last: dict[int, _Last] = {}

    def follow(self, source_frame: int, face: int, shown: Grey) -> NDArray[np.float32]:
        """(H, W, 2) x and y of every pixel in the first picture of ``face`` that leads to ``shown`` without a gap.

        They may lie outside of it: what comes into the picture has travelled from there.
        """
        last = self._last.get(face)
        travelled = np.zeros((*shown.shape, 2), np.float32)
        if last is not None and last.source_frame == source_frame - 1:
            where, _ = motion(last.shown, shown)
            travelled = where - grid(shown.shape) + carried(last.travelled, where)
        self._last[face] = _Last(source_frame=source_frame, shown=shown, travelled=travelled)
        return np.asarray(grid(shown.shape) + travelled)
