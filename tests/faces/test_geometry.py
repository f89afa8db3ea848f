"""The placement of a face, the canvas around it, the search tiles, and the smoothing of motion."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.demo.astronaut import LANDMARKS
from toolkit.faces.search import coarse_tiles, cover_face, fine_tiles, remove_duplicates
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


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (720, 1080), (640, 360), (3840, 1607)], ids=str)
def test_a_face_twice_the_smallest_size_is_completely_inside_a_tile(size: tuple[int, int]) -> None:
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


def test_tiles_for_faces_below_the_minimum_size_are_skipped() -> None:
    assert min(side for *_, side in fine_tiles(1920, 1080, 30)) == 270
    assert min(side for *_, side in fine_tiles(1920, 1080, 120)) == 540
    assert coarse_tiles(1000, 900) == [(0, 0, 1000, 900)], "squares would add nothing"


def test_known_faces_are_covered_and_nothing_else() -> None:
    picture = np.random.default_rng(5).integers(0, 255, (200, 300, 3), dtype=np.uint8)
    places = [(10, 60, 60), (250, 100, 40), (-90, 100, 40), (400, 100, 40), (100, -90, 40), (100, 300, 40)]
    covered = picture.copy()
    for x, y, scale in places:
        cover_face(covered, FacePlacement(x=x, y=y, scale=scale, roll=0))
    assert np.ptp(covered[60:80, :30].astype(int), axis=(0, 1)).max() == 0
    assert (covered[:, 60:215] == picture[:, 60:215]).all()


def test_a_face_found_in_several_tiles_counts_once_and_the_largest_is_kept() -> None:
    def at(x: float, scale: float) -> FacePlacement:
        return FacePlacement(x=x, y=100, scale=scale, roll=0)

    assert remove_duplicates([at(100, 50), at(104, 56), at(300, 40), at(90, 48)]) == [at(104, 56), at(300, 40)]


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
