"""Which face of the result is which of the plate, and what it has kept."""

from __future__ import annotations

from collections.abc import Sequence

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
    pairs = _pair(plate, result, size)
    faces, notes = [], []
    for face in plate.faces:
        if face.face not in pairs:
            notes.append(f"{plate.shot}: face {face.face} was not found in the result")
            continue
        acting = compare_acting(*_stack(face, pairs[face.face]), source_first=plate.source_range.first)
        if acting.frames_compared < FEWEST_FRAMES:
            short = f"in {acting.frames_compared} frames of both; {FEWEST_FRAMES} are needed to judge its acting"
            notes.append(f"{plate.shot}: face {face.face} was found {short}")
        faces.append(FaceReview(face=face.face, acting=acting))
    if not plate.faces:
        notes.append(f"{plate.shot}: no face was found in the plate")
    return ShotReview(shot=plate.shot, faces=tuple(faces)), notes


def _pair(plate: FaceTracks, result: FaceTracks, size: float) -> dict[int, FaceTrack]:
    """The face of ``result`` for each of ``plate`` by its number, the nearest pair first."""
    near = [(_distance(one, two, size), one.face, two.face) for one in plate.faces for two in result.faces]
    others, pairs = {face.face: face for face in result.faces}, {}
    for distance, one, two in sorted(near):
        if distance <= _FARTHEST and one not in pairs and two in others:
            pairs[one] = others.pop(two)
    return pairs


def _distance(face: FaceTrack, other: FaceTrack, size: float) -> float:
    """How far two faces are apart, in heights of the first; infinite if they are never there at once.

    ``size`` is how much larger the picture of the first is.
    """
    apart = [
        np.hypot(*(np.array(one.centre) - size * np.array(two.centre))) / one.scale
        for one, two in zip(face.samples, other.samples, strict=True)
        if one.centre is not None and two.centre is not None and one.scale
    ]
    return float(np.median(apart)) if apart else np.inf


def _stack(face: FaceTrack, other: FaceTrack) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """The landmarks of both, and in which frames both were found."""
    pairs = list(zip(face.samples, other.samples, strict=True))
    found = np.array([all(one.state is FaceState.FOUND for one in pair) for pair in pairs])
    plate, result = (_landmarks([pair[index] for pair in pairs]) for index in range(2))
    return plate, result, found


def _landmarks(samples: Sequence[FaceSample]) -> NDArray[np.float64]:
    nothing = np.zeros((_POINTS, 3))
    return np.array([nothing if one.landmarks is None else one.landmarks for one in samples], np.float64)
