"""The second opinion on every reading: which way up a face is, and where its eyes, nose and mouth are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.faces._footage import Person, Picture, grey
from toolkit.demo.astronaut import FACE_HEIGHT, LANDMARKS
from toolkit.documents import FaceTrack, FaceTracks, Shot
from toolkit.errors import EngineFailed
from toolkit.faces.detect import LandmarkReader
from toolkit.faces.keypoints import KeypointReader, measure_disagreement, turn_upright
from toolkit.faces.upright import FacePlacement, canvas_affine, cut_canvas, measure_placement

Clip = Callable[[Sequence[Picture]], Shot]
Track = Callable[..., FaceTracks]


@pytest.fixture(scope="module")
def keypoints(model: Path) -> Iterator[KeypointReader]:
    with KeypointReader(model) as reader:
        yield reader


@cache
def textured(width: int = 960, height: int = 540) -> Picture:
    """A background with structure: soft noise."""
    import cv2

    noise = np.random.default_rng(1).integers(40, 200, (height, width, 3), dtype=np.uint8)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), dtype=np.uint8)
    soft.flags.writeable = False
    return soft


def true_points(anna: Person, x: float, y: float, *, height: float, roll: float) -> NDArray[np.float64]:
    """Where the landmarks of ``composite_over`` are, (478, 2)."""
    angle, scale = np.deg2rad(roll - anna.roll), height / anna.face_height
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray((LANDMARKS - anna.eyes) @ linear.T + (x, y))


def worst_errors(face: FaceTrack, truths: Sequence[NDArray[np.float64]], rolls: Sequence[float]) -> tuple[float, float]:
    """Mean landmark error, face heights, and roll error, degrees, of the worst frames in which the face is FOUND."""
    landmarks, angles = [0.0], [0.0]
    for sample, points, roll in zip(face.samples, truths, rolls, strict=True):
        if sample.state == "FOUND" and sample.landmarks is not None and sample.roll is not None:
            height = np.linalg.norm(points[152] - points[10])
            landmarks.append(float(np.hypot(*(sample.landmarks[:, :2] - points).T).mean() / height))
            angles.append(abs((sample.roll - roll + 180) % 360 - 180))
    return max(landmarks), max(angles)


@pytest.mark.parametrize("height", [64, 170])
def test_a_face_is_found_whichever_way_up_it_is(height: int, clip: Clip, track: Track, anna: Person) -> None:
    """A shot of one frame each, so that nothing is known from the frame before."""
    for roll in (0, 60, 105, 135, 165, 180, -165, -120, -90):
        picture = anna.composite_over(textured(), 480, 270, height=height, roll=roll)
        (face,) = track(clip([picture])).faces
        points = true_points(anna, 480, 270, height=height, roll=roll)
        error, turned = worst_errors(face, [points], [roll])
        assert face.samples[0].state == "FOUND", roll
        assert error < 0.02 and turned < 3, (roll, error, turned)


def test_an_upside_down_face_behind_a_bar_is_never_read_the_wrong_way_up(
    clip: Clip, track: Track, anna: Person
) -> None:
    frames, truths = [], []
    for index in range(24):
        picture = anna.composite_over(textured(), 480, 270, height=150, roll=180)
        left = 270 + 18 * index
        picture[:, left : left + 66] = (190, 140, 120)
        frames.append(picture)
        truths.append(true_points(anna, 480, 270, height=150, roll=180))
    tracks = track(clip(frames))
    assert len(tracks.faces) == 1
    error, turned = worst_errors(tracks.faces[0], truths, [180.0] * len(frames))
    assert error < 0.06 and turned < 8


def test_a_face_that_jumps_turns_and_grows_is_found_where_it_is_or_not_at_all(
    clip: Clip, track: Track, anna: Person
) -> None:
    """Half its height and up to 45 degrees between frames: a first reading can be off by a third of the width."""
    rng = np.random.default_rng(6)
    x, y, height, roll = 480.0, 270.0, 110.0, -20.0
    frames, truths, rolls = [], [], []
    for _ in range(24):
        frames.append(anna.composite_over(textured(), x, y, height=height, roll=roll))
        truths.append(true_points(anna, x, y, height=height, roll=roll))
        rolls.append(roll)
        x = float(np.clip(x + rng.uniform(-0.6, 0.6) * height, 160, 800))
        y = float(np.clip(y + rng.uniform(-0.4, 0.4) * height, 160, 380))
        height = float(np.clip(height * np.exp(rng.uniform(-0.25, 0.25)), 60, 150))
        roll += float(rng.uniform(-45, 45))
    (face,) = track(clip(frames), smooth=0).faces
    error, turned = worst_errors(face, truths, rolls)
    assert error < 0.05 and turned < 6
    assert sum(sample.state == "FOUND" for sample in face.samples) >= 20


def test_landmarks_the_wrong_way_up_or_beside_the_face_are_not_believed(
    keypoints: KeypointReader, model: Path, anna: Person
) -> None:
    placement = FacePlacement(x=320, y=170, scale=150, roll=0)
    canvas = cut_canvas(anna.composite_over(grey(), 320, 170, height=150), canvas_affine(placement))
    with LandmarkReader(model, confidence=0.5) as reader:
        reading = reader.read(canvas)
    assert reading is not None and reading.disagreement is not None
    assert np.hypot(*reading.disagreement.T).max() < 0.08
    faces = keypoints.read(canvas)
    assert max(face.score for face in faces) > 0.8
    beside = reading.landmarks.copy()
    beside[:, 0] += 0.2 * measure_placement(reading.landmarks).scale
    over = reading.landmarks.copy()
    over[:, :2] = 2 * over[:, :2].mean(axis=0) - over[:, :2]
    assert measure_disagreement(beside, faces) is None
    assert measure_disagreement(over, faces) is None
    assert measure_disagreement(reading.landmarks, []) is None


def test_a_face_is_turned_the_right_way_up(keypoints: KeypointReader, anna: Person) -> None:
    for roll in (0, 90, 150, 180):
        picture = anna.composite_over(textured(), 480, 270, height=FACE_HEIGHT, roll=roll)
        upside_down = FacePlacement(x=480, y=270, scale=FACE_HEIGHT, roll=roll + 180)
        (middle_x, middle_y), (x, y) = FacePlacement(x=480, y=270, scale=FACE_HEIGHT, roll=roll).middle(), (480, 270)
        hallucinated = FacePlacement(x=2 * middle_x - x, y=2 * middle_y - y, scale=FACE_HEIGHT, roll=upside_down.roll)
        turned = turn_upright(keypoints, picture, hallucinated)
        assert turned is not None
        assert abs((turned.roll - roll + 180) % 360 - 180) < 12
        assert np.hypot(turned.x - x, turned.y - y) < 0.15 * FACE_HEIGHT
    assert turn_upright(keypoints, textured(), FacePlacement(x=480, y=270, scale=100, roll=0)) is None


def test_a_model_without_the_detector_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "face.task").write_bytes(b"no bundle")
    with pytest.raises(EngineFailed, match=r"face_detector\.tflite"):
        KeypointReader(tmp_path / "face.task")
