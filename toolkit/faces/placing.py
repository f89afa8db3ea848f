"""Place a face by keyframes: what was read of it moves along."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceKey, FaceSample, FaceState, Point
from toolkit.faces.smooth import unwrap_degrees
from toolkit.faces.upright import FacePlacement, from_face_coordinates, to_face_coordinates

_WIDTH, _BELOW = 0.83, 0.08
"""The ellipse that stands for a face that was not seen, in face heights: its width, and how far its middle is below the
centre of a sample. The medians of the outlines of eleven faces, which are 1.01 high."""
_POINTS = 64
"""Of that ellipse."""

Outlines = NDArray[np.float64]
"""(points, 2), relative to the face: upright, in face heights."""


class Keyframes:
    """The place and the outline of a face between its first and its last key."""

    def __init__(self, keys: Sequence[FaceKey]) -> None:
        self._frames = [key.source_frame for key in keys]
        rolls = unwrap_degrees(np.array([key.roll for key in keys]))  # the short way round from each key to the next
        self._places = np.array(
            [(*key.centre, math.log(key.scale), roll) for key, roll in zip(keys, rolls, strict=True)]
        )
        drawn = [(key.source_frame, key.outline, key) for key in keys if key.outline is not None]
        self._drawn_frames = [source_frame for source_frame, _, _ in drawn]
        self._drawn = np.array([_to_face(outline, place_of(key)) for _, outline, key in drawn])

    def place(self, sample: FaceSample) -> FaceSample:
        """``sample`` where the keys say; HELD, with nothing read, if it is ABSENT."""
        x, y, log_scale, roll = (float(np.interp(sample.source_frame, self._frames, way)) for way in self._places.T)
        wanted = FacePlacement(x=x, y=y, scale=math.exp(log_scale), roll=roll)
        placed = FaceSample(
            source_frame=sample.source_frame,
            state=FaceState.HELD,
            centre=(x, y),
            scale=wanted.scale,
            roll=roll,
            drawn_outline=self._drawn_at(sample.source_frame, wanted) or _move(sample.drawn_outline, sample, wanted),
        )
        if sample.landmarks is None:
            outline = _move(sample.outline, sample, wanted) or draw_ellipse(wanted)
            state = FaceState.FOUND if sample.state is FaceState.FOUND else FaceState.HELD
            return placed.model_copy(update={"state": state, "outline": outline, "blendshapes": sample.blendshapes})
        shape = to_face_coordinates(sample.landmarks, place_of(sample))
        moved = np.round(from_face_coordinates(shape, wanted), 3).astype(np.float32)
        return placed.model_copy(update={"state": sample.state, "landmarks": moved, "blendshapes": sample.blendshapes})

    def _drawn_at(self, source_frame: int, wanted: FacePlacement) -> tuple[Point, ...] | None:
        """The outline of the keys; before the first and after the last one that has one, as in that."""
        if not self._drawn_frames:
            return None
        ways = self._drawn.reshape(len(self._drawn), -1).T
        points = np.array([np.interp(source_frame, self._drawn_frames, way) for way in ways])
        return _to_plate(points.reshape(-1, 2), wanted)


def move_outline(before: FaceKey, after: FaceKey) -> tuple[Point, ...] | None:
    """The outline of ``before``, if it has one, with the face where it is in ``after``."""
    return _move(before.outline, before, place_of(after))


def draw_ellipse(place: FacePlacement) -> tuple[Point, ...]:
    """The outline that stands for a face of which only the place of a sample is known, plate pixels."""
    return _to_plate(_draw_ellipse(), place)


def _draw_ellipse() -> Outlines:
    angles = 2 * math.pi * np.arange(_POINTS) / _POINTS
    return np.column_stack([_WIDTH / 2 * np.cos(angles), np.sin(angles) / 2 + _BELOW])


def _move(
    outline: Sequence[Point] | None, now: FaceSample | FaceKey, wanted: FacePlacement
) -> tuple[Point, ...] | None:
    """An ``outline`` of the face where it is ``now``, with the face where it is ``wanted``."""
    return None if outline is None else _to_plate(_to_face(outline, place_of(now)), wanted)


def _to_face(outline: Sequence[Point], place: FacePlacement) -> Outlines:
    return to_face_coordinates(np.array([(x, y, 0.0) for x, y in outline], np.float32), place)[:, :2]


def _to_plate(points: Outlines, place: FacePlacement) -> tuple[Point, ...]:
    return tuple((round(float(x), 3), round(float(y), 3)) for x, y in from_face_coordinates(points, place))


def place_of(one: FaceSample | FaceKey) -> FacePlacement:
    """Where the face is, about its centre. Raises ValueError for an ABSENT sample."""
    if one.centre is None or one.scale is None or one.roll is None:
        raise ValueError(f"the face has no position in source frame {one.source_frame}")
    x, y = one.centre
    return FacePlacement(x=x, y=y, scale=one.scale, roll=one.roll)
