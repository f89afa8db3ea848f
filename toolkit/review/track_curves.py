"""What the landmarks of a track say of the acting in a plate, before anything is rendered or read again."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceState, FaceTrack
from toolkit.faces.freeing import find_neutral, free_landmarks
from toolkit.review.measures import MEASURES, measure_shapes
from toolkit.review.signals import Values, find_noise

_LEAST = 3.0
"""The expression is at rest where it is closer to the mean than this many times the noise of single frames."""
_FULL = 0.95
"""Quantile of the distances from the mean that counts as a peak."""
_WIDEN, _SOFTEN = 5, 2.0
"""Frames around a peak that count as peak, and the deviation of the Gaussian that softens the way there, frames."""


def read_curves(face: FaceTrack) -> Values | None:
    """The measures of ``face``, (frames, measures); NaN where it was not found. None: it never was."""
    neutral = find_neutral(face.samples)
    if neutral is None:
        return None
    found = [(index, one.landmarks) for index, one in enumerate(face.samples) if one.state is FaceState.FOUND]
    places = [index for index, landmarks in found if landmarks is not None]
    landmarks = np.array([landmarks for _, landmarks in found if landmarks is not None])
    values = np.full((len(face.samples), len(MEASURES)), np.nan)
    values[places] = measure_shapes(free_landmarks(landmarks, neutral))
    return values


def read_measure(face: FaceTrack, name: str) -> NDArray[np.float64] | None:
    """One measure of ``face``, (frames,); NaN where it was not found. None: it never was."""
    values = read_curves(face)
    return None if values is None else values[:, [one.name for one in MEASURES].index(name)]


def find_activity(face: FaceTrack) -> NDArray[np.float64]:
    """How far the expression is from its mean over the shot, (frames,): 0 at rest, 1 where the acting peaks.

    It rises and falls over a few frames, so that what follows it does not flicker. 0 throughout where nothing acts.
    """
    values = read_curves(face)
    if values is None:
        return np.zeros(len(face.samples))
    scaled = (values - np.nanmean(values, axis=0)) / [one.usual for one in MEASURES]
    found = ~np.isnan(scaled).any(axis=1)
    distance = np.sqrt(np.mean(np.where(found[:, None], scaled, 0) ** 2, axis=1))
    rest = _LEAST * float(np.sqrt(np.mean(find_noise(scaled) ** 2)))
    peak = float(np.quantile(distance[found], _FULL))
    if peak <= rest:
        return np.zeros(len(distance))
    activity = np.clip((distance - rest) / (peak - rest), 0, 1)
    widened = cv2.dilate(activity[None], np.ones((1, _WIDEN), np.uint8))
    softened: NDArray[np.float64] = cv2.GaussianBlur(widened, (0, 0), _SOFTEN, borderType=cv2.BORDER_REPLICATE)[0]
    return softened
