"""Display codes to linear light and back, and into the working spaces a layer can be asked for.

One curve stands for every display-referred plate, movies included: the sRGB curve (IEC 61966-2-1). The camera curve of
BT.709 describes a camera nobody watches through, and the display curve of BT.1886 differs from sRGB's by less than a
grading nudge; what matters is that the way back is the exact inverse, and that hosts offer "sRGB" by name.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import PackageMissing

Encoding = Literal["display", "linear"]
"""How a plate's numbers mean light: codes for a display, or scene-linear with Rec.709 primaries."""

OCIO_CONFIG = "ocio://cg-config-v2.1.0_aces-v1.3_ocio-v2.3"
"""Pinned: ``ocio://default`` changes with the installed wheel."""

_TOE = 0.04045
"""Display code below which the sRGB curve is a straight line of slope 1 / 12.92."""


def to_linear(display: NDArray[np.float32]) -> NDArray[np.float32]:
    """Display codes (0..1) as linear light (0..1): the sRGB curve, continued beyond 1 and mirrored below 0.

    Float32 of any shape; within 1e-6 of the curve, and through half floats every 8-bit code comes back.
    """
    import cv2

    display = np.ascontiguousarray(display, np.float32)
    if display.size == 0:
        return display.copy()
    size = np.abs(display).reshape(1, -1)
    linear = np.asarray(cv2.pow((size + np.float32(0.055)) * np.float32(1 / 1.055), 2.4)).reshape(size.shape)
    np.multiply(size, np.float32(1 / 12.92), out=linear, where=size <= _TOE)
    return np.asarray(np.copysign(linear.reshape(display.shape), display))


def from_linear(linear: NDArray[np.float32]) -> NDArray[np.float32]:
    """Linear light as display codes: the inverse of ``to_linear``, beyond 1 and below 0 too."""
    import cv2

    linear = np.ascontiguousarray(linear, np.float32)
    if linear.size == 0:
        return linear.copy()
    size = np.abs(linear).reshape(1, -1)
    display = np.asarray(cv2.pow(size, 1 / 2.4)).reshape(size.shape)
    display *= np.float32(1.055)
    display -= np.float32(0.055)
    np.multiply(size, np.float32(12.92), out=display, where=size <= _TOE / 12.92)
    return np.asarray(np.copysign(display.reshape(linear.shape), linear))


def check_encoding(target: str) -> None:
    """Raises PackageMissing when ``encode`` could not do it."""
    if target == "acescg":
        _acescg_processor()


def encode(
    rgb: NDArray[np.float32], *, source: Encoding, target: Literal["plate", "linear", "acescg"]
) -> NDArray[np.float32]:
    """``rgb`` (H, W, 3) of a plate in the encoding its layers are written in.

    ``plate`` leaves it alone, ``linear`` is scene-linear with Rec.709 primaries, ``acescg`` is scene-linear with AP1
    primaries through OpenColorIO. Raises PackageMissing when OpenColorIO is asked for and not installed.
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
