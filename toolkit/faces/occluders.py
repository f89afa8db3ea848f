"""What is in front of a face: hands, arms, a microphone in a hand. It is taken out of FACE, which would paint over it.

MediaPipe's multiclass selfie segmenter tells the skin of the face from that of the body, and both from clothes, hair
and things. A hand in front of a face is body skin that reaches into the face. The neck is body skin too, but ends at
the chin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceSample, FaceState, FaceTracks, Occluders, OccluderSample, Outline, Shot, digest
from toolkit.errors import at
from toolkit.faces.graph import MediaPipeGraph
from toolkit.faces.placing import place_of
from toolkit.faces.track import media_digest
from toolkit.faces.upright import Picture, canvas_affine, cut_canvas, map_points_to_plate
from toolkit.progress import Advance

if TYPE_CHECKING:
    from toolkit.plates import Plate

ALGORITHM = "occluders/1"
"""Increment when this module would give different outlines for the same pictures; part of every document's key."""
_BACKGROUND, _HAIR, _BODY, _FACE, _CLOTHES, _THINGS = range(6)
"""The classes of the segmenter."""
_ZOOM = 0.9
"""Of the canvas that is segmented: shows the neck and the hands around the face. With 0.8 or 1 it sees fewer hands."""
_SURE = 0.5
"""Least probability of a pixel to be part of what is in front."""
_LEAST_BODY = 0.25
"""Least part of it that is skin or clothes: glasses and jewellery are things alone, and part of the face."""
_INSIDE = 0.06
"""How far it must reach into the outline of the face, face heights."""
_LEAST_AREA, _SURE_AREA = 0.0015, 0.004
"""Least area inside that, as a fraction of the square of the face's height, and that from which on it is sure: a
fingertip."""
_APART, _LEAST_SURE = 6, 3
"""What is in front of a face stays for a while: of frames that are no farther apart than this, at least so many must be
sure; the frames between them have what is nearest in time."""
_MARGIN = 0.01
"""How far outlines are outside it, face heights: half of the soft edge that mattes have there, inwards."""
_TOLERANCE = 0.5
"""How far an outline may be from the edge of its pixels, canvas pixels: it has fewer points for it."""
_THREADS = 2

Classes = NDArray[np.float32]
"""float32 (CANVAS, CANVAS, 6): the probability of each class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is in front of one face in one frame, as the segmenter sees it."""

    outlines: tuple[Outline, ...]
    """Plate pixels."""
    is_sure: bool
    """Whether it reaches well into the face."""


class Segmenter(MediaPipeGraph):
    """MediaPipe's multiclass selfie segmenter; for one thread at a time."""

    def __init__(self, model: Path) -> None:
        """Raises EngineUnavailable and EngineFailed."""
        super().__init__(
            model, task="ImageSegmenter", video=False, output_confidence_masks=True, output_category_mask=False
        )

    def segment(self, canvas: Picture) -> Classes:
        """The class of every pixel of ``canvas``. Raises EngineFailed."""
        masks = self.run(canvas).confidence_masks
        return np.stack([np.squeeze(np.array(mask.numpy_view(), dtype=np.float32)) for mask in masks], axis=-1)

    def _run(self, image: Any) -> Any:
        return self._graph.segment(image)


class OccluderFinder:
    """Finds what is in front of faces, several at once; close it."""

    def __init__(self, model: Path) -> None:
        """Raises EngineUnavailable and EngineFailed."""
        self._segmenters = [Segmenter(model) for _ in range(_THREADS)]
        self._idle = list(self._segmenters)
        self._threads = ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="occluders")

    def find(self, picture: Picture, samples: Sequence[FaceSample]) -> list[Sight]:
        """What is in front of the face of each of ``samples``, plate pixels. Raises EngineFailed."""

        def look(sample: FaceSample) -> Sight:
            segmenter = self._idle.pop()
            try:
                matrix = canvas_affine(place_of(sample), zoom=_ZOOM)
                classes = segmenter.segment(np.ascontiguousarray(cut_canvas(picture, matrix)))
            finally:
                self._idle.append(segmenter)
            return outline_occluders(classes, sample, matrix)

        return list(self._threads.map(look, samples))

    def close(self) -> None:
        """Release graphs and threads."""
        self._threads.shutdown()
        for segmenter in self._segmenters:
            segmenter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def find_occluders(shot: Shot, plate: Plate, faces: FaceTracks, model: Path, advance: Advance) -> Occluders:
    """Find what is in front of ``faces`` in ``shot``'s work range.

    ``advance`` is called with the number of frames done since the last call. Raises what the plate raises, EngineFailed
    if the model fails, and EngineUnavailable if MediaPipe cannot be loaded.
    """
    key = occluders_key(shot, plate, faces, model)
    found: dict[int, dict[int, Sight]] = {face.face: {} for face in faces.faces}
    with OccluderFinder(model) as finder, closing(plate.frames_8bit(shot.source_work_range)) as frames:
        for source_frame, picture in frames:
            with at(frame=source_frame):
                for face, sight in _find_in_frame(finder, picture, source_frame, faces):
                    found[face][source_frame] = sight
            advance(1)
    least = min(_LEAST_SURE, len(shot.source_work_range))
    settled = {face: settle(sights, _readable(faces, face), least=least) for face, sights in found.items()}
    return Occluders(
        shot=shot.name,
        key=key,
        width=plate.width,
        height=plate.height,
        source_range=shot.source_work_range,
        samples=tuple(
            OccluderSample(source_frame=frame, face=face, outlines=settled[face][frame])
            for frame in shot.source_work_range
            for face in settled
            if frame in settled[face]
        ),
    )


