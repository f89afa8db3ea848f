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

from toolkit.a1111 import crop_region, expand_crop_region, region_to_canvas
from toolkit.a1111.only_masked import Region
from toolkit.documents import Affine, MaskBlurPlan, Point
from toolkit.mattes import Size, matte_window, plate_matte


@dataclass(frozen=True, slots=True, kw_only=True)
class CropPose:
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


def enclosing_square(poses: Sequence[CropPose], outlines: Sequence[Sequence[Point]]) -> FaceSquare:
    """The smallest square of the face's frame that holds every outline."""
    low = np.full(2, np.inf)
    high = np.full(2, -np.inf)
    for pose, outline in zip(poses, outlines, strict=True):
        local = (np.asarray(outline) - pose.centre) @ _rotation(pose.turn) / pose.scale
        low = np.minimum(low, local.min(axis=0))
        high = np.maximum(high, local.max(axis=0))
    middle = (low + high) / 2
    return FaceSquare(centre=(float(middle[0]), float(middle[1])), side=float((high - low).max()))


def rigid_crop_affine(pose: CropPose, square: FaceSquare, *, padding: float, canvas: int) -> Affine:
    """The affine that brings the face's square, ``padding`` plate pixels wider all round, to ``canvas`` x ``canvas``.

    Plate points are column vectors; the middle of the square lands on the middle of the canvas, (canvas - 1) / 2.
    """
    turned = _rotation(pose.turn)
    middle = np.asarray(pose.centre) + turned @ np.asarray(square.centre) * pose.scale
    zoom = canvas / (square.side * pose.scale + 2 * padding)
    linear = turned.T * zoom
    shift = (canvas - 1) / 2 - linear @ middle
    rows = np.column_stack([linear, shift])
    a, b, c, d, e, f = (round(float(v), 9) for v in rows.ravel())
    return a, b, c, d, e, f


def a1111_crop_affine(
    outline: Sequence[Point], feather: float, blur: MaskBlurPlan | None, *, padding: int, canvas: int, plate: Size
) -> Affine:
    """The affine that brings the crop of one frame's mask, the matte of ``outline``, to ``canvas`` x ``canvas``.

    A mask that misses the plate crops the whole of it; nothing of what is painted there is seen.
    """
    bounds = mask_bounds(outline, feather, blur, plate) or (0, 0, *plate)
    region = expand_crop_region(crop_region(bounds, padding, plate), (canvas, canvas), plate)
    return region_to_canvas(region, (canvas, canvas))


def mask_bounds(outline: Sequence[Point], feather: float, blur: MaskBlurPlan | None, plate: Size) -> Region | None:
    """What the matte of ``outline`` covers of a plate of that size, in the 8 bits of a mask; None when nothing.

    The matte is soft already: where there is no ``blur``, it stands for the mask after AUTOMATIC1111's "Mask blur".
    """
    window = matte_window(outline, blur, plate)
    if window is None:
        return None
    left, top = window[:2]
    mask = np.rint(plate_matte(outline, feather, blur, window=window, plate=plate) * 255) > 0
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not columns.size:
        return None
    return left + int(columns[0]), top + int(rows[0]), left + int(columns[-1]) + 1, top + int(rows[-1]) + 1


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
