"""Flicker: what changes from frame to frame although nothing moves there that way in the plate.

The frame before is moved to where the plate's optical flow says that its pixels go, and compared with this frame. The
same of the plate is taken away: what it cannot explain itself (grain, occlusion, new light) is no flicker of the
result. This is the warping error of Lai et al., "Learning Blind Video Temporal Consistency", 2018, under the plate's
flow (DIS) and relative to the plate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import ClipName
from toolkit.passes import Luma, estimate_flow, warp_by_stmap

_WIDTH = 320
"""Pictures are measured this wide, pixels: grain averages out, and the flow is fast."""


class FlickerMeter:
    """Collects the frame-to-frame errors of a plate and of the clips made of it; pictures uint8 (H, W, 3) RGB."""

    def __init__(self, clips: Iterable[ClipName]) -> None:
        self._sums: dict[ClipName, float] = dict.fromkeys(clips, 0.0)
        self._count = 0
        self._before: tuple[Luma, NDArray[np.float32], dict[ClipName, NDArray[np.float32]]] | None = None

    def add(self, plate: NDArray[np.uint8], clips: Mapping[ClipName, NDArray[np.uint8]]) -> None:
        """The next frame of all."""
        height, width = plate.shape[:2]
        size = min(_WIDTH, width), max(1, round(height * min(_WIDTH, width) / width))
        own = _shrink(plate, size)
        luma = cv2.cvtColor(own, cv2.COLOR_RGB2GRAY).astype(np.uint8)
        small, others = (
            own.astype(np.float32),
            {name: _shrink(clip, size).astype(np.float32) for name, clip in clips.items()},
        )
        if self._before is not None:
            luma_before, plate_before, others_before = self._before
            stmap, trusted = estimate_flow(luma_before, luma)
            if trusted.any():
                expected = _error(plate_before, small, stmap, trusted)
                for name, now in others.items():
                    self._sums[name] += _error(others_before[name], now, stmap, trusted) - expected
                self._count += 1
        self._before = luma, small, others

    def more_than_plate(self, clip: ClipName) -> float | None:
        """The mean change beyond the plate's, codes of 255 (0: as steady as the plate, negative: steadier); None of a
        single frame.
        """
        return round(self._sums[clip] / self._count, 3) if self._count else None


def _shrink(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _error(
    before: NDArray[np.float32], now: NDArray[np.float32], stmap: NDArray[np.float32], trusted: NDArray[np.bool_]
) -> float:
    """Mean absolute difference over trusted pixels, codes of 255."""
    return float(np.abs(warp_by_stmap(before, stmap) - now)[trusted].mean())
