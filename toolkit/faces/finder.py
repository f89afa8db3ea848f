"""YuNet: where the faces in a picture are. It finds profiles, dark, stylised and tiny faces that MediaPipe misses.

Nothing it finds in one frame is believed until BlazeFace and the landmarks confirm it (``keypoints.turn_upright``,
``detect_near``): rocks and buildings score as high as faces in the dark. Over many frames they do not
(``Tracklet.is_confirmed``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import EngineFailed
from toolkit.faces.upright import FacePlacement, Picture

_MIN_SCORE = 0.4
"""YuNet's score for a face to be reported. In an animated film, real faces score from 0.42 and walls up to 0.78, and
animals up to 0.6: no threshold separates them. What confirms a face rejects nearly all of them."""
_OVERLAP = 0.3
"""Boxes that overlap by more than this (intersection over union) are one face."""
_MOST_BOXES = 200
"""Before overlapping ones are removed."""
_SCALE_PER_BOX = 1.01
"""Height of a face divided by the root of its box's area."""
_BELOW_EYES = 0.02
"""Distance of the mean of the rigid landmarks below YuNet's eyes, face heights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceBox:
    """A rectangle around a face, in the pixels of its picture."""

    x: float
    """Of its middle."""
    y: float
    width: float
    """Along the line between the eyes."""
    height: float
    roll: float
    """Degrees clockwise as seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFace:
    """One face that YuNet reports."""

    placement: FacePlacement
    """In the picture's own pixels. For a face that lies or stands on its head, only its middle and its scale are
    right: YuNet draws the eyes of a large one where those of an upright face would be."""
    box: FaceBox
    """From the forehead to the chin, and in a profile from the nose to the ear."""
    score: float
    """0..1."""


class FaceFinder:
    """YuNet; for one thread at a time.

    Compared with the landmarks of 354 faces in eleven clips, the scale is right within 8 % for nine of ten faces and
    within 14 % for all but two in a hundred, the position within 0.04 face heights, the roll within 7 degrees. The
    constants above are the medians.
    """

    def __init__(self, model: Path) -> None:
        """Raises EngineFailed if OpenCV rejects ``model``."""
        import cv2

        self._model = model
        level = cv2.utils.logging.getLogLevel()
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # it warns of a choice that nobody made
        try:
            network, no_configuration = np.frombuffer(model.read_bytes(), dtype=np.uint8), np.zeros(0, dtype=np.uint8)
            self._network = cv2.FaceDetectorYN.create(
                "onnx", network, no_configuration, (320, 320), _MIN_SCORE, _OVERLAP, _MOST_BOXES
            )
        except cv2.error as error:
            raise EngineFailed("yunet", f"{model} is not a model that OpenCV can read") from error
        finally:
            cv2.utils.logging.setLogLevel(level)

    def find(self, picture: Picture, *, side: int, turns: int = 0) -> list[FoundFace]:
        """The faces in ``picture``, in no particular order.

        The picture is read with its longer side reduced to ``side`` pixels (never enlarged), and turned by ``turns``
        quarters anticlockwise. Measured on 15 faces of clips and stills: of faces that are upright then, those of 28
        pixels are all found, of 20 pixels four in five, of 16 pixels three in four, of 12 pixels half. Those that lie
        or stand on their heads are found reliably only when they are large.
        """
        import cv2

        height, width = picture.shape[:2]
        factor = min(1.0, side / max(width, height))
        small = picture
        if factor < 1:
            size = max(1, round(width * factor)), max(1, round(height * factor))
            small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        rows = self._run(np.ascontiguousarray(np.rot90(small, turns)[..., ::-1]))
        return [_to_face(row, turns, small.shape, width / small.shape[1]) for row in rows]

    def _run(self, picture: Picture) -> NDArray[np.float64]:
        """(n, 15): x, y, width and height of the box, x and y of five points, score; ``picture`` is BGR."""
        import cv2

        try:
            self._network.setInputSize((picture.shape[1], picture.shape[0]))
            _, rows = self._network.detect(picture)
        except cv2.error as error:
            raise EngineFailed("yunet", f"{self._model}: {error}") from error
        return np.zeros((0, 15)) if rows is None else np.asarray(rows, dtype=np.float64)


def _to_face(row: NDArray[np.float64], turns: int, shape: tuple[int, ...], pixels: float) -> FoundFace:
    """The face of one ``row`` in the picture; ``shape`` is that of the reduced picture, ``pixels`` the factor to it."""
    left, top, width, height = row[:4]
    box_middle = np.array([left + (width - 1) / 2, top + (height - 1) / 2])
    mouth_middle = (row[10:12] + row[12:14]) / 2
    (box_x, box_y), right_eye, left_eye, mouth = (
        (_turn_back(point, turns, shape) + 0.5) * pixels - 0.5
        for point in (box_middle, row[4:6], row[6:8], mouth_middle)
    )
    # In a profile the eyes are drawn on one spot, in any order: then the line from there to the mouth decides.
    across, down = left_eye - right_eye, mouth - (right_eye + left_eye) / 2
    roll = math.atan2(across[1] - down[0], across[0] + down[1])
    scale = _SCALE_PER_BOX * pixels * math.sqrt(max(1.0, width * height))
    x, y = (right_eye + left_eye) / 2 + _BELOW_EYES * scale * np.array([-math.sin(roll), math.cos(roll)])
    return FoundFace(
        placement=FacePlacement(x=float(x), y=float(y), scale=scale, roll=math.degrees(roll)),
        box=FaceBox(
            x=float(box_x), y=float(box_y), width=pixels * width, height=pixels * height, roll=(0, 90, 180, -90)[turns]
        ),
        score=float(row[14]),
    )


def _turn_back(point: NDArray[np.float64], turns: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """``point`` of a picture that was turned by ``turns`` quarters anticlockwise, before that; ``shape`` is of then."""
    (x, y), (height, width) = point, shape[:2]
    return np.array([(x, y), (width - 1 - y, x), (width - 1 - x, height - 1 - y), (y, height - 1 - x)][turns])
