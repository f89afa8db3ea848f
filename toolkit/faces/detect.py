"""MediaPipe's Face Landmarker: pictures in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.graph import MediaPipeGraph
from toolkit.faces.keypoints import KeypointReader, measure_disagreement
from toolkit.faces.upright import (
    FacePlacement,
    Picture,
    canvas_affine,
    centre_of_canvas,
    difference,
    measure_placement,
    placement_affine,
)

LANDMARK_COUNT = 478
_STEADY = 0.06
"""A face that is farther than this from where the graph looked (in face heights), or larger or smaller by this
fraction, or rolled by this angle (radians), is read again."""
_OFF_CENTRE = 0.1
"""The same limits for a face in its canvas: beyond them, the canvas is centred again."""
_MAX_READINGS = 3
"""How often a picture is read until the face is where the graph looked: the second reading may be off as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One face in one picture, in that picture's own pixels."""

    landmarks: NDArray[np.float32]
    """float32 (478, 3): x, y in pixels (centres at integers), z in the same unit, smaller is nearer."""
    blendshapes: NDArray[np.float32] | None
    """float32 (52,), 0..1; None unless they were asked for."""
    disagreement: NDArray[np.float32] | None = None
    """float32 (4, 2): see ``measure_disagreement``; None if BlazeFace was not asked."""


class LandmarkReader(MediaPipeGraph):
    """Reads one face in successive pictures that show it at about the same place.

    The graph looks where the face was in the previous picture and runs no detector: faster than detecting again, and as
    exact. MediaPipe's temporal filter for a single face is disabled (see ``MediaPipeGraph``): it delayed the nose of a
    facial capture by 0.5 frames, and a face swinging through the frame was off by up to 11 % of its width. Landmarks
    depend on the framing, so a face that is not where the graph looked is read again: without that, errors
    reach 1.3 % of the width for a face that moves half its width per frame; with it, 0.3 %. A reading that BlazeFace
    does not confirm is none: see ``keypoints``.
    """

    def __init__(self, model: Path, *, confidence: float, blendshapes: bool = True) -> None:
        super().__init__(
            model,
            task="FaceLandmarker",
            video=True,
            num_faces=1,
            min_face_detection_confidence=confidence,
            min_face_presence_confidence=confidence,
            min_tracking_confidence=confidence,
            output_face_blendshapes=blendshapes,
        )
        self.blendshape_names: tuple[str, ...] = ()
        """Empty until the first face has been read with blendshapes."""
        self.keypoints = KeypointReader(model)
        """For this thread."""
        self._expected: FacePlacement | None = None
        """Where the graph will look in the next picture; None: it will run its detector."""

    def aim(self, around: FacePlacement, *, zoom: float = 1.0) -> NDArray[np.float64]:
        """2x3 affine from plate to canvas: what the graph will look at in the canvas is at ``around`` in the plate.

        Where it looks is where the last canvas showed the face. If that is too far from the centre of the canvas, the
        canvas is centred, and ``read`` reads twice.
        """
        centre = centre_of_canvas(zoom=zoom)
        if self._expected and _is_near(self._expected, centre, _OFF_CENTRE):
            return placement_affine(around, self._expected)
        return canvas_affine(around, zoom=zoom)

    def read(self, picture: Picture) -> Reading | None:
        """The face in ``picture``; if there are several, the one read before, else any. Raises EngineFailed."""
        reading = self.read_unconfirmed(picture)
        if reading is None:
            return None
        disagreement = measure_disagreement(reading.landmarks, self.keypoints.read(picture))
        if disagreement is None:
            self._read_once(np.zeros_like(picture))  # forget the place: the graph would look there again
            return None
        return replace(reading, disagreement=disagreement)

    def read_unconfirmed(self, picture: Picture) -> Reading | None:
        """The same, until the reading is steady, without asking BlazeFace: for a picture that is known to show a face.

        Raises EngineFailed.
        """
        reading, expected = None, self._expected
        for _ in range(_MAX_READINGS):
            latest = self._read_once(picture)
            if latest is None and expected is None:
                break  # the detector found nothing
            reading = latest or reading
            if expected and self._expected and _is_near(self._expected, expected, _STEADY):
                break
            expected = self._expected
        return reading

    def close(self) -> None:
        """Release both graphs."""
        super().close()
        self.keypoints.close()

    def _read_once(self, picture: Picture) -> Reading | None:
        result = self.run(picture)
        if not self.blendshape_names and result.face_blendshapes:
            self.blendshape_names = tuple(shape.category_name for shape in result.face_blendshapes[0])
        height, width = picture.shape[:2]
        reading = _to_reading(result, width, height) if result.face_landmarks else None
        self._expected = measure_placement(reading.landmarks) if reading else None
        return reading


def _is_near(one: FacePlacement, other: FacePlacement, limit: float) -> bool:
    """Whether position (in face heights), size (natural logarithm) and roll (radians) differ by less than ``limit``."""
    return bool(np.abs(difference(one, other)).max() < limit)


def _to_reading(result: Any, width: int, height: int) -> Reading:
    """The face of a result, in pixels.

    MediaPipe's 0..1 is meant to span a picture from edge to edge, yet half a pixel must not be subtracted: its own
    sampling is off by half a pixel. Four faces of 48 to 320 pixels at known positions are read within 0.1 pixel this
    way, and 0.4 to 0.6 pixel too far up and left otherwise.
    """
    points = result.face_landmarks[0]
    columns = [point.x for point in points], [point.y for point in points], [point.z for point in points]
    landmarks = np.array(columns, dtype=np.float32).T * np.array((width, height, width), dtype=np.float32)
    shapes = result.face_blendshapes
    return Reading(
        landmarks=np.ascontiguousarray(landmarks),
        blendshapes=np.array([shape.score for shape in shapes[0]], dtype=np.float32) if shapes else None,
    )
