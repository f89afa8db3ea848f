"""The placement of a face, the canvas around it, the search tiles, and the smoothing of motion."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.demo.astronaut import LANDMARKS
from toolkit.faces.smooth import smooth_over_time, unwrap_degrees
from toolkit.faces.upright import (
    CANVAS,
    FacePlacement,
    canvas_affine,
    cut_canvas,
    from_face_coordinates,
    map_to_plate,
    measure_placement,
    to_face_coordinates,
)

MOUTH_AND_JAW = (0, 13, 14, 17, 61, 291, 152, 148, 377, 199)
BROWS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)


def face(*, scale: float = 1.0, roll: float = 0.0, x: float = 0.0, y: float = 0.0) -> NDArray[np.float32]:
    """The astronaut's landmarks with some depth, transformed by a similarity about the origin."""
    depth = -np.exp(-(((LANDMARKS - LANDMARKS.mean(axis=0)) / 40) ** 2).sum(axis=1)) * 30
    angle = np.deg2rad(roll)
    rotation = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([LANDMARKS @ rotation.T + (x, y), depth * scale]).astype(np.float32)


@pytest.mark.parametrize("roll", [-170.0, -30.0, 0.0, 45.0, 120.0])
def test_a_placement_follows_every_similarity_exactly(roll: float) -> None:
    at_rest, moved = measure_placement(face()), measure_placement(face(scale=2.5, roll=roll, x=300, y=-40))
    assert moved.scale == pytest.approx(2.5 * at_rest.scale, rel=1e-5)
    assert (moved.roll - at_rest.roll - roll + 180) % 360 - 180 == pytest.approx(0, abs=1e-3)
    expected = face(scale=2.5, roll=roll, x=300, y=-40)[[33, 263]].mean(axis=0)
    assert np.hypot(moved.x - expected[0], moved.y - expected[1]) < 0.02 * moved.scale


def test_expressions_do_not_move_a_placement() -> None:
    acting = face()
    acting[list(MOUTH_AND_JAW), 1] += 15
    acting[list(BROWS), 1] -= 8
    assert measure_placement(acting) == measure_placement(face())


def test_from_face_coordinates_inverts_to_face_coordinates() -> None:
    landmarks = face(scale=1.7, roll=33, x=12, y=250)
    placement = measure_placement(landmarks)
    upright = to_face_coordinates(landmarks, placement)
    assert np.abs(from_face_coordinates(upright, placement) - landmarks).max() < 1e-3
    assert np.abs(upright[[33, 263], 1]).max() < 0.03, "the eyes are level"


@pytest.mark.parametrize("scale", [40.0, 192.0, 700.0, 1500.0], ids=lambda scale: f"a face of {scale:g} px")
def test_the_canvas_shows_exactly_the_plate_positions_of_its_matrix(scale: float) -> None:
    y, x = np.mgrid[:1200, :1600].astype(np.float32)
    picture = np.stack([x / 8, y / 8, np.full_like(x, 100)], axis=-1).astype(np.uint8)
    matrix = canvas_affine(FacePlacement(x=800, y=550, scale=scale, roll=25))
    canvas = cut_canvas(picture, matrix)
    assert canvas.shape == (CANVAS, CANVAS, 3)
    row, column = np.mgrid[:CANVAS, :CANVAS]
    at = map_to_plate(np.stack([column, row, 0 * row], axis=-1).reshape(-1, 3).astype(np.float32), matrix)
    inside = ((at[:, :2] > 20) & (at[:, :2] < (1580, 1180))).all(axis=1)
    expected = (at[inside, :2] - 3.5) / 8  # codes are truncated, so each covers the eight pixels from its first on
    error = canvas.reshape(-1, 3)[inside, :2] - expected
    assert np.abs(error.mean(axis=0)).max() < 0.06, "half a pixel would be 0.06"
    assert np.abs(error).max() < 2.5


def test_outside_the_plate_the_canvas_is_black() -> None:
    picture = np.full((200, 200, 3), 200, dtype=np.uint8)
    canvas = cut_canvas(picture, canvas_affine(FacePlacement(x=0, y=100, scale=100, roll=0)))
    assert (canvas[:, :100] == 0).all()
    assert (canvas[CANVAS // 2, 250:300] == 200).all()


@pytest.mark.parametrize("reach", [2, 3, 5, 12])
def test_smoothing_keeps_a_parabola_up_to_both_ends(reach: int) -> None:
    frames = np.arange(12.0)
    motion = np.stack([3 + 2 * frames - 0.5 * frames**2, -frames], axis=-1)
    assert np.abs(smooth_over_time(motion, reach) - motion).max() < 1e-9


def test_the_window_is_symmetric_and_narrows_towards_both_ends() -> None:
    values = np.random.default_rng(11).normal(size=12)
    smoothed = smooth_over_time(values, 4)
    assert smoothed == pytest.approx(smooth_over_time(values[::-1], 4)[::-1], abs=1e-12)
    assert smoothed[[0, 1, -2, -1]] == pytest.approx(values[[0, 1, -2, -1]])
    assert smoothed[[2, -3]] == pytest.approx(smooth_over_time(values, 2)[[2, -3]])
    assert smoothed[[3, -4]] == pytest.approx(smooth_over_time(values, 3)[[3, -4]])
    assert np.abs(smoothed[4:8] - smooth_over_time(values, 3)[4:8]).min() > 1e-3


def test_smoothing_neither_delays_nor_flattens_a_one_second_swing() -> None:
    frames = np.arange(96.0)
    swing = 100 * np.sin(2 * np.pi * frames / 24)
    assert np.abs(smooth_over_time(swing, 2) - swing).max() < 0.05


def test_smoothing_reduces_noise() -> None:
    noise = np.random.default_rng(7).normal(size=5000)
    remaining = smooth_over_time(noise, 2).std() / noise.std()
    assert remaining == pytest.approx(np.sqrt(17 / 35), abs=0.02), "the textbook value of five points and a quadratic"


@pytest.mark.parametrize(("count", "reach"), [(1, 2), (2, 2), (3, 2), (4, 9), (20, 0), (20, 1)], ids=str)
def test_short_runs_and_small_reaches_stay_unchanged(count: int, reach: int) -> None:
    values = np.random.default_rng(1).normal(size=(count, 4))
    assert (smooth_over_time(values, reach) == values).all()


def test_unwrapped_angles_continue_past_half_a_turn() -> None:
    assert unwrap_degrees(np.array([170.0, 179.0, -172.0, -163.0])) == pytest.approx([170, 179, 188, 197])
