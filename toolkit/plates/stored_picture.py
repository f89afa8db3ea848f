"""A picture as stored in its file, and its conversion to float32 and to 8 bits for detectors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.plates.colour import Encoding, from_linear
from toolkit.plates.half_float import HALF_MAX, from_half, to_half
from toolkit.plates.primaries import Primaries, to_rec709


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """One picture with its values as stored."""

    rgb: NDArray[Any]
    """(H, W, 3) in uint8, uint16 (full scale 65535) or float32; grey files have three equal channels."""
    alpha: NDArray[Any] | None
    """(H, W) in the dtype of ``rgb``."""
    premultiplied: bool
    """Whether ``rgb`` has been multiplied by ``alpha``."""
    encoding: Encoding
    primaries: Primaries | None = None
    """Of linear light; None: Rec.709."""
    was_turned: bool = False
    """Whether a TIFF is stored turned or mirrored; here it is upright."""


def make_finite(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Replace NaN by 0 and infinities by the largest half, +-65504, in place.

    Otherwise a single such pixel would spread over a whole crop.
    """
    if not np.isfinite(pixels).all():
        np.nan_to_num(pixels, copy=False, nan=0.0, posinf=HALF_MAX, neginf=-HALF_MAX)
    return pixels


def to_float(codes: NDArray[Any]) -> NDArray[np.float32]:
    """Integer codes divided by full scale, correctly rounded; floats unchanged. C-contiguous."""
    import cv2

    if codes.dtype == np.uint8:
        return np.asarray(cv2.LUT(np.ascontiguousarray(codes), _unit_codes())).reshape(codes.shape)
    if codes.dtype == np.uint16:
        return np.asarray(np.divide(codes, np.float32(65535), dtype=np.float32))
    return np.ascontiguousarray(codes, np.float32)


def to_8bit(picture: StoredPicture) -> NDArray[np.uint8]:
    """(H, W, 3) display codes, rounded; linear light is converted with the sRGB curve. C-contiguous."""
    import cv2

    rgb = picture.rgb
    if picture.encoding == "linear" and (rgb.dtype != np.float32 or picture.primaries is not None):
        rgb = to_float(rgb)
        rgb = rgb if picture.primaries is None else to_rec709(rgb, picture.primaries)
    if rgb.dtype == np.uint8:
        return np.ascontiguousarray(rgb)
    if rgb.dtype == np.uint16:
        return np.asarray(cv2.convertScaleAbs(np.ascontiguousarray(rgb), alpha=1 / 257))
    if picture.encoding == "linear":
        return np.take(_display_codes_of_halves(), to_half(rgb).view(np.uint16))
    return to_8bit_codes(rgb)


def to_8bit_codes(display: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Convert 0..1 to the nearest of 0..255; values outside are clipped. Any shape."""
    codes = np.asarray(np.clip(display, 0.0, 1.0))
    codes *= np.float32(255)  # in place: new arrays of this size cost more than the arithmetic
    return np.rint(codes, out=codes).astype(np.uint8)


@cache
def _unit_codes() -> NDArray[np.float32]:
    return (np.arange(256) / 255).astype(np.float32)


@cache
def _display_codes_of_halves() -> NDArray[np.uint8]:
    """The 8-bit display code of each of the 65536 halves; 0 for NaN."""
    halves = np.arange(65536, dtype=np.uint16).view(np.float16)
    return to_8bit_codes(from_linear(np.nan_to_num(from_half(halves), nan=0.0)))
