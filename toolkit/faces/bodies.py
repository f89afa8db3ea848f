"""Track the people of one shot: read every frame, identify people by position, fill short gaps, smooth."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import closing, nullcontext
from itertools import pairwise, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import BodyFrame, BodySample, BodyTracks, FaceState, Shot, digest
from toolkit.errors import at
from toolkit.faces.graph import MediaPipeGraph, silence_stderr
from toolkit.faces.smooth import smooth_over_time
from toolkit.faces.track import media_digest
from toolkit.faces.upright import Picture
from toolkit.frames import FrameRange
from toolkit.progress import Advance, ignore_steps
from toolkit.settings import TrackSettings

if TYPE_CHECKING:
    from toolkit.plates import Plate

BODY_POINTS = 33
ALGORITHM = "bodies/1"
"""Increment when this module would give different numbers for the same pictures; part of every track's key."""
_POSITION_POINTS = [0, 11, 12]
"""Nose and shoulders: their mean is the position of a person. The legs are often guessed."""
_MAX_DISTANCE = 1.5
"""Maximum distance from a person's last position, in sizes of that person (the diagonal of the box around nose and
shoulders): a body farther away is another person."""

Body = NDArray[np.float32]
"""float32 (33, 3): x, y in pixels of the picture, and visibility 0..1."""
Person = dict[int, Body]
"""One person by source frame."""


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
    reader = BodyReader(model, confidence=settings.confidence, bodies=settings.max_bodies)
    with reader, closing(plate.frames_8bit(shot.source_work_range)) as frames:
        for source_frame, picture in frames:
            with at(frame=source_frame):
                bodies[source_frame] = reader.read(picture)
            advance(1)
    return BodyTracks(
        shot=shot.name,
        key=key,
        width=plate.width,
        height=plate.height,
        source_range=shot.source_work_range,
        frames=build_frames(group_people(bodies), shot.source_work_range, settings),
    )


def bodies_key(shot: Shot, plate: Plate, settings: TrackSettings, model: Path) -> str:
    """The ``key`` that ``track_bodies`` writes for the same arguments: 32 hex digits.

    A digest of the bytes of the media, the range, the settings used here, the model and ALGORITHM.
    """
    used_settings = settings.max_bodies, settings.confidence, settings.hold, settings.smooth
    weights = hashlib.sha256(model.read_bytes()).hexdigest()
    return digest(ALGORITHM, shot.name, shot.source_work_range, media_digest(shot, plate), used_settings, weights)


def group_people(bodies_by_frame: Mapping[int, Iterable[Body]]) -> list[Person]:
    """Assign the bodies of each source frame, in ascending order, to the nearest known person.

    People are in the order of their first appearance, from left to right within a frame.
    """
    people: list[Person] = []
    for source_frame, bodies in bodies_by_frame.items():
        here = sorted(bodies, key=lambda body: _position(body)[0])
        last = [person[max(person)] for person in people]
        assigned: dict[int, int] = {}
        pairs = [
            (_distance(last[who], here[which]), who, which)
            for who, which in product(range(len(last)), range(len(here)))
        ]
        for distance, who, which in sorted(pairs):
            if distance <= _MAX_DISTANCE and who not in assigned.values() and which not in assigned:
                assigned[which] = who
        for which, body in enumerate(here):
            if which not in assigned:
                people.append({})
                assigned[which] = len(people) - 1
            people[assigned[which]][source_frame] = body
    return people


def build_frames(people: list[Person], source_range: FrameRange, settings: TrackSettings) -> tuple[BodyFrame, ...]:
    """Every frame of ``source_range`` with its people; a person lost for at most ``settings.hold`` frames is HELD.

    Points and visibility are smoothed over ``settings.smooth`` frames on each side. Nobody is HELD in a frame that has
    ``settings.max_bodies`` people already.
    """
    samples: dict[int, list[BodySample]] = {source_frame: [] for source_frame in source_range}
    smoothed = [_smooth_person(_fill_gaps(person, settings.hold), settings.smooth) for person in people]
    for number, (found, bodies) in enumerate(zip(people, smoothed, strict=True)):
        for source_frame in found:
            samples[source_frame].append(_build_sample(number, FaceState.FOUND, bodies[source_frame]))
    for number, (found, bodies) in enumerate(zip(people, smoothed, strict=True)):
        for source_frame in bodies.keys() - found.keys():
            if len(samples[source_frame]) < settings.max_bodies:
                samples[source_frame].append(_build_sample(number, FaceState.HELD, bodies[source_frame]))
    return tuple(
        BodyFrame(source_frame=source_frame, people=tuple(sorted(in_frame, key=lambda sample: sample.body)))
        for source_frame, in_frame in samples.items()
    )


def _fill_gaps(person: Person, hold: int) -> Person:
    """``person`` in the order of frames; gaps of at most ``hold`` frames are filled by linear interpolation."""
    filled: Person = {}
    for before, after in pairwise(sorted(person)):
        filled[before] = person[before]
        for source_frame in range(before + 1, after) if after - before - 1 <= hold else ():
            fraction = np.float32((source_frame - before) / (after - before))
            filled[source_frame] = person[before] + fraction * (person[after] - person[before])
    last = max(person)
    return {**filled, last: person[last]}


def _smooth_person(person: Person, reach: int) -> Person:
    """Smooth each run of consecutive frames on its own."""
    runs: list[list[int]] = []
    for source_frame in person:
        if runs and source_frame == runs[-1][-1] + 1:
            runs[-1].append(source_frame)
        else:
            runs.append([source_frame])
    smoothed: Person = {}
    for run in runs:
        rows = np.array([person[source_frame].ravel() for source_frame in run], dtype=np.float64)
        for source_frame, row in zip(run, smooth_over_time(rows, reach), strict=True):
            body = row.reshape(-1, 3).astype(np.float32)
            body[:, 2] = body[:, 2].clip(0, 1)
            smoothed[source_frame] = body
    return smoothed


def _to_body(points: Any, width: int, height: int) -> Body:
    """One person of a result, in pixels; as with faces, half a pixel must not be subtracted.

    MediaPipe reports separately how likely a point is inside the picture (presence) and not hidden (visibility). The
    smaller of the two is used: an OpenPose detector finds neither points outside the picture nor hidden ones.
    """
    rows = [(point.x * width, point.y * height, min(point.visibility, point.presence)) for point in points]
    body = np.array(rows, dtype=np.float32)
    body[:, 2] = body[:, 2].clip(0, 1)
    return body


def _position(body: Body) -> NDArray[np.float32]:
    return np.asarray(body[_POSITION_POINTS, :2].mean(axis=0))


def _distance(known: Body, other: Body) -> float:
    """Distance of the two positions, in sizes of the known person."""
    size = float(np.hypot(*np.ptp(known[_POSITION_POINTS, :2], axis=0)))
    return float(np.hypot(*(_position(other) - _position(known)))) / max(size, 1.0)


def _build_sample(number: int, state: FaceState, body: Body) -> BodySample:
    points = tuple((round(float(x), 2), round(float(y), 2), round(float(visibility), 3)) for x, y, visibility in body)
    return BodySample(body=number, state=state, points=points)  # type: ignore[arg-type]  # FOUND or HELD
