"""Steadied tracks: they follow motion of every kind, live or in steps, and a still head stays still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.faces._footage import Person, Picture, add_grain, expose, grey, shot_of
from toolkit.documents import FaceTrack, FaceTracks, Shot
from toolkit.frames import FrameRange

Clip = Callable[[Sequence[Picture]], Shot]
Track = Callable[..., FaceTracks]

WIDTH = 0.76
"""Of a face, in face heights."""
COUNT = 28


def centres(face: FaceTrack) -> NDArray[np.float64]:
    return np.array([sample.centre for sample in face.samples if sample.centre])


def measure_slip(smooth: FaceTracks, read: FaceTracks) -> float:
    """Root mean square distance of the steadied centres from the readings, in face widths; of the worst face."""
    slips = []
    for steadied, raw in zip(smooth.faces, read.faces, strict=True):
        width = WIDTH * np.array([sample.scale for sample in raw.samples if sample.scale])
        slips.append(np.hypot(*(centres(steadied) - centres(raw)).T) / width)
    return max(float(np.sqrt((slip**2).mean())) for slip in slips)


def nod(frame: float) -> tuple[float, float, float]:
    """Where the eyes are at ``frame``, and the roll: up to 6 % of the face's width per frame."""
    return 300 + 90 * np.sin(frame / 5), 170 + 30 * np.sin(frame / 3 + 1), 8 * np.sin(frame / 4)


@pytest.mark.parametrize("grain", [0, 3], ids=["clean", "with grain"])
@pytest.mark.parametrize("lengths", [[1], [2], [3], [1, 2, 1, 1, 3, 2, 4]], ids=["ones", "twos", "threes", "mixed"])
def test_motion_in_steps_is_kept(lengths: list[int], grain: float, clip: Clip, track: Track, anna: Person) -> None:
    """Smoothed over five frames regardless, it is off by 3 to 4 % of the face's width, and slips within each hold."""
    rng, shown = np.random.default_rng(5), expose(lengths, COUNT)
    true = [nod(frame) for frame in shown]
    pictures = [anna.composite_over(grey(), x, y, height=150, roll=roll) for x, y, roll in true]
    shot = clip([add_grain(picture, grain, rng) for picture in pictures])
    tracks = track(shot)
    (steadied,) = tracks.faces
    found = centres(steadied)
    eyes = np.array(true)[:, :2]
    angle = np.deg2rad([roll for _, _, roll in true])
    below = found - eyes
    upright = np.stack(
        [
            below[:, 0] * np.cos(angle) + below[:, 1] * np.sin(angle),
            below[:, 1] * np.cos(angle) - below[:, 0] * np.sin(angle),
        ]
    ).T
    error = np.hypot(*(upright - np.median(upright, axis=0)).T) / (WIDTH * 150)
    assert np.sqrt((error**2).mean()) < 0.005
    assert error.max() < 0.012
    assert all(
        (found[i] == found[i - 1]).all() and steadied.samples[i].roll == steadied.samples[i - 1].roll
        for i in range(1, COUNT)
        if shown[i] == shown[i - 1]
    ), "the crop stands still within a hold"
    assert measure_slip(tracks, track(shot, smooth=0)) < 0.004


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


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("sintel_a", FrameRange(first=80, last=115)),
        ("source_s13", FrameRange(first=0, last=39)),
        ("short_hamilton_clip", FrameRange(first=160, last=199)),
        ("solo", FrameRange(first=128, last=159)),
    ],
    ids=["a shaking camera", "a small face on twos", "24 frames in 30", "every second frame repeated"],
)
def test_steadying_real_footage_moves_no_face_by_more_than_noise(
    name: str, part: FrameRange, shared: Path, track: Track
) -> None:
    """Without holds and limits it moved them by 2.7, 4.7, 1.2 and 0.6 % of their width."""
    shot = shot_of(shared / f"media/performance/{name}.mp4", part)
    assert measure_slip(track(shot), track(shot, smooth=0)) < 0.01
