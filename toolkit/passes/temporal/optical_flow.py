"""Where each pixel of a picture was in another one, by the pictures themselves, and where that can be trusted.

The flow is OpenCV's DIS (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", 2016).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.plates import display_codes

Grey = NDArray[np.uint8]
"""(H, W) luma codes, display-referred."""

_AGREE = 1.0
"""Pixels by which the flow there and back may miss its start."""


def grey(picture: NDArray[np.float32]) -> Grey:
    """What the flow sees of ``picture``, (H, W, 3) RGB, display-referred 0..1."""
    return np.asarray(cv2.cvtColor(display_codes(picture), cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def motion(before: Grey, after: Grey) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Where each pixel of ``after`` was in ``before``, (H, W, 2) x and y in pixels, and whether that can be trusted.

    It can where the flow from ``before`` to ``after`` leads back to within a pixel: not where something was covered.
    """
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)  # type: ignore[attr-defined]  # no stub
    back, forth = finder.calc(after, before, None), finder.calc(before, after, None)
    where = grid(back.shape) + back
    returned = cv2.remap(forth, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return where, np.asarray(np.hypot(*np.moveaxis(back + returned, 2, 0)) < _AGREE)


def grid(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """(H, W, 2): x and y of every pixel of a picture of ``shape``."""
    rows, columns = np.indices(shape[:2], np.float32)
    return np.dstack([columns, rows])


def carried(picture: NDArray[np.float32], where: NDArray[np.float32]) -> NDArray[np.float32]:
    """``picture`` (H, W) or (H, W, n) with every pixel taken from ``where``, linearly."""
    moved = cv2.remap(picture, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.float32)
