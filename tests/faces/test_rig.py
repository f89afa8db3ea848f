"""The faces of a rig as a track: where they are, in which frames, and that nothing is added to what the file says."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.passes._plate import COUNT, FIRST, HEIGHT, WIDTH, shot_of
from toolkit.documents import (
    BLENDSHAPES,
    FaceSample,
    FaceState,
    FaceTracks,
    RigFace,
    RigFaces,
    RigHead,
    RigSample,
    RigShot,
    Visibility,
)
from toolkit.errors import DocumentError
from toolkit.faces import RigSource, measure_placement, read_rig_track, rig_key
from toolkit.faces.rig import project_head
from toolkit.plates import open_plate

FRAMES = range(FIRST, FIRST + COUNT)
DISTANCE, FIELD_OF_VIEW = 10.0, 2 * math.degrees(math.atan(0.5))
"""At this distance the picture is 10 units high: a unit is 9 pixels of the plate."""
UNIT = HEIGHT / 10


def sample(source_frame: int, **changes: Any) -> RigSample:
    return RigSample(**{"source_frame": source_frame, "centre": (80, 45), "scale": 40, "roll": 0, **changes})


def rig_of(*faces: list[RigSample], name: str = "", **facts: Any) -> RigSource:
    entry = RigShot(shot="sh010", faces=tuple(RigFace(name=name, samples=tuple(one)) for one in faces))
    return RigSource.of(Path("faces.json"), RigFaces(shots=(entry,), **facts), entry)


def track(plate_pattern: Path, rig: RigSource) -> FaceTracks:
    shot = shot_of(plate_pattern)
    with open_plate(shot.media) as plate:
        return read_rig_track(shot, plate, rig)


def samples(plate_pattern: Path, rig: RigSource) -> tuple[FaceSample, ...]:
    return track(plate_pattern, rig).faces[0].samples


def face_shape(middle: tuple[float, float]) -> np.ndarray:
    """478 points in no order: what counts is that they move together."""
    return np.random.default_rng(7).normal((*middle, 0), 8, (478, 3)).astype(np.float32)


def turn(*, roll: float = 0.0, yaw: float = 0.0, pitch: float = 0.0) -> np.ndarray:
    """Of a head: to its side, then in the picture, clockwise as seen."""
    z, y, x = (np.radians(angle) for angle in (-roll, yaw, pitch))
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    return np.asarray(about_z @ about_y @ about_x)


def head(axes: np.ndarray, place: tuple[float, float] = (0.0, 0.0)) -> RigHead:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = axes, (*place, -DISTANCE)
    return RigHead(matrix=tuple(matrix.ravel().tolist()), height=2.0, field_of_view=FIELD_OF_VIEW)


def test_every_frame_has_a_sample_as_the_file_says(plate_pattern: Path) -> None:
    given = [
        sample(FIRST, blendshapes={"jawOpen": 0.5}),
        sample(FIRST + 1, visibility=Visibility.PARTLY, outline=((60, 20), (100, 20), (80, 70))),
        sample(FIRST + 2, visibility=Visibility.HIDDEN),
    ]
    found = track(plate_pattern, rig_of(given, name="Anna"))
    face = found.faces[0]
    assert (face.name, face.face, found.blendshape_names) == ("Anna", 0, BLENDSHAPES)
    assert [one.source_frame for one in face.samples] == list(FRAMES)
    assert [str(one.state) for one in face.samples[:3]] == ["FOUND", "HELD", "ABSENT"]
    first, second, third = face.samples[:3]
    assert (first.centre, first.scale, first.roll, first.landmarks) == ((80, 45), 40, 0, None)
    assert first.blendshapes is not None and dict(zip(BLENDSHAPES, first.blendshapes, strict=True))["jawOpen"] == 0.5
    assert sum(first.blendshapes) == 0.5, "those that are not given are 0"
    assert second.outline == ((60, 20), (100, 20), (80, 70)) and second.blendshapes is None
    assert third == FaceSample(source_frame=FIRST + 2, state=FaceState.ABSENT)


def test_without_an_outline_an_ellipse_stands_for_the_face(plate_pattern: Path) -> None:
    """Turned with the face, its middle below the bridge of the nose."""
    outline = samples(plate_pattern, rig_of([sample(FIRST, roll=90)]))[0].outline
    assert outline is not None
    points = np.array(outline)
    assert points.min(axis=0) == pytest.approx((80 - 0.08 * 40 - 20, 45 - 0.415 * 40), abs=0.1)
    assert points.max(axis=0) == pytest.approx((80 - 0.08 * 40 + 20, 45 + 0.415 * 40), abs=0.1)


def test_frames_without_any_entry_are_absent_with_one_note(plate_pattern: Path) -> None:
    rig = rig_of([sample(FIRST - 5), sample(FIRST + 3), sample(FIRST + 4)], [sample(FIRST + 5)])
    found = track(plate_pattern, rig)
    assert found.notes == (
        f"sh010: faces.json has no frames {FIRST}-{FIRST + 2}, {FIRST + 6}-{FRAMES[-1]}: the faces are ABSENT there",
    )
    there = [[one.source_frame for one in face.samples if one.state is FaceState.FOUND] for face in found.faces]
    assert there == [[FIRST + 3, FIRST + 4], [FIRST + 5]]


def test_a_face_that_is_in_no_frame_is_no_face_and_the_others_keep_their_numbers(plate_pattern: Path) -> None:
    hidden = [RigSample(source_frame=frame, visibility=Visibility.HIDDEN) for frame in FRAMES]
    found = track(plate_pattern, rig_of(hidden, [sample(frame) for frame in FRAMES]))
    assert [face.face for face in found.faces] == [1] and found.notes == ()


def test_pixels_of_a_smaller_picture_are_scaled_and_a_note_says_so(plate_pattern: Path) -> None:
    """The outer edges coincide: the centre of the first pixel of half the size is half a pixel further in."""
    shape = face_shape((40, 22))
    rig = rig_of([sample(FIRST, centre=(0, 0)), sample(FIRST + 1, landmarks=shape)], width=80, height=45)
    found = track(plate_pattern, rig)
    first, second = found.faces[0].samples[:2]
    assert (first.centre, first.scale) == ((0.5, 0.5), 80)
    assert second.landmarks is not None
    assert second.landmarks[:, :2] == pytest.approx(2 * shape[:, :2] + 0.5, abs=0.002)
    assert found.notes[0] == (
        "sh010: faces.json is for pictures of 80x45, and the plate has 160x90: its pixels are scaled"
    )


def test_a_picture_of_other_proportions_is_refused(plate_pattern: Path) -> None:
    with pytest.raises(DocumentError, match=r"at /width: it is for pictures of 80x60, and the plate has 160x90: other"):
        track(plate_pattern, rig_of([sample(FIRST)], width=80, height=60))


def test_rolls_have_no_jumps(plate_pattern: Path) -> None:
    given = [sample(FIRST + index, roll=roll) for index, roll in enumerate((170, -175, -160, 179))]
    assert [one.roll for one in samples(plate_pattern, rig_of(given))[:4]] == pytest.approx([170, 185, 200, 179])


def test_landmarks_say_where_the_face_is(plate_pattern: Path) -> None:
    """Its centre is fixed relative to the rigid landmarks, as that of a face that was detected."""
    shape = face_shape((80, 45))
    given = [RigSample(source_frame=FIRST + index, landmarks=shape + np.float32(index)) for index in range(3)]
    found = samples(plate_pattern, rig_of(given))[:3]
    place = measure_placement(shape)
    for index, one in enumerate(found):
        assert (one.scale, one.roll) == pytest.approx((place.scale, place.roll), abs=0.01)
        assert one.outline is None
        assert one.landmarks is not None and one.landmarks == pytest.approx(shape + index, abs=0.001)
    centres = np.array([one.centre for one in found])
    assert np.diff(centres, axis=0) == pytest.approx(1, abs=0.01)


def test_a_head_is_seen_at_the_size_of_its_distance() -> None:
    place = project_head(head(turn(), (2, 1)), width=WIDTH, height=HEIGHT)
    assert (place.x, place.y) == pytest.approx((WIDTH / 2 - 0.5 + 2 * UNIT, HEIGHT / 2 - 0.5 - UNIT))
    assert (place.scale, place.roll) == pytest.approx((2 * UNIT, 0))


def test_the_unit_of_a_head_may_be_any() -> None:
    place = project_head(head(0.5 * turn(yaw=20, pitch=10)), width=WIDTH, height=HEIGHT)
    assert place.scale == pytest.approx(UNIT), "half as large, whichever way it is turned"


@pytest.mark.parametrize("yaw", [0, 45, 90, 120])
@pytest.mark.parametrize("roll", [-150, -20, 0, 35, 90])
def test_the_roll_of_a_head_is_clockwise_and_stays_in_profile(roll: float, yaw: float) -> None:
    assert project_head(head(turn(roll=roll, yaw=yaw)), width=WIDTH, height=HEIGHT).roll == pytest.approx(roll)


def test_the_key_covers_what_the_file_says_of_the_shot_and_nothing_else(plate_pattern: Path) -> None:
    shot = shot_of(plate_pattern)
    rig = rig_of([sample(FIRST)])
    moved = rig_of([sample(FIRST, centre=(81, 45))])
    elsewhere = RigSource.of(Path("other/copy.json"), rig.faces, rig.entry.model_copy(update={"media": "plate.mov"}))
    with open_plate(shot.media) as plate:
        keys = [rig_key(shot, plate, one) for one in (rig, moved, elsewhere)]
        assert read_rig_track(shot, plate, rig).key == keys[0]
    assert keys[0] != keys[1]
    assert keys[0] == keys[2]


def test_a_track_that_is_read_again_is_the_one_that_was_written(plate_pattern: Path, tmp_path: Path) -> None:
    shape = face_shape((40.12345, 22.98765))
    found = track(plate_pattern, rig_of([sample(FIRST, landmarks=shape), sample(FIRST + 1)], width=80, height=45))
    found.write(tmp_path / "face_track.json")
    assert FaceTracks.read(tmp_path / "face_track.json").model_dump_json() == found.model_dump_json()
