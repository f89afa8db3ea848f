"""A face is freed from the pose of its head, and a mean expression is put back into it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.review._performances import FRAMES, Performance
from toolkit.faces.freeing import free_landmarks, neutral_shape, pose_mean_expression, pose_shapes

LIVELY = Performance.lively()
MEANS = {name: np.full(FRAMES, curve.mean()) for name, curve in LIVELY.curves.items()}
ACTING, MEAN = (one.landmarks(noise=0) for one in (LIVELY, Performance(curves=MEANS)))
"""The same moves of the head, with the acting and with its mean; pixels of a face 220 pixels high."""
FOUND = np.ones(FRAMES, bool)


def test_the_mean_expression_has_the_pose_of_each_frame() -> None:
    assert np.abs(ACTING - MEAN).max() > 20, "else nothing is proved"
    assert np.abs(pose_mean_expression(ACTING, FOUND) - MEAN).max() < 0.1


def test_frames_that_are_not_found_get_a_pose_and_do_not_count_in_the_mean() -> None:
    """Their landmarks are guessed from their neighbours, or the face is turned away and reads as acting."""
    found = FOUND.copy()
    found[40:60] = False
    guessed = ACTING.copy()
    guessed[40:60, 152] += 50
    posed = pose_mean_expression(guessed, found)
    assert np.abs(posed - pose_mean_expression(ACTING, found)).max() < 1e-9
    assert posed.shape == ACTING.shape


def test_freed_faces_are_put_back_where_they_were() -> None:
    neutral = neutral_shape(ACTING)
    assert np.abs(pose_shapes(free_landmarks(ACTING, neutral), ACTING, neutral) - ACTING).max() < 1e-9
    nods = pose_shapes(free_landmarks(MEAN, neutral)[:1], ACTING, neutral)
    assert np.abs(nods - MEAN).max() < 0.1


def test_a_face_at_rest_is_its_own_mean() -> None:
    assert np.abs(pose_mean_expression(MEAN, FOUND) - MEAN).max() < 1e-6


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_freed_face_does_not_move_with_the_head(axis: int) -> None:
    neutral = neutral_shape(MEAN)
    assert np.ptp(MEAN[:, 152, axis]) > 2
    assert np.ptp(free_landmarks(MEAN, neutral)[:, 152, axis]) < 1e-6
