"""8-bit images for servers: masks, AUTOMATIC1111's mask fill, PNG encoding and decoding."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.engines.http_errors import ServerRefused

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FAST = (cv2.IMWRITE_PNG_COMPRESSION, 1)
"""Each image crosses the network once: compressing harder takes longer than it saves."""
_FILL_BLURS = ((256, 1), (64, 1), (16, 2), (4, 4), (2, 2), (0, 1))
"""Blur radius in pixels, and how often each blur is composited, which makes it more opaque."""
LATENT = 8
"""Image pixels per latent pixel, in each direction."""


def inpaint_mask(matte: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The mask (H, W) of what an engine may change: 255 where ``matte`` is above 0, and one latent pixel around it.

    The layer is cut by the soft matte later. A soft mask here would apply the matte twice, and masks are rounded to
    whole latent pixels, so the outer half of the edge would never be painted.
    """
    touched = (matte > 0).astype(np.uint8) * np.uint8(255)
    return np.asarray(cv2.dilate(touched, np.ones((2 * LATENT + 1,) * 2, np.uint8)), np.uint8)


def fill_mask(codes: NDArray[np.uint8], mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``codes`` (H, W, 3) with the surroundings smeared over ``mask`` (H, W; 0 outside); unchanged outside.

    AUTOMATIC1111's masked content "fill", bit for bit: the image with a transparent hole is blurred with decreasing
    radii, and each blur is composited over the previous ones. Pixels near the rim get near colours, pixels in the
    middle get distant ones.
    """
    from PIL import Image, ImageFilter

    alpha = np.where(mask > 0, 0, 255).astype(np.uint8)
    surroundings = Image.fromarray(np.dstack([codes, alpha])).convert("RGBa")
    result = Image.new("RGBA", surroundings.size)
    for radius, times in _FILL_BLURS:
        blurred = surroundings.filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")
        for _ in range(times):
            result.alpha_composite(blurred)
    return np.asarray(result.convert("RGB"), np.uint8)


def encode_png(pixels: NDArray[np.uint8]) -> bytes:
    """(H, W, 3) RGB or (H, W) grey as PNG; the same pixels always give the same bytes."""
    stored = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels
    _, data = cv2.imencode(".png", stored, _FAST)
    return data.tobytes()


def decode_png(address: str, data: bytes, size: tuple[int, ...], *, remedy: str) -> NDArray[np.float32]:
    """The image that a server returned as (H, W, 3) RGB, float32 0..1.

    Raises ServerRefused unless it is a PNG of ``size`` (H, W). Other formats are refused because most are lossy;
    ``remedy`` says how to make that server send PNG.
    """
    if not data.startswith(_PNG_SIGNATURE):
        raise ServerRefused(address, f"answered with an image that is not a PNG; {remedy}")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None:
        raise ServerRefused(address, "answered with a PNG that cannot be decoded")
    if pixels.shape[:2] != size:
        got, wanted = (f"{width} x {height}" for height, width in (pixels.shape[:2], size))
        raise ServerRefused(address, f"answered with an image of {got} pixels instead of {wanted}")
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.float32) / np.float32(255)
