"""Which of the people in a shot become faces: long and large enough, and no more at once than the setting allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from toolkit.faces.tracklet import Detection
from toolkit.settings import TrackSettings

_MIN_DETECTIONS = 5
"""A face detected in fewer frames than this, or in less than half of a shorter shot, is discarded as noise."""

Person = dict[int, Detection]
"""The detections of one person by source frame, ascending."""


def select_people(
    people: Sequence[Person], frame_count: int, settings: TrackSettings
) -> tuple[list[Person], list[Person]]:
    """The people to make faces of, the one present longest first, then the largest; and those there is no room for.

    A person present where ``settings.max_faces`` are there already has no face in those frames, and none at all if
    hardly any other frames are left. Whoever lost frames is in both lists.
    """
    min_count = min(_MIN_DETECTIONS, (frame_count + 1) // 2)
    candidates = [one for one in people if len(one) >= min_count and _height(one) >= settings.min_size]
    candidates.sort(key=lambda person: (-len(person), -_height(person)))
    kept: list[Person] = []
    crowded: list[Person] = []
    present: Counter[int] = Counter()
    for person in candidates:
        seen = {frame: one for frame, one in person.items() if present[frame] < settings.max_faces}
        if len(seen) < len(person):
            crowded.append(person)
        if len(seen) >= min_count:
            kept.append(seen)
            present.update(_frames_with(seen, settings.hold))
    return kept, crowded


def _height(person: Person) -> float:
    return float(np.median([detection.placement.scale for detection in person.values()]))


def _frames_with(person: Person, hold: int) -> set[int]:
    """The frames in which ``person`` is detected or may be held."""
    frames = set(person)
    for before, after in pairwise(person):
        if after - before - 1 <= hold:
            frames.update(range(before, after))
    return frames
