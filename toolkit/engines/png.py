"""Pictures as servers take and give them: 8 bits per channel, as PNG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.engines.http_errors import ServerRefused

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FAST = (cv2.IMWRITE_PNG_COMPRESSION, 1)
"""The picture crosses a network once: a small file is worth less than the time to make it smaller."""
_SMEARS = ((256, 1), (64, 1), (16, 2), (4, 4), (2, 2), (0, 1))
"""Radii in pixels, and how often each is laid on, which makes it less transparent."""
LATENT = 8
"""Pixels of the picture per pixel that the model denoises, each way."""


def may_change(matte: NDArray[np.float32]) -> NDArray[np.uint8]:
    """White wherever the matte lets anything of the painting through, and one latent pixel around; else black.

    The layer is cut by the soft matte later: cut here as well, its edge would be the matte squared, and masks are
    rounded to whole latent pixels, so that the outer half of the edge would never be painted.
    """
    touched = (matte > 0).astype(np.uint8) * np.uint8(255)
    return np.asarray(cv2.dilate(touched, np.ones((2 * LATENT + 1,) * 2, np.uint8)), np.uint8)


def filled(codes: NDArray[np.uint8], hole: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``codes`` (H, W, 3) with what lies around ``hole`` (H, W; 0 is around it) smeared over it.

    AUTOMATIC1111's masked content "fill", code for code. What is left around the hole is blurred with its transparency,
    widely and ever less so, and each blur is laid over the ones before: the rim is met by near colours, the middle by
    far ones. Around the hole every code stays.
    """
    from PIL import Image, ImageFilter

    alpha = np.where(hole > 0, 0, 255).astype(np.uint8)
    around = Image.fromarray(np.dstack([codes, alpha])).convert("RGBa")
    result = Image.new("RGBA", around.size)
    for radius, times in _SMEARS:
        smeared = around.filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")
        for _ in range(times):
            result.alpha_composite(smeared)
    return np.asarray(result.convert("RGB"), np.uint8)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """(H, W, 3) RGB or (H, W) grey as the bytes of a PNG; the same pixels give the same bytes."""
    stored = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    _, data = cv2.imencode(".png", stored, _FAST)
    return data.tobytes()


def picture(address: str, data: bytes, size: tuple[int, ...], *, remedy: str) -> NDArray[np.float32]:
    """What a server painted, (H, W, 3) float32 0..1. Raises ServerRefused unless it is a PNG of ``size`` (H, W).

    ``remedy`` says how that server is told to give PNG: other formats lose what we came for.
    """
    if not data.startswith(_PNG_SIGNATURE):
        raise ServerRefused(address, f"answered with a picture that is no PNG; {remedy}")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise ServerRefused(address, "answered with a PNG that cannot be decoded")
    if pixels.shape[:2] != size:
        got, wanted = (f"{width} x {height}" for height, width in (pixels.shape[:2], size))
        raise ServerRefused(address, f"answered with a picture of {got} pixels where {wanted} were asked for")
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.float32) / np.float32(255)
