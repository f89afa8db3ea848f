"""Move the landmarks of a face in a picture, and the picture with them: without folds, and without an edge."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.engines.face_triangles import INNER_LIPS, TRIANGLES

Picture = NDArray[np.float32]
"""(H, W, 3)."""
Numbers = NDArray[np.float64]
Window = tuple[int, int, int, int]
"""left, top, right, bottom in pixels; right and bottom excluded."""

_TOP, _CHIN = 10, 152
_REACH = 0.35
"""Heights of the face over which what is around it is drawn along, less and less."""
_SOFTNESS = 0.04
"""Heights of the face: standard deviation of the blur of that."""
_POINTS = 468
"""Landmarks of the surface; those after them are the irises."""
_LEAST_AREA = 1e-6
"""Twice the area of the smallest triangle that is drawn, square pixels."""
_LEAST_PART = 0.02
"""Of the area that a triangle has in the result: where it has less in the picture, it is a fold, or nearly one."""
_ROUNDS = 30
_SOFT = 1.0
"""Standard deviation of the blur of the shifts, pixels: no crease shows at the edge of a triangle."""
_DARKNESS = 0.8
"""How much darker than its lips the inside of a mouth is that was closed."""


def move_face(image: Picture, shown: NDArray[np.floating], wanted: NDArray[np.floating]) -> Picture:
    """``image`` with the face whose landmarks are at ``shown`` moved so that they are at ``wanted``.

    Both are landmarks as in ``FaceSample``, (478, 3), in pixels of the image; of the third column only the order in
    depth is used. Nothing moves that is farther from the face than 0.35 of its height. The irises keep their place in
    the eyes. What was closed has no inside: where a mouth is opened, it is dark.
    """
    window = left, top, right, bottom = find_window(wanted, image.shape)
    moved = image.copy()
    if left < right and top < bottom:
        stmap = map_face(shown, wanted, window)
        part = cv2.remap(image, stmap, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        part *= _shade_mouth(shown, wanted, window)[..., None]
        moved[top:bottom, left:right] = np.clip(part, 0.0, 1.0)
    return moved


def find_window(wanted: NDArray[np.floating], shape: tuple[int, ...]) -> Window:
    """The part of a picture of ``shape`` around the face in which something moves; empty where the face is outside."""
    reach, limits, places = _REACH * _height(wanted), (shape[1], shape[0]), wanted[:_POINTS, :2]
    left, top = np.clip(np.floor(places.min(axis=0) - reach), 0, limits).astype(int).tolist()
    right, bottom = np.clip(np.ceil(places.max(axis=0) + reach) + 1, 0, limits).astype(int).tolist()
    return left, top, right, bottom


def map_face(shown: NDArray[np.floating], wanted: NDArray[np.floating], window: Window) -> NDArray[np.float32]:
    """Where each pixel of ``window`` comes from: the ST map (H, W, 2)."""
    left, top, right, bottom = window
    places = np.asarray(wanted[:_POINTS, :2], np.float64) - (left, top)
    shifts = _unfold(places, np.asarray(shown - wanted, np.float64)[:_POINTS, :2])
    triangles = _front_triangles(places, wanted[:_POINTS, 2])
    owners = _draw_triangles(places[triangles], (bottom - top, right - left))
    shift = _shift_pixels(owners, _linear_shifts(places[triangles], shifts[triangles]))
    shift = cv2.GaussianBlur(_carry_outwards(shift, owners >= 0, _height(wanted)), (0, 0), _SOFT)
    shift += np.stack(np.meshgrid(np.arange(left, right), np.arange(top, bottom)), axis=-1)
    return np.asarray(shift, np.float32)


def _height(landmarks: NDArray[np.floating]) -> float:
    return float(np.linalg.norm(landmarks[_TOP] - landmarks[_CHIN]))


def _double_areas(corners: Numbers) -> Numbers:
    """Of triangles (n, 3, 2), twice; negative for those that are seen from behind."""
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    areas: Numbers = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return areas


def _unfold(places: Numbers, shifts: Numbers) -> Numbers:
    """``shifts`` changed as little as it takes that no triangle is mirrored, nor squeezed to nothing, in the picture.

    Such as the lips of a closed mouth, whose landmarks are a little on the wrong side of one another.
    """
    least = _LEAST_PART * _double_areas(places[TRIANGLES])
    sources = places + shifts
    for _ in range(_ROUNDS):
        lacking = least - _double_areas(sources[TRIANGLES])
        folded = (least > 0) & (lacking > 0.5 * least)
        if not folded.any():
            break
        corners = TRIANGLES[folded]
        sides = np.roll(sources[corners], -1, axis=1) - np.roll(sources[corners], 1, axis=1)
        outwards = np.stack([sides[..., 1], -sides[..., 0]], axis=-1)
        steps = outwards * (lacking[folded] / np.maximum((outwards**2).sum(axis=(1, 2)), 1e-9))[:, None, None]
        np.add.at(sources, corners, steps / 2)
    return sources - places


def _front_triangles(places: Numbers, depths: NDArray[np.floating]) -> NDArray[np.intp]:
    """The triangles that face the viewer, the farthest first."""
    by_depth = TRIANGLES[np.argsort(-depths[TRIANGLES].mean(axis=1), kind="stable")]
    front: NDArray[np.intp] = by_depth[_double_areas(places[by_depth]) > _LEAST_AREA]
    return front


def _draw_triangles(corners: Numbers, size: tuple[int, int]) -> NDArray[np.int32]:
    """The number of the triangle, the last of those over one another, that each pixel is in: (H, W); -1 outside."""
    owners = np.full(size, -1, np.int32)
    for number, triangle in enumerate(np.rint(corners * 16).astype(np.int32)):
        cv2.fillConvexPoly(owners, triangle, number, shift=4)
    return owners


def _linear_shifts(corners: Numbers, shifts: Numbers) -> NDArray[np.float32]:
    """Of each triangle the shift by x, by y, at 0, its least and its most: float32 (n, 5, 2).

    ``shifts`` are those of the corners, (n, 3, 2).
    """
    edges, rises = corners[:, 1:] - corners[:, :1], shifts[:, 1:] - shifts[:, :1]
    slopes = np.linalg.solve(edges, rises)
    at_zero = shifts[:, :1] - corners[:, :1] @ slopes
    limits = [shifts.min(axis=1, keepdims=True), shifts.max(axis=1, keepdims=True)]
    return np.concatenate([slopes, at_zero, *limits], axis=1, dtype=np.float32)


def _shift_pixels(owners: NDArray[np.int32], table: NDArray[np.float32]) -> NDArray[np.float32]:
    """The shift of each pixel, (H, W, 2). At the edge of a triangle a pixel's centre may be outside of it."""
    shift = np.zeros((*owners.shape, 2), np.float32)
    y, x = np.nonzero(owners >= 0)
    by_x, by_y, at_zero, least, most = table[owners[y, x]].swapaxes(0, 1)
    linear = x[:, None] * by_x + y[:, None] * by_y + at_zero
    shift[y, x] = np.clip(linear, least, most)
    return shift


