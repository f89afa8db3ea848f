"""In which order trails become one person; whether they may at all is told in ``test_samples``."""

from __future__ import annotations

from typing import Any

import numpy as np

from toolkit.faces.follow import PORTRAIT, Sighting, Trail
from toolkit.faces.identity import identities
from toolkit.faces.upright import Placement

SIZE = PORTRAIT * PORTRAIT * 3
NOTHING: Any = None
"""Neither a reader nor landmarks have a say in who somebody is."""


def trail(frames: range, **looks: float) -> Trail:
    """Portraits made of so much of each of the features ``looks``, by their number."""
    portrait = np.zeros(SIZE, np.float32)
    for feature, share in looks.items():
        portrait[int(feature[1:])] = share
    portrait /= np.linalg.norm(portrait)
    sightings = {
        frame: Sighting(
            source_frame=frame,
            placement=Placement(x=0, y=0, scale=100, roll=0),
            landmarks=NOTHING,
            blendshapes=NOTHING,
            portrait=portrait.astype(np.float16),
        )
        for frame in frames
    }
    return Trail(reader=NOTHING, sightings=sightings, last=sightings[frames[-1]])


def frames_of(trails: list[Trail]) -> list[list[int]]:
    return [list(person) for person in identities(trails)]


def test_the_most_alike_are_joined_first() -> None:
    """The last trail could be either of the others; it is the one it looks more like, and then meets the other."""
    one, other = trail(range(3), f0=1, f1=0.5), trail(range(2, 5), f0=1)
    assert frames_of([one, other, trail(range(8, 9), f0=1, f1=0.1)]) == [[0, 1, 2], [2, 3, 4, 8]]


def test_who_was_joined_looks_like_both_of_them() -> None:
    """A head that turns is known again from either side."""
    front, half, side = trail(range(2), f0=1), trail(range(3, 5), f0=1, f1=1.1), trail(range(6, 8), f1=1)
    assert frames_of([front, side]) == [[0, 1], [6, 7]]
    assert frames_of([front, half, side]) == [[0, 1], [3, 4], [6, 7]]
    more = trail(range(9, 11), f0=1, f1=0.7)
    assert frames_of([front, half, side, more]) == [[0, 1, 3, 4, 9, 10], [6, 7]]
