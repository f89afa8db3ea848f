"""The guides of a shot that are read or estimated: sequences from a 3D package, and depth estimated from the plate.

A depth ControlNet was trained on what monocular estimators give: inverse distance, near is white. So the distances of
an EXR file become ``(1/z - 1/far) / (1/near - 1/far)``, clipped to 0..1, and black where there is no object; ``near``
and ``far`` are constant over a shot, so that its guides do not flicker. Other sequences are used as they are.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import EstimatePlan, GuidePlan, Media, PassPlan, Shot
from toolkit.errors import UnsupportedMedia, at
from toolkit.passes.guides.depth_estimates import DepthEstimates
from toolkit.passes.guides.depth_range import depth_range, normalise_depth, sample_frames
from toolkit.passes.resampling import Picture
from toolkit.plates import UnchangedFiles, check_frames, frame_file, prefetch, probe, read_distances, read_guide

GuidePictures = Mapping[GuidePlan | EstimatePlan, Picture]
"""The guides of one frame in the plate's size, 0..1."""

_ASPECT_TOLERANCE = 0.01
"""How far a guide's aspect ratio may be off the plate's: the rounding of a half-size render."""
_WORKERS = 2


def check_guides(shot: Shot, guides: Mapping[GuidePlan | EstimatePlan, str]) -> None:
    """Check that each sequence has a file for every frame of ``shot``. Raises MissingMedia and MissingFrames.

    ``guides`` come with the control that names them, ``depth of BODY``, for messages.
    """
    for guide, control in guides.items():
        if isinstance(guide, GuidePlan):
            path = Path(guide.path)
            with at(control=control, guide=path.name):
                check_frames(probe(path), [frame + guide.offset for frame in shot.source_work_range])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sequence:
    """One guide sequence, ready to be read."""

    guide: GuidePlan
    media: Media
    near: float
    """Distance that is white; 0 if the files are not distances."""
    far: float
    plate_size: tuple[int, int]
    """Width and height."""
    files: UnchangedFiles

    def digest(self, source_frame: int) -> str:
        return self.files.digest(self._file(source_frame))

    def _file(self, source_frame: int) -> Path:
        return frame_file(self.media, source_frame + self.guide.offset)

    def read(self, source_frame: int) -> Picture:
        """(H, W, 3) 0..1 in the plate's size. Raises what reading raises, and UnsupportedMedia if the shape differs."""
        path = self._file(source_frame)
        with self.files.reading(path):
            stored = read_distances(path) if self.guide.distances else read_guide(path)
        picture = stored
        if self.guide.distances:
            picture = np.asarray(cv2.cvtColor(_inverse_depth(stored, self.near, self.far), cv2.COLOR_GRAY2RGB))
        if self.guide.invert:
            picture = np.float32(1) - picture
        return _resize_to_plate(path, picture, self.plate_size)