def occluders_key(shot: Shot, plate: Plate, faces: FaceTracks, model: Path) -> str:
    """The ``key`` that ``find_occluders`` writes for the same arguments: 32 hex digits."""
    weights = hashlib.sha256(model.read_bytes()).hexdigest()
    return digest(ALGORITHM, shot.name, shot.source_work_range, media_digest(shot, plate), faces.key, weights)


def add_occluders(faces: FaceTracks, occluders: Occluders) -> FaceTracks:
    """``faces`` with what is in front of them."""
    by_place = {(one.face, one.source_frame): one.outlines for one in occluders.samples}
    return faces.model_copy(
        update={
            "faces": tuple(
                face.model_copy(
                    update={
                        "samples": tuple(
                            one.model_copy(update={"occluders": by_place.get((face.face, one.source_frame), ())})
                            for one in face.samples
                        )
                    }
                )
                for face in faces.faces
            )
        }
    )


def settle(sights: Mapping[int, Sight], readable: Collection[int], *, least: int) -> dict[int, tuple[Outline, ...]]:
    """What is in front of one face in each of its ``readable`` frames, without what comes and goes in a moment.

    ``sights`` are by source frame, ascending. A moment has at least ``least`` sure sights.
    """
    settled: dict[int, tuple[Outline, ...]] = {}
    starts = [after for before, after in pairwise(sights) if after - before > _APART]
    for first, stop in pairwise([*list(sights)[:1], *starts, *(last + 1 for last in list(sights)[-1:])]):
        moment = [frame for frame in sights if first <= frame < stop]
        if sum(sights[frame].is_sure for frame in moment) >= least:
            for frame in (frame for frame in range(moment[0], moment[-1] + 1) if frame in readable):
                settled[frame] = sights[min(moment, key=lambda one: abs(one - frame))].outlines
    return settled


def _readable(faces: FaceTracks, face: int) -> set[int]:
    """The frames in which something can be in front of ``face``."""
    samples = next(one.samples for one in faces.faces if one.face == face)
    return {sample.source_frame for sample in samples if _has_edge(sample)}


def _has_edge(sample: FaceSample) -> bool:
    """Whether the edge of the face is known: the oval of one that is only seen contains its neck and what is behind."""
    return sample.landmarks is not None or (sample.state is FaceState.FOUND and sample.outline is not None)


def _find_in_frame(
    finder: OccluderFinder, picture: Picture, source_frame: int, faces: FaceTracks
) -> Iterator[tuple[int, Sight]]:
    index = source_frame - faces.source_range.first
    here = [(face.face, face.samples[index]) for face in faces.faces]
    present = [(face, sample) for face, sample in here if _has_edge(sample)]
    for (face, _), sight in zip(present, finder.find(picture, [sample for _, sample in present]), strict=True):
        if sight.outlines:
            yield face, sight


def outline_occluders(classes: Classes, sample: FaceSample, matrix: NDArray[np.float64]) -> Sight:
    """What is in front of the face of ``sample``, in plate pixels; ``matrix`` is plate to canvas."""
    import cv2

    scale = (sample.scale or 0.0) * float(np.hypot(matrix[0, 0], matrix[1, 0]))
    inside = _draw_inside(sample, matrix, scale, classes.shape[:2])
    body = classes[..., _BODY] + classes[..., _CLOTHES]
    in_front = ((body + classes[..., _THINGS]) > _SURE).astype(np.uint8)
    count, parts = cv2.connectedComponents(in_front, connectivity=4)
    outlines: list[Outline] = []
    largest = 0.0
    for number in range(1, count):
        part = parts == number
        area = float((part & inside).sum()) / scale**2
        if area >= _LEAST_AREA and body[part & inside].mean() >= _LEAST_BODY:
            outlines += _trace(_dilate(part, _MARGIN * scale), matrix)
            largest = max(largest, area)
    return Sight(outlines=tuple(outlines), is_sure=largest >= _SURE_AREA)


def _dilate(part: NDArray[np.bool_], pixels: float) -> NDArray[np.bool_]:
    import cv2

    side = 2 * round(pixels) + 1
    return np.asarray(cv2.dilate(part.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def _draw_inside(
    sample: FaceSample, matrix: NDArray[np.float64], scale: float, shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """The pixels of the canvas well inside the face."""
    import cv2

    points = np.array(sample.outline or ()) if sample.landmarks is None else sample.landmarks[:, :2]
    drawn = np.zeros(shape, np.uint8)
    if len(points) < 3:
        return drawn.astype(bool)
    hull = cv2.convexHull(np.ascontiguousarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32))
    cv2.fillConvexPoly(drawn, np.rint(hull).astype(np.int32), 1)
    margin = round(_INSIDE * scale)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * margin + 1, 2 * margin + 1))
    return np.asarray(cv2.erode(drawn, kernel, borderValue=0) > 0)


def _trace(part: NDArray[np.bool_], matrix: NDArray[np.float64]) -> Iterator[Outline]:
    """The outer edges of ``part`` of the canvas, in plate pixels."""
    import cv2

    # Twice as large and softened, so that the edge does not run in steps of pixels.
    large = cv2.resize(part.astype(np.float32), None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    edges, _ = cv2.findContours((large > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for edge in edges:
        points = cv2.approxPolyDP(edge, 2 * _TOLERANCE, closed=True).reshape(-1, 2)
        if len(points) >= 3:
            on_canvas = (points + 0.5) / 2 - 0.5
            yield tuple((round(x, 2), round(y, 2)) for x, y in map_points_to_plate(on_canvas, matrix).tolist())
