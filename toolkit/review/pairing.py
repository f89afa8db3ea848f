"""Which face of the result is which of the plate, and what it has kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceReview, FaceSample, FaceState, FaceTrack, FaceTracks, ShotReview
from toolkit.review.acting import FEWEST_FRAMES, compare_acting

_FARTHEST = 1.0
"""Heights of the face that the same face may be apart in two clips, on average."""
_POINTS = 478


def compare_tracks(plate: FaceTracks, result: FaceTracks) -> tuple[ShotReview, list[str]]:
    """The acting of every face of ``plate`` in ``result``, and what could not be compared, one sentence each.

    Both are tracks of the same frames, made with the same settings; the pictures may differ in size.
    """
    size = plate.height / result.height
    left = list(result.faces)
    faces, notes = [], []
    for face in plate.faces:
        other = min(left, key=lambda one: _distance(face, one, size), default=None)
        if other is None or _distance(face, other, size) > _FARTHEST:
            notes.append(f"{plate.shot}: face {face.face} was not found in the result")
            continue
        left.remove(other)
        acting = compare_acting(*_stack(face, other), source_first=plate.source_range.first)
        if acting.frames_compared < FEWEST_FRAMES:
            short = f"in {acting.frames_compared} frames of both; {FEWEST_FRAMES} are needed to judge its acting"
            notes.append(f"{plate.shot}: face {face.face} was found {short}")
        faces.append(FaceReview(face=face.face, acting=acting))
    if not plate.faces:
        notes.append(f"{plate.shot}: no face was found in the plate")
    return ShotReview(shot=plate.shot, faces=tuple(faces)), notes


def _distance(face: FaceTrack, other: FaceTrack, size: float) -> float:
    """How far two faces are apart, in heights of the first; infinite if they are never there at once.

    ``size`` is how much larger the picture of the first is.
    """
    apart = [
        np.hypot(*(np.array(one.centre) - size * np.array(two.centre))) / one.scale
        for one, two in _pairs(face, other)
        if one.centre is not None and two.centre is not None and one.scale
    ]
    return float(np.median(apart)) if apart else np.inf


def _stack(face: FaceTrack, other: FaceTrack) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """The landmarks of both, and in which frames both were found."""
    pairs = list(_pairs(face, other))
    found = np.array([all(one.state is FaceState.FOUND for one in pair) for pair in pairs])
    plate, result = (_landmarks([pair[index] for pair in pairs]) for index in range(2))
    return plate, result, found


def _landmarks(samples: Sequence[FaceSample]) -> NDArray[np.float64]:
    nothing = np.zeros((_POINTS, 3))
    return np.array([nothing if one.landmarks is None else one.landmarks for one in samples], np.float64)


def _pairs(face: FaceTrack, other: FaceTrack) -> Iterator[tuple[FaceSample, FaceSample]]:
    """The samples of both, frame by frame: both tracks have one for every frame of the same shot."""
    yield from zip(face.samples, other.samples, strict=True)
