"""Crops of a face: fixed to the face, upright if the face is tilted, and unaffected by the acting.

The crop is a square that is rigid in the face's own coordinates (origin at its centre, unit its height, upright): as
large as the matte gets anywhere in the shot, plus padding. A mouth that opens therefore changes the image inside the
crop, not the crop, which is what a model must see to keep the acting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from toolkit.a1111 import crop_region, expand_crop_region, region_to_canvas
from toolkit.a1111.only_masked import Region
from toolkit.documents import Affine, MaskBlurPlan, Point
from toolkit.mattes import Size, draw_plate_matte, matte_window


@dataclass(frozen=True, slots=True, kw_only=True)
class CropPose:
    """Position, size and rotation of a face's crop in one frame."""

    centre: Point
    """Plate pixels."""
    scale: float
    """Face height, plate pixels."""
    turn: float
    """Degrees clockwise that the crop is rotated with the face; 0 keeps the crop level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceSquare:
    """The crop in the face's own coordinates, the same for every frame of a shot."""

    centre: Point
    """Face heights from the face's centre: right, down, as seen in the (rotated) crop."""
    side: float
    """Face heights, without padding."""


_GRID = 0.05
"""Face heights. The square's bounds are rounded outwards to multiples of it: a shot that becomes longer keeps its crop,
and with it the pictures that it has, unless the matte reaches much farther in the new frames."""


def enclosing_square(poses: Sequence[CropPose], outlines: Sequence[Sequence[Point]]) -> FaceSquare:
    """A square in the face's own coordinates that contains every outline; its sides are multiples of 0.05 heights."""
    low = np.full(2, np.inf)
    high = np.full(2, -np.inf)
    for pose, outline in zip(poses, outlines, strict=True):
        local = (np.asarray(outline) - pose.centre) @ _rotation(pose.turn) / pose.scale
        low = np.minimum(low, local.min(axis=0))
        high = np.maximum(high, local.max(axis=0))
    low, high = np.floor(low / _GRID) * _GRID, np.ceil(high / _GRID) * _GRID
    middle = (low + high) / 2
    return FaceSquare(centre=(float(middle[0]), float(middle[1])), side=float((high - low).max()))


def rigid_crop_affine(pose: CropPose, square: FaceSquare, *, padding: float, canvas: int) -> Affine:
    """The affine from plate to ``canvas`` x ``canvas`` for the face's square, ``padding`` plate pixels wider all round.

    Plate points are column vectors; the middle of the square maps to the middle of the canvas, (canvas - 1) / 2.
    """
    rotation = _rotation(pose.turn)
    middle = np.asarray(pose.centre) + rotation @ np.asarray(square.centre) * pose.scale
    zoom = canvas / (square.side * pose.scale + 2 * padding)
    linear = rotation.T * zoom
    shift = (canvas - 1) / 2 - linear @ middle
    rows = np.column_stack([linear, shift])
    a, b, c, d, e, f = (round(float(v), 9) for v in rows.ravel())
    return a, b, c, d, e, f


def a1111_crop_affine(
    outline: Sequence[Point], feather: float, blur: MaskBlurPlan | None, *, padding: int, canvas: int, plate: Size
) -> Affine:
    """The affine from plate to ``canvas`` x ``canvas`` for the crop of one frame's mask, the matte of ``outline``.

    If the mask is outside the plate, the crop is the whole plate; what is painted there is not visible anyway.
    """
    bounds = mask_bounds(outline, feather, blur, plate) or (0, 0, *plate)
    region = expand_crop_region(crop_region(bounds, padding, plate), (canvas, canvas), plate)
    return region_to_canvas(region, (canvas, canvas))


def mask_bounds(outline: Sequence[Point], feather: float, blur: MaskBlurPlan | None, plate: Size) -> Region | None:
    """Bounds of the matte of ``outline`` on the plate, in the 8 bits of a mask; None if it covers no pixel.

    The matte is soft already: without a ``blur``, it is used like a mask after AUTOMATIC1111's "Mask blur".
    """
    window = matte_window(outline, blur, plate)
    if window is None:
        return None
    left, top = window[:2]
    mask = np.rint(draw_plate_matte(outline, feather, blur, window=window, plate=plate) * 255) > 0
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not columns.size:
        return None
    return left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1


def body_canvas(width: int, height: int, size: int) -> tuple[tuple[int, int], Affine | None]:
    """Size (width, height) of the canvas for the whole plate with a shorter side of ``size`` pixels (0: the plate's
    own), and the affine from plate to canvas; None if the pixels are the same.

    The zoom is the same on both axes. Sides are rounded up to a multiple of 8, which every engine accepts; the plate's
    edge is repeated to the right and bottom.
    """
    short = min(width, height)
    if size in (0, short):
        return (_round_up_to_8(width), _round_up_to_8(height)), None
    zoom = size / short
    shift = (zoom - 1) / 2  # the outer edges of the pixels coincide, not their centres
    zoom, shift = round(zoom, 9), round(shift, 9)
    canvas = _round_up_to_8(-(-width * size // short)), _round_up_to_8(-(-height * size // short))
    return canvas, (zoom, 0, shift, 0, zoom, shift)


def _round_up_to_8(pixels: int) -> int:
    return -(-pixels // 8) * 8


def canvas_corners(affine: Affine, canvas: int) -> tuple[Point, Point, Point, Point]:
    """Outer corners of the canvas in plate pixels: upper left, upper right, lower left, lower right."""
    matrix = np.asarray(affine).reshape(2, 3)
    low, high = -0.5, canvas - 0.5
    ends = np.array([(low, low), (high, low), (low, high), (high, high)])
    upper_left, upper_right, lower_left, lower_right = (
        (round(float(x), 3), round(float(y), 3)) for x, y in np.linalg.solve(matrix[:, :2], (ends - matrix[:, 2]).T).T
    )
    return upper_left, upper_right, lower_left, lower_right


def _rotation(degrees_clockwise: float) -> NDArray[np.float64]:
    """Matrix that rotates column vectors clockwise as seen, y pointing down; row vectors times it rotate back."""
    angle = radians(degrees_clockwise)
    return np.array([[cos(angle), -sin(angle)], [sin(angle), cos(angle)]])
