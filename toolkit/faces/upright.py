"""Where a face sits in the plate, and the upright canvas cut around it.

The rigid landmarks are the eye corners with the skin beside them: measured on a facial capture with known head motion
they follow the skull within 0.2-0.4 % of the face's height while the mouth opens and the brows rise; the bridge of the
nose moves 1-1.5 %, the temples 1.5 %, forehead and brows 2-3.5 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""uint8 (H, W, 3) RGB, C-contiguous: what detectors see."""

RIGHT_EYE = (33, 130, 133, 243, 112)
"""Corners of the subject's right eye and the skin beside them; it is on the left of the picture."""
LEFT_EYE = (263, 359, 362, 463, 341)
"""The same of the left eye, mirrored one by one."""
RIGID = np.array(RIGHT_EYE + LEFT_EYE)
"""Indices of the landmarks that place a face."""

_CENTRAL = np.array([33, 133, 362, 263, 168, 6, 197, 195, 5, 4, 98, 327, 2])
"""Corners of the eyes, bridge, tip and wings of the nose: their mean is what is called the centre of a face."""

_HEIGHT_PER_SPREAD = 5.1
"""Forehead to chin (landmarks 10 to 152) of a face with its mouth closed over the spread of its rigid landmarks: the
median of ten faces, which lie between 4.7 and 5.7."""

CANVAS = 384
"""Side of the upright canvas, pixels: the landmark network then sees its 256 pixels without enlarging."""
_FACE_IN_CANVAS = 0.5
"""Height of the face as a part of the canvas: the rest is room for half a face height of travel each way."""
_CENTRE_BELOW_EYES = 0.2
"""The middle of a face lies this part of its height below its rigid landmarks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a face is, how large and how tilted."""

    x: float
    """Mean of the rigid landmarks, pixels of the display window (pixel centres at integers)."""
    y: float
    scale: float
    """Height of the face, forehead to chin with the mouth closed, pixels."""
    roll: float
    """Degrees clockwise as seen, 0 upright, within -180..180."""

    def middle(self) -> tuple[float, float]:
        """The middle of the face, pixels: below the eyes along the face's own down."""
        angle = math.radians(self.roll)
        below = _CENTRE_BELOW_EYES * self.scale
        return self.x - below * math.sin(angle), self.y + below * math.cos(angle)

    def apart(self, other: Placement) -> float:
        """Distance of the two rigid centres in heights of the larger face."""
        return math.hypot(self.x - other.x, self.y - other.y) / max(self.scale, other.scale)


def placement_of(landmarks: NDArray[np.float32]) -> Placement:
    """The placement of ``landmarks`` (478, 3), in their pixels.

    Scale is the root mean square radius of the rigid landmarks in three dimensions, so that turning the head does not
    shrink it; roll is the direction of the line between the eyes, which in a projection is the roll of the head
    whatever its yaw (roll being the last of the three rotations).
    """
    rigid = landmarks[RIGID].astype(np.float64)
    centre = rigid.mean(axis=0)
    spread = math.sqrt(((rigid - centre) ** 2).sum(axis=1).mean())
    eyes = len(RIGHT_EYE)
    across = rigid[eyes:].mean(axis=0) - rigid[:eyes].mean(axis=0)
    return Placement(
        x=float(centre[0]),
        y=float(centre[1]),
        scale=_HEIGHT_PER_SPREAD * spread,
        roll=math.degrees(math.atan2(across[1], across[0])),
    )


def upright_points(landmarks: NDArray[np.float32], placement: Placement) -> NDArray[np.float64]:
    """``landmarks`` (478, 3) turned upright around the placement, in heights of the face."""
    angle = math.radians(placement.roll)
    cos, sin = math.cos(angle), math.sin(angle)
    points = landmarks.astype(np.float64) - (placement.x, placement.y, 0)
    turned = points @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    return np.asarray(turned / placement.scale)


