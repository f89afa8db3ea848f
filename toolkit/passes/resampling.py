"""Lanczos resampling by an affine, limited to the pixels that are needed.

Pixel for pixel what ``cv2.warpAffine`` gives, but spread over all cores, masked, and separable where an affine has no
rotation.
"""

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
"""Horizontal bands that an image is resampled in: enough for every core, and narrow enough to follow a face's shape."""

_BLOCK = 16
"""Output rows per block of weights: a few times the kernel's size, so that most weights are not zero."""
_MAX_PRODUCTS = 2**18
"""Largest matrix product that BLAS computes in the calling thread. Its own threads would wait for one another, and for
the threads that write files."""
_TAPS = np.arange(-3, 5)
"""Rows of a kernel, relative to the row at or before the position."""

_POSITION_BITS, _KERNEL_BITS = 10, 5
"""OpenCV's fixed point: positions are summed in 1024ths of a pixel, and there is one kernel per 32nd of a pixel."""

Picture = NDArray[np.float32]
"""(H, W, 3) RGB."""
SourceMap = tuple[NDArray[np.int16], NDArray[np.uint16]]
"""Source of each output pixel: the source pixel (height, width, 2), and the index of the kernel for its fraction of a
pixel (height, width). What ``cv2.remap`` takes."""


