"""Where a face is, the canvas around it, the tiles it is searched in, and the steadying of its motion."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.demo.astronaut import LANDMARKS
from toolkit.faces.search import coarse_tiles, distinct, fine_tiles, paint_over
from toolkit.faces.smooth import smoothed, unwrapped
from toolkit.faces.upright import (
    CANVAS,
    Placement,
    canvas_from_plate,
    cut_canvas,
    landmarks_in_plate,
    placed_points,
    placement_of,
    upright_points,
)

MOUTH_AND_JAW = (0, 13, 14, 17, 61, 291, 152, 148, 377, 199)
BROWS = (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)


def face(*, scale: float = 1.0, roll: float = 0.0, x: float = 0.0, y: float = 0.0) -> NDArray[np.float32]:
    """The astronaut's landmarks, bulging a little, moved by a similarity about 0, 0."""
    depth = -np.exp(-(((LANDMARKS - LANDMARKS.mean(axis=0)) / 40) ** 2).sum(axis=1)) * 30
    angle = np.deg2rad(roll)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([LANDMARKS @ turn.T + (x, y), depth * scale]).astype(np.float32)


@pytest.mark.parametrize("roll", [-170.0, -30.0, 0.0, 45.0, 120.0])
def test_a_placement_follows_every_similarity_exactly(roll: float) -> None:
    at_rest, moved = placement_of(face()), placement_of(face(scale=2.5, roll=roll, x=300, y=-40))
    assert moved.scale == pytest.approx(2.5 * at_rest.scale, rel=1e-5)
    assert (moved.roll - at_rest.roll - roll + 180) % 360 - 180 == pytest.approx(0, abs=1e-3)
    expected = face(scale=2.5, roll=roll, x=300, y=-40)[[33, 263]].mean(axis=0)
    assert np.hypot(moved.x - expected[0], moved.y - expected[1]) < 0.02 * moved.scale


def test_acting_does_not_move_a_placement() -> None:
    acting = face()
    acting[list(MOUTH_AND_JAW), 1] += 15
    acting[list(BROWS), 1] -= 8
    assert placement_of(acting) == placement_of(face())


def test_upright_points_and_placed_points_are_inverse() -> None:
    landmarks = face(scale=1.7, roll=33, x=12, y=250)
    placement = placement_of(landmarks)
    upright = upright_points(landmarks, placement)
    assert np.abs(placed_points(upright, placement) - landmarks).max() < 1e-3
    assert np.abs(upright[[33, 263], 1]).max() < 0.03, "the eyes lie level"


@pytest.mark.parametrize("scale", [40.0, 192.0, 700.0, 1500.0], ids=lambda scale: f"a face of {scale:g} px")
def test_the_canvas_shows_exactly_the_plate_positions_its_matrix_names(scale: float) -> None:
    y, x = np.mgrid[:1200, :1600].astype(np.float32)
    picture = np.stack([x / 8, y / 8, np.full_like(x, 100)], axis=-1).astype(np.uint8)
    matrix = canvas_from_plate(Placement(x=800, y=550, scale=scale, roll=25))
    canvas = cut_canvas(picture, matrix)
    assert canvas.shape == (CANVAS, CANVAS, 3)
    row, column = np.mgrid[:CANVAS, :CANVAS]
    at = landmarks_in_plate(np.stack([column, row, 0 * row], axis=-1).reshape(-1, 3).astype(np.float32), matrix)
    inside = ((at[:, :2] > 20) & (at[:, :2] < (1580, 1180))).all(axis=1)
    expected = (at[inside, :2] - 3.5) / 8  # the codes are cut off, so a step of eight pixels starts at its first
    error = canvas.reshape(-1, 3)[inside, :2] - expected
    assert np.abs(error.mean(axis=0)).max() < 0.06, "half a pixel would be 0.06"
    assert np.abs(error).max() < 2.5