def placed_points(points: NDArray[np.float64], placement: Placement) -> NDArray[np.float64]:
    """The inverse of ``upright_points``: (n, 2 or 3) in heights of the face to pixels."""
    angle = math.radians(placement.roll)
    cos, sin = math.cos(angle), math.sin(angle)
    placed = points * placement.scale
    x, y = placed[:, 0].copy(), placed[:, 1].copy()
    placed[:, 0], placed[:, 1] = placement.x + cos * x - sin * y, placement.y + sin * x + cos * y
    return placed


def centre_of(landmarks: NDArray[np.float32], placement: Placement) -> NDArray[np.float64]:
    """(2,) the mean of the central landmarks, upright, in heights of the face from the rigid landmarks."""
    centre: NDArray[np.float64] = upright_points(landmarks[_CENTRAL], placement)[:, :2].mean(axis=0)
    return centre


def canvas_from_plate(around: Placement, *, zoom: float = 1.0) -> NDArray[np.float64]:
    """2x3 matrix from plate pixels to canvas pixels: the face upright, half the canvas high, its middle centred.

    ``zoom`` below 1 shows more around the face.
    """
    factor = zoom * _FACE_IN_CANVAS * CANVAS / around.scale
    angle = math.radians(-around.roll)
    cos, sin = factor * math.cos(angle), factor * math.sin(angle)
    x, y = around.middle()
    middle = (CANVAS - 1) / 2
    return np.array([[cos, -sin, middle - cos * x + sin * y], [sin, cos, middle - sin * x - cos * y]])


def cut_canvas(picture: Picture, matrix: NDArray[np.float64]) -> Picture:
    """The canvas (CANVAS, CANVAS, 3) that ``matrix`` (plate to canvas) cuts from ``picture``; black outside the plate.

    Large faces are averaged down by a whole factor first: sampling them directly would alias, and alias is jitter.
    """
    import cv2

    factor = math.hypot(matrix[0, 0], matrix[1, 0])
    shrink = int(1 / factor)
    if shrink >= 2:
        picture, matrix = _shrunk_around(picture, matrix, shrink)
    canvas = cv2.warpAffine(picture, matrix, (CANVAS, CANVAS), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(canvas, dtype=np.uint8)


def averaged_down(picture: Picture, shrink: int) -> Picture:
    """``picture`` at ``shrink`` times fewer lines and columns, each pixel the mean of a square; the rest is cut off."""
    import cv2

    rows, columns = (length // shrink for length in picture.shape[:2])
    whole = picture[: rows * shrink, : columns * shrink]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _shrunk_around(picture: Picture, matrix: NDArray[np.float64], shrink: int) -> tuple[Picture, NDArray[np.float64]]:
    """The part of ``picture`` that the canvas of ``matrix`` shows, averaged down, and the matrix from there."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0, 1], [CANVAS, 0, 1], [0, CANVAS, 1], [CANVAS, CANVAS, 1]]) - [0.5, 0.5, 0]
    reached = corners @ _inverse(matrix).T
    x0, y0 = (max(0, math.floor(low)) for low in reached.min(axis=0))
    x1, y1 = (min(size, math.ceil(high) + 1) for size, high in zip((width, height), reached.max(axis=0), strict=True))
    if min(x1 - x0, y1 - y0) < shrink:
        return picture, matrix
    # the centre of small pixel i is plate x0 + i * shrink + (shrink - 1) / 2
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ (np.array([x0, y0]) + (shrink - 1) / 2)
    moved[:, :2] *= shrink
    return averaged_down(picture[y0:y1, x0:x1], shrink), moved


def _inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def landmarks_in_plate(landmarks: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """``landmarks`` (478, 3) of a canvas, in plate pixels; ``matrix`` is plate to canvas."""
    back = _inverse(matrix)
    factor = math.hypot(back[0, 0], back[1, 0])
    plate = np.empty_like(landmarks)
    plate[:, :2] = landmarks[:, :2] @ back[:, :2].T + back[:, 2]
    plate[:, 2] = landmarks[:, 2] * factor
    return plate
