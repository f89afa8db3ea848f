"""A hand in front of the face: the frames in which it disturbs the reading, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from tests.faces._footage import Person, Picture, grey, states
from tests.faces.test_samples import detection, thumbnail
from toolkit.documents import FaceTrack, FaceTracks, Shot
from toolkit.faces.occlusion import find_disturbed
from toolkit.faces.tracklet import Detection
from toolkit.mattes import face_outline

Clip = Callable[[Sequence[Picture]], Shot]
Track = Callable[..., FaceTracks]


def areas(face: FaceTrack) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The area of the matte in each frame, relative to the median."""
    outlines = [face_outline(one.landmarks, grow=0.06) for one in face.samples if one.landmarks is not None]
    pixels = np.array([cv2.contourArea(np.array(outline, np.float32)) for outline in outlines])
    return np.asarray(pixels / np.median(pixels))


@pytest.mark.parametrize("bar", [(62, 22, False), (40, 12, False), (45, 24, True)])
def test_the_matte_does_not_breathe_while_something_passes_over_the_face(
    bar: tuple[int, int, bool], clip: Clip, track: Track, anna: Person
) -> None:
    width, step, down = bar
    frames = []
    for index in range(26):
        picture = anna.composite_over(grey(), 320, 150, height=120)
        if down:
            top = step * (index - 4) - 60
            picture[max(0, top) : max(0, top + width)] = (200, 150, 120)
        else:
            left = 150 + step * (index - 4)
            picture[:, left : left + width] = (200, 150, 120)
        frames.append(picture)
    (face,) = track(clip(frames)).faces
    assert "." not in states(face)
    assert "h" in states(face)
    assert np.abs(areas(face) - 1).max() < 0.05


def person(
    count: int = 20, *, covered: Sequence[int] = (), off: float = 0.0, size: float = 1.0
) -> dict[int, Detection]:
    """A face that looks the same in all frames but the ``covered`` ones; there it is read wrongly."""
    people = {}
    for frame in range(count):
        one = detection(frame, scale=2.0 * (size if frame in covered else 1.0))
        if frame in covered:
            one.thumbnail[:] = 0.8 * one.thumbnail + 0.6 * thumbnail(5)
            one.disagreement[:] = off
        people[frame] = one
    return people


@pytest.mark.parametrize(("off", "size"), [(0.05, 1.0), (0.0, 1.1), (0.0, 0.9)])
def test_a_frame_that_looks_unlike_and_is_read_differently_is_disturbed(off: float, size: float) -> None:
    assert find_disturbed(person(covered=(8, 9, 10), off=off, size=size)) == {8, 9, 10}


def test_an_expression_changes_the_look_only_and_is_kept() -> None:
    assert find_disturbed(person(covered=(8, 9, 10))) == frozenset()


def test_a_face_that_goes_on_looking_different_is_kept() -> None:
    """Light that changes for good, or a head that has turned: there is nothing after it to compare with."""
    assert find_disturbed(person(covered=range(10, 20), off=0.05, size=1.1)) == frozenset()


def test_a_face_of_one_frame_is_kept() -> None:
    assert find_disturbed(person(1)) == frozenset()
