"""Faces that walk out of the picture and into it: they go on beyond the last reading until they are out.

A face is read while both eyes are in the picture. At the left and right edges that ends with nine tenths of it still to
be seen, and a matte that ended there would pop.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from toolkit.faces.smooth import unwrap_degrees
from toolkit.faces.tracklet import Detection
from toolkit.faces.upright import FacePlacement, from_face_coordinates, to_face_coordinates

_LEAST = 0.05
"""Smallest part of a face inside the picture, as a fraction of its area, for which it goes on: its matte fades in the
last few frames, which should not be those in which a useful part of it is seen."""
_MAX_FRAMES = 24
"""A face goes on for at most this many frames: slower ones may have stopped since."""
_FITTED = 5
"""Readings whose motion is continued."""


def continue_outwards(
    run: Sequence[Detection], *, before: int, after: int, width: int, height: int
) -> Iterator[Detection]:
    """``run``, a face in successive frames, with what comes before and after it while it crosses the picture's edge.

    At most ``before`` and ``after`` frames are added. They continue the motion of the readings next to them, with the
    shape and expression of the nearest.
    """
    yield from reversed(list(_continue(run[::-1], before, width, height)))
    yield from run
    yield from _continue(run, after, width, height)


def _continue(run: Sequence[Detection], count: int, width: int, height: int) -> Iterator[Detection]:
    """Up to ``count`` detections after the last of ``run``, in whose direction time runs."""
    last = run[-1]
    visible = _visible_part(last, width, height)
    if len(run) < 2:
        return
    step = last.source_frame - run[-2].source_frame
    for number in range(1, min(count, _MAX_FRAMES) + 1):
        moved = _move(last, _extrapolate(run[-_FITTED:], number), last.source_frame + number * step)
        part = _visible_part(moved, width, height)
        if part >= visible or part < _LEAST:
            return  # it was lost for another reason than the edge, or is gone
        visible = part
        yield moved


def _extrapolate(run: Sequence[Detection], number: int) -> FacePlacement:
    """The placement ``number`` frames after the last of ``run``, on straight lines through all of them."""
    rolls = unwrap_degrees(np.array([one.placement.roll for one in run]))
    places = [one.placement for one in run]
    rows = [(one.x, one.y, math.log(one.scale), roll) for one, roll in zip(places, rolls, strict=True)]
    slopes = np.polyfit(np.arange(len(run)), np.array(rows), 1)[0]
    x, y, log_scale, roll = np.array(rows[-1]) + number * slopes
    return FacePlacement(x=float(x), y=float(y), scale=math.exp(log_scale), roll=float(roll))


def _move(detection: Detection, placement: FacePlacement, source_frame: int) -> Detection:
    shape = to_face_coordinates(detection.landmarks, detection.placement)
    landmarks = from_face_coordinates(shape, placement).astype(np.float32)
    return replace(detection, motion=None, source_frame=source_frame, placement=placement, landmarks=landmarks)


def _visible_part(detection: Detection, width: int, height: int) -> float:
    """How much of the face's outline is inside the picture, as a fraction of its area."""
    import cv2

    hull = cv2.convexHull(np.ascontiguousarray(detection.landmarks[:, :2]))
    low, right, bottom = -0.5, width - 0.5, height - 0.5
    if bool(((hull >= low) & (hull <= (right, bottom))).all()):
        return 1.0
    picture = np.array([(low, low), (right, low), (right, bottom), (low, bottom)], dtype=np.float32)
    inside, _ = cv2.intersectConvexConvex(hull, picture)
    return float(inside) / cv2.contourArea(hull)
