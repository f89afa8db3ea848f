"""Lanczos resampling by an affine, on all cores and only where it is wanted: a face costs the CPU little else."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from itertools import pairwise
from math import sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Affine

_BANDS = 16
"""Bands that a picture is made in: enough for every core, and narrow enough to follow the shape of a face."""

_FINE, _COARSE = 10, 5
"""OpenCV's fixed point, in bits: positions are summed in 1024ths of a pixel, and there is a kernel for every 32nd."""

Origins = tuple[NDArray[np.int16], NDArray[np.uint16]]
"""Where each pixel of a result comes from: the pixel (height, width, 2), and the number of the kernel for the rest of
the way (height, width)."""


def warped(
    picture: NDArray[np.float32],
    matrix: NDArray[np.float64],
    size: tuple[int, int],
    *,
    inverse: bool = False,
    wanted: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """``picture`` (H, W, 3) brought to ``size`` (width, height) by the 2x3 affine ``matrix``; edges are repeated.

    ``matrix`` leads from pixels of ``picture`` to those of the result, or back when ``inverse``. Pixel for pixel what
    one ``cv2.warpAffine`` with INTER_LANCZOS4 and BORDER_REPLICATE gives. With ``wanted`` (height, width), only where
    that is not zero has to be made: any other pixel is what it would have been, or zero.
    """
    width, height = size
    ends = [height * band // _BANDS for band in range(_BANDS + 1)]
    if wanted is None:
        result = np.empty((height, width, picture.shape[2]), np.float32)
        make = partial(_make_rows, picture, matrix, result, inverse)
    else:
        result = np.zeros((height, width, picture.shape[2]), np.float32)
        origins = _origins(matrix if inverse else cv2.invertAffineTransform(matrix), width, height)
        make = partial(_make_wanted, picture, origins, result, wanted)
    bands = [slice(first, end) for first, end in pairwise(ends) if first < end]
    for _ in _pool().map(make, bands):
        pass  # raises what a band raised
    return result


def _make_rows(
    picture: NDArray[np.float32], matrix: NDArray[np.float64], result: NDArray[np.float32], inverse: bool,
    rows: slice,
) -> None:  # fmt: skip
    shifted = matrix.copy()
    if inverse:
        shifted[:, 2] += shifted[:, 1] * rows.start
    else:
        shifted[1, 2] -= rows.start
    target, flags = result[rows], cv2.INTER_LANCZOS4 | (cv2.WARP_INVERSE_MAP if inverse else 0)
    cv2.warpAffine(picture, shifted, target.shape[1::-1], target, flags, cv2.BORDER_REPLICATE)


def _make_wanted(
    picture: NDArray[np.float32], origins: Origins, result: NDArray[np.float32], wanted: NDArray[np.float32],
    rows: slice,
) -> None:  # fmt: skip
    """The columns of ``rows`` from the first that is wanted to the last."""
    columns = np.flatnonzero(wanted[rows].any(axis=0))
    if columns.size:
        part = rows, slice(columns[0], columns[-1] + 1)
        pixels, kernels = (origin[part] for origin in origins)
        cv2.remap(picture, pixels, kernels, cv2.INTER_LANCZOS4, result[part], cv2.BORDER_REPLICATE)


def _origins(back: NDArray[np.float64], width: int, height: int) -> Origins:
    """``back`` is the affine that leads there.

    Rounded as ``cv2.warpAffine`` rounds: what a column and what a row contribute, each by itself. So a part is the
    same as in the whole, which it would not be with an affine that is shifted to where the part begins.
    """
    pixels = np.empty((height, width, 2), np.int16)
    kernels = np.zeros((height, width), np.int32)
    x, y = np.arange(width), np.arange(height)
    for axis, (along, down, shift) in enumerate(back):
        half = 1 << (_FINE - _COARSE - 1)
        position = _fixed(along * x) + (_fixed(down * y + shift) + half)[:, None]
        position >>= _FINE - _COARSE
        kernels += (position & ((1 << _COARSE) - 1)) << (_COARSE * axis)
        position >>= _COARSE
        pixels[..., axis] = np.clip(position, -(2**15), 2**15 - 1)
    return pixels, kernels.astype(np.uint16)


def _fixed(positions: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.asarray(np.rint(positions * (1 << _FINE)), np.int32)


def parts_of(affine: Affine) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Its 2x2 part and its shift."""
    matrix = np.asarray(affine, dtype=np.float64).reshape(2, 3)
    return matrix[:, :2], matrix[:, 2]


def zoom_of(linear: NDArray[np.float64]) -> float:
    """By how much the 2x2 ``linear`` makes lengths larger, on average of all directions."""
    return sqrt(abs(np.linalg.det(linear)))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(_BANDS, os.cpu_count() or 1), thread_name_prefix="warp")
