"""Follow one face from frame to frame in an upright canvas that moves with it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.detect import LandmarkReader
from toolkit.faces.keypoints import KEYPOINT_COUNT
from toolkit.faces.motion import Motion
from toolkit.faces.predict import Predictor
from toolkit.faces.upright import (
    CANVAS,
    RIGID,
    FacePlacement,
    Picture,
    canvas_affine,
    cut_canvas,
    map_to_plate,
    measure_placement,
)

THUMBNAIL_SIZE = 24
"""Side of the small colour picture by which faces are compared, pixels."""
_THUMBNAIL_ZOOM = 1.6
"""Shows the face from brow to chin and no background."""
_WIDER, _FAR = 0.7, 0.5
"""Zoom of the canvas for the second attempt, and for a face that has been lost for a while."""
_MAX_STEP = 0.8
"""No face moves farther than this between two frames, face heights."""
_MAX_RESIZE = 0.3
"""No face changes its size by more than this between two frames, natural logarithm."""
SAME_PLACE = 0.35
"""Faces closer than this, in face heights, are in the same place."""
_MIN_SIMILARITY = 0.65
"""Minimum similarity of one face in two neighbouring frames. In nine clips, six in a thousand neighbours are below 0.85
and two below 0.75; random detections of two different people exceed 0.7 once in a hundred times."""
_EDGE_MARGIN = 0.05
"""Minimum distance of all rigid landmarks from the edge of the picture, face heights; closer is no detection. Faces
that leave the picture on any side are placed within 0.9 % of their width and 1 degree up to this margin, within 1.3 %
up to the edge, and within 4 % beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One face in one frame of the plate."""

    source_frame: int
    placement: FacePlacement
    landmarks: NDArray[np.float32]
    """float32 (478, 3), plate pixels."""
    blendshapes: NDArray[np.float32]
    """float32 (52,), 0..1."""
    thumbnail: NDArray[np.float16]
    """float16 (THUMBNAIL_SIZE * THUMBNAIL_SIZE * 3,): the upright face, mean 0 and norm 1, so that the dot product of
    two is their correlation."""
    disagreement: NDArray[np.float32] = field(default_factory=lambda: np.zeros((KEYPOINT_COUNT, 2), np.float32))
    """float32 (4, 2), face heights: how far BlazeFace's key points are from the landmarks, upright."""
    motion: Motion | None = None
    """Of the picture of the face since the frame before; None: unknown or large."""


def detect_near(
    reader: LandmarkReader, picture: Picture, around: FacePlacement, source_frame: int, *, far: bool = False
) -> Detection | None:
    """The face at or near ``around``, or None. ``far`` starts with a search area twice as wide.

    If the first attempt fails, a wider canvas is searched, and the face is read again where it was found: this gives
    the last detections of a face that moves suddenly, turns away or leaves.
    """
    found = None if far else _read_at(reader, picture, around, source_frame, 1.0)
    if found:
        return found
    wide = _read_at(reader, picture, around, source_frame, _FAR if far else _WIDER)
    return _read_at(reader, picture, wide.placement, source_frame, 1.0) or wide if wide else None


def _read_at(
    reader: LandmarkReader, picture: Picture, around: FacePlacement, source_frame: int, zoom: float
) -> Detection | None:
    matrix = reader.aim(around, zoom=zoom)
    canvas = cut_canvas(picture, matrix)
    reading = reader.read(canvas)
    if reading is None or reading.blendshapes is None or reading.disagreement is None:
        return None
    landmarks = map_to_plate(reading.landmarks, matrix)
    placement = measure_placement(landmarks)
    if not _is_inside(picture, landmarks, placement):
        return None
    return Detection(
        source_frame=source_frame,
        placement=placement,
        landmarks=landmarks,
        blendshapes=reading.blendshapes,
        thumbnail=_make_thumbnail(canvas, matrix, placement),
        disagreement=reading.disagreement,
    )


def _is_inside(picture: Picture, landmarks: NDArray[np.float32], placement: FacePlacement) -> bool:
    height, width = picture.shape[:2]
    eyes = landmarks[RIGID, :2]
    margin = _EDGE_MARGIN * placement.scale
    return bool(((eyes >= margin) & (eyes <= (width - 1 - margin, height - 1 - margin))).all())


def _make_thumbnail(canvas: Picture, matrix: NDArray[np.float64], placement: FacePlacement) -> NDArray[np.float16]:
    """The thumbnail of the face at ``placement`` (plate pixels); ``matrix`` is plate to ``canvas``."""
    import cv2

    upright = canvas_affine(placement, zoom=_THUMBNAIL_ZOOM)
    linear = upright[:, :2] @ np.linalg.inv(matrix[:, :2])
    shift = upright[:, 2] - linear @ matrix[:, 2]
    side = 4 * THUMBNAIL_SIZE  # downsampled at the end to avoid aliasing
    shrink = side / CANVAS
    warp = np.column_stack([linear * shrink, (shift + 0.5) * shrink - 0.5])
    face = cv2.warpAffine(canvas, warp, (side, side), borderMode=cv2.BORDER_REPLICATE)
    small = cv2.resize(face, (THUMBNAIL_SIZE, THUMBNAIL_SIZE), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    small -= small.mean()
    return np.asarray(small / max(float(np.linalg.norm(small)), 1e-6), dtype=np.float16)


def similarity(one: Detection, other: Detection) -> float:
    """Correlation of two faces' thumbnails, -1..1; independent of exposure and contrast."""
    return float(one.thumbnail.astype(np.float32) @ other.thumbnail.astype(np.float32))


@dataclass(slots=True, kw_only=True, eq=False)
class Tracklet:
    """The detections of one face while it is followed without interruption."""

    reader: LandmarkReader
    detections: dict[int, Detection]
    """By source frame."""
    last: Detection
    """The latest."""
    missed: int = 0
    """Frames since then."""
    _predictor: Predictor = field(init=False)

    def __post_init__(self) -> None:
        self._predictor = Predictor(self.last.placement)

    @classmethod
    def start(cls, reader: LandmarkReader, detection: Detection) -> Self:
        """A tracklet with its first detection."""
        return cls(reader=reader, detections={detection.source_frame: detection}, last=detection)

    def add(self, detection: Detection) -> None:
        """Append the next detection."""
        if self.missed:
            self._predictor = Predictor(detection.placement)
        else:
            self._predictor.update(detection.placement, detection.motion)
        self.detections[detection.source_frame] = self.last = detection
        self.missed = 0

    def predict(self, motion: Motion | None = None) -> FacePlacement:
        """Where to look in the next frame: at the predicted placement, or, if the face is lost, at the last one.

        ``motion`` of the picture of the face since the last frame, if it is known.
        """
        return self.last.placement if self.missed else self._predictor.predict(motion)


def is_plausible_motion(before: FacePlacement, now: FacePlacement) -> bool:
    """Whether one face can move from ``before`` to ``now``: no jump and no sudden change of size."""
    return now.distance_to(before) < _MAX_STEP and abs(math.log(now.scale / before.scale)) < _MAX_RESIZE


def is_same_face(before: Detection, now: Detection) -> bool:
    """Whether two neighbouring detections can be one face: after a cut inside a clip, another face may be in its
    place.
    """
    return is_plausible_motion(before.placement, now.placement) and similarity(before, now) > _MIN_SIMILARITY
