"""Where the reader is told to look in the next frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from toolkit.faces.predict import Predictor
from toolkit.faces.upright import FacePlacement, difference

START = FacePlacement(x=400.0, y=300.0, scale=200.0, roll=5.0)
STILL, MOVED = np.array([0.0004, 0, 0, 0]), None


def test_the_noise_of_readings_does_not_move_where_the_reader_looks() -> None:
    rng, predictor = np.random.default_rng(2), Predictor(START)
    looked = []
    for _ in range(200):
        looked.append(predictor.predict(STILL).x)
        predictor.update(replace(START, x=START.x + 0.3 * rng.normal()), STILL)
    assert np.std(looked) < 0.15


def test_an_error_of_the_reader_does_not_feed_itself() -> None:
    """A reading that answers the place where it was looked for with nine tenths of the opposite error."""
    predictor, read = Predictor(replace(START, x=START.x + 0.5)), []
    for _ in range(30):
        error = predictor.predict(STILL).x - START.x
        read.append(START.x - 0.9 * error)
        predictor.update(replace(START, x=read[-1]), STILL)
    assert np.abs(np.array(read[12:]) - START.x).max() < 0.05


@pytest.mark.parametrize("speed", [0.4, 3.0, 25.0])
def test_steady_motion_is_predicted_without_lag(speed: float) -> None:
    predictor = Predictor(START)
    for frame in range(1, 60):
        there = replace(START, x=START.x + speed * frame, roll=START.roll + frame / 3)
        lag = difference(there, predictor.predict(MOVED))
        predictor.update(there, MOVED)
    assert np.abs(lag).max() < 0.001


def test_a_held_face_is_expected_where_it_is_and_moves_on_after_the_hold() -> None:
    predictor = Predictor(START)
    for step in range(1, 6):
        there = replace(START, x=START.x + 20 * step)
        predictor.update(there, MOVED)
        assert predictor.predict(STILL).x == pytest.approx(there.x)
        predictor.update(there, STILL)
    assert predictor.predict(MOVED).x == pytest.approx(START.x + 120, abs=0.5)
