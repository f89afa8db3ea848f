"""Which sightings belong to one person: trails that never meet and look alike are one identity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.follow import Sighting, Trail

_SAME_PERSON = 0.78
"""Least likeness of the two most similar moments of two trails of one person. In nine clips the first and the last
third of a person's trail reach 0.81 (a head that turned from profile to profile excepted), two people 0.74 at most."""
_GALLERY = 32
"""Moments of a trail that are compared."""


def identities(trails: Sequence[Trail]) -> list[dict[int, Sighting]]:
    """The sightings of each person by source frame, ascending.

    A face that was lost, that left the frame or that a cut took away comes back as the same identity when it looks the
    same. The two most alike trails are joined first, then again, until no two are alike enough; trails that show a face
    in the same frame are two people, however alike.
    """
    people = [dict(trail.sightings) for trail in trails]
    while (pair := _most_alike(people)) is not None:
        first, second = pair
        people[first] |= people.pop(second)
    return [dict(sorted(person.items())) for person in people]


def _most_alike(people: Sequence[dict[int, Sighting]]) -> tuple[int, int] | None:
    galleries = [_gallery(person) for person in people]
    best, most = None, _SAME_PERSON
    for first in range(len(people)):
        for second in range(first + 1, len(people)):
            if people[first].keys() & people[second].keys():
                continue
            alike = float((galleries[first] @ galleries[second].T).max())
            if alike > most:
                best, most = (first, second), alike
    return best


def _gallery(person: dict[int, Sighting]) -> NDArray[np.float32]:
    frames = sorted(person)
    chosen = sorted({frames[round(index)] for index in np.linspace(0, len(frames) - 1, _GALLERY)})
    return np.stack([person[frame].portrait for frame in chosen]).astype(np.float32)
