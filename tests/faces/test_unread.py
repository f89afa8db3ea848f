"""Where a face is while it is seen but not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.faces._footage import states
from tests.faces.test_samples import RANGE, detection, thumbnail
from toolkit.documents import FaceSample, FaceTrack
from toolkit.faces.finder import FaceBox
from toolkit.faces.person import Person
from toolkit.faces.pose import CanonicalFace
from toolkit.faces.samples import build_samples
from toolkit.faces.sighting import Sighting
from toolkit.faces.tracklet import Detection
from toolkit.faces.unread import place_unread
from toolkit.faces.upright import FacePlacement
from toolkit.settings import TrackSettings

SCALE = detection(0).placement.scale
OFF = 6.0
"""How far YuNet's places are to the right of those of the landmarks, pixels."""


def sighting(source_frame: int, *, x: float = 0.0, score: float = 0.9) -> Sighting:
    """The face that ``detection`` makes, as YuNet sees it."""
    place = FacePlacement(x=400 + x + OFF, y=200, scale=SCALE, roll=0)
    return Sighting(
        source_frame=source_frame,
        placement=place,
        box=FaceBox(x=400 + x, y=200 + 0.2 * SCALE, width=0.8 * SCALE, height=1.2 * SCALE, roll=0),
        thumbnail=thumbnail(0),
        score=score,
    )


def read(frames: Iterable[int], *, speed: float = 0.0) -> dict[int, Detection]:
    return {frame: detection(frame, x=speed * (frame - 100)) for frame in frames}


def seen(frames: Iterable[int], *, speed: float = 0.0) -> dict[int, Sighting]:
    return {frame: sighting(frame, x=speed * (frame - 100)) for frame in frames}


def place(sightings: Mapping[int, Sighting], detections: Mapping[int, Detection]) -> dict[int, float]:
    """The x of the face in each frame in which it is not read."""
    free = [frame for frame in RANGE if frame not in detections]
    return {one.source_frame: one.placement.x for one in place_unread(sightings, detections, free)}


def test_what_both_say_where_the_reading_ends_and_begins_corrects_what_is_between() -> None:
    places = place(seen(range(104, 112), speed=3), read([*range(100, 105), *range(111, 120)], speed=3))
    assert list(places) == list(range(105, 111))
    assert list(places.values()) == pytest.approx([400 + 3 * (frame - 100) for frame in places], abs=0.01)


def test_without_anything_to_compare_a_face_is_where_it_is_seen() -> None:
    places = place(seen(range(104, 112)), {})
    assert list(places.values()) == pytest.approx([400 + OFF] * 8)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([105, 106, 107], [105, 106, 107]),
        ([105, 110], list(range(105, 111))),
        ([105, 111], [105, 111]),
    ],
)
def test_a_face_that_is_not_seen_for_longer_is_not_believed_to_be_there(frames: list[int], expected: list[int]) -> None:
    assert list(place(seen(frames), {})) == expected


def test_noise_is_smoothed_and_motion_is_not() -> None:
    noise = 2 * np.random.default_rng(0).standard_normal(20)
    noisy = {frame: sighting(frame, x=(frame - 100) ** 2 / 4 + noise[frame - 100]) for frame in RANGE}
    errors = [x - OFF - 400 - (frame - 100) ** 2 / 4 for frame, x in place(noisy, {}).items()][6:-6]
    assert np.std(errors) < 0.6 * np.std(noise[6:-6])


def test_the_outline_passes_from_the_landmarks_to_the_box() -> None:
    detections = read(range(100, 103))
    one, *_, last = place_unread(seen(range(102, 120)), detections, [*range(103, 120)])
    hull = cv2.convexHull(np.ascontiguousarray(detections[102].landmarks[:, :2])).reshape(-1, 2)
    first_height, hull_height = np.ptp(one.outline[:, 1]), np.ptp(hull[:, 1])
    assert first_height == pytest.approx(hull_height, rel=0.05)
    assert np.ptp(last.outline[:, 1]) == pytest.approx(1.06 * 1.2 * SCALE, rel=0.02), "YuNet's box, and a little"
    assert np.ptp(last.outline[:, 0]) == pytest.approx(1.06 * 0.8 * SCALE, rel=0.02)
    assert abs(first_height - hull_height) < abs(first_height - 1.06 * 1.2 * SCALE)


@pytest.fixture(scope="module")
def canonical(model: Path) -> CanonicalFace:
    return CanonicalFace.load(model)


def samples(canonical: CanonicalFace, person: Person) -> tuple[FaceSample, ...]:
    return build_samples(person, RANGE, TrackSettings(), canonical, width=1280, height=720)


def test_a_face_that_is_seen_is_held_without_landmarks(canonical: CanonicalFace) -> None:
    person = Person(detections=read(range(100, 105)), sightings=seen(range(104, 118)))
    built = samples(canonical, person)
    assert states(FaceTrack(face=0, samples=built)) == "F" * 5 + "h" * 13 + ".."
    for sample in built[5:18]:
        assert sample.landmarks is sample.blendshapes is sample.pose is None, "how it acts is unknown"
        assert sample.outline and sample.centre and sample.scale and sample.roll is not None
    centres = np.array([sample.centre for sample in built[:18]])
    assert np.abs(np.diff(centres, axis=0)).max() < 0.01, "nothing jumps where the reading ends"


def test_in_a_short_gap_the_shape_is_interpolated_and_the_place_is_as_seen(canonical: CanonicalFace) -> None:
    """A head that nods while it is not read: a straight line would miss it."""
    nod = {frame: sighting(frame, x=20 * float(np.sin(np.pi * (frame - 104) / 6))) for frame in range(104, 111)}
    person = Person(detections=read([*range(100, 105), *range(110, 115)]), sightings=nod)
    built = samples(canonical, person)
    assert states(FaceTrack(face=0, samples=built)) == "F" * 5 + "h" * 5 + "F" * 5 + "....."
    assert built[7].landmarks is not None and built[7].centre and built[4].centre
    assert built[7].centre[0] - built[4].centre[0] > 10


def test_a_face_that_is_never_read_has_a_place(canonical: CanonicalFace) -> None:
    built = samples(canonical, Person(detections={}, sightings=seen(range(103, 117))))
    assert states(FaceTrack(face=0, samples=built)) == "..." + "h" * 14 + "..."
    assert built[5].centre == pytest.approx((400 + OFF, 200 + 0.09 * SCALE), abs=0.01 * SCALE)


def test_at_a_free_end_a_single_box_counts_for_little() -> None:
    """No reading follows that would need it exactly."""
    boxes = {frame: sighting(frame) for frame in range(100, 115)}
    boxes[114] = sighting(114, x=40)
    places = place(boxes, {})
    assert abs(places[114] - OFF - 400) < 12
