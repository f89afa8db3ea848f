"""AUTOMATIC1111's "Mask blur": a hard mask in 8 bits, made soft outwards and inwards, code for code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import MaskBlurPlan, Point
from toolkit.faces.mattes import inside


def blur_reach(blur: MaskBlurPlan) -> int:
    """How many pixels beyond the outline anything of the mask can lie: no kernel of either version is wider."""
    return 3 * blur.pixels


def draw_blurred_mask(
    outline: Sequence[Point], blur: MaskBlurPlan, *, window: tuple[int, int, int, int], plate: tuple[int, int]
) -> NDArray[np.float32]:
    """The blurred mask of ``outline`` in ``window`` (x, y, width, height of plate pixels).

    float32 (height, width), 0..1 in 256 levels. ``window`` lies in the plate, whose width and height are ``plate``: its
    pixels are those of a mask as large as that, at the plate's edges, too.
    """
    x, y, width, height = window
    reach = blur_reach(blur)
    left, top = max(0, x - reach), max(0, y - reach)
    right, bottom = min(plate[0], x + width + reach), min(plate[1], y + height + reach)
    points = np.asarray(outline, dtype=np.float64) - (left, top)
    hard = inside(points, right - left, bottom - top) * np.uint8(255)
    soft = _BLURS[blur.version](hard, blur.pixels)
    within = soft[y - top : y - top + height, x - left : x - left + width]
    return within.astype(np.float32) / np.float32(255)


def _pillow(mask: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    """Until 1.3.2: Pillow's Gaussian, which is three box blurs."""
    from PIL import Image, ImageFilter

    return np.asarray(Image.fromarray(mask).filter(ImageFilter.GaussianBlur(pixels)), np.uint8)


def _two_passes(mask: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    """From 1.4.0 on: OpenCV's Gaussian along the rows, rounded, and then down the columns."""
    import cv2

    side = 2 * int(2.5 * pixels + 0.5) + 1
    across = cv2.GaussianBlur(mask, (side, 1), pixels)
    return np.asarray(cv2.GaussianBlur(across, (1, side), pixels), np.uint8)


_BLURS = {"1.3": _pillow, "1.4": _two_passes}
