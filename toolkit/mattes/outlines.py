"""The outline of a face as a polygon, and the soft-edged matte drawn from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil, cos, floor, radians, sin

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceSample, Point
from toolkit.faces.upright import measure_placement

PixelWindow = tuple[int, int, int, int]
"""left, top, right, bottom in pixels; right and bottom excluded."""

_NOSE_ROOT, _FOREHEAD_TOP = 168, 10
_FOREHEAD = {
    10: 1.0, 338: 1.0, 109: 1.0, 297: 0.95, 67: 0.95, 332: 0.8, 103: 0.8, 284: 0.5, 54: 0.5, 251: 0.2, 21: 0.2,
}  # fmt: skip
"""The points of the oval from temple to temple, and how much of the forehead's height is added at each."""
_SHARPEST = 0.3
"""Of a corner of the outline: 1 plus the cosine of the angle by which it turns. A right angle has 1."""
_MIN_FEATHER = 1.0
"""Narrowest soft edge, pixels: a harder one would stair-step and crawl."""


def face_outline(landmarks: NDArray[np.float32], *, grow: float, forehead: float = 0.0) -> tuple[Point, ...]:
    """The outline of the face ``landmarks`` (478, 3) in their pixels, moved outwards by ``grow`` face heights.

    It is the convex hull. For a frontal face that is MediaPipe's face oval to the pixel; for a turned face it includes
    the nose and brow that stick out of the oval, and it never crosses itself. The oval ends below the hairline:
    ``forehead``, in face heights, is added at its top, along the slope of the forehead: it is foreshortened as that is.
    Closed: the last point joins the first.
    """
    scale = measure_placement(landmarks).scale
    points = landmarks[:, :2].astype(np.float64)
    if forehead:
        slope = (landmarks[_FOREHEAD_TOP] - landmarks[_NOSE_ROOT]).astype(np.float64)
        upwards = forehead * scale * slope[:2] / np.linalg.norm(slope)
        points = np.concatenate(
            [points, points[list(_FOREHEAD)] + np.array(list(_FOREHEAD.values()))[:, None] * upwards]
        )
    return _grow(_convex_hull(points), grow * scale)


def grow_outline(sample: FaceSample, *, grow: float, forehead: float = 0.0) -> tuple[Point, ...]:
    """The same of a face that is seen but not read: of the outline of ``sample``.

    ``forehead`` is added where the outline is above the centre, most at its top. Raises ValueError for a sample without
    outline.
    """
    if sample.outline is None or sample.centre is None or sample.scale is None or sample.roll is None:
        raise ValueError(f"{sample.state} sample at source frame {sample.source_frame} has no outline")
    points = np.array(sample.outline)
    upwards = np.array([sin(radians(sample.roll)), -cos(radians(sample.roll))])
    heights = np.maximum((points - sample.centre) @ upwards, 0)
    raised = forehead * sample.scale * np.sqrt(heights / max(float(heights.max()), 1e-6))
    return _grow(_convex_hull(points + raised[:, None] * upwards), grow * sample.scale)


def skin_outline(sample: FaceSample) -> tuple[Point, ...] | None:
    """Where the face of ``sample`` ends, without any margin; None if it has no place."""
    if sample.drawn_outline is not None:
        return sample.drawn_outline
    if sample.landmarks is not None:
        return face_outline(sample.landmarks, grow=0.0)
    return sample.outline


def _grow(hull: NDArray[np.float64], distance: float) -> tuple[Point, ...]:
    """``hull``, a convex hull of OpenCV's, moved outwards by ``distance`` pixels."""
    before, after = np.roll(hull, 1, axis=0), np.roll(hull, -1, axis=0)
    one, other = _edge_normals(hull - before), _edge_normals(after - hull)  # OpenCV's hulls run the same way round
    # Where the edges beside a corner, both moved outwards, meet; a very sharp corner is cut short.
    outwards = (one + other) / np.maximum(1 + (one * other).sum(axis=1), _SHARPEST)[:, None]
    grown = _convex_hull(hull + distance * outwards)
    return tuple((round(float(x), 3), round(float(y), 3)) for x, y in grown)


def _convex_hull(points: NDArray[np.floating]) -> NDArray[np.float64]:
    import cv2

    hull = cv2.convexHull(np.ascontiguousarray(points, dtype=np.float32))
    return np.asarray(hull, dtype=np.float64).reshape(-1, 2)


