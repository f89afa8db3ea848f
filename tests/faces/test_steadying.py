"""Steadied tracks: a still head stays still."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.faces._footage import Person, Picture, add_grain, grey
from toolkit.documents import FaceTrack, FaceTracks, Shot

Clip = Callable[[Sequence[Picture]], Shot]
Track = Callable[..., FaceTracks]


def centres(face: FaceTrack) -> NDArray[np.float64]:
    return np.array([sample.centre for sample in face.samples if sample.centre])


@pytest.mark.parametrize("place", [(640, 280, 345, 6), (500, 300, 240, -12)], ids=["close", "farther"])
def test_the_readings_of_a_still_head_with_grain_do_not_alternate(
    place: tuple[float, float, float, float], clip: Clip, track: Track, anna: Person
) -> None:
    """With the canvas where the face was last read, they do: by half a pixel from even to odd frames."""
    x, y, height, roll = place
    rng, picture = np.random.default_rng(3), anna.composite_over(grey(1280, 720), x, y, height=height, roll=roll)
    shot = clip([add_grain(picture, 2, rng) for _ in range(24)])
    (raw,), (steadied,) = track(shot, smooth=0).faces, track(shot).faces
    read, shown = centres(raw)[4:], centres(steadied)[4:]
    assert np.abs(read[::2].mean(axis=0) - read[1::2].mean(axis=0)).max() < 0.1
    assert np.sqrt((np.diff(read, n=2, axis=0) ** 2).mean(axis=0)).max() < 0.3
    assert np.sqrt((np.diff(shown, n=2, axis=0) ** 2).mean(axis=0)).max() < 0.15, "pixels, at 720 lines"
    assert shown.std(axis=0).max() < 0.15
