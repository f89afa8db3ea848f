"""Lanczos resampling by an affine, on all cores: OpenCV uses one, and a face costs the CPU little else."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

_BANDS = 8
"""Bands that a picture is made in. The same on every machine, so that rounding cannot depend on the number of cores."""


def warped(
    picture: NDArray[np.float32], matrix: NDArray[np.float64], size: tuple[int, int], *, inverse: bool = False
) -> NDArray[np.float32]:
    """``picture`` (H, W, 3) brought to ``size`` (width, height) by the 2x3 affine ``matrix``; edges are repeated.

    ``matrix`` leads from pixels of ``picture`` to those of the result, or back when ``inverse``. Pixel for pixel what
    one ``cv2.warpAffine`` with INTER_LANCZOS4 and BORDER_REPLICATE gives.
    """
    width, height = size
    result = np.empty((height, width, picture.shape[2]), np.float32)
    flags = cv2.INTER_LANCZOS4 | (cv2.WARP_INVERSE_MAP if inverse else 0)
    rows = [height * band // _BANDS for band in range(_BANDS + 1)]

    def make(band: int) -> None:
        first, end = rows[band], rows[band + 1]
        if first == end:
            return
        shifted = matrix.copy()
        if inverse:
            shifted[:, 2] += shifted[:, 1] * first
        else:
            shifted[1, 2] -= first
        target = result[first:end]
        cv2.warpAffine(picture, shifted, (width, end - first), target, flags, cv2.BORDER_REPLICATE)

    for _ in _pool().map(make, range(_BANDS)):
        pass  # raises what a band raised
    return result


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(_BANDS, os.cpu_count() or 1), thread_name_prefix="warp")
