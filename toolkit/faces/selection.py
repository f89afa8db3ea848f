"""Which of the people in a shot become faces: long and large enough, and no more at once than the setting allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from toolkit.documents import DroppedFace, DropReason
from toolkit.faces.tracklet import Detection
from toolkit.frames import FrameRange
from toolkit.settings import TrackSettings

_MIN_DETECTIONS = 5
"""A face detected in fewer frames than this, or in less than half of a shorter shot, is discarded as noise."""

Person = dict[int, Detection]
"""The detections of one person by source frame, ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A person who is no face, or not in all frames."""

    person: Person
    reason: DropReason
    frames: Person
    """The detections that are dropped."""


def select_people(
    people: Sequence[Person], frame_count: int, settings: TrackSettings
) -> tuple[list[Person], list[Dropped]]:
    """The people to make faces of, the most prominent first; and those who are dropped.

    A person present where ``settings.max_faces`` are there already has no face in those frames, and none at all if
    hardly any other frames are left. Whoever lost frames is in both lists. The dropped are in the order of their
    reasons, and then in that of the people.
    """
    min_count = min(_MIN_DETECTIONS, (frame_count + 1) // 2)
    kept: list[Person] = []
    dropped: list[Dropped] = []
    present: Counter[int] = Counter()
    for person in sorted(people, key=lambda person: -_prominence(person)):
        reason = _find_fault(person, min_count, settings.min_size)
        if reason is not None:
            dropped.append(Dropped(person=person, reason=reason, frames=person))
            continue
        seen = {frame: one for frame, one in person.items() if present[frame] < settings.max_faces}
        if len(seen) >= min_count:
            kept.append(seen)
            present.update(_frames_with(seen, settings.hold))
        lost = person if len(seen) < min_count else {frame: person[frame] for frame in person.keys() - seen.keys()}
        if len(seen) < len(person):
            dropped.append(Dropped(person=person, reason=DropReason.CROWDED, frames=dict(sorted(lost.items()))))
    order = list(DropReason)
    return kept, sorted(dropped, key=lambda one: order.index(one.reason))


def _find_fault(person: Person, min_count: int, min_size: float) -> DropReason | None:
    """Why a person is no face, however much room there is; None: it is one."""
    if len(person) < min_count:
        return DropReason.BRIEF
    return DropReason.SMALL if _height(person) < min_size else None


def _height(person: Person) -> float:
    """The median, pixels."""
    return float(np.median([detection.placement.scale for detection in person.values()]))


def _prominence(person: Person) -> float:
    """How much of the picture the person takes up, over all frames: a lead who enters late comes before an extra in the
    background of the whole shot. Pixels, square.
    """
    return sum(detection.placement.scale**2 for detection in person.values())


def _frames_with(person: Person, hold: int) -> set[int]:
    """The frames in which ``person`` is detected or may be held."""
    frames = set(person)
    for before, after in pairwise(person):
        if after - before - 1 <= hold:
            frames.update(range(before, after))
    return frames


def describe_dropped(one: Dropped) -> DroppedFace:
    """What the track says of a dropped person."""
    largest = max(one.frames.values(), key=lambda detection: detection.placement.scale)
    place = largest.placement
    return DroppedFace(
        reason=one.reason,
        found=len(one.person),
        dropped=len(one.frames),
        source_range=FrameRange(first=min(one.frames), last=max(one.frames)),
        height=round(_height(one.person), 1),
        largest=largest.source_frame,
        centre=(round(place.x, 1), round(place.y, 1)),
        scale=round(place.scale, 1),
        roll=round(place.roll, 1),
    )
