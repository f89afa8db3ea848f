"""Follow one face from frame to frame in an upright canvas that moves with it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.detect import LandmarkReader
from toolkit.faces.keypoints import KEYPOINT_COUNT
from toolkit.faces.motion import Motion
from toolkit.faces.predict import Predictor
from toolkit.faces.sighting import Sighting
from toolkit.faces.thumbnail import Thumbnail, correlate, make_thumbnail
from toolkit.faces.upright import (
    RIGID,
    FacePlacement,
    Picture,
    cut_canvas,
    map_to_plate,
    measure_placement,
    measure_yaw,
)

_WIDER, _FAR = 0.7, 0.5
"""Zoom of the canvas for the second attempt, and for a face that has been lost for a while."""
_MAX_STEP = 0.8
"""No face moves farther than this between two frames, face heights."""
_MAX_RESIZE = 0.3
"""No face changes its size by more than this between two frames, natural logarithm."""
_MAX_YAW = 58.0
"""Degrees from which on a face is seen but not read: on a facial capture that turns, landmarks are within 5 % of the
width up to there, and beyond it more and more of them are guessed."""
MIN_SIGHTINGS = 12
"""A face seen in fewer frames than this, and read in hardly any, may be none."""
_SURE_SCORE = 0.8
"""YuNet's median score of a face that is seen so often, and read in fewer frames or in none. In a concert and an
animated film, such faces score 0.81 to 0.89; a nebula that all networks take for a face now and then scores 0.75."""
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
    thumbnail: Thumbnail
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
    found = None if far else detect_at(reader, picture, around, source_frame)
    if found:
        return found
    wide = detect_at(reader, picture, around, source_frame, zoom=_FAR if far else _WIDER)
    return detect_at(reader, picture, wide.placement, source_frame) or wide if wide else None


def detect_at(
    reader: LandmarkReader, picture: Picture, around: FacePlacement, source_frame: int, *, zoom: float = 1.0
) -> Detection | None:
    """The face in a canvas around ``around``, or None; with a ``zoom`` below 1, in a wider canvas."""
    matrix = reader.aim(around, zoom=zoom)
    canvas = cut_canvas(picture, matrix)
    reading = reader.read(canvas)
    if reading is None or reading.blendshapes is None or reading.disagreement is None:
        return None
    landmarks = map_to_plate(reading.landmarks, matrix)
    placement = measure_placement(landmarks)
    if not _is_inside(picture, landmarks, placement) or measure_yaw(landmarks) > _MAX_YAW:
        return None
    return Detection(
        source_frame=source_frame,
        placement=placement,
        landmarks=landmarks,
        blendshapes=reading.blendshapes,
        thumbnail=make_thumbnail(canvas, matrix, placement),
        disagreement=reading.disagreement,
    )


def _is_inside(picture: Picture, landmarks: NDArray[np.float32], placement: FacePlacement) -> bool:
    height, width = picture.shape[:2]
    eyes = landmarks[RIGID, :2]
    margin = _EDGE_MARGIN * placement.scale
    return bool(((eyes >= margin) & (eyes <= (width - 1 - margin, height - 1 - margin))).all())


def similarity(one: Detection | Sighting, other: Detection | Sighting) -> float:
    """Correlation of two faces' thumbnails, -1..1; independent of exposure and contrast."""
    return correlate(one.thumbnail, other.thumbnail)


@dataclass(slots=True, kw_only=True, eq=False)
class Tracklet:
    """One face while it is followed without interruption."""

    reader: LandmarkReader
    last: Detection | Sighting
    """The latest, whichever it is."""
    detections: dict[int, Detection] = field(default_factory=dict)
    """By source frame."""
    sightings: dict[int, Sighting] = field(default_factory=dict)
    """By source frame: where the face is seen but not read, and in some frames beside those."""
    missed: int = 0
    """Frames since ``last``."""
    unread: int = 0
    """Frames in which it was seen, since it was read last."""
    _predictor: Predictor = field(init=False)

    def __post_init__(self) -> None:
        self._predictor = Predictor(self.last.placement)
        self._record(self.last)

    @property
    def is_read(self) -> bool:
        """Whether it was read in the frame before; else it was only seen, or missed."""
        return isinstance(self.last, Detection) and not self.missed

    @property
    def is_confirmed(self) -> bool:
        """Whether it looks like a face: it was mostly read, or YuNet is sure of it."""
        if len(self.detections) >= len(self.sightings):
            return True
        return float(np.median([one.score for one in self.sightings.values()])) >= _SURE_SCORE

    def add(self, latest: Detection | Sighting) -> None:
        """Append the next detection or sighting."""
        if isinstance(latest, Detection) and self.is_read:
            self._predictor.update(latest.placement, latest.motion)
        else:
            self._predictor = Predictor(latest.placement)
        self._record(latest)
        self.last = latest
        self.missed = 0
        self.unread = 0 if isinstance(latest, Detection) else self.unread + 1

    def predict(self, motion: Motion | None = None) -> FacePlacement:
        """Where to look in the next frame: at the predicted placement, or, if the face was not read, at the last one.

        ``motion`` of the picture of the face since the last frame, if it is known.
        """
        return self._predictor.predict(motion) if self.is_read else self.last.placement

    def prepend(self, earliest: Detection | Sighting) -> None:
        """Add the one before all others."""
        self._record(earliest)

    def _record(self, latest: Detection | Sighting) -> None:
        if isinstance(latest, Detection):
            self.detections[latest.source_frame] = latest
        else:
            self.sightings[latest.source_frame] = latest


def is_plausible_motion(before: FacePlacement, now: FacePlacement) -> bool:
    """Whether one face can move from ``before`` to ``now``: no jump and no sudden change of size."""
    return now.distance_to(before) < _MAX_STEP and abs(math.log(now.scale / before.scale)) < _MAX_RESIZE


def is_same_face(before: Detection | Sighting, now: Detection | Sighting) -> bool:
    """Whether what is in two neighbouring frames can be one face: after a cut inside a clip, another face may be in its
    place.
    """
    return is_plausible_motion(before.placement, now.placement) and similarity(before, now) > _MIN_SIMILARITY
