"""The measure says how much of a performance is left, and what is different: whatever the head does meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.review._performances import FRAMES, Performance, Points
from toolkit.documents import ActingReview
from toolkit.faces.freeing import free_landmarks, neutral_shape
from toolkit.review import compare_acting
from toolkit.review.measures import MEASURES, measure_shapes

PLATE = Performance.lively()
FOUND = np.ones(FRAMES, bool)
FRAME = np.arange(FRAMES, dtype=float)


def compare(plate: Points, result: Points, found: NDArray[np.bool_] = FOUND, *, source_first: int = 0) -> ActingReview:
    """The landmarks of both, of which only the ``found`` frames are read."""
    neutral = neutral_shape(plate[found])
    measured = [np.full((len(found), len(MEASURES)), np.nan) for _ in range(2)]
    for one, landmarks in zip(measured, (plate, result), strict=True):
        one[found] = measure_shapes(free_landmarks(landmarks[found], neutral))
    return compare_acting(*measured, source_first=source_first)


def review(result: Performance, *, plate: Performance = PLATE, noise: float = 0.15) -> ActingReview:
    return compare(plate.landmarks(noise=0.15), result.landmarks(seed=1, noise=noise))


def test_a_plate_keeps_all_of_its_own_acting() -> None:
    same = PLATE.landmarks()
    found = compare(same, same)
    assert found.score == pytest.approx(100)
    assert (found.amplitude, found.delay_frames) == (pytest.approx(1, abs=0.01), pytest.approx(0, abs=0.01))
    assert found.smoothness == pytest.approx(1, abs=0.02)
    assert found.worst_frames == ()
    assert set(found.regions) == {"brows", "eyes", "cheeks", "mouth", "jaw"}


@pytest.mark.parametrize("kept", [0.9, 0.75, 0.5, 0.25, 0.1])
def test_flattening_is_read_as_what_it_is(kept: float) -> None:
    found = review(PLATE.scaled(kept))
    assert 100 * kept - 4 <= (found.score or 0) <= 100 * kept + 7  # what a reading may miss is not counted as lost
    assert found.amplitude == pytest.approx(kept, abs=0.03)
    assert found.delay_frames == pytest.approx(0, abs=0.1)
    assert found.smoothness == pytest.approx(1, abs=0.1)


def test_a_frozen_face_keeps_nothing_and_has_no_timing() -> None:
    found = review(PLATE.scaled(0))
    assert found.score == pytest.approx(0, abs=3)
    assert found.amplitude == pytest.approx(0, abs=0.03)
    assert (found.delay_frames, found.smoothness) == (None, None)


@pytest.mark.parametrize("frames", [-2, -0.5, 1, 2.5, 5])
def test_a_late_performance_is_late_not_small(frames: float) -> None:
    found = review(PLATE.at(FRAME - frames))
    assert found.delay_frames == pytest.approx(frames, abs=0.15)
    assert found.amplitude == pytest.approx(1, abs=0.05)


DAMAGE: dict[str, list[Performance]] = {
    "flattened": [PLATE.scaled(kept) for kept in (1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0)],
    "late": [PLATE.at(FRAME - frames) for frames in range(6)],
    "smoothed": [PLATE.smoothed(frames) for frames in (1, 3, 5, 9, 15)],
    "held": [PLATE.at(FRAME // count * count) for count in range(1, 6)],
    "one region flattened": [PLATE.scaled(kept, "brows") for kept in (1, 0.75, 0.5, 0.25, 0)],
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_more_damage_of_one_kind_always_scores_less(kind: str) -> None:
    scores = [review(result).score or 0.0 for result in DAMAGE[kind]]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 97


SPEEDS: dict[str, tuple[Performance, Callable[[float], bool]]] = {
    "smoothed": (PLATE.smoothed(5), lambda speed: speed < 0.95),
    "on twos": (PLATE.at(FRAME // 2 * 2), lambda speed: speed > 1.2),
    "on threes": (PLATE.at(FRAME // 3 * 3), lambda speed: speed > 1.4),
}


@pytest.mark.parametrize(("result", "expected"), SPEEDS.values(), ids=SPEEDS.keys())
def test_smoothing_and_steps_show_in_the_smoothness(result: Performance, expected: Callable[[float], bool]) -> None:
    found = review(result)
    assert found.smoothness is not None and expected(found.smoothness)
    assert found.amplitude == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("region", ["brows", "eyes", "cheeks", "mouth", "jaw"])
def test_the_damaged_region_comes_first(region: str) -> None:
    found = review(PLATE.scaled(0.4, region))
    (first, worst), *others = found.regions.items()
    assert first == region
    assert worst.amplitude == pytest.approx(0.4, abs=0.08)
    assert all(other.score > worst.score + 10 for _, other in others)


def test_the_head_is_not_the_acting() -> None:
    plate = PLATE.landmarks(head=1.0, size=2.0)
    result = PLATE.landmarks(head=0.3, size=1.1, seed=1, noise=0.08)
    assert (compare(plate, result).score or 0) > 97


def test_grain_is_not_damage() -> None:
    found = review(PLATE, noise=0.6)
    assert (found.score or 0) > 95
    assert found.amplitude == pytest.approx(1, abs=0.05)


def test_another_performance_keeps_nothing() -> None:
    other = PLATE.at(FRAME[::-1].copy())
    assert (review(other).score or 0) < 20


def test_what_does_not_act_is_neither_kept_nor_lost() -> None:
    found = review(PLATE.only("brows").scaled(0.5), plate=PLATE.only("brows"))
    assert list(found.regions) == ["brows"]
    assert found.score == pytest.approx(50, abs=4)
    assert {"eyes", "cheeks", "mouth", "jaw", "gaze"} <= set(found.unmeasured)


def test_a_face_that_does_not_act_is_not_judged() -> None:
    found = review(PLATE.scaled(0), plate=PLATE.scaled(0))
    assert (found.score, found.confidence, found.regions) == (None, 0.0, {})


def test_little_acting_gives_little_confidence() -> None:
    low, high = (review(PLATE.scaled(size), plate=PLATE.scaled(size)).confidence for size in (0.15, 1.0))
    assert 0 < low < 0.6 < high <= 1


def test_only_frames_with_the_face_in_both_count() -> None:
    plate, result = PLATE.landmarks(), PLATE.landmarks(seed=1)
    found = FOUND.copy()
    found[40:55] = found[100] = False
    result[~found] = 0
    compared = compare(plate, result, found)
    assert compared.frames_compared == FRAMES - 16
    assert (compared.score or 0) > 97
    few = np.zeros(FRAMES, bool)
    few[:11] = True
    assert compare(plate, result, few).score is None


def test_frames_that_are_never_next_to_each_other_tell_nothing() -> None:
    found = compare(PLATE.landmarks(), PLATE.landmarks(seed=1), FOUND & (FRAME % 3 != 0))
    assert (found.frames_compared, found.score, found.regions) == (106, None, {})


def test_the_worst_frames_are_where_the_result_differs_counted_as_in_the_plate() -> None:
    curves = {name: curve.copy() for name, curve in PLATE.curves.items()}
    for curve in curves.values():
        curve[70:76] += 1.2
    result = Performance(curves=curves).landmarks(seed=1)
    found = compare(PLATE.landmarks(), result, source_first=1001)
    assert 1071 <= found.worst_frames[0] <= 1076
