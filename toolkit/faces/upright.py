"""The placement of a face in the plate, and the upright canvas cut around it.

The rigid landmarks are the eye corners and the skin beside them. Measured on a facial capture with known head motion,
they follow the skull within 0.2-0.4 % of the face's height while the mouth opens and the brows rise; the bridge of the
nose moves 1-1.5 %, the temples 1.5 %, forehead and brows 2-3.5 %.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""uint8 (H, W, 3) RGB, C-contiguous: the input of detectors."""

RIGHT_EYE = (33, 130, 133, 243, 112)
"""Corners of the subject's right eye and the skin beside them; on the left of the picture."""
LEFT_EYE = (263, 359, 362, 463, 341)
"""The same points of the left eye, in the same order."""
RIGID = np.array(RIGHT_EYE + LEFT_EYE)
"""Indices of the landmarks that define the placement of a face."""

_CENTRAL = np.array([33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 98, 327, 2])
"""Corners of the eyes, bridge, tip and wings of the nose; their mean is the ``centre`` of a FaceSample."""

_HEIGHT_PER_SPREAD = 5.1
"""Forehead to chin (landmarks 10 to 152, mouth closed) divided by the spread of the rigid landmarks: the median of ten
faces, which range from 4.7 to 5.7."""

CANVAS = 384
"""Side of the upright canvas, pixels: the face crop that the landmark network scales to 256 pixels is not enlarged."""
_FACE_IN_CANVAS = 0.5
"""Height of the face as a fraction of the canvas: the rest allows for motion of half a face height each way."""
_CENTRE_GRID = 0.005
"""Face heights. The centre's place in the face is a multiple of it: it is measured over the whole shot, and must not
change when the shot becomes a frame longer."""
_CENTRE_OFFSET = (0.0, 0.09)
"""The same of a face that is never read: the mean of ten faces."""
_CENTRE_BELOW_EYES = 0.2
"""Distance of the middle of a face below its rigid landmarks, face heights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacePlacement:
    """Position, size and roll of a face."""

    x: float
    """Mean of the rigid landmarks, pixels of the display window (pixel centres at integers)."""
    y: float
    scale: float
    """Height of the face, forehead to chin with the mouth closed, pixels."""
    roll: float
    """Degrees clockwise as seen, 0 upright, within -180..180."""

    def middle(self) -> tuple[float, float]:
        """The middle of the face, pixels: below the eyes along the face's vertical axis."""
        angle = math.radians(self.roll)
        below = _CENTRE_BELOW_EYES * self.scale
        return self.x - below * math.sin(angle), self.y + below * math.cos(angle)

    def distance_to(self, other: FacePlacement) -> float:
        """Distance between the rigid centres, in heights of the larger face."""
        return math.hypot(self.x - other.x, self.y - other.y) / max(self.scale, other.scale)


def difference(now: FacePlacement, before: FacePlacement) -> NDArray[np.float64]:
    """(4,): the motion from ``before`` to ``now``: x and y in face heights, natural logarithm of the size, roll in
    radians.
    """
    roll = math.radians((now.roll - before.roll + 180) % 360 - 180)
    x, y = (now.x - before.x) / before.scale, (now.y - before.y) / before.scale
    return np.array([x, y, math.log(now.scale / before.scale), roll])


def displace(before: FacePlacement, motion: NDArray[np.float64]) -> FacePlacement:
    """The inverse of ``difference``: ``before`` after ``motion``."""
    x, y, size, roll = motion.tolist()
    return FacePlacement(
        x=before.x + x * before.scale,
        y=before.y + y * before.scale,
        scale=before.scale * math.exp(size),
        roll=(before.roll + math.degrees(roll) + 180) % 360 - 180,
    )


