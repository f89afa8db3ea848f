"""Holds: frames that show a face as the frame before, told from live motion, and smoothed as one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.faces._footage import expose
from toolkit.faces.holds import find_holds
from toolkit.faces.motion import Motion
from toolkit.faces.smooth import smooth_holds, smooth_over_time


def motions(*sizes: float | None) -> list[Motion | None]:
    return [None if size is None else np.array([0, size, 0, 0]) for size in sizes]


@pytest.mark.parametrize(
    ("sizes", "lengths"),
    [
        ([None, 0.001, 0.03, 0, 0.05, 0.001, None, 0], [2, 2, 2, 2]),
        ([None, 0, 0, 0.02, 0.0005, 0.0005, None, 0, 0], [3, 3, 3]),
        ([None, 0.02, 0.02, 0, 0.02, 0.02, 0, 0, 0], [1, 1, 2, 1, 4]),
        ([None, 0.02, 0.02, 0.02, None, 0.03], [1] * 6),
        ([None, 0.0005, 0.001, 0.0005, 0.0008, 0.001], [1] * 6),
        ([None, 0, 0, 0, 0, 0], [1] * 6),
        ([None, 0.02, 0.012, 0.005, 0.002, 0.002, 0.005, 0.012], [1] * 8),
        ([None, 0.02, *[0.001] * 6, 0.02], [1] * 9),
        ([None, 0.009, 0.0025, 0.009], [1] * 4),
        ([None], [1]),
    ],
    ids=[
        "on twos",
        "on threes",
        "mixed",
        "live motion",
        "a live face that hardly moves",
        "a picture that never moves",
        "a live turn of the head",
        "a slow drift between two steps",
        "steps that are not clear",
        "one frame",
    ],
)
def test_holds_are_found_between_clear_steps_only(sizes: list[float | None], lengths: list[int]) -> None:
    holds = find_holds(motions(*sizes))
    assert [len(hold) for hold in holds] == lengths
    assert [frame for hold in holds for frame in hold] == list(range(len(sizes)))


def test_without_holds_noise_is_smoothed_exactly_as_before() -> None:
    rng, frames = np.random.default_rng(6), np.arange(40.0)[:, None]
    values = 100 * np.sin(frames / 7) + rng.normal(scale=0.3, size=(40, 2))
    smoothed = smooth_holds(values, [range(i, i + 1) for i in range(40)], 2, np.full((40, 2), 200.0))
    assert smoothed == pytest.approx(smooth_over_time(values, 2), abs=1e-12)


def test_all_frames_of_a_hold_get_the_mean_of_their_readings_and_steps_stay_steps() -> None:
    """A fit over five frames would be off by a third of each step."""
    steps = np.array([0.0, 9, 14, 40, 41, 22, 0, -30]).repeat(2)
    noise = np.random.default_rng(8).normal(scale=0.1, size=16)
    holds = [range(i, i + 2) for i in range(0, 16, 2)]
    smoothed = smooth_holds((steps + noise)[:, None], holds, 2, np.full((16, 1), 200.0))[:, 0]
    assert (smoothed[::2] == smoothed[1::2]).all()
    assert smoothed == pytest.approx(steps, abs=0.25)


def test_slow_motion_in_steps_is_smoothed_from_hold_to_hold() -> None:
    readings = np.random.default_rng(9).normal(scale=0.1, size=(400, 1))
    holds = [range(i, i + 2) for i in range(0, 400, 2)]
    smoothed = smooth_holds(readings, holds, 2, np.full((400, 1), 200.0))
    assert smoothed.std() < 0.8 * readings.reshape(200, 2).mean(axis=1).std()


def test_a_shaking_camera_is_not_smoothed_away() -> None:
    shaken = 30 * np.random.default_rng(10).normal(size=(30, 1))
    smoothed = smooth_holds(shaken, [range(i, i + 1) for i in range(30)], 2, np.full((30, 1), 200.0))
    assert np.abs(smoothed - shaken).max() <= 0.01 * 200
    assert np.abs(smooth_over_time(shaken, 2) - shaken).max() > 15


def test_a_reach_of_zero_leaves_every_reading_alone() -> None:
    readings = np.random.default_rng(12).normal(size=(6, 4))
    assert (smooth_holds(readings, [range(3), range(3, 6)], 0, np.ones((6, 4))) == readings).all()


def test_the_exposure_of_a_frame_is_the_first_of_its_hold() -> None:
    assert expose([1, 2, 3], 9) == [0, 1, 1, 3, 3, 3, 6, 7, 7]
