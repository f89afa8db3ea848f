"""What a shot spans in depth: one nearest and one farthest for all its frames, or its guides would flicker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")

_SAMPLES = 9
"""Frames of a shot that are looked at: the ends and between them, evenly."""
_OUTERMOST = 0.1, 99.9
"""Percentiles of the numbers in a frame: a stray pixel of a hair or a speck is not what the shot spans."""


def spread(frames: Sequence[T]) -> list[T]:
    """The frames of a shot that are looked at, each once, in order."""
    return [frames[index] for index in np.unique(np.linspace(0, len(frames) - 1, _SAMPLES).round().astype(int))]


def span_of(pictures: Iterable[NDArray[Any]]) -> tuple[float, float] | None:
    """The least and the largest number in any of ``pictures`` (any shape), less the outermost; None without any."""
    ends = [np.percentile(numbers, _OUTERMOST) for numbers in pictures if numbers.size]
    return (float(min(low for low, _ in ends)), float(max(high for _, high in ends))) if ends else None


def shown_between(low: float, high: float, inverse: NDArray[Any]) -> NDArray[np.float32]:
    """Inverse depth as a guide shows it, 0..1: ``high``, the nearest of the shot, is white, ``low`` black."""
    span = max(high - low, 1e-6 * abs(low), float(np.finfo(np.float32).tiny))  # a wall seen straight on has none
    return np.clip((inverse - low) / span, 0.0, 1.0).astype(np.float32)
