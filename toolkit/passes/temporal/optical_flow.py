"""Optical flow between two frames, as ST maps, with a mask of the pixels where it can be trusted.

The flow is OpenCV's DIS (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", 2016).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.plates import to_8bit_codes

Luma = NDArray[np.uint8]
"""(H, W) luma codes, display-referred."""

_MAX_ROUND_TRIP_ERROR = 1.0
"""Pixels that the flow forward and back may miss its starting point by."""


def to_luma(picture: NDArray[np.float32]) -> Luma:
    """Luma of ``picture``, (H, W, 3) RGB, display-referred 0..1: what the flow is computed from."""
    return np.asarray(cv2.cvtColor(to_8bit_codes(picture), cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def estimate_flow(before: Luma, after: Luma) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """ST map from ``after`` into ``before``, (H, W, 2) x and y in pixels, and whether it can be trusted, (H, W).

    A pixel is trusted if the flow from ``before`` to ``after`` leads back to within a pixel of it; occluded pixels are
    not.
    """
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)  # type: ignore[attr-defined]  # no stub
    backward, forward = flow.calc(after, before, None), flow.calc(before, after, None)
    stmap = identity_stmap(backward.shape) + backward
    returned = cv2.remap(forward, stmap[..., 0], stmap[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return stmap, np.asarray(np.hypot(*np.moveaxis(backward + returned, 2, 0)) < _MAX_ROUND_TRIP_ERROR)


def identity_stmap(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """(H, W, 2): x and y of every pixel of an image of ``shape``."""
    rows, columns = np.indices(shape[:2], np.float32)
    return np.dstack([columns, rows])


def warp_by_stmap(picture: NDArray[np.float32], stmap: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sample ``picture``, (H, W) or (H, W, n), bilinearly at the coordinates in ``stmap``; edges are repeated."""
    warped = cv2.remap(picture, stmap[..., 0], stmap[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, dtype=np.float32)
