"""Lanczos resampling by an affine, only where it is wanted: a face costs the CPU little else."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from math import sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Affine

_BANDS = 16
"""Bands that a picture is made in: enough for every core, and narrow enough to follow the shape of a face."""

_BLOCK = 16
"""Lines that are weighed together at once: a few times the kernel, so that most weights are not zero."""
_ALONE = 2**18
"""Products that the library for matrices makes in the thread that asks. Its own threads would wait for one another, and
for those that write."""
_TAPS = np.arange(-3, 5)
"""Where the lines of a kernel lie, from the one at or before the position."""

_FINE, _COARSE = 10, 5
"""OpenCV's fixed point, in bits: positions are summed in 1024ths of a pixel, and there is a kernel for every 32nd."""

Picture = NDArray[np.float32]
"""(H, W, 3) RGB."""
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

    ``matrix`` leads from pixels of ``picture`` to those of the result, or back when ``inverse``. What one
    ``cv2.warpAffine`` with INTER_LANCZOS4 and BORDER_REPLICATE gives: bit for bit, or, where nothing is turned, to the
    rounding of float32. With ``wanted`` (height, width), only where that is not zero has to be made: any other pixel is
    what it would have been, or zero.
    """
    width, height = size
    if matrix[0, 1] == matrix[1, 0] == 0:
        return _level(picture, matrix if inverse else cv2.invertAffineTransform(matrix), size)
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


def _fixed(positions: NDArray[np.float64] | float) -> NDArray[np.int32]:
    return np.asarray(np.rint(positions * (1 << _FINE)), np.int32)


# --- where nothing is turned, rows and columns are resampled apart: 16 products for a pixel instead of 64 ------------


def _level(picture: NDArray[np.float32], back: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float32]:
    """``back`` is the affine that leads there. Down first, then across, which is down the transposed picture."""
    width, height = size
    x, y = np.arange(width), np.arange(height)
    down = _kernels(_fixed(back[1, 1] * y + back[1, 2]), picture.shape[0])
    across = _kernels(_fixed(back[0, 0] * x) + _fixed(back[0, 2]), picture.shape[1])
    seen = np.ascontiguousarray(picture[down.lines, across.lines])
    return np.asarray(cv2.transpose(_down(cv2.transpose(_down(seen, down)), across)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kernels:
    """How the lines of a result are weighed together from lines of a picture, in blocks of neighbouring ones."""

    lines: slice
    """Of the picture, those that are needed at all."""
    firsts: NDArray[np.intp]
    """For each block, the first of them that it needs."""
    weights: NDArray[np.float32]
    """(blocks, _BLOCK, lines): of that one and those after it."""
    count: int
    """Lines of the result; the last block may have more."""


def _kernels(positions: NDArray[np.int32], length: int) -> _Kernels:
    """``positions`` in the picture of ``length`` lines, in 1024ths, rounded as ``cv2.warpAffine`` rounds them."""
    rounded = (positions + (1 << (_FINE - _COARSE - 1))) >> (_FINE - _COARSE)
    lines = np.clip((rounded >> _COARSE)[:, None] + _TAPS, 0, length - 1)
    number = np.arange(len(lines))
    block, within = number // _BLOCK, number % _BLOCK
    starts = number[::_BLOCK]
    firsts = np.minimum.reduceat(lines[:, 0], starts)
    span = int((np.maximum.reduceat(lines[:, -1], starts) - firsts).max()) + 1
    firsts = np.minimum(firsts, length - span)
    weights = np.zeros((len(starts), _BLOCK, span), np.float32)
    table = _lanczos()[rounded & ((1 << _COARSE) - 1)]
    np.add.at(weights, (block[:, None], within[:, None], lines - firsts[block][:, None]), table)
    top, bottom = int(firsts.min()), int(firsts.max()) + span
    return _Kernels(lines=slice(top, bottom), firsts=firsts - top, weights=weights, count=len(lines))


def _down(picture: NDArray[np.float32], kernels: _Kernels) -> NDArray[np.float32]:
    """The ``kernels.count`` lines that become of ``picture`` (H, W, 3), which begins with the first that is needed.

    In one thread: each product is so small that handing it to another costs more.
    """
    flat = picture.reshape(len(picture), -1)
    result = np.empty((kernels.count, flat.shape[1]), np.float32)
    span = kernels.weights.shape[2]
    step = max(_BLOCK, _ALONE // (_BLOCK * span))
    for block, first in enumerate(kernels.firsts):
        lines = slice(block * _BLOCK, min((block + 1) * _BLOCK, kernels.count))
        weights = kernels.weights[block, : lines.stop - lines.start]
        for column in range(0, flat.shape[1], step):
            part = slice(column, column + step)
            np.matmul(weights, flat[first : first + span, part], out=result[lines, part])
    return result.reshape(kernels.count, *picture.shape[1:])


@cache
def _lanczos() -> NDArray[np.float32]:
    """(32, 8): the weights of the eight lines around a position, for every 32nd of the way to the next line."""
    away = np.arange(1 << _COARSE)[:, None] / (1 << _COARSE) - _TAPS
    weights = np.sinc(away) * np.sinc(away / 4)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def softened(picture: Picture, zoom: float) -> Picture:
    """``picture`` without the detail that a ``zoom`` below 1 cannot show: Lanczos at the smaller pitch would alias."""
    if zoom >= 1:
        return picture
    sigma = 0.5 * sqrt(1 / zoom**2 - 1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))


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
