"""Which sightings belong to one person: trails that never meet and look alike are one identity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

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
    people = {number: dict(trail.sightings) for number, trail in enumerate(trails)}
    galleries = {number: _gallery(person) for number, person in people.items()}

    def joinable(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], float]:
        """Those of ``pairs`` that can be one person, and how much they look alike."""
        apart = (pair for pair in pairs if people[pair[0]].keys().isdisjoint(people[pair[1]].keys()))
        likenesses = ((pair, float((galleries[pair[0]] @ galleries[pair[1]].T).max())) for pair in apart)
        return {pair: likeness for pair, likeness in likenesses if likeness > _SAME_PERSON}

    alike = joinable(combinations(people, 2))
    while alike:
        first, second = min(alike, key=lambda pair: (-alike[pair], pair))
        people[first] |= people.pop(second)
        galleries[first] = _gallery(people[first])
        # Only what has grown is compared anew: a shot of many people breaks into hundreds of trails.
        alike = {pair: known for pair, known in alike.items() if not {first, second} & set(pair)}
        alike |= joinable((min(first, other), max(first, other)) for other in people if other != first)
    return [dict(sorted(person.items())) for person in people.values()]


def _gallery(person: dict[int, Sighting]) -> NDArray[np.float32]:
    frames = sorted(person)
    chosen = sorted({frames[round(index)] for index in np.linspace(0, len(frames) - 1, _GALLERY)})
    return np.stack([person[frame].portrait for frame in chosen]).astype(np.float32)