def warp_affine(
    picture: NDArray[np.float32],
    matrix: NDArray[np.float64],
    size: tuple[int, int],
    *,
    inverse: bool = False,
    mask: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Resample ``picture`` (H, W, 3) to ``size`` (width, height) by the 2x3 affine ``matrix``; edges are repeated.

    ``matrix`` maps pixels of ``picture`` to pixels of the result, or the other way with ``inverse``. The result is what
    one ``cv2.warpAffine`` with INTER_LANCZOS4 and BORDER_REPLICATE gives: bit for bit, or, without rotation or shear,
    to the rounding of float32. With a ``mask`` (height, width), only pixels where it is not zero are needed: every
    other pixel is either the same as without a mask, or zero.
    """
    width, height = size
    if matrix[0, 1] == matrix[1, 0] == 0:
        return _warp_separably(picture, matrix if inverse else cv2.invertAffineTransform(matrix), size)
    ends = [height * band // _BANDS for band in range(_BANDS + 1)]
    if mask is None:
        result = np.empty((height, width, picture.shape[2]), np.float32)
        warp_band = partial(_warp_rows, picture, matrix, result, inverse)
    else:
        result = np.zeros((height, width, picture.shape[2]), np.float32)
        source_map = _build_source_map(matrix if inverse else cv2.invertAffineTransform(matrix), width, height)
        warp_band = partial(_warp_masked_rows, picture, source_map, result, mask)
    bands = [slice(first, end) for first, end in pairwise(ends) if first < end]
    for _ in _pool().map(warp_band, bands):
        pass  # re-raises an exception from a band
    return result


def _warp_rows(
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


def _warp_masked_rows(
    picture: NDArray[np.float32], source_map: SourceMap, result: NDArray[np.float32], mask: NDArray[np.float32],
    rows: slice,
) -> None:  # fmt: skip
    """Resample ``rows`` from the first to the last column in the mask."""
    columns = np.flatnonzero(mask[rows].any(axis=0))
    if columns.size:
        part = rows, slice(columns[0], columns[-1] + 1)
        pixels, kernels = (plane[part] for plane in source_map)
        cv2.remap(picture, pixels, kernels, cv2.INTER_LANCZOS4, result[part], cv2.BORDER_REPLICATE)


def _build_source_map(to_source: NDArray[np.float64], width: int, height: int) -> SourceMap:
    """Look up the source of every output pixel; ``to_source`` is the affine from the result to the picture.

    Round the x and y terms separately, as ``cv2.warpAffine`` does. A sub-rectangle is then bit-identical to the full
    warp; offsetting the affine would change the rounding.
    """
    pixels = np.empty((height, width, 2), np.int16)
    kernels = np.zeros((height, width), np.int32)
    x, y = np.arange(width), np.arange(height)
    for axis, (x_factor, y_factor, shift) in enumerate(to_source):
        half = 1 << (_POSITION_BITS - _KERNEL_BITS - 1)
        position = _to_fixed_point(x_factor * x) + (_to_fixed_point(y_factor * y + shift) + half)[:, None]
        position >>= _POSITION_BITS - _KERNEL_BITS
        kernels += (position & ((1 << _KERNEL_BITS) - 1)) << (_KERNEL_BITS * axis)
        position >>= _KERNEL_BITS
        pixels[..., axis] = np.clip(position, -(2**15), 2**15 - 1)
    return pixels, kernels.astype(np.uint16)


def _to_fixed_point(positions: NDArray[np.float64] | float) -> NDArray[np.int32]:
    return np.asarray(np.rint(positions * (1 << _POSITION_BITS)), np.int32)


# --- without rotation: rows and columns are resampled separately, 16 products per pixel instead of 64 ----------------


def _warp_separably(
    picture: NDArray[np.float32], to_source: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.float32]:
    """Resample the rows, then the columns (as rows of the transposed picture)."""
    width, height = size
    x, y = np.arange(width), np.arange(height)
    vertical = _build_weights(_to_fixed_point(to_source[1, 1] * y + to_source[1, 2]), picture.shape[0])
    horizontal = _build_weights(
        _to_fixed_point(to_source[0, 0] * x) + _to_fixed_point(to_source[0, 2]), picture.shape[1]
    )
    needed = np.ascontiguousarray(picture[vertical.lines, horizontal.lines])
    columns = _resample_rows(cv2.transpose(_resample_rows(needed, vertical)), horizontal)
    return np.asarray(cv2.transpose(columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weights:
    """Resampling weights, banded: one dense matrix for each block of ``_BLOCK`` output rows."""

    lines: slice
    """Rows of the picture that are needed at all."""
    firsts: NDArray[np.intp]
    """First row that each block needs, counted from ``lines.start``."""
    weights: NDArray[np.float32]
    """(blocks, _BLOCK, rows): weights of that row and the rows after it."""
    count: int
    """Output rows; the last block may be padded."""


def _build_weights(positions: NDArray[np.int32], length: int) -> _Weights:
    """Weights for ``positions`` (in 1024ths of a row) in a picture of ``length`` rows.

    Positions are rounded as ``cv2.warpAffine`` rounds them.
    """
    rounded = (positions + (1 << (_POSITION_BITS - _KERNEL_BITS - 1))) >> (_POSITION_BITS - _KERNEL_BITS)
    lines = np.clip((rounded >> _KERNEL_BITS)[:, None] + _TAPS, 0, length - 1)
    number = np.arange(len(lines))
    block, row_in_block = number // _BLOCK, number % _BLOCK
    starts = number[::_BLOCK]
    firsts = np.minimum.reduceat(lines[:, 0], starts)
    span = int((np.maximum.reduceat(lines[:, -1], starts) - firsts).max()) + 1
    firsts = np.minimum(firsts, length - span)
    weights = np.zeros((len(starts), _BLOCK, span), np.float32)
    kernels = _lanczos_kernels()[rounded & ((1 << _KERNEL_BITS) - 1)]
    np.add.at(weights, (block[:, None], row_in_block[:, None], lines - firsts[block][:, None]), kernels)
    top, bottom = int(firsts.min()), int(firsts.max()) + span
    return _Weights(lines=slice(top, bottom), firsts=firsts - top, weights=weights, count=len(lines))


def _resample_rows(picture: NDArray[np.float32], bands: _Weights) -> NDArray[np.float32]:
    """Resample rows. ``picture`` (H, W, 3) must start at row ``bands.lines.start``; returns ``bands.count`` rows.

    Single-threaded: each product is so small that handing it to another thread costs more.
    """
    flat = picture.reshape(len(picture), -1)
    result = np.empty((bands.count, flat.shape[1]), np.float32)
    span = bands.weights.shape[2]
    step = max(_BLOCK, _MAX_PRODUCTS // (_BLOCK * span))
    for block, first in enumerate(bands.firsts):
        lines = slice(block * _BLOCK, min((block + 1) * _BLOCK, bands.count))
        weights = bands.weights[block, : lines.stop - lines.start]
        for column in range(0, flat.shape[1], step):
            part = slice(column, column + step)
            np.matmul(weights, flat[first : first + span, part], out=result[lines, part])
    return result.reshape(bands.count, *picture.shape[1:])


@cache
def _lanczos_kernels() -> NDArray[np.float32]:
    """(32, 8): weights of the eight rows around a position, for every 32nd of the way to the next row."""
    distance = np.arange(1 << _KERNEL_BITS)[:, None] / (1 << _KERNEL_BITS) - _TAPS
    weights = np.sinc(distance) * np.sinc(distance / 4)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def prefilter(picture: Picture, zoom: float) -> Picture:
    """Blur away the detail that would alias when ``picture`` is scaled by ``zoom`` below 1; a no-op from 1 up."""
    if zoom >= 1:
        return picture
    sigma = 0.5 * sqrt(1 / zoom**2 - 1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))


def split_affine(affine: Affine) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The linear (2, 2) part and the shift (2,) of an affine."""
    matrix = np.asarray(affine, dtype=np.float64).reshape(2, 3)
    return matrix[:, :2], matrix[:, 2]


def mean_zoom(linear: NDArray[np.float64]) -> float:
    """How much the 2x2 ``linear`` enlarges lengths, averaged over all directions."""
    return sqrt(abs(np.linalg.det(linear)))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(_BANDS, os.cpu_count() or 1), thread_name_prefix="warp")
