"""MediaPipe's Face Landmarker, and nothing else: pictures in, arrays out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.graph import Graph
from toolkit.faces.upright import Picture, Placement, placement_of

LANDMARK_COUNT = 478
_STEADY = 0.06
"""A face this far (in its heights, or this part larger or smaller) from where its reader looked is read again."""
_STEADY_ROLL = 5.0
"""The same for its roll, degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One face in one picture, in that picture's own pixels."""

    landmarks: NDArray[np.float32]
    """float32 (478, 3): x, y in pixels (centres at integers), z in the same unit, nearer is smaller."""
    blendshapes: NDArray[np.float32] | None
    """float32 (52,), 0..1; None from a finder."""


class _Landmarker(Graph):
    """The Face Landmarker."""

    def __init__(self, model: Path, *, confidence: float, faces: int, video: bool, expression: bool) -> None:
        super().__init__(
            model,
            task="FaceLandmarker",
            video=video,
            num_faces=faces,
            min_face_detection_confidence=confidence,
            min_face_presence_confidence=confidence,
            min_tracking_confidence=confidence,
            output_face_blendshapes=expression,
        )
        self.blendshape_names: tuple[str, ...] = ()
        """Known from the first face on that was read with its expression."""

    def _readings(self, picture: Picture) -> list[Reading]:
        result = self.ask(picture)
        if not self.blendshape_names and result.face_blendshapes:
            self.blendshape_names = tuple(shape.category_name for shape in result.face_blendshapes[0])
        height, width = picture.shape[:2]
        return [_reading(result, index, width, height) for index in range(len(result.face_landmarks))]


class FaceFinder(_Landmarker):
    """Finds up to ``faces`` faces in pictures that have nothing to do with one another; reads no blendshapes."""

    def __init__(self, model: Path, *, confidence: float, faces: int) -> None:
        super().__init__(model, confidence=confidence, faces=faces, video=False, expression=False)

    def find(self, picture: Picture) -> list[Reading]:
        """The faces in ``picture``, in no particular order. Raises EngineFailed."""
        return self._readings(picture)


class FaceReader(_Landmarker):
    """Reads one face from picture to picture, each showing it at about the same place.

    Its graph looks where the face was in the picture before and runs no detector: faster than detecting anew, and as
    exact. What MediaPipe adds when one face is asked for is taken out again, a filter over time: it made the nose of a
    facial capture come 0.5 frames late, and a face swinging through the frame was off by up to 11 % of its width.
    Landmarks shift with the framing they are read in, so a face that is not where the graph looked is read once more:
    without that, errors grow to 1.3 % of the width on a face that crosses half of it per frame; with it, to 0.3 %.
    """

    def __init__(self, model: Path, *, confidence: float) -> None:
        super().__init__(model, confidence=confidence, faces=1, video=True, expression=True)
        self._looks_at: Placement | None = None
        """Where the graph will look in the next picture; None: wherever its detector finds a face."""

    def read(self, picture: Picture) -> Reading | None:
        """The face in ``picture``; of several, the one it read before, else any. Raises EngineFailed."""
        looked_at = self._looks_at
        reading = self._read_once(picture)
        if looked_at is None and reading is None:
            return None  # the detector itself found nothing
        if looked_at and self._looks_at and _is_steady(self._looks_at, looked_at):
            return reading
        return self._read_once(picture) or reading

    def _read_once(self, picture: Picture) -> Reading | None:
        reading = next(iter(self._readings(picture)), None)
        self._looks_at = placement_of(reading.landmarks) if reading else None
        return reading


def _is_steady(found: Placement, expected: Placement) -> bool:
    turned = abs((found.roll - expected.roll + 180) % 360 - 180)
    resized = abs(math.log(found.scale / expected.scale))
    return found.apart(expected) < _STEADY and resized < _STEADY and turned < _STEADY_ROLL


def _reading(result: Any, index: int, width: int, height: int) -> Reading:
    """One face of a result, in pixels.

    MediaPipe's 0..1 would span a picture from edge to edge, yet no half pixel is taken off: its sampling leaves one
    out. Four faces put into pictures at known places, 48 to 320 pixels high, come back within 0.1 pixel this way and
    0.4 to 0.6 pixel up and to the left otherwise.
    """
    points = result.face_landmarks[index]
    columns = [point.x for point in points], [point.y for point in points], [point.z for point in points]
    landmarks = np.array(columns, dtype=np.float32).T * np.array((width, height, width), dtype=np.float32)
    shapes = result.face_blendshapes
    return Reading(
        landmarks=np.ascontiguousarray(landmarks),
        blendshapes=np.array([shape.score for shape in shapes[index]], dtype=np.float32) if shapes else None,
    )
