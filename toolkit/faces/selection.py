"""Which of the people in a shot become faces: long and large enough, and no more at once than the setting allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from toolkit.documents import DroppedFace, DropReason
from toolkit.faces.person import Person
from toolkit.faces.tracklet import MIN_SIGHTINGS
from toolkit.faces.upright import FacePlacement
from toolkit.frames import FrameRange
from toolkit.settings import TrackSettings

_MIN_DETECTIONS = 5
"""A face read in fewer frames than this, or in less than half of a shorter shot, is discarded as noise, unless it is
seen in MIN_SIGHTINGS frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A person who is no face, or not in all frames."""

    person: Person
    reason: DropReason
    frames: Person
    """The same person in the frames that are dropped."""


def select_people(
    people: Sequence[Person], frame_count: int, settings: TrackSettings
) -> tuple[list[Person], list[Dropped]]:
    """The people to make faces of, the most prominent first; and those who are dropped.

    A person present where ``settings.max_faces`` are there already has no face in those frames, and none at all if
    hardly any other frames are left. Whoever lost frames is in both lists. The dropped are in the order of their
    reasons, and then in that of the people.
    """
    kept: list[Person] = []
    dropped: list[Dropped] = []
    present: Counter[int] = Counter()
    for person in sorted(people, key=lambda person: -_prominence(person)):
        reason = _find_fault(person, frame_count, settings.min_size)
        if reason is not None:
            dropped.append(Dropped(person=person, reason=reason, frames=person))
            continue
        places = person.places()
        seen = person.within({frame for frame in places if present[frame] < settings.max_faces})
        is_kept = _is_sure(seen, frame_count)
        if is_kept:
            kept.append(seen)
            present.update(_frames_with(seen, settings.hold))
        lost = person.within(places.keys() - seen.places().keys()) if is_kept else person
        if len(seen.places()) < len(places):
            dropped.append(Dropped(person=person, reason=DropReason.CROWDED, frames=lost))
    order = list(DropReason)
    return kept, sorted(dropped, key=lambda one: order.index(one.reason))


def _find_fault(person: Person, frame_count: int, min_size: float) -> DropReason | None:
    """Why a person is no face, however much room there is; None: it is one."""
    if not _is_sure(person, frame_count):
        return DropReason.BRIEF
    return DropReason.SMALL if _height(person.places()) < min_size else None


def _is_sure(person: Person, frame_count: int) -> bool:
    """Whether it is a face, and no mistake of one of the networks."""
    is_read = len(person.detections) >= min(_MIN_DETECTIONS, (frame_count + 1) // 2)
    return is_read or len(person.places()) >= MIN_SIGHTINGS


def _height(places: Mapping[int, FacePlacement]) -> float:
    """The median, pixels."""
    return float(np.median([placement.scale for placement in places.values()]))


def _prominence(person: Person) -> float:
    """How much of the picture the person takes up, over all frames: a lead who enters late comes before an extra in the
    background of the whole shot. Pixels, square.
    """
    return sum(placement.scale**2 for placement in person.places().values())


def _frames_with(person: Person, hold: int) -> set[int]:
    """The frames in which ``person`` is detected or seen, or may be held."""
    places = person.places()
    frames = set(places)
    for before, after in pairwise(places):
        if after - before - 1 <= hold:
            frames.update(range(before, after))
    return frames


def describe_dropped(one: Dropped) -> DroppedFace:
    """What the track says of a dropped person."""
    everywhere, places = one.person.places(), one.frames.places()
    largest = max(places, key=lambda frame: places[frame].scale)
    place = places[largest]
    return DroppedFace(
        reason=one.reason,
        found=len(everywhere),
        dropped=len(places),
        source_range=FrameRange(first=min(places), last=max(places)),
        height=round(_height(everywhere), 1),
        largest=largest,
        centre=(round(place.x, 1), round(place.y, 1)),
        scale=round(place.scale, 1),
        roll=round(place.roll, 1),
    )