def test_outside_the_plate_the_canvas_is_black() -> None:
    picture = np.full((200, 200, 3), 200, dtype=np.uint8)
    canvas = cut_canvas(picture, canvas_from_plate(Placement(x=0, y=100, scale=100, roll=0)))
    assert (canvas[:, :100] == 0).all()
    assert (canvas[CANVAS // 2, 250:300] == 200).all()


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (720, 1080), (640, 360), (3840, 1607)], ids=str)
def test_any_face_of_twice_a_tiles_smallest_is_whole_in_a_tile_of_its_size(size: tuple[int, int]) -> None:
    width, height = size
    whole, *squares = coarse_tiles(width, height) + fine_tiles(width, height, 30)
    assert whole == (0, 0, width, height)
    assert all(0 <= x <= width - side and 0 <= y <= height - side for x, y, side, _ in squares)
    for side in {side for *_, side in squares}:
        face_size = 0.3 * side
        for axis, length in ((0, width), (1, height)):
            starts = sorted({tile[axis] for tile in squares if tile[2:] == (side, side)})
            assert starts[0] == 0
            assert starts[-1] == length - side
            assert all(after - before <= side - face_size + 1 for before, after in pairwise(starts))


def test_tiles_that_could_only_show_faces_too_small_are_not_searched() -> None:
    assert min(side for *_, side in fine_tiles(1920, 1080, 30)) == 270
    assert min(side for *_, side in fine_tiles(1920, 1080, 120)) == 540
    assert coarse_tiles(1000, 900) == [(0, 0, 1000, 900)], "the whole frame shows as much"


def test_known_faces_are_painted_over_and_nothing_else_is() -> None:
    picture = np.random.default_rng(5).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    places = [(10, 60, 60), (250, 100, 40), (-90, 100, 40), (400, 100, 40), (100, -90, 40), (100, 300, 40)]
    painted = picture.copy()
    for x, y, scale in places:
        paint_over(painted, Placement(x=x, y=y, scale=scale, roll=0))
    assert np.ptp(painted[60:80, :30].astype(int), axis=(0, 1)).max() == 0
    assert (painted[:, 60:215] == picture[:, 60:215]).all()


def test_one_face_that_several_tiles_show_counts_once_and_the_largest_reading_wins() -> None:
    def at(x: float, scale: float) -> Placement:
        return Placement(x=x, y=100, scale=scale, roll=0)

    assert distinct([at(100, 50), at(104, 56), at(300, 40), at(90, 48)]) == [at(104, 56), at(300, 40)]


def test_a_parabola_passes_the_smoothing_untouched_up_to_both_ends() -> None:
    frames = np.arange(12.0)
    motion = np.stack([3 + 2 * frames - 0.5 * frames**2, -frames], axis=-1)
    assert np.abs(smoothed(motion, 2) - motion).max() < 1e-9


def test_smoothing_does_not_lag_and_does_not_flatten_a_swing_of_a_second() -> None:
    frames = np.arange(96.0)
    swing = 100 * np.sin(2 * np.pi * frames / 24)
    assert np.abs(smoothed(swing, 2) - swing).max() < 0.05


def test_smoothing_lessens_noise() -> None:
    noise = np.random.default_rng(7).normal(size=5000)
    kept = smoothed(noise, 2).std() / noise.std()
    assert kept == pytest.approx(np.sqrt(17 / 35), abs=0.02), "the textbook value of five points and a quadratic"


@pytest.mark.parametrize(("count", "reach"), [(1, 2), (2, 2), (3, 2), (4, 9), (20, 0), (20, 1)], ids=str)
def test_what_no_quadratic_can_steady_stays_as_it_is(count: int, reach: int) -> None:
    values = np.random.default_rng(1).normal(size=(count, 4))
    assert (smoothed(values, reach) == values).all()


def test_unwrapped_angles_go_on_past_a_half_turn() -> None:
    assert unwrapped(np.array([170.0, 179.0, -172.0, -163.0])) == pytest.approx([170, 179, 188, 197])
