"""The people of one shot: read in every frame, told apart by where they are, short gaps bridged, steadied."""

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
from toolkit.faces.graph import Graph, quiet
from toolkit.faces.smooth import smoothed
from toolkit.faces.track import content_of
from toolkit.faces.upright import Picture
from toolkit.frames import FrameRange
from toolkit.progress import Advance, ignore_steps
from toolkit.settings import TrackSettings

if TYPE_CHECKING:
    from toolkit.plates import Plate

BODY_POINTS = 33
ALGORITHM = "bodies/1"
"""Changes whenever this file would give other numbers for the same pictures; part of every track's key."""
_PLACE = [0, 11, 12]
"""Nose and shoulders: their mean is where a person is. The legs are a guess as often as not."""
_STRIDE = 1.5
"""How far a person is looked for from where they were last, in their own sizes (the diagonal around nose and
shoulders): further away it is somebody else."""

Body = NDArray[np.float32]
"""float32 (33, 3): x, y in pixels of the picture, and visibility 0..1."""
Person = dict[int, Body]
"""One person by source frame."""


class BodyReader(Graph):
    """MediaPipe's Pose Landmarker, on pictures that follow one another.

    Where one person alone is asked for it filters over time; the timestamps of ``Graph`` leave nothing of that.
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
        with quiet() if self._first else nullcontext():  # its graph speaks when it first runs, and when it ends
            result = self.ask(picture)
        self._first = False
        height, width = picture.shape[:2]
        return [_body(points, width, height) for points in result.pose_landmarks]

    def close(self) -> None:
        """As every graph."""
        with quiet():
            super().close()


def track_bodies(
    shot: Shot, plate: Plate, settings: TrackSettings, model: Path, advance: Advance = ignore_steps
) -> BodyTracks:
    """Everybody in ``shot``'s work range, at most ``settings.max_bodies`` in one frame.

    ``advance`` is called with the number of frames done since the last call. Raises what the plate raises, EngineFailed
    when MediaPipe does, and EngineUnavailable when MediaPipe cannot be loaded.
    """
    seen: dict[int, list[Body]] = {}
    reader = BodyReader(model, confidence=settings.confidence, bodies=settings.max_bodies)
    with reader, closing(plate.frames_8bit(shot.source_work_range)) as frames:
        for source_frame, picture in frames:
            with at(frame=source_frame):
                seen[source_frame] = reader.read(picture)
            advance(1)
    return BodyTracks(
        shot=shot.name,
        key=bodies_key(shot, plate, settings, model),
        width=plate.width,
        height=plate.height,
        source_range=shot.source_work_range,
        frames=frames_of(people_of(seen), shot.source_work_range, settings),
    )


def bodies_key(shot: Shot, plate: Plate, settings: TrackSettings, model: Path) -> str:
    """What ``track_bodies`` of the same arguments would write into its ``key``: 32 hex digits.

    It changes with everything that counts: the bytes of the media, the range, the settings that are read here, the
    model and this file's own algorithm.
    """
    heeded = settings.max_bodies, settings.confidence, settings.hold, settings.smooth
    weights = hashlib.sha256(model.read_bytes()).hexdigest()
    return digest(ALGORITHM, shot.name, shot.source_work_range, content_of(shot, plate), heeded, weights)


def people_of(seen: Mapping[int, Iterable[Body]]) -> list[Person]:
    """Who is who in ``seen``, the bodies of each source frame in order: everybody is the nearest known one.

    The people come in the order in which they are first seen, from left to right within a frame.
    """
    people: list[Person] = []
    for source_frame, bodies in seen.items():
        here = sorted(bodies, key=lambda body: _place(body)[0])
        last = [person[max(person)] for person in people]
        taken: dict[int, int] = {}
        pairs = [
            (_apart(last[who], here[which]), who, which) for who, which in product(range(len(last)), range(len(here)))
        ]
        for apart, who, which in sorted(pairs):
            if apart <= _STRIDE and who not in taken.values() and which not in taken:
                taken[which] = who
        for which, body in enumerate(here):
            if which not in taken:
                people.append({})
                taken[which] = len(people) - 1
            people[taken[which]][source_frame] = body
    return people


def frames_of(people: list[Person], source_range: FrameRange, settings: TrackSettings) -> tuple[BodyFrame, ...]:
    """One frame after the other with everybody in it; a person lost for at most ``settings.hold`` frames is HELD.

    Points and visibility are steadied over time as ``settings.smooth`` says. Nobody is held beside
    ``settings.max_bodies`` others.
    """
    samples: dict[int, list[BodySample]] = {source_frame: [] for source_frame in source_range}
    steady = [_steadied(_bridged(person, settings.hold), settings.smooth) for person in people]
    for number, (seen, bodies) in enumerate(zip(people, steady, strict=True)):
        for source_frame in seen:
            samples[source_frame].append(_sample(number, FaceState.FOUND, bodies[source_frame]))
    for number, (seen, bodies) in enumerate(zip(people, steady, strict=True)):
        for source_frame in bodies.keys() - seen.keys():
            if len(samples[source_frame]) < settings.max_bodies:
                samples[source_frame].append(_sample(number, FaceState.HELD, bodies[source_frame]))
    return tuple(
        BodyFrame(source_frame=source_frame, people=tuple(sorted(those, key=lambda sample: sample.body)))
        for source_frame, those in samples.items()
    )


def _bridged(person: Person, hold: int) -> Person:
    """``person`` in the order of frames, with what lies on a straight line in gaps of at most ``hold`` frames."""
    whole: Person = {}
    for before, after in pairwise(sorted(person)):
        whole[before] = person[before]
        for source_frame in range(before + 1, after) if after - before - 1 <= hold else ():
            part = np.float32((source_frame - before) / (after - before))
            whole[source_frame] = person[before] + part * (person[after] - person[before])
    last = max(person)
    return {**whole, last: person[last]}


def _steadied(person: Person, reach: int) -> Person:
    """Each run of consecutive frames fitted on its own: what lies beyond a gap says nothing about this side of it."""
    runs: list[list[int]] = []
    for source_frame in person:
        if runs and source_frame == runs[-1][-1] + 1:
            runs[-1].append(source_frame)
        else:
            runs.append([source_frame])
    steady: Person = {}
    for run in runs:
        rows = np.array([person[source_frame].ravel() for source_frame in run], dtype=np.float64)
        for source_frame, row in zip(run, smoothed(rows, reach), strict=True):
            body = row.reshape(-1, 3).astype(np.float32)
            body[:, 2] = body[:, 2].clip(0, 1)
            steady[source_frame] = body
    return steady


def _body(points: Any, width: int, height: int) -> Body:
    """One person of a result, in pixels; as with faces, no half pixel is taken off.

    MediaPipe says apart how likely a point lies within the picture and how likely it is not hidden. The lesser of the
    two counts: an annotator that looks for joints in the picture finds neither what is outside nor what is covered.
    """
    rows = [(point.x * width, point.y * height, min(point.visibility, point.presence)) for point in points]
    body = np.array(rows, dtype=np.float32)
    body[:, 2] = body[:, 2].clip(0, 1)
    return body


def _place(body: Body) -> NDArray[np.float32]:
    return np.asarray(body[_PLACE, :2].mean(axis=0))


def _apart(known: Body, other: Body) -> float:
    """Distance of the two in sizes of the one that is known."""
    size = float(np.hypot(*np.ptp(known[_PLACE, :2], axis=0)))
    return float(np.hypot(*(_place(other) - _place(known)))) / max(size, 1.0)


def _sample(number: int, state: FaceState, body: Body) -> BodySample:
    points = tuple((round(float(x), 2), round(float(y), 2), round(float(seen), 3)) for x, y, seen in body)
    return BodySample(body=number, state=state, points=points)  # type: ignore[arg-type]  # FOUND or HELD
