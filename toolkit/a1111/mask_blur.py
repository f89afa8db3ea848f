"""AUTOMATIC1111's "Mask blur": a hard mask in 8 bits, made soft outwards and inwards, code for code."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import MaskBlurPlan


def blur_reach(blur: MaskBlurPlan) -> int:
    """How many pixels beyond the outline anything of the mask can lie: no kernel of either version is wider."""
    return 3 * blur.pixels


def blur_mask(mask: NDArray[np.uint8], blur: MaskBlurPlan) -> NDArray[np.uint8]:
    """``mask`` (H, W), 0 or 255, blurred as that version of AUTOMATIC1111 does it; same shape and type."""
    return _BLURS[blur.version](mask, blur.pixels)


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