def measure_placement(landmarks: NDArray[np.float32]) -> FacePlacement:
    """The placement of ``landmarks`` (478, 3), in their pixels.

    Scale comes from the root mean square radius of the rigid landmarks in three dimensions, so that turning the head
    does not shrink it. Roll is the direction of the line between the eyes, which in a projection is the roll of the
    head for any yaw (roll being the last of the three rotations).
    """
    rigid = landmarks[RIGID].astype(np.float64)
    centre = rigid.mean(axis=0)
    spread = math.sqrt(((rigid - centre) ** 2).sum(axis=1).mean())
    eyes = len(RIGHT_EYE)
    across = rigid[eyes:].mean(axis=0) - rigid[:eyes].mean(axis=0)
    return FacePlacement(
        x=float(centre[0]),
        y=float(centre[1]),
        scale=_HEIGHT_PER_SPREAD * spread,
        roll=math.degrees(math.atan2(across[1], across[0])),
    )


def measure_yaw(landmarks: NDArray[np.float32]) -> float:
    """How far the face of ``landmarks`` (478, 3) is turned to either side, degrees: 0 to the front, 90 a profile.

    From the depth of one eye behind the other, which the network exaggerates for faces that are turned far.
    """
    eyes = (landmarks[list(points)].mean(axis=0) for points in (RIGHT_EYE, LEFT_EYE))
    right, left = (eye.astype(np.float64) for eye in eyes)
    across = left - right
    return math.degrees(math.atan2(abs(across[2]), math.hypot(across[0], across[1])))


def to_face_coordinates(landmarks: NDArray[np.float32], placement: FacePlacement) -> NDArray[np.float64]:
    """``landmarks`` (478, 3) relative to ``placement``: upright, in face heights."""
    angle = math.radians(placement.roll)
    cos, sin = math.cos(angle), math.sin(angle)
    points = landmarks.astype(np.float64) - (placement.x, placement.y, 0)
    rotated = points @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    return np.asarray(rotated / placement.scale)


def from_face_coordinates(points: NDArray[np.float64], placement: FacePlacement) -> NDArray[np.float64]:
    """The inverse of ``to_face_coordinates``: (n, 2 or 3) in face heights to pixels."""
    angle = math.radians(placement.roll)
    cos, sin = math.cos(angle), math.sin(angle)
    pixels = points * placement.scale
    x, y = pixels[:, 0].copy(), pixels[:, 1].copy()
    pixels[:, 0], pixels[:, 1] = placement.x + cos * x - sin * y, placement.y + sin * x + cos * y
    return pixels


def measure_centre_offset(landmarks: NDArray[np.float32], placement: FacePlacement) -> NDArray[np.float64]:
    """(2,): offset of the centre from the rigid landmarks, upright, in face heights."""
    centre: NDArray[np.float64] = to_face_coordinates(landmarks[_CENTRAL], placement)[:, :2].mean(axis=0)
    return centre


def find_centre_offset(faces: Sequence[tuple[NDArray[np.float32], FacePlacement]]) -> NDArray[np.float64]:
    """(2,): the usual ``measure_centre_offset`` of one face over a shot, from its landmarks and placements.

    The centre is a fixed point relative to the rigid landmarks, so that the acting of the nose does not move it.
    """
    offsets = [measure_centre_offset(landmarks, placement) for landmarks, placement in faces]
    usual = np.median(offsets, axis=0) if offsets else np.array(_CENTRE_OFFSET)
    return np.asarray(np.round(usual / _CENTRE_GRID) * _CENTRE_GRID)


def centre_of_canvas(*, zoom: float = 1.0) -> FacePlacement:
    """Where ``canvas_affine`` shows the face, canvas pixels."""
    scale = zoom * _FACE_IN_CANVAS * CANVAS
    middle = (CANVAS - 1) / 2
    return FacePlacement(x=middle, y=middle - _CENTRE_BELOW_EYES * scale, scale=scale, roll=0.0)


def canvas_affine(around: FacePlacement, *, zoom: float = 1.0) -> NDArray[np.float64]:
    """2x3 affine from plate pixels to canvas pixels: the face upright, centred, half as high as the canvas.

    ``zoom`` below 1 shows more around the face.
    """
    return placement_affine(around, centre_of_canvas(zoom=zoom))


