"""Flow accumulated from a canvas's first frame: noise sampled there moves with the plate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.passes.temporal.optical_flow import Luma, estimate_flow, identity_stmap, warp_by_stmap


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _LastFrame:
    source_frame: int
    luma: Luma
    displacement: NDArray[np.float32]
    """(H, W, 2): from each pixel to where it was in the first frame, pixels."""


class FlowAccumulator:
    """Tracks the canvases of one pass, one per face, from frame to frame."""

    def __init__(self) -> None:
        self._last: dict[int, _LastFrame] = {}

    def advance(self, source_frame: int, canvas_id: int, luma: Luma) -> NDArray[np.float32]:
        """ST map (H, W, 2) from ``luma`` into the first frame of its canvas; a gap in the frames starts over.

        Coordinates outside the image belong to content that entered the frame later.
        """
        last = self._last.get(canvas_id)
        displacement = np.zeros((*luma.shape, 2), np.float32)
        if last is not None and last.source_frame == source_frame - 1:
            stmap, _ = estimate_flow(last.luma, luma)
            displacement = stmap - identity_stmap(luma.shape) + warp_by_stmap(last.displacement, stmap)
        self._last[canvas_id] = _LastFrame(source_frame=source_frame, luma=luma, displacement=displacement)
        return np.asarray(identity_stmap(luma.shape) + displacement)
