"""Reading one face from frame to frame through an upright canvas that travels with it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.detect import FaceReader
from toolkit.faces.upright import (
    CANVAS,
    RIGID,
    Picture,
    Placement,
    canvas_from_plate,
    cut_canvas,
    landmarks_in_plate,
    placement_of,
)

PORTRAIT = 24
"""Side of the small colour picture that says what a face looks like, pixels."""
_PORTRAIT_ZOOM = 1.6
"""It shows the face from brow to chin and nothing of what is behind."""
_WIDER, _FAR = 0.7, 0.5
"""Zooms of the canvas for the second look, and for a face that has been lost for a while."""
_FAST = 0.05
"""Heights of itself a face travels per frame before its motion is extrapolated."""
_LEAP = 0.8
"""No face travels this many of its heights between two frames."""
_RESIZED = 0.3
"""Nor does it grow or shrink by this part."""
ONE_PLACE = 0.35
"""Faces nearer to one another than this, in face heights, are in one place."""
_ALIKE = 0.65
"""Least likeness of one face in two neighbouring frames. In nine clips six in a thousand neighbours fall below 0.85 and
two below 0.75; moments of two different people picked at random are more alike than 0.7 once in a hundred times."""
_INSIDE = 0.05
"""Heights of the face that all its rigid landmarks must be inside the picture. Faces leaving it on any side are placed
within 0.9 % of their width and 1 degree up to there, within 1.3 % up to the very edge and 4 % beyond: no sighting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One face in one frame of the plate."""

    source_frame: int
    placement: Placement
    landmarks: NDArray[np.float32]
    """float32 (478, 3), plate pixels."""
    blendshapes: NDArray[np.float32]
    """float32 (52,), 0..1."""
    portrait: NDArray[np.float16]
    """float16 (PORTRAIT * PORTRAIT * 3,): the upright face, mean 0 and length 1, so that a dot product compares two."""


def look(
    reader: FaceReader, picture: Picture, around: Placement, source_frame: int, *, far: bool = False
) -> Sighting | None:
    """The face at or near ``around``; None when there is none. ``far`` looks twice as far afield from the start.

    A face that is not found is looked for once more in a wider canvas, and read where it was found: the last that is
    seen of a face that leaps, turns away or leaves.
    """
    seen = None if far else _read_at(reader, picture, around, source_frame, 1.0)
    if seen:
        return seen
    afield = _read_at(reader, picture, around, source_frame, _FAR if far else _WIDER)
    return _read_at(reader, picture, afield.placement, source_frame, 1.0) or afield if afield else None


def _read_at(
    reader: FaceReader, picture: Picture, around: Placement, source_frame: int, zoom: float
) -> Sighting | None:
    matrix = canvas_from_plate(around, zoom=zoom)
    canvas = cut_canvas(picture, matrix)
    reading = reader.read(canvas)
    if reading is None or reading.blendshapes is None:
        return None
    landmarks = landmarks_in_plate(reading.landmarks, matrix)
    placement = placement_of(landmarks)
    if not _is_in(picture, landmarks, placement):
        return None
    return Sighting(
        source_frame=source_frame,
        placement=placement,
        landmarks=landmarks,
        blendshapes=reading.blendshapes,
        portrait=_portrait(canvas, matrix, placement),
    )


def _is_in(picture: Picture, landmarks: NDArray[np.float32], placement: Placement) -> bool:
    height, width = picture.shape[:2]
    eyes = landmarks[RIGID, :2]
    margin = _INSIDE * placement.scale
    return bool(((eyes >= margin) & (eyes <= (width - 1 - margin, height - 1 - margin))).all())


def _portrait(canvas: Picture, matrix: NDArray[np.float64], placement: Placement) -> NDArray[np.float16]:
    """The face at ``placement`` (plate pixels) as ``canvas`` shows it; ``matrix`` is plate to that canvas."""
    import cv2

    upright = canvas_from_plate(placement, zoom=_PORTRAIT_ZOOM)
    linear = upright[:, :2] @ np.linalg.inv(matrix[:, :2])
    shift = upright[:, 2] - linear @ matrix[:, 2]
    side = 4 * PORTRAIT  # averaged down at the end, so that the portrait does not alias
    shrink = side / CANVAS
    warp = np.column_stack([linear * shrink, (shift + 0.5) * shrink - 0.5])
    face = cv2.warpAffine(canvas, warp, (side, side), borderMode=cv2.BORDER_REPLICATE)
    small = cv2.resize(face, (PORTRAIT, PORTRAIT), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    small -= small.mean()
    return np.asarray(small / max(float(np.linalg.norm(small)), 1e-6), dtype=np.float16)


def likeness(one: Sighting, other: Sighting) -> float:
    """How much two sightings look alike, -1..1: correlation of their portraits, blind to exposure and contrast."""
    return float(one.portrait.astype(np.float32) @ other.portrait.astype(np.float32))


@dataclass(slots=True, kw_only=True, eq=False)
class Trail:
    """The sightings of one face while it is followed without a break."""

    reader: FaceReader
    sightings: dict[int, Sighting]
    """By source frame."""
    last: Sighting
    """The latest."""
    waited: int = 0
    """Frames since then."""

    @classmethod
    def starting(cls, reader: FaceReader, sighting: Sighting) -> Self:
        """A trail of one sighting."""
        return cls(reader=reader, sightings={sighting.source_frame: sighting}, last=sighting)

    def add(self, sighting: Sighting) -> None:
        """The next sighting."""
        self.sightings[sighting.source_frame] = self.last = sighting
        self.waited = 0

    def expected(self) -> Placement:
        """Where to look in the next frame: where it was, or, when it is fast, where it is heading.

        A slow face is not extrapolated, since that would only add noise.
        """
        now, before = self.last.placement, self.sightings.get(self.last.source_frame - 1)
        if before is None or self.waited or now.apart(before.placement) < _FAST:
            return now
        return replace(now, x=2 * now.x - before.placement.x, y=2 * now.y - before.placement.y)


def keeps_its_place(before: Placement, now: Placement) -> bool:
    """Whether one face can have gone from ``before`` to ``now``: it neither leaps nor suddenly changes its size."""
    return now.apart(before) < _LEAP and abs(math.log(now.scale / before.scale)) < _RESIZED


def is_same_face(before: Sighting, now: Sighting) -> bool:
    """Whether two neighbouring sightings can be one face. A cut inside a clip can put another where the first was."""
    return keeps_its_place(before.placement, now.placement) and likeness(before, now) > _ALIKE
