"""Group tracklets by person: tracklets that share no frame and look alike are one identity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.person import Person
from toolkit.faces.sighting import Sighting
from toolkit.faces.tracklet import Detection, Tracklet

_SAME_PERSON = 0.78
"""Minimum similarity of the two most similar detections of two tracklets of one person. In nine clips the first and the
last third of a person's tracklet reach 0.81 (except a head that turned from profile to profile), two people at most
0.74."""
_GALLERY_SIZE = 32
"""Detections of a tracklet that are compared."""


def group_by_identity(tracklets: Sequence[Tracklet]) -> list[Person]:
    """The people whose tracklets these are, without those that are not confirmed.

    A face that was lost, left the frame or was cut away keeps its identity if it looks the same when it returns. The
    two most similar tracklets are merged first, and so on until no two are similar enough. Tracklets that share a frame
    are two people, however similar. One that was never read is compared with nobody: profiles in the dark look alike.
    """
    confirmed = [tracklet for tracklet in tracklets if tracklet.is_confirmed]
    read = [tracklet for tracklet in confirmed if tracklet.detections]
    people = {number: dict(tracklet.detections) for number, tracklet in enumerate(read)}
    sightings = {number: dict(tracklet.sightings) for number, tracklet in enumerate(read)}
    frames = {number: people[number].keys() | sightings[number].keys() for number in people}
    galleries = {number: _gallery(person) for number, person in people.items()}

    def measure_mergeable(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], float]:
        """The similarity of those of ``pairs`` that can be one person."""
        disjoint = (pair for pair in pairs if frames[pair[0]].isdisjoint(frames[pair[1]]))
        similarities = ((pair, float((galleries[pair[0]] @ galleries[pair[1]].T).max())) for pair in disjoint)
        return {pair: similarity for pair, similarity in similarities if similarity > _SAME_PERSON}

    mergeable = measure_mergeable(combinations(people, 2))
    while mergeable:
        first, second = min(mergeable, key=lambda pair: (-mergeable[pair], pair))
        people[first] |= people.pop(second)
        sightings[first] |= sightings.pop(second)
        frames[first] |= frames.pop(second)
        galleries[first] = _gallery(people[first])
        # Compare only the merged person again: a shot of many people has hundreds of tracklets.
        mergeable = {pair: similarity for pair, similarity in mergeable.items() if not {first, second} & set(pair)}
        mergeable |= measure_mergeable((min(first, other), max(first, other)) for other in people if other != first)
    unread = [tracklet for tracklet in confirmed if not tracklet.detections]
    return [
        *(_make_person(people[number], sightings[number]) for number in people),
        *(_make_person({}, tracklet.sightings) for tracklet in unread),
    ]


def _make_person(detections: Mapping[int, Detection], sightings: Mapping[int, Sighting]) -> Person:
    return Person(detections=dict(sorted(detections.items())), sightings=dict(sorted(sightings.items())))


def _gallery(person: Mapping[int, Detection]) -> NDArray[np.float32]:
    frames = sorted(person)
    chosen = sorted({frames[round(index)] for index in np.linspace(0, len(frames) - 1, _GALLERY_SIZE)})
    return np.stack([person[frame].thumbnail for frame in chosen]).astype(np.float32)
