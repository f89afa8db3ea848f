"""Measure the motion of a face between two pictures, far below the noise of readings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.upright import FacePlacement, Picture

Motion = NDArray[np.float64]
"""float64 (4,), in the units of ``upright.difference``: face heights, natural logarithm of the size, radians."""

_SIDE = 0.9
"""Side of the compared square around the middle of the face, face heights: hardly any background."""
_CELLS = 32
"""The square is compared as this many by this many means: grain cancels out."""
_PIXELS = 384
"""Of a larger square, only every second or third pixel is used, and so on: still more than a hundred per cell."""
_BLUR = 0.8
"""Standard deviation of the blur of these means, cells: slopes are measured over more than one cell."""
_MEASURABLE = 0.03
"""Motion up to this is measured; beyond, the picture has simply changed."""
_ROUNDS = 8
"""Fits of the motion, each with less weight for the cells that do not follow it, such as a speaking mouth."""


def measure_motion(before: Picture, now: Picture, face: FacePlacement) -> Motion | None:
    """How the picture of the face at ``face`` moves from ``before`` to ``now``; None if it moves or changes much.

    One step of Lucas and Kanade (1981) for translation, size and roll, and for light that changes: it averages over the
    whole face, so that grain and compression disturb it far less than they disturb readings.
    """
    square = _square(now, face)
    if square is None:
        return None
    old, new = _shrink(before, square), _shrink(now, square)
    columns = _fit_columns(old, new, square, face)
    change = (new - old).ravel()
    slope = float(np.hypot(columns[:, 0], columns[:, 1]).mean())
    if float(np.abs(change - np.median(change)).mean()) > _MEASURABLE * slope:
        return None
    weights = np.ones_like(change)
    for _ in range(_ROUNDS):
        weighted = columns.T * weights**2
        fit = np.linalg.pinv(weighted @ columns, hermitian=True) @ (weighted @ change)
        residual = np.abs(change - columns @ fit)
        weights = 1 / (1 + (residual / max(2 * float(np.median(residual)), 1e-3)) ** 2)
    return np.asarray(fit[:4], dtype=np.float64)


def _square(picture: Picture, face: FacePlacement) -> tuple[slice, slice] | None:
    """Rows and columns of the compared square inside ``picture``; None if hardly any of it is inside."""
    (x, y), reach = face.middle(), _SIDE / 2 * face.scale
    height, width = picture.shape[:2]
    left, right = (min(max(0, round(edge)), width) for edge in (x - reach, x + reach))
    top, bottom = (min(max(0, round(edge)), height) for edge in (y - reach, y + reach))
    return None if min(right - left, bottom - top) < reach / 2 else (slice(top, bottom), slice(left, right))


def _shrink(picture: Picture, square: tuple[slice, slice]) -> NDArray[np.float32]:
    """(_CELLS, _CELLS): the brightness in ``square``."""
    import cv2

    rows, columns = square
    step = max(1, (columns.stop - columns.start) // _PIXELS)
    part = picture[rows.start : rows.stop : step, columns.start : columns.stop : step]
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.float32)
    small = cv2.resize(grey, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), _BLUR), dtype=np.float32)


def _fit_columns(
    old: NDArray[np.float32], new: NDArray[np.float32], square: tuple[slice, slice], face: FacePlacement
) -> NDArray[np.float64]:
    """(cells, 6): change of each cell per unit of motion in x, y, size and roll, and of gain and offset of light."""
    rows, columns = square
    y, x = (_cells(rows) - face.y) / face.scale, (_cells(columns) - face.x) / face.scale
    down, right = np.gradient((old + new).astype(np.float64) / 2, y, x)
    x, y = np.meshgrid(x, y)
    parts = (-right, -down, -(right * x + down * y), right * y - down * x, new, np.ones_like(x))
    return np.stack([part.ravel() for part in parts], axis=-1)


def _cells(side: slice) -> NDArray[np.float64]:
    """The middles of the cells along one side of the square, pixels."""
    return np.asarray(side.start + (np.arange(_CELLS) + 0.5) / _CELLS * (side.stop - side.start) - 0.5)
