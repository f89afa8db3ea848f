"""The motion covers what the toolkit has to track, and is smooth."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.demo.astronaut import LANDMARKS, OUTLINE, RIGID
from toolkit.demo.expression import Expression, face_coordinates
from toolkit.demo.motion import FLOAT_AWAY, HEIGHT, PUSH_IN, SHOTS, WIDTH, DemoShot
from toolkit.demo.truth import TrueFace, Visibility, build_true_shot


def _cut(shot: DemoShot) -> tuple[TrueFace, ...]:
    """The faces in the part of the shot used in the cut."""
    return build_true_shot(shot).faces[shot.head_handle : shot.head_handle + shot.cut_count]


def test_the_face_rolls_past_twenty_degrees_both_ways() -> None:
    rolls = [face.roll for shot in SHOTS for face in _cut(shot) if face.visible is Visibility.FULLY]
    assert max(rolls) > 25
    assert min(rolls) < -22


def test_the_face_doubles_in_size() -> None:
    scales = [face.scale for face in _cut(PUSH_IN)]
    assert min(scales) < 170
    assert max(scales) > 325


def test_the_face_moves_across_a_quarter_of_the_frame() -> None:
    x = [face.centre[0] for face in _cut(PUSH_IN)]
    assert max(x) - min(x) > WIDTH / 4


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_the_mouth_opens_and_the_brows_rise_while_the_face_is_visible(shot: DemoShot) -> None:
    seen = [face for face in _cut(shot) if face.visible is Visibility.FULLY]
    assert min(face.mouth_open for face in seen) < 0.05
    assert max(face.mouth_open for face in seen) > 0.75
    assert min(face.brow_raise for face in seen) < 0.05
    assert max(face.brow_raise for face in seen) > 0.95


def test_in_one_shot_the_face_leaves_the_frame_and_comes_back() -> None:
    states = [face.visible for face in _cut(FLOAT_AWAY)]
    runs = [states[0], *(after for before, after in pairwise(states) if after != before)]
    assert [str(run) for run in runs] == ["FULLY", "PARTLY", "GONE", "PARTLY", "FULLY"]
    assert states.count(Visibility.GONE) >= 12
    assert all(face.visible is Visibility.FULLY for face in build_true_shot(PUSH_IN).faces)


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_the_motion_is_smooth(shot: DemoShot) -> None:
    faces = build_true_shot(shot).faces
    path = np.array([[*face.centre, face.scale, face.roll] for face in faces])
    largest = np.abs(np.diff(path, n=2, axis=0)).max(axis=0)
    assert (largest < [6, 6, 1, 0.5]).all(), "pixels, pixels, pixels and degrees per frame, per frame"


@pytest.mark.parametrize("shot", SHOTS, ids=lambda shot: shot.name)
def test_the_lower_edge_of_the_photograph_is_never_in_the_frame(shot: DemoShot) -> None:
    x = np.linspace(OUTLINE[:, 0].min(), OUTLINE[:, 0].max(), 200)
    edge = np.stack([x, np.full_like(x, OUTLINE[:, 1].max() - 2)], axis=-1)
    for pose in shot.poses():
        placed = edge @ pose.matrix[:, :2].T + pose.matrix[:, 2]
        assert not ((placed >= -1) & (placed <= (WIDTH, HEIGHT))).all(axis=1).any()


def _measure_motion(**acting: float) -> NDArray[np.float64]:
    """How far each landmark moves towards the chin, photo pixels."""
    expression = Expression(**{"mouth_open": 0.0, "brow_raise": 0.0, **acting})
    difference = face_coordinates(expression.move(LANDMARKS)) - face_coordinates(LANDMARKS)
    assert np.abs(difference[:, 0]).max() < 1e-9, "skin moves along the axis of the face only"
    return difference[:, 1]


def test_opening_the_mouth_moves_the_lower_lip_and_the_chin_and_nothing_above() -> None:
    down = _measure_motion(mouth_open=1.0)
    upper_lip, lower_lip, chin, nose, brow = down[[13, 14, 152, 1, 105]]
    assert lower_lip > 13
    assert chin > 13
    assert upper_lip == nose == brow == 0


def test_raising_the_brows_moves_nothing_below_the_lids() -> None:
    down = _measure_motion(brow_raise=1.0)
    assert (down[[105, 334]] < -3.5).all()
    assert (down[[145, 374, 1, 13, 14, 152]] == 0).all()


def test_no_expression_moves_the_rigid_landmarks() -> None:
    assert (_measure_motion(mouth_open=1.0, brow_raise=1.0)[list(RIGID)] == 0).all()


@pytest.mark.parametrize(("mouth", "brows"), [(0.0, 0.0), (0.4, 0.0), (0.0, 1.0), (1.0, 1.0)])
def test_move_inverts_shift(mouth: float, brows: float) -> None:
    """``shift``, which draws the frames, and ``move``, which gives the ground truth."""
    expression = Expression(mouth_open=mouth, brow_raise=brows)
    u, v = face_coordinates(expression.move(LANDMARKS)).T
    assert np.allclose(v - expression.shift(u, v), face_coordinates(LANDMARKS)[:, 1], atol=0.01)


@pytest.mark.parametrize("expression", [Expression(mouth_open=1.0, brow_raise=1.0)], ids=["mouth and brows"])
def test_the_skin_never_folds(expression: Expression) -> None:
    """Outside the mouth, the source position increases with the position on screen."""
    u, v = np.meshgrid(np.linspace(-58, 58, 117), np.arange(-70, 125, 0.25))
    source = v - expression.shift(u, v)
    matte, _ = expression.opening(u, v)
    steps = np.diff(source, axis=0)
    outside_the_mouth = (matte[1:] == 0) & (matte[:-1] == 0)
    assert steps[outside_the_mouth].min() > 0