def placement_affine(now: FacePlacement, wanted: FacePlacement) -> NDArray[np.float64]:
    """2x3 affine that moves a face from ``now`` to ``wanted``."""
    factor = wanted.scale / now.scale
    angle = math.radians(wanted.roll - now.roll)
    cos, sin = factor * math.cos(angle), factor * math.sin(angle)
    shift = wanted.x - cos * now.x + sin * now.y, wanted.y - sin * now.x - cos * now.y
    return np.array([[cos, -sin, shift[0]], [sin, cos, shift[1]]])


def cut_canvas(picture: Picture, matrix: NDArray[np.float64]) -> Picture:
    """Cut the canvas (CANVAS, CANVAS, 3) of ``matrix`` (plate to canvas) from ``picture``; black outside the plate.

    Large faces are first downsampled by an integer factor: sampling them directly would alias, which causes jitter.
    """
    import cv2

    scale = math.hypot(matrix[0, 0], matrix[1, 0])
    factor = int(1 / scale)
    if factor >= 2:
        picture, matrix = _downsample_around_canvas(picture, matrix, factor)
    canvas = cv2.warpAffine(picture, matrix, (CANVAS, CANVAS), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(canvas, dtype=np.uint8)


def cut_place(picture: Picture, place: FacePlacement) -> Picture:
    """The face at ``place`` cut from ``picture``, for people: (CANVAS, CANVAS, 3), upright."""
    return cut_canvas(picture, canvas_affine(place, zoom=1.2))


def downsample(picture: Picture, factor: int) -> Picture:
    """``picture`` with ``factor`` times fewer rows and columns, each pixel the mean of a square; remainders are cut
    off.
    """
    import cv2

    rows, columns = (length // factor for length in picture.shape[:2])
    whole = picture[: rows * factor, : columns * factor]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _downsample_around_canvas(
    picture: Picture, matrix: NDArray[np.float64], factor: int
) -> tuple[Picture, NDArray[np.float64]]:
    """Downsample the part of ``picture`` that the canvas of ``matrix`` shows; returns it and the affine from it."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0, 1], [CANVAS, 0, 1], [0, CANVAS, 1], [CANVAS, CANVAS, 1]]) - [0.5, 0.5, 0]
    corners_in_plate = corners @ _invert_affine(matrix).T
    x0, y0 = (max(0, math.floor(low)) for low in corners_in_plate.min(axis=0))
    x1, y1 = (
        min(size, math.ceil(high) + 1) for size, high in zip((width, height), corners_in_plate.max(axis=0), strict=True)
    )
    if min(x1 - x0, y1 - y0) < factor:
        return picture, matrix
    # the centre of small pixel i is plate x0 + i * factor + (factor - 1) / 2
    affine = matrix.copy()
    affine[:, 2] += matrix[:, :2] @ (np.array([x0, y0]) + (factor - 1) / 2)
    affine[:, :2] *= factor
    return downsample(picture[y0:y1, x0:x1], factor), affine


def _invert_affine(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def map_points_to_plate(points: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """``points`` (n, 2) of a canvas in plate pixels; ``matrix`` is plate to canvas."""
    inverse = _invert_affine(matrix)
    return np.asarray(points @ inverse[:, :2].T + inverse[:, 2])


def map_to_plate(landmarks: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Map ``landmarks`` (478, 3) from a canvas to plate pixels; ``matrix`` is plate to canvas."""
    inverse = _invert_affine(matrix)
    scale = math.hypot(inverse[0, 0], inverse[1, 0])
    in_plate = np.empty_like(landmarks)
    in_plate[:, :2] = landmarks[:, :2] @ inverse[:, :2].T + inverse[:, 2]
    in_plate[:, 2] = landmarks[:, 2] * scale
    return in_plate
