"""From paint to files: layers composed, slated and written by a few threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from toolkit.documents import PassName
from toolkit.engines import Engine
from toolkit.errors import at
from toolkit.frames import timecode_from_frames
from toolkit.passes.rendering.content_keys import Keys
from toolkit.passes.rendering.frame_jobs import Job
from toolkit.passes.rendering.layers import Layer, body_layer, face_layer, layer_alpha, layer_encoding
from toolkit.passes.rendering.slate import Slate, SlateFace
from toolkit.plates import write_exr
from toolkit.progress import Advance, ignore_steps


class Writer:
    """A small pool that composes layers and writes files, never more than a few frames behind."""

    def __init__(self, threads: int, advance: Mapping[PassName, Advance]) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="layer-writer")
        self._pending: deque[tuple[PassName, Future[None]]] = deque()
        self._most = threads + 1
        self._advance = advance

    def submit(self, job: Job, keys: Keys, engine: Engine) -> None:
        """Queue one job; waits while the pool is full. Raises what an earlier job raised."""
        self._pending.append((job.task.plan.pass_name, self._pool.submit(_write, job, keys, engine)))
        while len(self._pending) > self._most:
            self._finish_oldest()

    def _finish_oldest(self) -> None:
        pass_name, future = self._pending.popleft()
        future.result()
        self._advance.get(pass_name, ignore_steps)(1)

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            while error is None and self._pending:
                self._finish_oldest()
        finally:
            # On an error or Ctrl-C: files being written are finished, what has not begun is dropped.
            self._pool.shutdown(wait=True, cancel_futures=True)


def _write(job: Job, keys: Keys, engine: Engine) -> None:
    plan, frame = job.task.plan, job.task.frame
    with at(shot=plan.shot, **{"pass": str(plan.pass_name)}, frame=frame.shot_frame):
        layer = _layer(job)
        label = plan.timecode_first + frame.shot_frame - plan.frames[0].shot_frame
        attributes = {
            "framesPerSecond": plan.rate,
            "timeCode": timecode_from_frames(label, plan.rate, drop_frame=plan.drop_frame),
            **_slate(job, layer, keys.of(plan, frame), engine).attributes(),
        }
        write_exr(job.task.path, layer.pixels, attributes)


def _layer(job: Job) -> Layer:
    """The pixels of a job's file."""
    plan, painted = job.task.plan, job.take()
    if plan.pass_name is PassName.BODY:
        return body_layer(plan, job.backing, painted[0], job.beyond[0])
    lit = [paint if beyond is None else paint + beyond for paint, beyond in zip(painted, job.beyond, strict=True)]
    return face_layer(plan, job.task.frame.faces, job.backing, lit)


def _slate(job: Job, layer: Layer, key: str, engine: Engine) -> Slate:
    plan, frame = job.task.plan, job.task.frame
    return Slate(
        shot=plan.shot,
        pass_name=plan.pass_name,
        version=plan.version,
        engine=f"{engine.name}/{engine.revision}",
        settings=plan.settings,
        content_key=key,
        source_frame=frame.source_frame,
        shot_frame=frame.shot_frame,
        encoding=layer_encoding(plan, job.backing),
        alpha=layer_alpha(plan),
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
    )
