"""Guide pictures that a 3D package rendered: found, brought to the plate's size, and distances made visible.

A depth ControlNet was trained on what monocular estimators give: inverse distance, near is white. So the distances of
an EXR file become ``(1/z - 1/far) / (1/near - 1/far)``, cut off at 0 and 1, and black where nothing is there; ``near``
and ``far`` hold for a whole shot, or its guides would flicker. Everything else is shown as it is.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import GuidePlan, Media, PassPlan, Shot
from toolkit.errors import UnsupportedMedia, at
from toolkit.passes.layers import Picture
from toolkit.plates import check_frames, file_digest, frame_file, probe, read_distances, read_guide, results_ahead

Shown = Mapping[GuidePlan, Picture]
"""The guides of one frame in the plate's size, 0..1."""

_SAMPLES = 9
"""Frames of a shot that are looked at for its nearest and farthest distance: the ends and between them, evenly."""
_NEAREST, _FARTHEST = 0.1, 99.9
"""Percentiles of the distances in a frame: a stray pixel of a hair or a speck is not what the shot spans."""
_SAME_SHAPE = 0.01
"""By how much a guide's width to height may differ from the plate's: rounding of a half-size render."""
_WORKERS = 2


def check_guides(shot: Shot, guides: Iterable[GuidePlan]) -> None:
    """Make sure that every frame of ``shot`` has its file. Raises MissingMedia and MissingFrames."""
    for guide in guides:
        check_frames(probe(Path(guide.path)), [frame + guide.offset for frame in shot.source_work_range])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One guide with what it takes to show it."""

    guide: GuidePlan
    media: Media
    near: float
    """White; 0 where the files hold pictures."""
    far: float
    size: tuple[int, int]
    """Width and height of the plate."""

    def file(self, source_frame: int) -> Path:
        return frame_file(self.media, source_frame + self.guide.offset)

    def picture(self, source_frame: int) -> Picture:
        """(H, W, 3) 0..1 in the plate's size. Raises what reading raises, and UnsupportedMedia for another shape."""
        path = self.file(source_frame)
        if self.guide.distances:
            picture = cv2.cvtColor(_visible(read_distances(path), self.near, self.far), cv2.COLOR_GRAY2RGB)
        else:
            picture = read_guide(path)
        if self.guide.invert:
            picture = np.float32(1) - picture
        return _fitted(path, picture, self.size)


class Guides:
    """The guides of one shot, each read once per frame for all passes that show it."""

    def __init__(self, plans: Sequence[PassPlan]) -> None:
        """Find the files of every guide of ``plans``. Raises MissingMedia, MissingFrames and what reading raises."""
        self._sources: dict[GuidePlan, _Source] = {}
        for plan in plans:
            source_frames = [frame.source_frame for frame in plan.frames]
            for guide in filter(None, plan.guides):
                with at(guide=Path(guide.path).name):
                    self._sources[guide] = _source(guide, source_frames, (plan.width, plan.height))

    def key(self, plan: PassPlan, source_frame: int) -> list[tuple[object, ...]]:
        """What determines the guides of ``plan`` in one frame: bytes and numbers, not where the files are."""
        sources = (self._sources[guide] for guide in plan.guides if guide in self._sources)
        return [
            (
                file_digest(source.file(source_frame)),
                source.guide.distances,
                source.near,
                source.far,
                source.guide.invert,
            )
            for source in sources
        ]

    def frames(self, source_frames: Iterable[int], plans: Iterable[PassPlan]) -> Generator[Shown, None, None]:
        """What ``plans`` show in each of ``source_frames``, in that order, read ahead in threads."""
        named = dict.fromkeys(guide for plan in plans for guide in plan.guides if guide is not None)
        sources = [self._sources[guide] for guide in named if guide in self._sources]
        calls = (partial(_shown, sources, source_frame) for source_frame in source_frames)
        return results_ahead(calls, workers=_WORKERS, ahead=_WORKERS)


def _shown(sources: Sequence[_Source], source_frame: int) -> Shown:
    with at(frame=source_frame):
        return {source.guide: source.picture(source_frame) for source in sources}


def _source(guide: GuidePlan, source_frames: Sequence[int], size: tuple[int, int]) -> _Source:
    media = probe(Path(guide.path))
    numbers = [source_frame + guide.offset for source_frame in source_frames]
    check_frames(media, numbers)
    near, far = guide.near, guide.far
    if guide.distances and not far:
        near, far = _span(media, numbers)
    return _Source(guide=guide, media=media, near=near, far=far, size=size)


def _span(media: Media, numbers: Sequence[int]) -> tuple[float, float]:
    """The nearest and farthest distance of a shot. Raises UnsupportedMedia when nothing is there at all."""
    ends: list[NDArray[np.float64]] = []
    for index in np.unique(np.linspace(0, len(numbers) - 1, _SAMPLES).round().astype(int)):
        distances = read_distances(frame_file(media, numbers[index]))
        there = distances[distances > 0]
        if there.size:
            ends.append(np.percentile(there, (_NEAREST, _FARTHEST)))
    if not ends:
        raise UnsupportedMedia(media.path, "no distance in any frame looked at; set near and far")
    return float(min(low for low, _ in ends)), float(max(high for _, high in ends))


def _visible(distances: NDArray[np.float32], near: float, far: float) -> NDArray[np.float32]:
    """(H, W) 0..1: near is white, far and nothing are black."""
    there = distances > 0
    inverse = np.divide(1.0, distances, out=np.full_like(distances, 1 / far), where=there)
    span = max(1 / near - 1 / far, 1e-6 / far)  # a wall seen straight on is as near as far
    return np.where(there, np.clip((inverse - 1 / far) / span, 0.0, 1.0), 0.0).astype(np.float32)


def _fitted(path: Path, picture: Picture, size: tuple[int, int]) -> Picture:
    """``picture`` in the plate's ``size``. Raises UnsupportedMedia when it shows another shape."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    if abs(width * size[1] / (height * size[0]) - 1) > _SAME_SHAPE:
        raise UnsupportedMedia(path, f"{width}x{height} is not the shape of the plate, {size[0]}x{size[1]}")
    smaller = width > size[0]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR))
