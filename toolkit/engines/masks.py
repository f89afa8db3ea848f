"""Which part of a picture an engine may paint: what engines that denoise latents have in common."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

LATENT = 8
"""Pixels of the picture per pixel that Stable Diffusion denoises, each way."""


def may_change(matte: NDArray[np.float32]) -> NDArray[np.uint8]:
    """White wherever ``matte`` (H, W) lets anything of the painting through, and one latent pixel around; else black.

    uint8 (H, W), 0 or 255. The layer is cut by the soft matte later: cut here as well, its edge would be the matte
    squared, and masks are rounded to whole latent pixels, so that the outer half of the edge would never be painted.
    """
    touched = (matte > 0).astype(np.uint8) * np.uint8(255)
    return np.asarray(cv2.dilate(touched, np.ones((2 * LATENT + 1,) * 2, np.uint8)), np.uint8)
