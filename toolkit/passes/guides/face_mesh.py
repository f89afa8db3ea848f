"""The guide of the ControlNet ``control_v1p_sd15_mediapipe_face``: faces drawn as coloured lines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(H, W, 3) RGB."""
Colour = tuple[int, int, int]
"""Red, green, blue, each 0..255."""
Chain = tuple[int, ...]
"""Indices of landmarks, each connected to the next by a line; a closed chain ends with its first landmark."""

CONTOURS: dict[str, tuple[Colour, tuple[Chain, ...]]] = {
    "FACE_OVAL": ((10, 200, 10), (
        (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
         152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10),
    )),
    "LEFT_EYE": ((10, 200, 180), (
        (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466, 263),
    )),
    "LEFT_EYEBROW": ((10, 220, 180), ((276, 283, 282, 295, 285), (300, 293, 334, 296, 336))),
    "RIGHT_EYE": ((180, 200, 10), (
        (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246, 33),
    )),
    "RIGHT_EYEBROW": ((180, 220, 10), ((46, 53, 52, 65, 55), (70, 63, 105, 66, 107))),
    "LIPS": ((10, 180, 10), (
        (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61),
        (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78),
    )),
}  # fmt: skip
"""The parts in drawing order, by MediaPipe's names; left and right are the subject's. Lines of different parts overlap
in small and in turned faces, so the order is visible."""

PUPILS: dict[int, Colour] = {468: (250, 200, 10), 473: (10, 200, 250)}
"""Landmarks at the centre of the right and the left iris, drawn over the lines."""

_THICKNESS = 2
"""Line thickness in OpenCV's sense: horizontal and vertical lines are 3 pixels wide. Never scaled with the image."""
_PUPIL_RADIUS = 2
"""Half the side of a pupil's square, pixels."""
_MIN_SIDE = 64
"""Faces of a whole picture whose bounding box has a shorter side than this, pixels, are left out: the network was not
trained on them."""


def draw_face_annotation(
    faces: Sequence[NDArray[np.float32]], size: tuple[int, int], *, min_side: int = _MIN_SIDE
) -> Picture:
    """Draw the guide of ``faces``, uint8 (H, W, 3) RGB: coloured lines and pupils on black.

    Each face is its landmarks, (478, 3), x and y in pixels of the image (z is ignored); later faces are drawn over
    earlier ones. ``size`` is the image's width and height. A face is left out if either side of the bounding box of its
    landmarks is under ``min_side`` pixels; without any face the image is black. A line with an end outside the image is
    left out entirely, and so is a pupil whose centre is outside or within two pixels of the top or left edge. Raises
    IndexError for landmarks without irises.

    Pixel for pixel what the network was trained on: CrucibleAI's ``mediapipe_face`` annotator, which passes the edges
    as a dict, part by part, to MediaPipe's ``draw_landmarks``, draws the pupils, and swaps blue and red. Within a part
    its order is that of a hash table, which makes no difference: lines of one colour look the same in any order, and a
    line looks the same from either end.
    """
    picture = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    for landmarks in faces:
        if np.ptp(landmarks[:, :2], axis=0).min() >= min_side:
            _draw_face(picture, landmarks[:, :2])
    return picture


def _draw_face(picture: Picture, points: NDArray[np.float32]) -> None:
    """Draw one face with landmarks at ``points`` (478, 2) into ``picture``, in place."""
    import cv2

    size = np.array([picture.shape[1], picture.shape[0]])
    inside = np.asarray(((points >= 0) & (points <= size)).all(axis=1))
    # Pixel centres are integers, yet rounding would be wrong: MediaPipe draws at the floor, so the network learnt to
    # put features half a pixel right of and below their lines.
    pixels = np.minimum(np.floor(points), size - 1).astype(int).tolist()
    for colour, chains in CONTOURS.values():
        for chain in chains:
            for start, end in pairwise(chain):
                if inside[start] and inside[end]:
                    cv2.line(picture, pixels[start], pixels[end], colour, _THICKNESS)
    for index, colour in PUPILS.items():
        if inside[index]:
            x, y = pixels[index]
            # A negative start counts from the other end and selects nothing; the original draws nothing there either.
            picture[y - _PUPIL_RADIUS : y + _PUPIL_RADIUS, x - _PUPIL_RADIUS : x + _PUPIL_RADIUS] = colour
