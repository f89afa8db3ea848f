"""Paint and write what the plans say; decide nothing.

Four things overlap: the plate decodes ahead in its own thread, another one cuts crops and draws guides for the pictures
that come next, the engine paints in this one, and a small pool turns what was painted into files. Each of them holds a
constant number of frames, whatever the length of the shot.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from itertools import repeat
from pathlib import Path
from types import MappingProxyType, TracebackType

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FramePlan, PassName, PassPlan
from toolkit.engines import DepthEstimator, Engine, PaintRequest
from toolkit.errors import EngineFailed, at
from toolkit.frames import timecode_from_frames
from toolkit.passes.estimates import estimates_of
from toolkit.passes.guides import Guides
from toolkit.passes.keys import Keys, within_reach
from toolkit.passes.layers import (
    Backing,
    Layer,
    body_layer,
    display_picture,
    face_layer,
    layer_alpha,
    layer_encoding,
)
from toolkit.passes.motion import Grey, grey
from toolkit.passes.overlap import Overlap, Painting
from toolkit.passes.requests import Asked, requests_of
from toolkit.passes.slate import Slate, SlateFace, holds
from toolkit.passes.travel import Travel
from toolkit.plates import Plate, results_ahead, write_exr

Tick = Callable[[PassName, int], None]
"""Called with the pass and the number of its frames just finished or found finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPass:
    """One pass on disk, complete."""

    plan: PassPlan
    painted: int
    """Frames made by this run."""
    kept: int
    """Frames found whole and current from an earlier run."""


class _Use(Enum):
    """What a frame is worked on for."""

    FILE = "its own file, which is missing"
    NEIGHBOURS = "the files of neighbours that it overlaps"
    MOTION = "the way its pixels go, in later frames"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    plan: PassPlan
    frame: FramePlan
    path: Path
    use: _Use


@dataclass(slots=True)
class _Job:
    """A task with what the engine is asked for it."""

    task: _Task
    backing: Backing
    requests: list[PaintRequest]
    beyond: list[NDArray[np.float32] | None]
    painted: list[NDArray[np.float32]] = field(default_factory=list)
    shown: list[Grey] = field(default_factory=list)
    """What the engine saw, for a pass that overlaps."""

    def take(self) -> list[NDArray[np.float32]]:
        """The paint, which the job lets go of: compressing takes longest, and needs it no more."""
        painted, self.painted = self.painted, []
        return painted

    def take_paintings(self) -> dict[int, Painting]:
        """The same by canvas, with what the engine saw."""
        pairs = zip(_canvases(self.task), self.shown, self.take(), strict=True)
        return {number: Painting(shown=shown, painted=painted) for number, shown, painted in pairs}


def render_passes(
    plans: Sequence[PassPlan],
    plate: Plate,
    engine: Engine,
    root: Path,
    *,
    writers: int,
    tick: Tick,
    estimators: Mapping[str, DepthEstimator] = MappingProxyType({}),
) -> list[RenderedPass]:
    """Write every frame of ``plans`` (all of one shot) under ``root`` that is not there yet.

    ``estimators`` are all that ``plans`` name, by their names, where ``engine`` is shown its guides.
    Raises MediaError, EngineError and OutputNotWritable with the place attached; what was written stays and is whole.
    """
    guided = plans if engine.wants_guides else ()
    guides = Guides(guided, estimates_of(guided, plate, estimators))
    keys = Keys(plans, plate, engine, guides)
    tasks: list[_Task] = []
    kept = dict.fromkeys((plan.pass_name for plan in plans), 0)
    for plan in plans:
        missing = []
        for frame in plan.frames:
            path = plan.files(root).path(frame.shot_frame)
            if path.exists() and holds(path, keys.of(plan, frame)):
                kept[plan.pass_name] += 1
                tick(plan.pass_name, 1)
            else:
                missing.append(frame)
        tasks += _tasks(plan, missing, root)

    # Closed here, not by the garbage collector: an error must not leave threads decoding behind it.
    with (
        closing(_jobs(tasks, plate, engine, guides)) as jobs,
        closing(_made_ahead(jobs, tasks, engine)) as made,
        _Writer(writers, tick) as writer,
    ):
        for job in _overlapped(_painted(made, engine), tasks):
            writer.submit(job, keys, engine)
    return [
        RenderedPass(plan=plan, painted=len(plan.frames) - kept[plan.pass_name], kept=kept[plan.pass_name])
        for plan in plans
    ]


