"""The shapes of the faces in each frame: as measured, and with the mean expression of the shot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceState, FaceTrack, FaceTracks
from toolkit.faces.freeing import pose_mean_expression

Shape = NDArray[np.float32]
"""(478, 3), as in ``FaceSample``."""
Shapes = Mapping[int, Sequence[Shape]]
"""By source frame: one for each face that is read there, or HELD with landmarks, the most prominent face first."""


def plan_shapes(tracks: FaceTracks) -> Shapes:
    """The landmarks of every face."""
    return _by_frame(pair for track in tracks.faces for pair in _landmarks(track))


def plan_mean_shapes(tracks: FaceTracks) -> Shapes:
    """The same faces in the same poses, but each with its mean expression over the frames in which it is FOUND,
    or HELD if it is FOUND in none."""
    return _by_frame(pair for track in tracks.faces for pair in _mean_shapes(track))


def _by_frame(pairs: Iterable[tuple[int, Shape]]) -> Shapes:
    by_frame: dict[int, list[Shape]] = {}
    for source_frame, shape in pairs:
        by_frame.setdefault(source_frame, []).append(shape)
    return by_frame


def _landmarks(track: FaceTrack) -> list[tuple[int, Shape]]:
    return [(sample.source_frame, sample.landmarks) for sample in track.samples if sample.landmarks is not None]


def _mean_shapes(track: FaceTrack) -> list[tuple[int, Shape]]:
    shapes = _landmarks(track)
    if not shapes:
        return []
    found = {sample.source_frame for sample in track.samples if sample.state is FaceState.FOUND}
    # Rounded as in the documents: a track that is read again must give the same plan, to the last digit.
    landmarks = np.round(np.stack([shape for _, shape in shapes]).astype(np.float64), 3)
    is_found = np.array([at in found for at, _ in shapes])
    means = pose_mean_expression(landmarks, is_found if is_found.any() else ~is_found)
    return [(at, mean) for (at, _), mean in zip(shapes, np.round(means, 3).astype(np.float32), strict=True)]
