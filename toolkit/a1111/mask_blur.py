"""AUTOMATIC1111's "Mask blur": softens an 8-bit mask outwards and inwards, with identical 8-bit results."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import MaskBlurPlan


def blur_reach(blur: MaskBlurPlan) -> int:
    """How far the blurred mask can extend beyond the outline, pixels: an upper bound for both versions' kernels."""
    return 3 * blur.pixels


def blur_mask(mask: NDArray[np.uint8], blur: MaskBlurPlan) -> NDArray[np.uint8]:
    """``mask`` (H, W), 0 or 255, blurred as in the given version of AUTOMATIC1111; same shape and type."""
    return _BLURS[blur.version](mask, blur.pixels)


def _blur_pillow(mask: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    """Up to 1.3.2: Pillow's Gaussian, which is three box blurs."""
    from PIL import Image, ImageFilter

    return np.asarray(Image.fromarray(mask).filter(ImageFilter.GaussianBlur(pixels)), np.uint8)


def _blur_opencv(mask: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    """Since 1.4.0: OpenCV's Gaussian along the rows, rounded to 8 bits, then along the columns."""
    import cv2

    side = 2 * int(2.5 * pixels + 0.5) + 1
    rows_blurred = cv2.GaussianBlur(mask, (side, 1), pixels)
    return np.asarray(cv2.GaussianBlur(rows_blurred, (1, side), pixels), np.uint8)


_BLURS = {"1.3": _blur_pillow, "1.4": _blur_opencv}