def _carry_outwards(shift: NDArray[np.float32], inside: NDArray[np.bool_], height: float) -> NDArray[np.float32]:
    """``shift`` outside of the face, too: that of the nearest pixel ``inside``, less and less, and ever smoother."""
    if not inside.any():
        return shift
    outside = (~inside).astype(np.uint8)
    distance, nearest = cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    shifts = np.zeros((int(nearest.max()) + 1, 2), np.float32)
    shifts[nearest[inside]] = shift[inside]
    carried: NDArray[np.float32] = shifts[nearest]
    softness = _SOFTNESS * height
    soft = np.clip(distance / (2 * softness), 0.0, 1.0)[..., None]
    carried += soft * (cv2.GaussianBlur(carried, (0, 0), softness) - carried)
    part = np.clip(distance / (_REACH * height), 0.0, 1.0)
    carried *= (1 - part * part * (3 - 2 * part))[..., None]
    return carried


def _shade_mouth(shown: NDArray[np.floating], wanted: NDArray[np.floating], window: Window) -> NDArray[np.float32]:
    """What the window is multiplied by: 1, but less in a mouth that is opened beyond what the picture shows of it."""
    left, top, right, bottom = window
    shade = np.ones((bottom - top, right - left), np.float32)
    before, after = (_opening(points) for points in (shown, wanted))
    lacking = 1 - 2 * before / after if after > 0 else 0.0
    if lacking <= 0:
        return shade
    lips = np.rint((wanted[INNER_LIPS, :2] - (left, top)) * 16).astype(np.int32)
    cv2.fillPoly(shade, [lips], 1 - _DARKNESS * lacking, lineType=cv2.LINE_AA, shift=4)
    return np.asarray(cv2.GaussianBlur(shade, (0, 0), max(_SOFT, 0.01 * _height(wanted))), np.float32)


def _opening(landmarks: NDArray[np.floating]) -> float:
    """The area between the lips, square pixels."""
    return float(cv2.contourArea(np.asarray(landmarks[INNER_LIPS, :2], np.float32)))
