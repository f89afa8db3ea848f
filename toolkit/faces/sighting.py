"""Faces that are seen but not read: in profile, in the dark, behind a hand. They have a place and no landmarks."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.finder import FaceBox, FaceFinder, FoundFace
from toolkit.faces.thumbnail import Thumbnail, make_thumbnail
from toolkit.faces.upright import FacePlacement, Picture, canvas_affine, centre_of_canvas, cut_canvas

_ZOOM = 0.5
"""Of the canvas in which a face is searched: it shows four face heights."""
_SIDE = 256
"""Side to which that canvas is reduced, pixels: the face is 64 pixels high, which YuNet finds reliably."""
_REACH = 0.6
"""A face whose middle is farther than this from where it was expected, in face heights, is another one."""
_RESIZE = 0.35
"""The same for the change of its size, natural logarithm."""
_INSIDE = 0.2
"""How far the middle of its box must be inside the picture, in sizes of the box: of a face that crosses the edge, YuNet
draws the box around what is left of it, and the place is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One face in one frame of the plate, as YuNet sees it."""

    source_frame: int
    placement: FacePlacement
    box: FaceBox
    """Plate pixels."""
    thumbnail: Thumbnail
    score: float
    """YuNet's, 0..1."""


def sight_near(finder: FaceFinder, picture: Picture, around: FacePlacement, source_frame: int) -> Sighting | None:
    """The face that YuNet sees at or near ``around``, or None. Raises EngineFailed."""
    matrix = canvas_affine(around, zoom=_ZOOM)
    expected = centre_of_canvas(zoom=_ZOOM)
    canvas = cut_canvas(picture, matrix)
    near = [face for face in finder.find(canvas, side=_SIDE) if _is_near(face.placement, expected)]
    if not near:
        return None
    nearest = _move_to_plate(min(near, key=lambda face: math.dist(face.placement.middle(), expected.middle())), matrix)
    if not _is_inside(nearest.box, picture):
        return None
    thumbnail = make_thumbnail(canvas, matrix, nearest.placement)
    return _to_sighting(nearest, thumbnail, source_frame)


def sight(picture: Picture, found: FoundFace, source_frame: int) -> Sighting:
    """The sighting of a face ``found`` in the whole ``picture``."""
    matrix = canvas_affine(found.placement)
    thumbnail = make_thumbnail(cut_canvas(picture, matrix), matrix, found.placement)
    return _to_sighting(found, thumbnail, source_frame)


def _to_sighting(face: FoundFace, thumbnail: Thumbnail, source_frame: int) -> Sighting:
    return Sighting(
        source_frame=source_frame, placement=face.placement, box=face.box, thumbnail=thumbnail, score=face.score
    )


def _is_inside(box: FaceBox, picture: Picture) -> bool:
    height, width = picture.shape[:2]
    margin = _INSIDE * min(box.width, box.height)
    return bool(margin <= box.x <= width - margin and margin <= box.y <= height - margin)


def _is_near(face: FacePlacement, expected: FacePlacement) -> bool:
    apart = math.dist(face.middle(), expected.middle()) / expected.scale
    return apart < _REACH and abs(math.log(face.scale / expected.scale)) < _RESIZE


def _move_to_plate(face: FoundFace, matrix: NDArray[np.float64]) -> FoundFace:
    """``face`` of a canvas in the plate; ``matrix`` is plate to canvas."""
    pixels = 1 / math.hypot(matrix[0, 0], matrix[1, 0])
    turn = math.degrees(math.atan2(matrix[0, 1], matrix[0, 0]))
    points = np.array([(one.x, one.y) for one in (face.placement, face.box)])
    (x, y), (box_x, box_y) = np.linalg.solve(matrix[:, :2], (points - matrix[:, 2]).T).T
    place, box = face.placement, face.box
    return replace(
        face,
        placement=replace(place, x=float(x), y=float(y), scale=pixels * place.scale, roll=_wrap(place.roll + turn)),
        box=replace(
            box,
            x=float(box_x),
            y=float(box_y),
            width=pixels * box.width,
            height=pixels * box.height,
            roll=_wrap(box.roll + turn),
        ),
    )


def _wrap(degrees: float) -> float:
    return (degrees + 180) % 360 - 180