def _tasks(plan: PassPlan, missing: Sequence[FramePlan], root: Path) -> Iterator[_Task]:
    """What is to be done for the frames of ``plan`` whose files are ``missing``, in their order."""
    if not missing:
        return
    files, own = plan.files(root), {frame.source_frame for frame in missing}
    painted = own | {near.source_frame for frame in missing for near in within_reach(plan, frame)}
    seen = range(plan.frames[0].source_frame, max(painted)) if plan.noise_flows else ()
    for frame in plan.frames:
        number = frame.source_frame
        if number in painted or number in seen:
            use = _Use.FILE if number in own else _Use.NEIGHBOURS if number in painted else _Use.MOTION
            yield _Task(plan=plan, frame=frame, path=files.path(frame.shot_frame), use=use)


def _jobs(tasks: Sequence[_Task], plate: Plate, engine: Engine, guides: Guides) -> Generator[_Job, None, None]:
    """The tasks in source order with their pictures and guides, decoded once for all passes."""
    plans = {task.plan.pass_name: task.plan for task in tasks}
    travels = {name: Travel() for name, plan in plans.items() if plan.noise_flows}
    by_frame: dict[int, list[_Task]] = {}
    for task in sorted(tasks, key=lambda task: task.frame.source_frame):
        by_frame.setdefault(task.frame.source_frame, []).append(task)
    with closing(plate.frames(list(by_frame))) as frames, closing(guides.frames(by_frame, plans.values())) as shown:
        for plate_frame, read in zip(frames, shown, strict=True):
            picture = display_picture(plate_frame, plate.encoding)
            asking = [task.plan for task in by_frame[plate_frame.source_frame]]
            guiding = {**read, **guides.estimated(plate_frame.source_frame, picture, asking)}
            backing = Backing(alpha=plate_frame.alpha, premultiplied=plate_frame.premultiplied, encoding=plate.encoding)
            for task in by_frame[plate_frame.source_frame]:
                asked = requests_of(task.plan, task.frame, picture, engine, guiding)
                if task.plan.pass_name in travels:
                    asked = _travelled(task, asked, travels[task.plan.pass_name])
                if task.use is not _Use.MOTION:
                    yield _job(task, backing, asked)


def _travelled(task: _Task, asked: Sequence[Asked], travel: Travel) -> list[Asked]:
    return [
        (replace(request, came_from=travel.follow(task.frame.source_frame, canvas, grey(request.image))), beyond)
        for canvas, (request, beyond) in zip(_canvases(task), asked, strict=True)
    ]


def _canvases(task: _Task) -> list[int]:
    """What tells the pictures of a frame apart: the numbers of its faces; -1 is the whole frame."""
    return [-1] if task.plan.pass_name is PassName.BODY else [face.face for face in task.frame.faces]


def _job(task: _Task, backing: Backing, asked: Sequence[Asked]) -> _Job:
    return _Job(
        task=task,
        backing=backing,
        requests=[request for request, _ in asked],
        beyond=[beyond for _, beyond in asked],
    )


def _made_ahead(jobs: Iterator[_Job], tasks: Sequence[_Task], engine: Engine) -> Generator[_Job, None, None]:
    """The jobs, the next batch of them being made while the engine paints: a GPU or a server would wait for them."""
    count = sum(task.use is not _Use.MOTION for task in tasks)
    return results_ahead(repeat(partial(next, jobs), count), workers=1, ahead=engine.batch)


