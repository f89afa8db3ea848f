"""From bodies in pictures to people in frames: identify them by position, fill short gaps, smooth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import BodyFrame, BodySample, FaceState
from toolkit.faces.holds import find_holds
from toolkit.faces.motion import Motion, measure_motion
from toolkit.faces.smooth import smooth_holds
from toolkit.faces.upright import FacePlacement, Picture
from toolkit.frames import FrameRange
from toolkit.settings import TrackSettings

_POSITION_POINTS = [0, 11, 12]
"""Nose and shoulders: their mean is the position of a person. The legs are often guessed."""
_MAX_DISTANCE = 1.5
"""Maximum distance from a person's last position, in sizes of that person (the diagonal of the box around nose and
shoulders): a body farther away is another person."""

Body = NDArray[np.float32]
"""float32 (33, 3): x, y in pixels of the picture, and visibility 0..1."""
Person = dict[int, Body]
"""One person by source frame."""
Motions = Mapping[int, Motion | None]
"""Of the picture of one person since the frame before, by source frame; None or missing: unknown or large."""


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


def measure_body_motion(before: Picture | None, now: Picture, body: Body) -> Motion | None:
    """The motion of the picture around nose and shoulders of ``body``, which is in ``now``."""
    if before is None:
        return None
    x, y = (float(part) for part in _position(body))
    return measure_motion(before, now, FacePlacement(x=x, y=y, scale=_size(body), roll=0.0))


def build_frames(
    people: Sequence[Person], source_range: FrameRange, settings: TrackSettings, *, motions: Sequence[Motions]
) -> tuple[BodyFrame, ...]:
    """Every frame of ``source_range`` with its people; a person lost for at most ``settings.hold`` frames is HELD.

    Points and visibility are smoothed over ``settings.smooth`` frames on each side, or holds, which ``motions`` tell:
    one mapping for each of ``people``. Nobody is HELD in a frame that has ``settings.max_bodies`` people already.
    """
    samples: dict[int, list[BodySample]] = {source_frame: [] for source_frame in source_range}
    smoothed = [
        _smooth_person(_fill_gaps(person, settings.hold), settings.smooth, moved)
        for person, moved in zip(people, motions, strict=True)
    ]
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


def _smooth_person(person: Person, reach: int, motions: Motions) -> Person:
    """Smooth each run of consecutive frames on its own; without limit, as readings scatter by some percent."""
    runs: list[list[int]] = []
    for source_frame in person:
        if runs and source_frame == runs[-1][-1] + 1:
            runs[-1].append(source_frame)
        else:
            runs.append([source_frame])
    smoothed: Person = {}
    for run in runs:
        rows = np.array([person[source_frame].ravel() for source_frame in run], dtype=np.float64)
        holds = find_holds([motions.get(source_frame) for source_frame in run])
        smoothed_rows = smooth_holds(rows, holds, reach, np.full_like(rows, np.inf))
        for source_frame, row in zip(run, smoothed_rows, strict=True):
            body = row.reshape(-1, 3).astype(np.float32)
            body[:, 2] = body[:, 2].clip(0, 1)
            smoothed[source_frame] = body
    return smoothed


def _position(body: Body) -> NDArray[np.float32]:
    return np.asarray(body[_POSITION_POINTS, :2].mean(axis=0))


def _distance(known: Body, other: Body) -> float:
    """Distance of the two positions, in sizes of the known person."""
    return float(np.hypot(*(_position(other) - _position(known)))) / _size(known)


def _size(body: Body) -> float:
    """The diagonal of the box around nose and shoulders, pixels; at least 1."""
    return max(1.0, float(np.hypot(*np.ptp(body[_POSITION_POINTS, :2], axis=0))))


def _build_sample(number: int, state: FaceState, body: Body) -> BodySample:
    points = tuple((round(float(x), 2), round(float(y), 2), round(float(visibility), 3)) for x, y, visibility in body)
    return BodySample(body=number, state=state, points=points)  # type: ignore[arg-type]  # FOUND or HELD
