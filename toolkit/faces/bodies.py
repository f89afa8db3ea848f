"""Track the people of one shot: read every frame, identify people by position, fill short gaps, smooth."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.documents import BodyTracks, Shot, digest
from toolkit.errors import at
from toolkit.faces.graph import MediaPipeGraph, silence_stderr
from toolkit.faces.motion import Motion
from toolkit.faces.people import Body, Motions, Person, build_frames, group_people, measure_body_motion
from toolkit.faces.track import media_digest
from toolkit.faces.upright import Picture
from toolkit.progress import Advance, ignore_steps
from toolkit.settings import TrackSettings

if TYPE_CHECKING:
    from toolkit.plates import Plate

BODY_POINTS = 33
ALGORITHM = "bodies/2"
"""Increment when this module would give different numbers for the same pictures; part of every track's key."""


class BodyReader(MediaPipeGraph):
    """MediaPipe's Pose Landmarker, for successive pictures.

    With a single person it filters over time; the timestamps of ``MediaPipeGraph`` disable that.
    """

    def __init__(self, model: Path, *, confidence: float, bodies: int) -> None:
        """At most ``bodies`` people per picture. Raises EngineUnavailable and EngineFailed."""
        super().__init__(
            model,
            task="PoseLandmarker",
            video=True,
            num_poses=bodies,
            min_pose_detection_confidence=confidence,
            min_pose_presence_confidence=confidence,
            min_tracking_confidence=confidence,
        )
        self._first = True

    def read(self, picture: Picture) -> list[Body]:
        """The people in the next ``picture``, in no particular order. Raises EngineFailed."""
        # It prints on its first run and on closing.
        with silence_stderr() if self._first else nullcontext():
            result = self.run(picture)
        self._first = False
        height, width = picture.shape[:2]
        return [_to_body(points, width, height) for points in result.pose_landmarks]

    def close(self) -> None:
        """See ``MediaPipeGraph``."""
        with silence_stderr():
            super().close()


def track_bodies(
    shot: Shot, plate: Plate, settings: TrackSettings, model: Path, advance: Advance = ignore_steps
) -> BodyTracks:
    """Track everybody in ``shot``'s work range, at most ``settings.max_bodies`` people per frame.

    ``advance`` is called with the number of frames done since the last call. Raises what the plate raises, EngineFailed
    if MediaPipe fails, and EngineUnavailable if MediaPipe cannot be loaded.
    """
    key = bodies_key(shot, plate, settings, model)  # first: it names what is read below
    bodies: dict[int, list[Body]] = {}
    motions: dict[int, list[Motion | None]] = {}
    before: Picture | None = None
    reader = BodyReader(model, confidence=settings.confidence, bodies=settings.max_bodies)
    with reader, closing(plate.frames_8bit(shot.source_work_range)) as frames:
        for source_frame, picture in frames:
            with at(frame=source_frame):
                bodies[source_frame] = reader.read(picture)
            motions[source_frame] = [measure_body_motion(before, picture, body) for body in bodies[source_frame]]
            before = picture
            advance(1)
    people = group_people(bodies)
    return BodyTracks(
        shot=shot.name,
        key=key,
        width=plate.width,
        height=plate.height,
        source_range=shot.source_work_range,
        frames=build_frames(
            people,
            shot.source_work_range,
            settings,
            motions=[_motions_of(person, bodies, motions) for person in people],
        ),
    )


def bodies_key(shot: Shot, plate: Plate, settings: TrackSettings, model: Path) -> str:
    """The ``key`` that ``track_bodies`` writes for the same arguments: 32 hex digits.

    A digest of the bytes of the media, the range, the settings used here, the model and ALGORITHM.
    """
    used_settings = settings.max_bodies, settings.confidence, settings.hold, settings.smooth
    weights = hashlib.sha256(model.read_bytes()).hexdigest()
    return digest(ALGORITHM, shot.name, shot.source_work_range, media_digest(shot, plate), used_settings, weights)


def _to_body(points: Any, width: int, height: int) -> Body:
    """One person of a result, in pixels; as with faces, half a pixel must not be subtracted.

    MediaPipe reports separately how likely a point is inside the picture (presence) and not hidden (visibility). The
    smaller of the two is used: an OpenPose detector finds neither points outside the picture nor hidden ones.
    """
    rows = [(point.x * width, point.y * height, min(point.visibility, point.presence)) for point in points]
    body = np.array(rows, dtype=np.float32)
    body[:, 2] = body[:, 2].clip(0, 1)
    return body


def _motions_of(
    person: Person, bodies: Mapping[int, Sequence[Body]], motions: Mapping[int, Sequence[Motion | None]]
) -> Motions:
    """The motions of one person; ``motions`` are those of all ``bodies``, in the same order."""
    return {
        source_frame: motion
        for source_frame, body in person.items()
        for other, motion in zip(bodies[source_frame], motions[source_frame], strict=True)
        if other is body
    }