def _edge_normals(edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit normals (n, 2) of ``edges``, all to the same side."""
    normals = np.column_stack([edges[:, 1], -edges[:, 0]])
    return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True))


def grow_drawn(sample: FaceSample, *, grow: float) -> tuple[Point, ...] | None:
    """The convex hull of the outline that somebody has drawn, moved outwards by ``grow`` face heights.

    None if nobody has drawn one.
    """
    if sample.drawn_outline is None or sample.scale is None:
        return None
    return _grow(_convex_hull(np.array(sample.drawn_outline)), grow * sample.scale)


def draw_matte(outline: Sequence[Point], feather: float, *, window: PixelWindow) -> NDArray[np.float32]:
    """Draw the matte of ``outline`` in ``window`` of the plate: float32 (bottom - top, right - left), 0..1.

    A pixel whose centre lies a distance d inside the outline gets t²(3 - 2t) with t = d / ``feather``, at most 1: so
    0 outside and on the outline, 1 from ``feather`` pixels inwards, and no kink at either end. d is the exact distance
    to the polygon, not between pixels, so that an outline that moves by a hundredth of a pixel moves the edge by as
    much. ``feather`` is at least one pixel. The outline may extend beyond the window, and need not be convex. Raises
    ValueError for an outline of fewer than three points.
    """
    if len(outline) < 3:
        raise ValueError(f"an outline of {len(outline)} points")
    left, top, right, bottom = window
    points = np.asarray(outline, dtype=np.float64) - (left, top)
    unit = max(feather, _MIN_FEATHER)
    squared = np.ones((bottom - top, right - left), dtype=np.float32)
    for start, end in _edges(points):
        _lower_to_edge_distance(squared, start, end, unit)
    matte = np.sqrt(squared, out=squared)
    matte *= matte * (3 - 2 * matte)
    matte *= fill_polygon(points, right - left, bottom - top)
    return matte


def _edges(points: NDArray[np.float64]) -> Iterable[tuple[Point, Point]]:
    """The edges of a closed polygon, as Python floats: numpy is slow for two numbers."""
    corners: list[Point] = [(x, y) for x, y in points.tolist()]
    return pairwise([*corners, corners[0]])


def _lower_to_edge_distance(squared: NDArray[np.float32], start: Point, end: Point, unit: float) -> None:
    """Lower ``squared`` (height, width), in place, to the squared distance from the edge ``start``..``end``.

    Distances are in ``unit`` pixels; those above 1 are not computed.
    """
    height, width = squared.shape
    left, right = max(0, ceil(min(start[0], end[0]) - unit)), min(width, floor(max(start[0], end[0]) + unit) + 1)
    top, bottom = max(0, ceil(min(start[1], end[1]) - unit)), min(height, floor(max(start[1], end[1]) + unit) + 1)
    if left >= right or top >= bottom:
        return
    x = ((np.arange(left, right) - start[0]) / unit).astype(np.float32)
    y = ((np.arange(top, bottom) - start[1]) / unit).astype(np.float32)[:, None]
    dx, dy = np.float32((end[0] - start[0]) / unit), np.float32((end[1] - start[1]) / unit)
    along = x * dx + y * dy
    length = dx * dx + dy * dy
    if length > 0:
        along /= length
        np.maximum(along, 0, out=along)
        np.minimum(along, 1, out=along)
    x_distance = x - along * dx
    x_distance *= x_distance
    distance = np.subtract(y, np.multiply(along, dy, out=along), out=along)
    distance *= distance
    distance += x_distance
    near = squared[top:bottom, left:right]
    np.minimum(near, distance, out=near)


def fill_polygon(points: NDArray[np.float64], width: int, height: int) -> NDArray[np.uint8]:
    """1 where a pixel's centre is inside the polygon ``points`` (n, 2) (even-odd rule), else 0; uint8 (height, width).

    Each edge inverts everything to the right of where it crosses a row; a running sum along the row counts these.
    """
    import cv2

    flips = np.zeros((height, width + 1), dtype=np.uint8)
    for start, end in _edges(points):
        upper, lower = (start, end) if start[1] <= end[1] else (end, start)
        first, stop = max(0, ceil(upper[1])), min(height, ceil(lower[1]))
        if first >= stop:
            continue
        rows = np.arange(first, stop)
        crossings = np.ceil(upper[0] + (rows - upper[1]) * (lower[0] - upper[0]) / (lower[1] - upper[1]))
        flips[rows, np.minimum(np.maximum(crossings, 0), width).astype(np.intp)] += 1
    # cv2.integral sums over all rows and columns before a pixel: the difference of two rows is the sum along one.
    sums = cv2.integral(flips[:, :width])[:, 1:]
    return np.asarray((sums[1:] ^ sums[:-1]) & 1, dtype=np.uint8)
