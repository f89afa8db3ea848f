"""MediaPipe's Face Landmarker, and nothing else: pictures in, arrays out. The only module that imports mediapipe."""

from __future__ import annotations

import logging
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.faces.upright import Picture, Placement, placement_of

log = logging.getLogger(__name__)

LANDMARK_COUNT = 478
_STEP_MS = 10_000_000
"""Distance of the timestamps a reader gives its pictures. MediaPipe's filter takes them for time: over three hours from
one picture to the next, the one before counts for 3 parts in 10,000."""
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


class _Landmarker:
    """One MediaPipe graph; one caller at a time."""

    def __init__(self, model: Path, *, confidence: float, faces: int, video: bool, expression: bool) -> None:
        self._video = video
        self._clock = 0
        self.blendshape_names: tuple[str, ...] = ()
        """Known from the first face on that was read with its expression."""
        with _quiet():
            vision, base_options, self._image = _mediapipe()
            mode = vision.RunningMode
            options = vision.FaceLandmarkerOptions(
                base_options=base_options(model_asset_path=str(model)),
                running_mode=mode.VIDEO if video else mode.IMAGE,
                num_faces=faces,
                min_face_detection_confidence=confidence,
                min_face_presence_confidence=confidence,
                min_tracking_confidence=confidence,
                output_face_blendshapes=expression,
            )
            try:
                self._graph = vision.FaceLandmarker.create_from_options(options)
            except (RuntimeError, ValueError, OSError) as error:
                raise EngineFailed("mediapipe", f"{model}: {error}") from error

    def _readings(self, picture: Picture) -> list[Reading]:
        try:
            image = self._image(picture)
            if self._video:
                self._clock += _STEP_MS
                result = self._graph.detect_for_video(image, self._clock)
            else:
                result = self._graph.detect(image)
        except (RuntimeError, ValueError) as error:
            raise EngineFailed("mediapipe", str(error)) from error
        if not self.blendshape_names and result.face_blendshapes:
            self.blendshape_names = tuple(shape.category_name for shape in result.face_blendshapes[0])
        height, width = picture.shape[:2]
        return [_reading(result, index, width, height) for index in range(len(result.face_landmarks))]

    def close(self) -> None:
        """Give the graph's threads and memory back; left to the interpreter's end, MediaPipe prints a traceback."""
        self._graph.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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


def _mediapipe() -> tuple[Any, Any, Any]:
    if "mediapipe" not in sys.modules:
        # Without PortAudio, mediapipe keeps an exception of its import for good, and with it all that is on the stack:
        # the pictures and sightings of a whole shot. A thread of its own has nothing on its stack.
        with ThreadPoolExecutor(1) as alone:
            alone.submit(import_module, "mediapipe.tasks.python.vision").exception()
    try:
        from mediapipe import Image, ImageFormat
        from mediapipe.tasks.python import BaseOptions, vision
    except (ImportError, OSError) as error:
        raise EngineUnavailable("mediapipe", str(error), remedy="run 'toolkit doctor'") from error
    return vision, BaseOptions, lambda picture: Image(image_format=ImageFormat.SRGB, data=picture)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what native code prints to file descriptor 2 off the terminal; it goes to the log instead, never away.

    MediaPipe 1.2 ignores every logging variable of glog, absl and TensorFlow, so that descriptor is the only handle.
    """
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # a windowed host without a standard error: nothing to keep quiet
        yield
        return
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            said.seek(0)
            for line in said.read().decode(errors="replace").splitlines():
                log.debug("mediapipe: %s", line)
