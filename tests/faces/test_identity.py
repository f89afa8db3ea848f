"""The order in which tracklets are merged; which ones may be merged at all is tested in ``test_samples``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.faces.test_unread import sighting
from toolkit.faces.identity import group_by_identity
from toolkit.faces.thumbnail import THUMBNAIL_SIZE
from toolkit.faces.tracklet import Detection, Tracklet
from toolkit.faces.upright import FacePlacement

SIZE = THUMBNAIL_SIZE * THUMBNAIL_SIZE * 3
UNUSED: Any = None
"""Readers and landmarks play no part in identification."""


def tracklet(frames: range, **features: float) -> Tracklet:
    """A tracklet whose thumbnail has these amounts of numbered features: ``f0=1, f1=0.5``."""
    thumbnail = np.zeros(SIZE, np.float32)
    for feature, amount in features.items():
        thumbnail[int(feature[1:])] = amount
    thumbnail /= np.linalg.norm(thumbnail)
    detections = {
        frame: Detection(
            source_frame=frame,
            placement=FacePlacement(x=0, y=0, scale=100, roll=0),
            landmarks=UNUSED,
            blendshapes=UNUSED,
            thumbnail=thumbnail.astype(np.float16),
        )
        for frame in frames
    }
    return Tracklet(reader=UNUSED, detections=detections, last=detections[frames[-1]])


def profile(frames: range, *, score: float = 0.85) -> Tracklet:
    """A tracklet of a face that is never read."""
    sightings = {frame: sighting(frame, score=score) for frame in frames}
    return Tracklet(reader=UNUSED, sightings=sightings, last=sightings[frames[-1]])


def frames_by_person(tracklets: list[Tracklet]) -> list[list[int]]:
    return [list(person.detections) for person in group_by_identity(tracklets)]


def test_the_most_similar_tracklets_are_merged_first() -> None:
    """The last tracklet could be either of the others, which share a frame; it is merged with the more similar one."""
    one, other = tracklet(range(3), f0=1, f1=0.5), tracklet(range(2, 5), f0=1)
    assert frames_by_person([one, other, tracklet(range(8, 9), f0=1, f1=0.1)]) == [[0, 1, 2], [2, 3, 4, 8]]


def test_a_merged_person_resembles_both_tracklets() -> None:
    """A head that turned is recognised from either side."""
    front, half, side = tracklet(range(2), f0=1), tracklet(range(3, 5), f0=1, f1=1.1), tracklet(range(6, 8), f1=1)
    assert frames_by_person([front, side]) == [[0, 1], [6, 7]]
    assert frames_by_person([front, half, side]) == [[0, 1], [3, 4], [6, 7]]
    more = tracklet(range(9, 11), f0=1, f1=0.7)
    assert frames_by_person([front, half, side, more]) == [[0, 1, 3, 4, 9, 10], [6, 7]]


def test_a_face_that_is_never_read_must_be_seen_surely() -> None:
    sure, doubtful = profile(range(12)), profile(range(12), score=0.75)
    assert [list(person.sightings) for person in group_by_identity([sure, doubtful])] == [list(range(12))]


@pytest.mark.parametrize(
    ("seen", "score", "is_a_face"), [(3, 0.5, True), (4, 0.5, False), (12, 0.75, False), (4, 0.85, True)]
)
def test_a_face_that_is_mostly_seen_and_hardly_read_must_be_seen_surely(
    seen: int, score: float, is_a_face: bool
) -> None:
    """A nebula is read as a face now and then."""
    mixed = tracklet(range(3), f0=1)
    for frame in range(3, 3 + seen):
        mixed.add(sighting(frame, score=score))
    assert bool(group_by_identity([mixed])) is is_a_face


def test_profiles_that_are_never_read_are_not_merged() -> None:
    """In the dark they look alike."""
    assert len(group_by_identity([profile(range(12)), profile(range(20, 32))])) == 2


def test_a_person_who_is_only_seen_in_a_frame_is_nobody_else_there() -> None:
    turning, other = tracklet(range(3), f0=1), tracklet(range(4, 6), f0=1)
    assert len(group_by_identity([turning, other])) == 1
    turning.add(sighting(4))
    assert len(group_by_identity([turning, other])) == 2
