"""Shapes for mattes: noise is averaged, acting is not, and an outline moves with the face's placement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.faces.test_geometry import face
from toolkit.documents import FaceSample, FaceState
from toolkit.faces.upright import measure_placement
from toolkit.mattes import face_outline, steady_landmarks

COUNT = 48
CHIN = 152
HEIGHT = measure_placement(face(scale=3)).scale
JAW = 0.12
"""How far the chin drops, face heights."""
Kind = Literal["still", "opens", "on twos", "on threes"]


def jaw_drop(kind: Kind) -> NDArray[np.float64]:
    """Of every frame, 0..1: the mouth opens and closes within half a second."""
    frames = np.arange(COUNT)
    held = {"on twos": frames // 2 * 2, "on threes": frames // 3 * 3}.get(kind, frames)
    return np.zeros(COUNT) if kind == "still" else np.clip(1 - np.abs(held - 24) / 6, 0, 1)


def act(kind: Kind) -> list[NDArray[np.float32]]:
    """The true landmarks of every frame, while the head moves by 3 pixels a frame."""
    shapes = []
    for index, drop in enumerate(jaw_drop(kind)):
        landmarks = face(scale=3, x=3.0 * index)
        below = landmarks[:, 1] - np.median(landmarks[:, 1])
        landmarks[:, 1] += (JAW * HEIGHT * drop * np.clip(below / below[CHIN], 0, 1) ** 2).astype(np.float32)
        shapes.append(landmarks)
    return shapes


def read(shapes: Sequence[NDArray[np.float32]], noise: float, frames: Sequence[int] | None = None) -> list[FaceSample]:
    """Samples of ``shapes`` with errors of ``noise`` face heights in each landmark, at the true placement."""
    random = np.random.default_rng(1)
    samples = []
    for index, (shape, true) in enumerate(zip(shapes, shapes, strict=True)):
        placement = measure_placement(true)
        errors = random.normal(0, noise * HEIGHT, (478, 3)).astype(np.float32)
        samples.append(
            FaceSample(
                source_frame=frames[index] if frames else index,
                state=FaceState.FOUND,
                centre=(placement.x, placement.y),
                scale=placement.scale,
                roll=placement.roll,
                landmarks=shape + errors,
            )
        )
    return samples


def measure_boil(landmarks: Sequence[NDArray[np.float32]]) -> float:
    """Second difference of the landmarks over time, root mean square in face heights; the head's motion has none."""
    return float(np.sqrt((np.diff(np.stack(landmarks)[..., :2], n=2, axis=0) ** 2).sum(axis=-1).mean())) / HEIGHT


def test_the_shape_of_a_still_face_does_not_boil() -> None:
    samples = read(act("still"), noise=0.002)
    raw = [sample.landmarks for sample in samples if sample.landmarks is not None]
    assert measure_boil(raw) > 0.005
    assert measure_boil(steady_landmarks(samples)) < 0.001


@pytest.mark.parametrize("kind", ["opens", "on twos", "on threes"])
@pytest.mark.parametrize("noise", [0.0, 0.002])
def test_a_jaw_that_drops_is_followed_at_once(kind: Kind, noise: float) -> None:
    shapes = act(kind)
    steady = steady_landmarks(read(shapes, noise))
    error = [(one[CHIN, 1] - true[CHIN, 1]) / HEIGHT for one, true in zip(steady, shapes, strict=True)]
    assert np.abs(error).max() < 0.012, "a tenth of the drop"


def test_frames_across_a_gap_are_not_averaged() -> None:
    shapes = act("still")[:2]
    apart = read(shapes, noise=0.002, frames=[10, 40])
    for sample, steady in zip(apart, steady_landmarks(apart), strict=True):
        assert sample.landmarks is not None
        assert np.abs(steady - sample.landmarks).max() < 1e-3


def test_the_outline_moves_with_the_placement_of_its_frame() -> None:
    samples = read(act("still"), noise=0.0)
    moved = [
        sample.model_copy(update={"centre": (sample.centre[0] + 0.7, sample.centre[1])})
        for sample in samples
        if sample.centre is not None
    ]
    before, after = (np.stack(steady_landmarks(one)) for one in (samples, moved))
    # The landmarks are as measured; only a placement that differs from its neighbours' moves its shape.
    assert np.abs(after - before).max() < 1e-2
    one = [*samples[:20], moved[20], *samples[21:]]
    shifted = steady_landmarks(one)[20] - before[20]
    assert shifted[:, 0].min() > 0.3
    assert np.abs(shifted[:, 1]).max() < 0.05


def test_no_samples_have_no_shapes() -> None:
    assert steady_landmarks([]) == []


@pytest.mark.parametrize(("grow", "feather"), [(0.04, 0.08), (0.0, 0.1)])
def test_every_landmark_is_inside_the_outline_by_more_than_the_soft_edge(grow: float, feather: float) -> None:
    """What a matte is drawn from does not cut what was measured, in any frame of a jaw that drops."""
    import cv2

    samples = read(act("opens"), noise=0.0)
    for sample, landmarks in zip(samples, steady_landmarks(samples), strict=True):
        assert sample.landmarks is not None and sample.scale is not None
        contour = np.array(face_outline(landmarks, grow=grow + feather), np.float32)
        inside = min(cv2.pointPolygonTest(contour, (float(x), float(y)), True) for x, y, _ in sample.landmarks)
        assert inside > (feather + grow - 0.012) * sample.scale