class ShotGuides:
    """The guides of one shot, each read or estimated once per frame for all passes that use it."""

    def __init__(
        self, plans: Sequence[PassPlan], estimates: Mapping[str, DepthEstimates] = MappingProxyType({})
    ) -> None:
        """Find the files of every sequence in ``plans``; ``estimates`` of their plate are by name of the estimator.

        Raises MissingMedia, MissingFrames and the errors of reading.
        """
        self._sequences: dict[GuidePlan, _Sequence] = {}
        self._estimates = estimates
        for plan in plans:
            source_frames = [frame.source_frame for frame in plan.frames]
            for guide in plan.guides:
                if isinstance(guide, GuidePlan):
                    with at(guide=Path(guide.path).name):
                        self._sequences[guide] = _open_sequence(guide, source_frames, (plan.width, plan.height))

    def key(self, plan: PassPlan, source_frame: int) -> list[tuple[object, ...]]:
        """What determines the guides of ``plan`` in one frame besides its plate: file contents and values, no paths."""
        facts: list[tuple[object, ...]] = []
        for guide in plan.guides:
            if isinstance(guide, EstimatePlan) and guide.estimator in self._estimates:
                facts.append((self._estimates[guide.estimator].key, guide.invert))
            elif isinstance(guide, GuidePlan) and guide in self._sequences:
                sequence = self._sequences[guide]
                file = sequence.digest(source_frame)
                facts.append((file, guide.distances, sequence.near, sequence.far, guide.invert))
        return facts

    def read_ahead(
        self, source_frames: Iterable[int], plans: Iterable[PassPlan]
    ) -> Generator[GuidePictures, None, None]:
        """Read the sequences of ``plans`` for each of ``source_frames``, in that order, ahead in threads."""
        named = dict.fromkeys(guide for plan in plans for guide in plan.guides if isinstance(guide, GuidePlan))
        sequences = [self._sequences[guide] for guide in named if guide in self._sequences]
        calls = (partial(_read_frame, sequences, source_frame) for source_frame in source_frames)
        return prefetch(calls, workers=_WORKERS, ahead=_WORKERS)

    def estimate(self, source_frame: int, picture: Picture, plans: Iterable[PassPlan]) -> GuidePictures:
        """Estimate the depth guides of ``plans`` from ``picture``, the plate at ``source_frame``, display-referred.

        Raises DepthUnavailable.
        """
        named = dict.fromkeys(guide for plan in plans for guide in plan.guides if isinstance(guide, EstimatePlan))
        guides = [guide for guide in named if guide.estimator in self._estimates]
        with at(frame=source_frame):
            names = dict.fromkeys(guide.estimator for guide in guides)
            depth = {name: self._estimates[name].estimate(picture) for name in names}
        return {g: np.float32(1) - depth[g.estimator] if g.invert else depth[g.estimator] for g in guides}


def _read_frame(sequences: Sequence[_Sequence], source_frame: int) -> GuidePictures:
    with at(frame=source_frame):
        return {sequence.guide: sequence.read(source_frame) for sequence in sequences}


def _open_sequence(guide: GuidePlan, source_frames: Sequence[int], plate_size: tuple[int, int]) -> _Sequence:
    media = probe(Path(guide.path))
    numbers = [source_frame + guide.offset for source_frame in source_frames]
    check_frames(media, numbers)
    near, far, files = guide.near, guide.far, UnchangedFiles()
    if guide.distances and not far:
        near, far = _distance_range(media, numbers, files)
    return _Sequence(guide=guide, media=media, near=near, far=far, plate_size=plate_size, files=files)


def _distance_range(media: Media, numbers: Sequence[int], files: UnchangedFiles) -> tuple[float, float]:
    """The nearest and the farthest distance of a shot. Raises UnsupportedMedia if no frame has any object."""

    def measure() -> Iterator[NDArray[np.float32]]:
        for path in (frame_file(media, number) for number in sample_frames(numbers)):
            with files.reading(path):
                distances = read_distances(path)
            yield distances[distances > 0]

    measured = depth_range(measure())
    if measured is None:
        raise UnsupportedMedia(media.path, "no distances found in the sampled frames; set near and far")
    return measured


def _inverse_depth(distances: NDArray[np.float32], near: float, far: float) -> NDArray[np.float32]:
    """(H, W) 0..1: near is white; far, and pixels without an object (0), are black."""
    has_object = distances > 0
    inverse = np.divide(1.0, distances, out=np.full_like(distances, 1 / far), where=has_object)
    return normalise_depth(1 / far, 1 / near, inverse) * has_object


def _resize_to_plate(path: Path, picture: Picture, plate_size: tuple[int, int]) -> Picture:
    """Resize ``picture`` to the plate's size. Raises UnsupportedMedia if its aspect ratio differs."""
    height, width = picture.shape[:2]
    if (width, height) == plate_size:
        return picture
    if abs(width * plate_size[1] / (height * plate_size[0]) - 1) > _ASPECT_TOLERANCE:
        raise UnsupportedMedia(
            path, f"its aspect ratio, {width}x{height}, differs from the plate's, {plate_size[0]}x{plate_size[1]}"
        )
    is_larger = width > plate_size[0]
    return np.asarray(cv2.resize(picture, plate_size, interpolation=cv2.INTER_AREA if is_larger else cv2.INTER_LINEAR))
