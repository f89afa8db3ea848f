"""Shapes of a face that a matte can be drawn from: steady while the face is, and as quick as the face when it acts.

Readings of a still face differ by 0.1 to 0.5 % of its height from frame to frame, and an outline drawn from each of
them boils. A shape is therefore the mean of those of the frames around it, weighted by how alike they are: noise is
averaged, and a jaw that drops is not, nor is a drawing on twos blended with the next one (a bilateral filter over time;
Tomasi and Manduchi 1998).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceSample
from toolkit.faces.placing import place_of
from toolkit.faces.upright import from_face_coordinates, to_face_coordinates

_REACH = 4
"""Frames on each side of which the shapes are averaged."""
_NEAR = 1.5
"""Standard deviation of the weights over time, frames."""
_ALIKE = 0.01, 0.02
"""Least and greatest standard deviation of the weights over the change of a point, face heights."""
_PER_NOISE = 3.0
"""The same as a multiple of the shot's own noise, within these limits."""

Shapes = NDArray[np.float64]


def steady_landmarks(samples: Sequence[FaceSample]) -> list[NDArray[np.float32]]:
    """The landmarks of ``samples``, none of them ABSENT, for drawing mattes: float32 (478, 3) each, plate pixels.

    Shapes are relative to the centre, scale and roll of each sample, which are steady already and have no lag: the
    outline moves with the crop and the null.
    """
    if not samples:
        return []
    placements = [place_of(sample) for sample in samples]
    shapes = np.stack(
        [to_face_coordinates(_landmarks(one), place) for one, place in zip(samples, placements, strict=True)]
    )
    frames = np.array([sample.source_frame for sample in samples])
    steady = _average_alike(shapes, frames)
    return [
        from_face_coordinates(shape, place).astype(np.float32) for shape, place in zip(steady, placements, strict=True)
    ]


def _average_alike(shapes: Shapes, frames: NDArray[np.intp]) -> Shapes:
    """``shapes`` (frames, 478, 3), each point averaged over the frames around in which it is in about the same place.

    Point by point: the forehead stays steady while the jaw drops.
    """
    deviation = _measure_deviation(shapes)
    averaged = np.empty_like(shapes)
    for index, frame in enumerate(frames):
        first, stop = np.searchsorted(frames, (frame - _REACH, frame + _REACH + 1))
        near = shapes[first:stop]
        in_time = np.exp(-0.5 * ((frames[first:stop] - frame) / _NEAR) ** 2)
        weights = in_time[:, None] * np.exp(-0.5 * (_measure_change(near, shapes[index]) / deviation) ** 2)
        averaged[index] = (weights[..., None] * near).sum(axis=0) / weights.sum(axis=0)[:, None]
    return averaged


def _measure_deviation(shapes: Shapes) -> float:
    """Standard deviation of the weights over change, face heights: a multiple of the noise, within limits."""
    if len(shapes) < 3:
        return _ALIKE[0]
    steps = _measure_change(shapes[1:], shapes[:-1])
    # The smaller of the steps to and from a frame: for a drawing on twos or threes, one of them is mere noise.
    noise = float(np.median(np.minimum(steps[1:], steps[:-1])))
    return min(max(_PER_NOISE * noise, _ALIKE[0]), _ALIKE[1])


def _measure_change(one: Shapes, other: Shapes) -> NDArray[np.float64]:
    """(n, 478): how far points of shapes (n, 478, 3) are from those of ``other``, across the picture, face heights."""
    return np.asarray(np.hypot(*np.moveaxis((one - other)[..., :2], -1, 0)))


def _landmarks(sample: FaceSample) -> NDArray[np.float32]:
    if sample.landmarks is None:
        raise ValueError(f"{sample.state} sample at source frame {sample.source_frame} has no landmarks")
    return sample.landmarks
