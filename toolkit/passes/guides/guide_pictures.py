"""The guide pictures of a shot: what a 3D package rendered, found, brought to the plate's size and distances made
visible; and depth that is estimated from the plate.

A depth ControlNet was trained on what monocular estimators give: inverse distance, near is white. So the distances of
an EXR file become ``(1/z - 1/far) / (1/near - 1/far)``, cut off at 0 and 1, and black where nothing is there; ``near``
and ``far`` hold for a whole shot, or its guides would flicker. Everything else is shown as it is.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import EstimatePlan, GuidePlan, Media, PassPlan, Shot
from toolkit.errors import UnsupportedMedia, at
from toolkit.passes.guides.depth_estimates import Estimates
from toolkit.passes.guides.depth_range import shown_between, span_of, spread
from toolkit.passes.resampling import Picture
from toolkit.plates import check_frames, file_digest, frame_file, probe, read_distances, read_guide, results_ahead

Shown = Mapping[GuidePlan | EstimatePlan, Picture]
"""The guides of one frame in the plate's size, 0..1."""

_SAME_SHAPE = 0.01
"""By how much a guide's width to height may differ from the plate's: rounding of a half-size render."""
_WORKERS = 2


def check_guides(shot: Shot, guides: Iterable[GuidePlan | EstimatePlan]) -> None:
    """Make sure that every frame of ``shot`` has its file in each sequence. Raises MissingMedia and MissingFrames."""
    for guide in guides:
        if isinstance(guide, GuidePlan):
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
    """The guides of one shot, each read or made once per frame for all passes that show it."""

    def __init__(self, plans: Sequence[PassPlan], estimates: Mapping[str, Estimates] = MappingProxyType({})) -> None:
        """Find the files of every sequence of ``plans``; ``estimates`` of their plate by the names of the estimators.

        Raises MissingMedia, MissingFrames and what reading raises.
        """
        self._sources: dict[GuidePlan, _Source] = {}
        self._estimates = estimates
        for plan in plans:
            source_frames = [frame.source_frame for frame in plan.frames]
            for guide in plan.guides:
                if isinstance(guide, GuidePlan):
                    with at(guide=Path(guide.path).name):
                        self._sources[guide] = _source(guide, source_frames, (plan.width, plan.height))

    def key(self, plan: PassPlan, source_frame: int) -> list[tuple[object, ...]]:
        """What determines the guides of ``plan`` in one frame beside its plate: bytes and numbers, not where the files
        are."""
        facts: list[tuple[object, ...]] = []
        for guide in plan.guides:
            if isinstance(guide, EstimatePlan) and guide.estimator in self._estimates:
                facts.append((self._estimates[guide.estimator].key, guide.invert))
            elif isinstance(guide, GuidePlan) and guide in self._sources:
                source = self._sources[guide]
                file = file_digest(source.file(source_frame))
                facts.append((file, guide.distances, source.near, source.far, guide.invert))
        return facts

    def frames(self, source_frames: Iterable[int], plans: Iterable[PassPlan]) -> Generator[Shown, None, None]:
        """What ``plans`` show of sequences in each of ``source_frames``, in that order, read ahead in threads."""
        named = dict.fromkeys(guide for plan in plans for guide in plan.guides if isinstance(guide, GuidePlan))
        sources = [self._sources[guide] for guide in named if guide in self._sources]
        calls = (partial(_shown, sources, source_frame) for source_frame in source_frames)
        return results_ahead(calls, workers=_WORKERS, ahead=_WORKERS)

    def estimated(self, source_frame: int, picture: Picture, plans: Iterable[PassPlan]) -> Shown:
        """What ``plans`` show of depth estimated from ``picture``, the plate's ``source_frame``, display-referred.

        Raises DepthUnavailable.
        """
        named = dict.fromkeys(guide for plan in plans for guide in plan.guides if isinstance(guide, EstimatePlan))
        wanted = [guide for guide in named if guide.estimator in self._estimates]
        with at(frame=source_frame):
            names = dict.fromkeys(guide.estimator for guide in wanted)
            made = {name: self._estimates[name].picture(picture) for name in names}
        return {g: np.float32(1) - made[g.estimator] if g.invert else made[g.estimator] for g in wanted}


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
    pictures = (read_distances(frame_file(media, number)) for number in spread(numbers))
    span = span_of(distances[distances > 0] for distances in pictures)
    if span is None:
        raise UnsupportedMedia(media.path, "no distance in any frame looked at; set near and far")
    return span


def _visible(distances: NDArray[np.float32], near: float, far: float) -> NDArray[np.float32]:
    """(H, W) 0..1: near is white, far and nothing are black."""
    there = distances > 0
    inverse = np.divide(1.0, distances, out=np.full_like(distances, 1 / far), where=there)
    return shown_between(1 / far, 1 / near, inverse) * there


def _fitted(path: Path, picture: Picture, size: tuple[int, int]) -> Picture:
    """``picture`` in the plate's ``size``. Raises UnsupportedMedia when it shows another shape."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    if abs(width * size[1] / (height * size[0]) - 1) > _SAME_SHAPE:
        raise UnsupportedMedia(path, f"{width}x{height} is not the shape of the plate, {size[0]}x{size[1]}")
    smaller = width > size[0]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR))
