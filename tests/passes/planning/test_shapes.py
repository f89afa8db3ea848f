"""The shapes of faces are planned for engines that want them, and for no others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, sample, shot_of, tracks_of
from tests.review._performances import Performance
from toolkit.documents import FaceSample, FaceState, FaceTracks, PassPlan
from toolkit.faces.freeing import pose_mean_expression
from toolkit.passes import plan_passes
from toolkit.settings import load_settings

ACTING = np.asarray(Performance.lively().landmarks(noise=0)[:COUNT], np.float32)
STATES = [FaceState.FOUND] * 5 + [FaceState.HELD] * 2 + [FaceState.ABSENT] * 2 + [FaceState.FOUND] * (COUNT - 9)


def acting(states: list[FaceState] = STATES) -> list[FaceSample]:
    """A face that acts, in these states."""
    return [
        sample(FIRST + index, state=state).model_copy(
            update={} if state is FaceState.ABSENT else {"landmarks": ACTING[index]}
        )
        for index, state in enumerate(states)
    ]


def unread(one: FaceSample) -> FaceSample:
    """The same face, seen but not read: a circle of 10 pixels."""
    centre = one.centre or (0.0, 0.0)
    angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    outline = tuple((centre[0] + 10 * float(np.cos(a)), centre[1] + 10 * float(np.sin(a))) for a in angles)
    update = {"state": FaceState.HELD, "landmarks": None, "pose": None, "blendshapes": None, "outline": outline}
    return one.model_copy(update={**update, "scale": 40.0, "roll": 0.0})


def two_faces() -> FaceTracks:
    tracks = tracks_of(acting())
    still = tracks_of([sample(FIRST + index, x=40.0) for index in range(COUNT)]).faces[0]
    return tracks.model_copy(update={"faces": (tracks.faces[0], still.model_copy(update={"face": 1}))})


def plan(tracks: FaceTracks, *assignments: str, with_shapes: bool = True) -> tuple[PassPlan, PassPlan]:
    settings = load_settings(overrides=list(assignments))
    shot = shot_of(Path("nowhere/plate.####.png"))
    body, face = plan_passes(shot, tracks, settings, cut_folder=CUT_FOLDER, with_shapes=with_shapes)
    return body, face


def test_both_passes_have_every_face_as_measured_and_with_its_mean_expression() -> None:
    present = np.array([state is not FaceState.ABSENT for state in STATES])
    found = np.array([state is FaceState.FOUND for state in STATES])
    means = iter(pose_mean_expression(ACTING[present], found[present]))
    for one in plan(two_faces()):
        for index, frame in enumerate(one.frames):
            assert len(frame.meshes) == len(frame.mean_meshes) == 1 + present[index]
            if one.pass_name == "FACE":
                assert len(frame.faces) == len(frame.meshes)
    for index, frame in enumerate(plan(two_faces())[0].frames):
        if present[index]:
            assert np.array_equal(frame.meshes[0], ACTING[index])
            assert np.allclose(frame.mean_meshes[0], next(means), atol=2e-3)
        assert np.allclose(frame.mean_meshes[-1], frame.meshes[-1], atol=2e-3), "the second face does not act"


def test_a_face_that_is_found_in_no_frame_has_the_mean_expression_of_those_in_which_it_is_held() -> None:
    _, face = plan(tracks_of(acting([FaceState.HELD] * COUNT)))
    mean = pose_mean_expression(ACTING.astype(np.float64), np.ones(COUNT, bool))
    assert [len(frame.mean_meshes) for frame in face.frames] == [1] * COUNT
    assert face.frames[0].mean_meshes[0] == pytest.approx(mean[0], abs=0.002)


def test_face_has_the_shapes_of_the_faces_that_are_chosen() -> None:
    """Else one would be painted with the guide of another."""
    tracks = two_faces()
    body, face = plan(tracks, "face.only=1")
    for frame, still in zip(face.frames, tracks.faces[1].samples, strict=True):
        (mesh,), (mean,) = frame.meshes, frame.mean_meshes
        assert still.landmarks is not None and np.array_equal(mesh, still.landmarks)
        assert np.allclose(mean, still.landmarks, atol=2e-3)
    assert len(body.frames[0].meshes) == len(body.frames[0].mean_meshes) == 2


def test_a_face_that_is_seen_but_not_read_has_a_matte_and_no_shape() -> None:
    tracks = two_faces()
    first, second = tracks.faces
    profile = [unread(one) if index < 3 else one for index, one in enumerate(first.samples)]
    tracks = tracks.model_copy(update={"faces": (first.model_copy(update={"samples": tuple(profile)}), second)})
    body, face = plan(tracks)
    for index in range(3):
        assert [one.is_read for one in face.frames[index].faces] == [False, True]
        assert len(face.frames[index].meshes) == len(body.frames[index].meshes) == 1
        assert np.array_equal(face.frames[index].meshes[0], second.samples[index].landmarks)  # type: ignore[arg-type]
        outline, feather = np.array(face.frames[index].faces[0].outline), face.frames[index].faces[0].feather
        middle = np.array(profile[index].centre)
        below = outline[:, 1] > middle[1]
        assert np.allclose(np.hypot(*(outline - middle)[below].T), 10 + 0.04 * 40 + feather, atol=0.2)
        assert middle[1] - outline[:, 1].min() == pytest.approx(10 + 0.14 * 40 + feather, abs=0.2), "and the forehead"
    assert [one.is_read for one in face.frames[3].faces] == [True, True]


@pytest.mark.parametrize("shape", ["face", "batch-face-swap"])
def test_every_kind_of_matte_has_an_outline_for_it(shape: str) -> None:
    tracks = tracks_of([unread(one) for one in acting([FaceState.FOUND] * COUNT)])
    _, face = plan(tracks, f"matte.shape={shape}", with_shapes=False)
    assert {len(frame.faces) for frame in face.frames} == {1}


def test_for_other_engines_a_plan_is_what_it_was() -> None:
    for one in plan(two_faces(), with_shapes=False):
        assert '"mean_meshes"' not in "".join(frame.model_dump_json() for frame in one.frames)
        assert {frame.meshes for frame in one.frames} == {()}
    for one in plan(two_faces(), 'face.controls=[{kind="face"}]', with_shapes=False)[1:]:
        assert '"mean_meshes"' not in one.frames[0].model_dump_json()
        assert len(one.frames[0].meshes) == 2


def test_a_plan_with_shapes_survives_its_file(tmp_path: Path) -> None:
    for one in plan(two_faces()):
        one.write(tmp_path / "plan.json")
        assert PassPlan.read(tmp_path / "plan.json").digest() == one.digest()


def test_a_track_that_is_read_again_gives_the_same_plan_to_the_last_digit(tmp_path: Path) -> None:
    """Else a run that is resumed would render all of it again."""
    tracks = two_faces()
    tracks.write(tmp_path / "face_track.json")
    body, again = (plan(one)[0] for one in (tracks, FaceTracks.read(tmp_path / "face_track.json")))
    assert body.digest() == again.digest()


@pytest.mark.parametrize("faces", [(), tracks_of(acting([FaceState.ABSENT] * COUNT)).faces], ids=["none", "absent"])
def test_without_a_face_there_are_no_shapes(faces: tuple[object, ...]) -> None:
    for one in plan(tracks_of(acting()).model_copy(update={"faces": faces})):
        assert all(frame.meshes == frame.mean_meshes == () for frame in one.frames)
