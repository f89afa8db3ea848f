"""Layer files: painted images composed into layers, given a slate, and written by a few threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from toolkit.documents import PassName
from toolkit.engines import Engine
from toolkit.errors import at
from toolkit.passes.rendering.content_keys import ContentKeys
from toolkit.passes.rendering.face_mattes import find_cut_faces
from toolkit.passes.rendering.frame_jobs import FrameJob
from toolkit.passes.rendering.layers import (
    LayerPixels,
    compose_body,
    compose_face,
    layer_alpha,
    layer_encoding,
    layer_primaries,
)
from toolkit.passes.rendering.slate import Slate, SlateFace, layer_attributes
from toolkit.plates import write_exr
from toolkit.progress import Advance, ignore_steps


class LayerWriter:
    """A small pool of threads that composes layers and writes files. Its queue holds a few frames at most."""

    def __init__(self, threads: int, advance: Mapping[PassName, Advance]) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="layer-writer")
        self._pending: deque[tuple[PassName, Future[None]]] = deque()
        self._max_pending = threads + 1
        self._advance = advance

    def submit(self, job: FrameJob, keys: ContentKeys, engine: Engine) -> None:
        """Queue one job; wait while the queue is full. Re-raises the error of an earlier job."""
        self._pending.append((job.task.plan.pass_name, self._pool.submit(_write, job, keys, engine)))
        while len(self._pending) > self._max_pending:
            self._finish_oldest()

    def _finish_oldest(self) -> None:
        pass_name, future = self._pending.popleft()
        future.result()
        self._advance.get(pass_name, ignore_steps)(1)

    def __enter__(self) -> LayerWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            while error is None and self._pending:
                self._finish_oldest()
        finally:
            # On an error or Ctrl-C, finish the files being written and drop the rest.
            self._pool.shutdown(wait=True, cancel_futures=True)


def _write(job: FrameJob, keys: ContentKeys, engine: Engine) -> None:
    plan, frame = job.task.plan, job.task.frame
    with at(shot=plan.shot, **{"pass": str(plan.pass_name)}, frame=frame.shot_frame):
        layer = _compose_layer(job)
        attributes = layer_attributes(plan, frame, _build_slate(job, layer, keys, engine))
        write_exr(job.task.path, layer.pixels, attributes, compression=plan.compression)


def _compose_layer(job: FrameJob) -> LayerPixels:
    plan, painted = job.task.plan, job.take_painted()
    if plan.pass_name is PassName.BODY:
        return compose_body(plan, job.plate, painted[0], job.overbrights[0])
    pairs = zip(painted, job.overbrights, strict=True)
    images = [image if overbrights is None else image + overbrights for image, overbrights in pairs]
    return compose_face(plan, job.task.frame.faces, job.plate, images, job.mattes)


def _build_slate(job: FrameJob, layer: LayerPixels, keys: ContentKeys, engine: Engine) -> Slate:
    plan, frame = job.task.plan, job.task.frame
    return Slate(
        shot=plan.shot,
        pass_name=plan.pass_name,
        version=plan.version,
        engine=f"{engine.name}/{engine.revision}",
        settings=plan.settings,
        content_key=keys.content_key(plan, frame),
        picture_key=keys.picture_key(plan, frame),
        source_frame=frame.source_frame,
        shot_frame=frame.shot_frame,
        encoding=layer_encoding(plan, job.plate),
        alpha=layer_alpha(plan, job.plate),
        primaries=layer_primaries(plan, job.plate),
        faces=tuple(
            SlateFace(
                face=face.face,
                state=face.state,
                centre=face.centre,
                scale=face.scale,
                roll=face.roll,
                corners=face.corners,
                matte_area=round(area, 3),
            )
            for face, area in zip(frame.faces, layer.matte_areas, strict=True)
        ),
        empty_guides=job.empty_guides,
        cut_mattes=find_cut_faces(frame.faces, job.mattes),
    )
