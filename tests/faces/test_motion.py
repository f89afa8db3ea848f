"""The motion of a face between two pictures: what counts as motion, and what does not."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tests.faces._footage import Person, Picture, add_grain, grey
from toolkit.faces.motion import Motion, measure_motion
from toolkit.faces.upright import FacePlacement, difference, displace

FACE = FacePlacement(x=320.0, y=150.0, scale=150.0, roll=0.0)


def show(anna: Person, face: FacePlacement = FACE) -> Picture:
    return anna.composite_over(grey(), face.x, face.y, height=face.scale, roll=face.roll)


def size(motion: Motion | None) -> float:
    assert motion is not None
    return float(np.abs(motion).max())


@pytest.mark.parametrize(
    "motion",
    [(0.01, 0, 0, 0), (0, -0.008, 0, 0), (0, 0, 0.012, 0), (0, 0, 0, -0.015), (0.005, 0.004, -0.006, 0.005)],
    ids=["to the right", "up", "closer", "tilted", "all at once"],
)
def test_motion_is_measured_from_the_pictures(motion: tuple[float, ...], anna: Person) -> None:
    measured = measure_motion(show(anna), show(anna, displace(FACE, np.array(motion))), FACE)
    assert measured == pytest.approx(motion, abs=0.003)


@pytest.mark.parametrize("height", [50.0, 150.0, 300.0])
def test_grain_is_not_motion(height: float, anna: Person) -> None:
    """It would be a quarter of a pixel in a reading."""
    rng, face = np.random.default_rng(4), replace(FACE, scale=height)
    pictures = [add_grain(show(anna, face), 4, rng) for _ in range(6)]
    assert max(size(measure_motion(pictures[0], now, face)) for now in pictures[1:]) < 0.0025


def test_light_that_changes_is_not_motion(anna: Person) -> None:
    before = show(anna)
    darker = np.rint(before * 0.85 + 6).astype(np.uint8)
    assert size(measure_motion(before, darker, FACE)) < 0.001


def test_a_mouth_that_speaks_is_not_motion_of_the_head(anna: Person) -> None:
    """A character may speak on ones while the head is held."""
    before = show(anna)
    after = before.copy()
    cv2.ellipse(after, (320, 206), (22, 14), 0, 0, 360, (40, 10, 10), -1, cv2.LINE_AA)
    assert size(measure_motion(before, after, FACE)) < 0.003


def test_a_face_that_moves_far_or_is_not_in_the_frame_has_no_measured_motion(anna: Person) -> None:
    assert measure_motion(show(anna), show(anna, replace(FACE, x=380)), FACE) is None
    assert measure_motion(show(anna), show(anna), replace(FACE, x=-200)) is None


def test_displace_inverts_difference() -> None:
    there = FacePlacement(x=301.0, y=160.0, scale=171.0, roll=-174.0)
    moved = displace(replace(FACE, roll=176.0), difference(there, replace(FACE, roll=176.0)))
    assert difference(moved, there) == pytest.approx(np.zeros(4), abs=1e-9)
