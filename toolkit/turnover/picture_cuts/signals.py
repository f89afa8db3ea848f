"""What is measured in each frame of a movie: how much changes in it, whether that stands out, and a tiny picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Media
from toolkit.progress import SILENT, Progress

Thumbnail = NDArray[np.uint8]
"""(36, 64) grey, display-referred."""

Picture = NDArray[np.uint8]
"""(H, W, 3) RGB, display-referred."""

_WIDTH = 256
"""Pixels that PySceneDetect compares a frame at, which is also its own choice: neither grain nor size counts."""
_THUMBNAIL = (64, 36)

_WINDOW = 2
"""Frames on each side that a change is compared with."""
_STANDS_OUT = 3.0
"""How many times larger than around it the change at a cut is. Both are PySceneDetect's own choice."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signals:
    """Measurements of the frames of one movie or sequence, in order; holes of a sequence are not counted."""

    change: NDArray[np.float64]
    """(n,) mean change of hue, saturation and value since the frame before, 0..255."""
    stands_out: frozenset[int]
    """Indices of the frames with a change that is large and far larger than around it."""
    thumbnails: NDArray[np.uint8]
    """(n, 36, 64)."""


def read_signals(
    media: Media, source_frames: Sequence[int], threshold: float, *, progress: Progress = SILENT
) -> Signals:
    """Measure the ``source_frames`` of ``media``; no change below ``threshold`` stands out. Raises MediaError."""
    from toolkit.plates import open_plate

    label = f"{Path(media.path).name}  cuts"
    with (
        progress.stage(label, len(source_frames)) as advance,
        open_plate(media) as plate,
        closing(plate.frames_8bit(source_frames)) as frames,
    ):
        return measure((rgb for _, rgb in _count(frames, advance)), threshold)


def measure(pictures: Iterable[Picture], threshold: float) -> Signals:
    """The measurements of ``pictures``; see ``read_signals``."""
    from scenedetect.detectors import AdaptiveDetector
    from scenedetect.stats_manager import StatsManager

    detector = AdaptiveDetector(
        adaptive_threshold=_STANDS_OUT, min_scene_len=0, window_width=_WINDOW, min_content_val=threshold
    )
    detector.stats_manager = StatsManager()
    stands_out: list[int] = []
    thumbnails: list[Thumbnail] = []
    for number, (small, thumbnail) in enumerate(_with_still_ends(map(_reduce, pictures))):
        stands_out += detector.process_frame(number, small)
        thumbnails.append(thumbnail)
    numbers = range(_WINDOW, len(thumbnails) - _WINDOW)
    change = [detector.stats_manager.get_metrics(number, [detector.FRAME_SCORE_KEY])[0] for number in numbers]
    return Signals(
        change=np.array(change, np.float64),
        stands_out=frozenset(number - _WINDOW for number in stands_out),
        thumbnails=np.array(thumbnails[_WINDOW:-_WINDOW], np.uint8),
    )


def _count(frames: Iterable[Any], advance: Any) -> Iterator[Any]:
    for frame in frames:
        yield frame
        advance(1)


def _reduce(rgb: Picture) -> tuple[NDArray[np.uint8], Thumbnail]:
    """A picture as PySceneDetect takes it (BGR), and its thumbnail."""
    import cv2

    height, width = rgb.shape[:2]
    scale = min(1.0, _WIDTH / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    return small, np.asarray(cv2.resize(grey, _THUMBNAIL, interpolation=cv2.INTER_AREA), np.uint8)


def _with_still_ends(frames: Iterator[tuple[Picture, Thumbnail]]) -> Iterator[tuple[Picture, Thumbnail]]:
    """``frames`` with the first and the last repeated, so that cuts next to the ends have something around them."""
    first = next(frames)
    yield from (first,) * _WINDOW
    yield (last := first)
    for last in frames:
        yield last
    yield from (last,) * _WINDOW
