"""The engine that simulates averaging: it takes away as much of the acting as its law says, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engines._faces import SIZE, face
from tests.engines._requests import make_request
from toolkit.documents import ControlPlan
from toolkit.engines import FaceShape, PaintRequest, open_engine
from toolkit.engines.face_warp import move_face
from toolkit.engines.flatten import kept_acting

ACTING, MEAN = face(mouth=1, brows=1), face(mouth=0.3, brows=0.2)
UNDERREAD = 1.18
"""Landmarks show 85 % of how far the skin moves, so it is moved farther than they say."""
PICTURE = np.random.default_rng(1).random((SIZE, SIZE, 3), np.float32)


@pytest.mark.parametrize(
    ("strength", "kept"), [(0, 1), (0.2, 1), (0.3, 1), (0.5, 0.741), (0.65, 0.376), (0.8, 0.074), (0.9, 0), (1, 0)]
)
def test_the_law(strength: float, kept: float) -> None:
    assert kept_acting(strength) == pytest.approx(kept, abs=5e-4)


@pytest.mark.parametrize(("weight", "loss"), [(0, 1), (0.5, 0.75), (1, 0.5), (1.6, 0.5)])
def test_a_face_control_holds_half_of_the_loss_at_most(weight: float, loss: float) -> None:
    assert 1 - kept_acting(0.65, hold=weight) == pytest.approx(loss * (1 - kept_acting(0.65)))


def request(*faces: FaceShape, seed: int = 7, **changes: object) -> PaintRequest:
    return replace(make_request(PICTURE, seed=seed, **changes), faces=faces)


def shape(landmarks: NDArray[np.float32] = ACTING, mean: NDArray[np.float32] = MEAN) -> FaceShape:
    return FaceShape(landmarks=landmarks, mean=mean)


def paint(*requests: PaintRequest) -> list[NDArray[np.float32]]:
    with open_engine("flatten") as engine:
        return engine.paint(requests)


def moved(loss: float) -> NDArray[np.float32]:
    return ACTING + np.float32(loss * UNDERREAD) * (MEAN - ACTING)


def paint_builtin(image: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    with open_engine("builtin") as engine:
        return engine.paint([make_request(image, strength=strength, seed=7)])[0]


@pytest.mark.parametrize("strength", [0.5, 0.65, 0.9])
def test_a_face_is_moved_by_what_the_law_takes_and_textured(strength: float) -> None:
    wanted = moved(1 - kept_acting(strength))
    (painted,) = paint(request(shape(), strength=strength))
    assert np.allclose(painted, paint_builtin(move_face(PICTURE, ACTING, wanted), strength), atol=1e-5)
    assert not np.allclose(painted, paint_builtin(PICTURE, strength), atol=0.1)


def test_without_a_face_and_below_the_law_it_only_gives_texture() -> None:
    assert np.array_equal(paint(request(strength=0.65))[0], paint_builtin(PICTURE, 0.65))
    assert np.array_equal(paint(request(shape(), strength=0.3))[0], paint_builtin(PICTURE, 0.3))


def test_strength_zero_returns_the_picture() -> None:
    assert np.array_equal(paint(request(shape(), strength=0))[0], PICTURE)


def test_the_strongest_face_control_of_the_look_holds_the_face() -> None:
    controls = tuple(
        ControlPlan(kind=kind, model="", weight=weight, start=0, end=1)  # type: ignore[arg-type]
        for kind, weight in (("face", 0.3), ("face", 1.0), ("depth", 2.0))
    )
    wanted = moved(1 - kept_acting(0.65, hold=1))
    (painted,) = paint(request(shape(), strength=0.65, controls=controls))
    assert np.allclose(painted, paint_builtin(move_face(PICTURE, ACTING, wanted), 0.65), atol=1e-5)


def test_grouping_does_not_change_an_image_and_repeating_gives_the_same() -> None:
    requests = [request(shape(), strength=0.65, seed=1), request(strength=0.65, seed=2), request(shape(MEAN, ACTING))]
    together = paint(*requests)
    alone = [paint(one)[0] for one in reversed(requests)][::-1]
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(requests[0].image, np.random.default_rng(1).random((SIZE, SIZE, 3), np.float32))


def test_every_face_of_an_image_is_moved() -> None:
    """Two small faces side by side."""
    aside = [(0.45 * one + (offset, 100, 0)).astype(np.float32) for offset in (0, 240) for one in (ACTING, MEAN)]
    left, right = shape(*aside[:2]), shape(*aside[2:])
    both, only_left, only_right = (
        paint(request(*faces, strength=0.8))[0] for faces in ((left, right), (left,), (right,))
    )
    assert np.array_equal(both[:, :200], only_left[:, :200])
    assert np.array_equal(both[:, 300:], only_right[:, 300:])
    assert not np.array_equal(only_left, only_right)
