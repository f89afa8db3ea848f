"""From sightings to identities and to one sample per frame; no picture is read here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.faces._footage import states
from tests.faces.test_geometry import face
from toolkit.documents import FaceSample, FaceState, FaceTrack, FaceTracks
from toolkit.faces.follow import PORTRAIT, Sighting, Trail, is_same_face
from toolkit.faces.identity import identities
from toolkit.faces.pose import CanonicalFace
from toolkit.faces.samples import samples_of
from toolkit.faces.upright import placement_of
from toolkit.frames import FrameRange
from toolkit.settings import TrackSettings

RANGE = FrameRange(first=100, last=119)


def portrait(seed: int) -> NDArray[np.float16]:
    values = np.random.default_rng(seed).normal(size=PORTRAIT * PORTRAIT * 3)
    values -= values.mean()
    return (values / np.linalg.norm(values)).astype(np.float16)


def sighting(
    source_frame: int, *, x: float = 0.0, scale: float = 2.0, roll: float = 0.0, looks: int = 0, smile: float = 0.0
) -> Sighting:
    """The middle between the eyes at 400 + ``x``, 200."""
    landmarks = face(scale=scale, roll=roll)
    eyes = placement_of(landmarks)
    landmarks[:, :2] += (400 + x - eyes.x, 200 - eyes.y)
    return Sighting(
        source_frame=source_frame,
        placement=placement_of(landmarks),
        landmarks=landmarks,
        blendshapes=np.full(52, smile, dtype=np.float32),
        portrait=portrait(looks),
    )


@pytest.fixture(scope="module")
def canonical(model: Path) -> CanonicalFace:
    return CanonicalFace.load(model)


def samples(canonical: CanonicalFace, *sightings: Sighting, hold: int = 6, smooth: int = 2) -> tuple[FaceSample, ...]:
    person = {seen.source_frame: seen for seen in sightings}
    settings = TrackSettings(hold=hold, smooth=smooth)
    return samples_of(person, RANGE, settings, canonical, width=1280, height=720)


@pytest.mark.parametrize(
    ("hold", "expected"),
    [
        (6, "..FFFhhhFFF........."),
        (3, "..FFFhhhFFF........."),
        (2, "..FFF...FFF........."),
        (0, "..FFF...FFF........."),
    ],
)
def test_a_gap_is_held_up_to_the_setting_and_only_between_sightings(
    hold: int, expected: str, canonical: CanonicalFace
) -> None:
    seen = [sighting(frame) for frame in (102, 103, 104, 108, 109, 110)]
    assert states(FaceTrack(face=0, samples=samples(canonical, *seen, hold=hold))) == expected


def test_an_absent_sample_says_nothing_but_its_frame(canonical: CanonicalFace) -> None:
    absent = samples(canonical, sighting(105))[0]
    assert absent == FaceSample(source_frame=100, state=FaceState.ABSENT)


def test_a_gap_across_a_leap_is_not_held(canonical: CanonicalFace) -> None:
    taken = samples(canonical, sighting(104), sighting(107, x=500))
    assert states(FaceTrack(face=0, samples=taken)) == "....F..F............"


def test_a_gap_in_which_somebody_else_was_in_the_place_is_not_held(canonical: CanonicalFace) -> None:
    seen = {frame: sighting(frame) for frame in (103, 104, 107, 108)}

    def taken(by: Sighting) -> str:
        made = samples_of(
            seen, RANGE, TrackSettings(), canonical, others=[{by.source_frame: by}], width=1280, height=720
        )
        return states(FaceTrack(face=0, samples=made))

    assert taken(sighting(105, x=20, looks=1)) == "...FF..FF..........."
    assert taken(sighting(105, x=300, looks=1)) == "...FFhhFF..........."
    assert taken(sighting(110, looks=1)) == "...FFhhFF..........."


def test_a_held_face_travels_and_turns_from_one_sighting_to_the_next(canonical: CanonicalFace) -> None:
    before, after = sighting(104, roll=-30, smile=0.0), sighting(106, x=60, scale=2.42, roll=30, smile=1.0)
    held = samples(canonical, before, after)[5]
    assert held.state is FaceState.HELD
    assert held.scale == pytest.approx(np.sqrt(before.placement.scale * after.placement.scale))
    assert held.roll == pytest.approx((before.placement.roll + after.placement.roll) / 2)
    assert held.blendshapes == pytest.approx([0.5] * 52)
    assert held.landmarks is not None
    middle = placement_of(held.landmarks)
    assert middle.scale == pytest.approx(held.scale, rel=1e-4), "a blend of turned points would have shrunk"
    assert middle.x == pytest.approx((before.placement.x + after.placement.x) / 2, abs=0.01)
    assert held.pose is not None
    turn = np.reshape(held.pose, (4, 4))[:3, :3]
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-5), "a rotation"


def test_what_was_measured_is_kept_as_measured(canonical: CanonicalFace) -> None:
    jittery = [sighting(100 + i, x=(-1) ** i) for i in range(20)]
    for seen, sample in zip(jittery, samples(canonical, *jittery), strict=True):
        assert sample.landmarks is not None
        assert np.abs(sample.landmarks - seen.landmarks).max() < 6e-4


def test_the_centre_is_steadied_and_lies_on_the_nose(canonical: CanonicalFace) -> None:
    jittery = [sighting(100 + i, x=(-1) ** i) for i in range(20)]
    taken = samples(canonical, *jittery)
    x = np.array([sample.centre[0] for sample in taken if sample.centre])
    assert np.abs(x[2:-2] - x[2:-2].mean()).max() < 0.6
    nose = sighting(100).landmarks[[6, 5], :2].mean(axis=0)
    assert taken[10].centre == pytest.approx(nose, abs=0.05 * jittery[0].placement.scale)


def test_a_run_of_sightings_that_leaps_is_not_smoothed_across_the_leap(canonical: CanonicalFace) -> None:
    seen = [sighting(100 + i, x=0 if i < 10 else 400) for i in range(20)]
    x = [sample.centre[0] for sample in samples(canonical, *seen) if sample.centre]
    assert x[9] == pytest.approx(x[0])
    assert x[10] == pytest.approx(x[19])


def test_rolls_go_on_past_a_half_turn_also_after_the_face_was_away(canonical: CanonicalFace) -> None:
    seen = [sighting(100 + i, roll=150 + 5 * i) for i in range(20) if not 6 <= i < 15]
    rolls = [sample.roll for sample in samples(canonical, *seen) if sample.roll is not None]
    assert rolls == pytest.approx([153 + 5 * i for i in range(20) if not 6 <= i < 15], abs=0.5)


def test_a_track_read_back_from_disk_is_the_track_that_was_written(canonical: CanonicalFace, tmp_path: Path) -> None:
    taken = samples(canonical, *(sighting(100 + i, x=i / 3, roll=i / 7, smile=i / 77) for i in range(20) if i != 7))
    tracks = FaceTracks(
        shot="sh010",
        key="k",
        width=1280,
        height=720,
        source_range=RANGE,
        blendshape_names=("a",),
        faces=(FaceTrack(face=0, samples=taken),),
    )
    tracks.write(tmp_path / "face_track.json")
    text = (tmp_path / "face_track.json").read_text()
    assert json.loads(text) == json.loads(tracks.model_dump_json(by_alias=True))
    assert sum('"source_frame":107,' in line for line in text.splitlines()) == 1, "one line per frame"
    (again,) = FaceTracks.read(tmp_path / "face_track.json").faces
    for sample, reread in zip(taken, again.samples, strict=True):
        assert (sample.landmarks == reread.landmarks).all()  # type: ignore[union-attr]
        assert sample.model_dump(exclude={"landmarks"}) == reread.model_dump(exclude={"landmarks"})


def trail(*sightings: Sighting) -> Trail:
    return Trail(
        reader=None,  # type: ignore[arg-type]  # nothing is read
        sightings={seen.source_frame: seen for seen in sightings},
        last=sightings[-1],
    )


def test_a_face_that_comes_back_looking_the_same_is_the_same_identity() -> None:
    first = trail(*(sighting(frame, looks=1) for frame in range(100, 105)))
    again = trail(*(sighting(frame, looks=1, x=600) for frame in range(112, 117)))
    (person,) = identities([first, again])
    assert list(person) == [100, 101, 102, 103, 104, 112, 113, 114, 115, 116]


def test_another_face_in_the_same_place_is_another_identity() -> None:
    first = trail(*(sighting(frame, looks=1) for frame in range(100, 105)))
    other = trail(*(sighting(frame, looks=2) for frame in range(105, 110)))
    assert len(identities([first, other])) == 2


def test_two_faces_in_one_frame_are_two_identities_however_alike() -> None:
    left = trail(*(sighting(frame, looks=1) for frame in range(100, 105)))
    right = trail(*(sighting(frame, looks=1, x=500) for frame in range(104, 110)))
    assert len(identities([left, right])) == 2


def test_two_people_who_leave_and_come_back_are_each_joined_to_themselves() -> None:
    trails = [
        trail(sighting(100, looks=1)),
        trail(sighting(100, looks=2, x=500)),
        trail(sighting(110, looks=2)),
        trail(sighting(110, looks=1, x=500)),
    ]
    people = identities(trails)
    assert sorted(tuple(seen.placement.x > 600 for seen in person.values()) for person in people) == [
        (False, True),
        (True, False),
    ]


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"x": 120}, True),
        ({"x": 200}, False),
        ({"scale": 2.4}, True),
        ({"scale": 3.0}, False),
        ({"looks": 1}, False),
    ],
    ids=[
        "still",
        "half a face further",
        "a whole face further",
        "a fifth larger",
        "half as large again",
        "another look",
    ],
)
def test_a_face_neither_leaps_nor_changes_size_or_looks_between_two_frames(
    changed: dict[str, float], same: bool
) -> None:
    assert is_same_face(sighting(100), sighting(101, **changed)) is same  # type: ignore[arg-type]


def test_portraits_survive_their_storage() -> None:
    one = sighting(100)
    assert is_same_face(one, replace(one, portrait=(one.portrait.astype(np.float32) * 1.0).astype(np.float16)))
