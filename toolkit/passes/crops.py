"""Where a face's crop lies: fixed to the face, upright when the face is tilted, never breathing with the acting.

The crop is a square that is rigid in the face's own frame (origin at its centre, unit its height, upright): as large
as the matte ever gets over the whole shot, plus padding. A mouth that opens therefore changes the picture inside the
crop, not the crop, which is what a model must see to keep the acting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Affine, Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a face is in one frame."""

    centre: Point
    """Plate pixels."""
    scale: float
    """Face height, plate pixels."""
    turn: float
    """Degrees clockwise that the crop is turned with the face; 0 keeps the crop level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceSquare:
    """The crop in the face's own frame, the same for every frame of a shot."""

    centre: Point
    """Face heights from the face's centre: right, down, as the (turned) crop sees them."""
    side: float
    """Face heights, without padding."""


def enclosing_square(placements: Sequence[Placement], outlines: Sequence[Sequence[Point]]) -> FaceSquare:
    """The smallest square of the face's frame that holds every outline."""
    low = np.full(2, np.inf)
    high = np.full(2, -np.inf)
    for placement, outline in zip(placements, outlines, strict=True):
        local = (np.asarray(outline) - placement.centre) @ _rotation(placement.turn) / placement.scale
        low = np.minimum(low, local.min(axis=0))
        high = np.maximum(high, local.max(axis=0))
    middle = (low + high) / 2
    return FaceSquare(centre=(float(middle[0]), float(middle[1])), side=float((high - low).max()))


def plate_to_canvas(placement: Placement, square: FaceSquare, *, padding: float, canvas: int) -> Affine:
    """The affine that brings the face's square, ``padding`` plate pixels wider all round, to ``canvas`` x ``canvas``.

    Plate points are column vectors; the middle of the square lands on the middle of the canvas, (canvas - 1) / 2.
    """
    turned = _rotation(placement.turn)
    middle = np.asarray(placement.centre) + turned @ np.asarray(square.centre) * placement.scale
    zoom = canvas / (square.side * placement.scale + 2 * padding)
    linear = turned.T * zoom
    shift = (canvas - 1) / 2 - linear @ middle
    rows = np.column_stack([linear, shift])
    a, b, c, d, e, f = (round(float(v), 9) for v in rows.ravel())
    return a, b, c, d, e, f


def whole_canvas(width: int, height: int, size: int) -> tuple[tuple[int, int], Affine | None]:
    """Width and height of the canvas for a plate painted whole, its shorter side ``size`` pixels (0: as it is), and the
    affine that brings it there; None where the plate's pixels are the canvas's.

    Both axes have one zoom. Sides are rounded up to a multiple of 8, the least every engine takes: the plate's edge is
    repeated to the right and below.
    """
    short = min(width, height)
    if size in (0, short):
        return (_eights(width), _eights(height)), None
    zoom = size / short
    shift = (zoom - 1) / 2  # the outer edges of the pixels lie upon each other, not their centres
    zoom, shift = round(zoom, 9), round(shift, 9)
    return (_eights(-(-width * size // short)), _eights(-(-height * size // short))), (zoom, 0, shift, 0, zoom, shift)


def _eights(pixels: int) -> int:
    return -(-pixels // 8) * 8


def canvas_corners(affine: Affine, canvas: int) -> tuple[Point, Point, Point, Point]:
    """The canvas's outer corners in plate pixels: upper left, upper right, lower left, lower right."""
    matrix = np.asarray(affine).reshape(2, 3)
    low, high = -0.5, canvas - 0.5
    ends = np.array([(low, low), (high, low), (low, high), (high, high)])
    upper_left, upper_right, lower_left, lower_right = (
        (round(float(x), 3), round(float(y), 3)) for x, y in np.linalg.solve(matrix[:, :2], (ends - matrix[:, 2]).T).T
    )
    return upper_left, upper_right, lower_left, lower_right


def _rotation(degrees_clockwise: float) -> NDArray[np.float64]:
    """Turns column vectors clockwise as seen, y pointing down; row vectors times it turn back."""
    angle = radians(degrees_clockwise)
    return np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