def _painted(jobs: Iterable[_Job], engine: Engine) -> Iterator[_Job]:
    """The jobs with their paint: requests of one pass and size are gathered over frames and faces up to the engine's
    batch."""
    waiting: dict[tuple[PassName, tuple[int, ...]], list[_Job]] = {}
    for job in jobs:
        if not job.requests:
            yield job
            continue
        queue = waiting.setdefault((job.task.plan.pass_name, job.requests[0].image.shape), [])
        queue.append(job)
        if sum(len(other.requests) for other in queue) >= engine.batch:
            yield from _paint(queue, engine)
            queue.clear()
    for queue in waiting.values():
        yield from _paint(queue, engine)


def _paint(queue: Sequence[_Job], engine: Engine) -> list[_Job]:
    requests = [request for job in queue for request in job.requests]
    if not requests:
        return []
    first = queue[0].task
    with at(shot=first.plan.shot, **{"pass": str(first.plan.pass_name)}, frame=first.frame.shot_frame):
        results = engine.paint(requests)
        for request, result in zip(requests, results, strict=True):
            if result.shape != request.image.shape or not np.isfinite(result).all():
                raise EngineFailed(
                    engine.name, f"{request.place}: it returned {result.shape}, or numbers that are none"
                )
    remaining = iter(results)
    for job in queue:
        if job.task.plan.overlap:
            job.shown = [grey(request.image) for request in job.requests]
        job.painted = [next(remaining) for _ in job.beyond]
        job.requests.clear()
    return list(queue)


def _overlapped(jobs: Iterable[_Job], tasks: Sequence[_Task]) -> Iterator[_Job]:
    """The jobs that become files; in a pass that overlaps, with their paint averaged with that of their neighbours."""
    overlaps: dict[PassName, Overlap] = {}
    for plan in {task.plan.pass_name: task.plan for task in tasks if task.plan.overlap}.values():
        overlaps[plan.pass_name] = Overlap(
            reach=plan.overlap,
            planned=[frame.source_frame for frame in plan.frames],
            wanted=[task.frame.source_frame for task in tasks if task.plan is plan and task.use is _Use.FILE],
        )
    waiting: dict[tuple[PassName, int], _Job] = {}
    for job in jobs:
        name, source_frame = job.task.plan.pass_name, job.task.frame.source_frame
        if name not in overlaps:
            yield job
            continue
        if job.task.use is _Use.FILE:
            waiting[name, source_frame] = job
        for complete, painted in overlaps[name].add(source_frame, job.take_paintings()):
            ready = waiting.pop((name, complete))
            ready.painted = painted
            yield ready


class _Writer:
    """A small pool that composes layers and writes files, never more than a few frames behind."""

    def __init__(self, threads: int, tick: Tick) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="layer-writer")
        self._pending: deque[tuple[PassName, Future[None]]] = deque()
        self._most = threads + 1
        self._tick = tick

    def submit(self, job: _Job, keys: Keys, engine: Engine) -> None:
        """Queue one job; waits while the pool is full. Raises what an earlier job raised."""
        self._pending.append((job.task.plan.pass_name, self._pool.submit(_write, job, keys, engine)))
        while len(self._pending) > self._most:
            self._finish_oldest()

    def _finish_oldest(self) -> None:
        pass_name, future = self._pending.popleft()
        future.result()
        self._tick(pass_name, 1)

    def __enter__(self) -> _Writer:
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


def _write(job: _Job, keys: Keys, engine: Engine) -> None:
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


def _layer(job: _Job) -> Layer:
    """The pixels of a job's file."""
    plan, painted = job.task.plan, job.take()
    if plan.pass_name is PassName.BODY:
        return body_layer(plan, job.backing, painted[0], job.beyond[0])
    lit = [paint if beyond is None else paint + beyond for paint, beyond in zip(painted, job.beyond, strict=True)]
    return face_layer(plan, job.task.frame.faces, job.backing, lit)


def _slate(job: _Job, layer: Layer, key: str, engine: Engine) -> Slate:
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
