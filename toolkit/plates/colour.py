"""Convert display codes to linear light and back, and plates to the encodings of layers.

Every display-referred plate, movies included, is read with the sRGB curve (IEC 61966-2-1). The curve of BT.709
describes cameras, not displays, and BT.1886 differs from sRGB by less than a small grade. What matters is that the
conversion back is the exact inverse, and that hosts offer "sRGB" by name.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import PackageMissing

Encoding = Literal["display", "linear"]
"""Encoding of a plate's values: display codes, or scene-linear with Rec.709 primaries."""

OCIO_CONFIG = "ocio://cg-config-v2.1.0_aces-v1.3_ocio-v2.3"
"""Pinned: ``ocio://default`` changes with the version of OpenColorIO."""

_TOE = 0.04045
"""Display code below which the sRGB curve is a straight line of slope 1 / 12.92."""


def to_linear(display: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert display codes (0..1) to linear light (0..1): the sRGB curve, extended beyond 1 and mirrored below 0.

    Float32 of any shape; within 1e-6 of the curve. Every 8-bit code survives the way through half floats and back.
    """
    import cv2

    display = np.ascontiguousarray(display, np.float32)
    if display.size == 0:
        return display.copy()
    magnitude = np.abs(display).reshape(1, -1)
    linear = np.asarray(cv2.pow((magnitude + np.float32(0.055)) * np.float32(1 / 1.055), 2.4)).reshape(magnitude.shape)
    np.multiply(magnitude, np.float32(1 / 12.92), out=linear, where=magnitude <= _TOE)
    return np.asarray(np.copysign(linear.reshape(display.shape), display))


def from_linear(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert linear light to display codes: the inverse of ``to_linear``, also beyond 1 and below 0."""
    import cv2

    linear = np.ascontiguousarray(linear, np.float32)
    if linear.size == 0:
        return linear.copy()
    magnitude = np.abs(linear).reshape(1, -1)
    display = np.asarray(cv2.pow(magnitude, 1 / 2.4)).reshape(magnitude.shape)
    display *= np.float32(1.055)
    display -= np.float32(0.055)
    np.multiply(magnitude, np.float32(12.92), out=display, where=magnitude <= _TOE / 12.92)
    return np.asarray(np.copysign(display.reshape(linear.shape), linear))


def check_encoding(target: str) -> None:
    """Raise PackageMissing if ``encode`` to ``target`` needs a package that is not installed."""
    if target == "acescg":
        _acescg_processor()


def encode(
    rgb: NDArray[np.float32], *, source: Encoding, target: Literal["plate", "linear", "acescg"]
) -> NDArray[np.float32]:
    """Convert ``rgb`` (H, W, 3) of a plate to the encoding of its layers.

    ``plate``: unchanged; ``linear``: scene-linear with Rec.709 primaries; ``acescg``: scene-linear with AP1 primaries,
    by OpenColorIO. Raises PackageMissing if OpenColorIO is needed and not installed.
    """
    if target == "plate":
        return rgb
    linear = to_linear(rgb) if source == "display" else rgb
    return _to_acescg(linear) if target == "acescg" else linear


def _to_acescg(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    ocio, processor = _acescg_processor()
    pixels = np.array(linear, np.float32, order="C", copy=True)
    height, width, _ = pixels.shape
    processor.apply(ocio.PackedImageDesc(pixels, width, height, 3))
    return pixels


@cache
def _acescg_processor() -> tuple[Any, Any]:
    try:
        import PyOpenColorIO  # type: ignore[import-untyped,unused-ignore]
    except ImportError as error:
        raise PackageMissing("output.encoding = acescg", "OpenColorIO", extra="colour") from error
    config = PyOpenColorIO.Config.CreateFromBuiltinConfig(OCIO_CONFIG.removeprefix("ocio://"))
    processor = config.getProcessor("Linear Rec.709 (sRGB)", "ACEScg")
    return PyOpenColorIO, processor.getDefaultCPUProcessor()
