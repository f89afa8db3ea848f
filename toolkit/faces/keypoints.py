"""BlazeFace's key points: a second opinion on where a face's eyes, nose and mouth are, and which way up it is.

The landmark network draws a face into whatever it is shown: an upside-down face gets its mouth on its forehead, and the
network is as sure of that as of a good reading. BlazeFace, the detector in the same model file, is another network. For
an upright face its key points are within 0.14 face heights of the landmarks (1,100 frames of ten clips: median 0.04);
for an inverted reading, for landmarks beside the face and for a false detection they are off by 0.2 or more. It is as
much surer of an upright face than of a turned one: it scores 0.85 or more, and at most 0.81 from 90 degrees on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.graph import MediaPipeGraph, silence_stderr
from toolkit.faces.upright import (
    CANVAS,
    FacePlacement,
    Picture,
    canvas_affine,
    cut_canvas,
    downsample,
    measure_placement,
    to_face_coordinates,
)

KEYPOINT_COUNT = 4
"""Right eye, left eye, tip of the nose, middle of the mouth."""
_LANDMARKS = np.array([(33, 133, 159, 145), (362, 263, 386, 374), (4, 4, 4, 4), (13, 14, 13, 14)])
"""(4, 4): the landmarks whose mean is each of these points."""
_MIN_SCORE = 0.3
"""Below this BlazeFace sees no face: a face half hidden by a hand still gets 0.4."""
_MAX_DISAGREEMENT = 0.17
"""Largest distance of a key point from its landmarks, face heights, for a reading to be believed."""
_WARM_UPS = 4
"""Pictures read at the start: LiteRT prints a warning once, with the first whose memory lies oddly."""
_UPRIGHT_SCORE = 0.85
"""From this on no other orientation is tried."""
_TURNS = (0.0, 180.0, 90.0, -90.0)
"""Orientations that are tried for a new face, degrees."""
_ZOOM = 0.7
"""Of the canvas in which these are compared: shows hair and shoulders too."""
_REACH = 0.5
"""A face farther than this from where it was found, in face heights, is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keypoints:
    """One face as BlazeFace sees it, in the picture's own pixels."""

    points: NDArray[np.float64]
    """float64 (4, 2): x, y of the subject's right eye, left eye, tip of the nose, mouth."""
    score: float
    """0..1."""


class KeypointReader(MediaPipeGraph):
    """BlazeFace, the face detector inside the Face Landmarker's model file."""

    def __init__(self, model: Path) -> None:
        super().__init__(
            model, member="face_detector.tflite", task="FaceDetector", video=False, min_detection_confidence=_MIN_SCORE
        )
        with silence_stderr():
            for extra in range(_WARM_UPS):
                self.read(np.zeros((CANVAS + 64 * extra, CANVAS, 3), dtype=np.uint8))

    def read(self, canvas: Picture) -> list[Keypoints]:
        """The faces in ``canvas``, a square with one upright face in the middle. Raises EngineFailed."""
        height, width = canvas.shape[:2]
        found = self.run(
            downsample(canvas, 2)
        ).detections  # it scales its input to 128 pixels anyway, without averaging
        return [
            Keypoints(
                points=np.array([(point.x * width, point.y * height) for point in face.keypoints[:KEYPOINT_COUNT]]),
                score=float(face.categories[0].score),
            )
            for face in found
        ]


def measure_disagreement(landmarks: NDArray[np.float32], faces: list[Keypoints]) -> NDArray[np.float32] | None:
    """How far the key points are from ``landmarks`` (478, 3): float32 (4, 2), upright, in face heights.

    Of the nearest of ``faces``, in the pixels of ``landmarks``. None if ``landmarks`` are not to be believed: there is
    no face near them.
    """
    placement = measure_placement(landmarks)
    expected = landmarks[_LANDMARKS].mean(axis=1)
    best: NDArray[np.float32] | None = None
    smallest = _MAX_DISAGREEMENT
    for face in faces:
        points = expected.copy()
        points[:, :2] = face.points
        apart = (to_face_coordinates(points, placement) - to_face_coordinates(expected, placement))[:, :2]
        largest = float(np.hypot(*apart.T).max())
        if largest < smallest:
            best, smallest = apart.astype(np.float32), largest
    return best


def turn_upright(reader: KeypointReader, picture: Picture, around: FacePlacement) -> FacePlacement | None:
    """``around`` the right way up: of four orientations, that of which BlazeFace is surest; None if it sees no face."""
    best: FacePlacement | None = None
    highest = 0.0
    for turn in _TURNS:
        if highest >= _UPRIGHT_SCORE:
            break
        turned = _turn(around, turn)
        matrix = canvas_affine(turned, zoom=_ZOOM)
        for face in reader.read(cut_canvas(picture, matrix)):
            found = _to_placement(face, matrix, turned)
            if face.score > highest and _separation(found, around) < _REACH:
                best, highest = found, face.score
    return best


def _turn(face: FacePlacement, degrees: float) -> FacePlacement:
    """``face`` rotated clockwise about its middle."""
    turned = replace(face, roll=(face.roll + degrees + 180) % 360 - 180)
    (x, y), (turned_x, turned_y) = face.middle(), turned.middle()
    return replace(turned, x=face.x + x - turned_x, y=face.y + y - turned_y)


def _to_placement(face: Keypoints, matrix: NDArray[np.float64], turned: FacePlacement) -> FacePlacement:
    """Where ``face`` is in the plate; ``matrix`` is plate to the canvas of ``turned``."""
    eyes = np.linalg.solve(matrix[:, :2], (face.points[:2] - matrix[:, 2]).T).T
    (x, y), (across_x, across_y) = eyes.mean(axis=0), eyes[1] - eyes[0]
    return replace(turned, x=float(x), y=float(y), roll=math.degrees(math.atan2(across_y, across_x)))


def _separation(one: FacePlacement, other: FacePlacement) -> float:
    """Distance of the middles, face heights: that of the eyes changes when a face is turned over."""
    return math.dist(one.middle(), other.middle()) / other.scale
