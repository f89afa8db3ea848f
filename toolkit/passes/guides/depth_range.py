"""The depth range of a shot: one nearest and one farthest value for all its frames, so that guides do not flicker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

_SAMPLES = 9
"""Frames of a shot that are measured: the first, the last, and evenly between them."""
_PERCENTILES = 0.1, 99.9
"""Of the values in a frame: outliers, such as single pixels of a hair or a speck, are ignored."""


def sample_frames(frames: Sequence[T]) -> list[T]:
    """The frames of a shot that are measured, each once, in order."""
    return [frames[index] for index in np.unique(np.linspace(0, len(frames) - 1, _SAMPLES).round().astype(int))]


def depth_range(pictures: Iterable[NDArray[Any]]) -> tuple[float, float] | None:
    """The lowest and the highest value in ``pictures`` (any shape), without outliers; None if there are no values."""
    ends = [np.percentile(values, _PERCENTILES) for values in pictures if values.size]
    return (float(min(low for low, _ in ends)), float(max(high for _, high in ends))) if ends else None


def normalise_depth(low: float, high: float, inverse_depth: NDArray[Any]) -> NDArray[np.float32]:
    """Inverse depth as a guide, float32 0..1: ``high``, the nearest of the shot, is white, ``low`` is black."""
    span = max(high - low, 1e-6 * abs(low), float(np.finfo(np.float32).tiny))  # a wall facing the camera has no range
    return np.clip((inverse_depth - low) / span, 0.0, 1.0).astype(np.float32)
