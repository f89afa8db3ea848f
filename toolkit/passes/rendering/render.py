"""Paint and write what the plans say; decide nothing.

Four things overlap: the plate decodes ahead in its own thread, another one cuts crops and draws guides for the pictures
that come next, the engine paints in this one, and a small pool turns what was painted into files. Each of them holds a
constant number of frames, whatever the length of the shot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from toolkit.documents import PassName, PassPlan
from toolkit.engines import DepthEstimator, Engine
from toolkit.errors import EngineFailed, at
from toolkit.passes.guides.depth_estimates import estimates_of
from toolkit.passes.guides.guide_pictures import Guides
from toolkit.passes.rendering.content_keys import Keys
from toolkit.passes.rendering.frame_jobs import Job, Task, Use, jobs_of, tasks_of
from toolkit.passes.rendering.layer_writer import Writer
from toolkit.passes.rendering.slate import holds
from toolkit.passes.temporal.optical_flow import grey
from toolkit.passes.temporal.overlap import Overlap
from toolkit.plates import Plate
from toolkit.progress import Advance, ignore_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPass:
    """One pass on disk, complete."""

    plan: PassPlan
    painted: int
    """Frames made by this run."""
    kept: int
    """Frames found whole and current from an earlier run."""


def render_passes(
    plans: Sequence[PassPlan],
    plate: Plate,
    engine: Engine,
    root: Path,
    *,
    writers: int,
    advance: Mapping[PassName, Advance] = MappingProxyType({}),
    estimators: Mapping[str, DepthEstimator] = MappingProxyType({}),
) -> list[RenderedPass]:
    """Write every frame of ``plans`` (all of one shot) under ``root`` that is not there yet.

    ``advance`` is called, for each pass, with the frames just finished or found finished.
    ``estimators`` are all that ``plans`` name, by their names, where ``engine`` is shown its guides.
    Raises MediaError, EngineError and OutputNotWritable with the place attached; what was written stays and is whole.
    """
    guided = plans if engine.wants_guides else ()
    guides = Guides(guided, estimates_of(guided, plate, estimators))
    keys = Keys(plans, plate, engine, guides)
    tasks: list[Task] = []
    kept = dict.fromkeys((plan.pass_name for plan in plans), 0)
    for plan in plans:
        missing = []
        for frame in plan.frames:
            path = plan.files(root).path(frame.shot_frame)
            if path.exists() and holds(path, keys.of(plan, frame)):
                kept[plan.pass_name] += 1
                advance.get(plan.pass_name, ignore_steps)(1)
            else:
                missing.append(frame)
        tasks += tasks_of(plan, missing, root)

    # Closed here, not by the garbage collector: an error must not leave threads decoding behind it.
    with closing(jobs_of(tasks, plate, engine, guides)) as jobs, Writer(writers, advance) as writer:
        for job in _overlapped(_painted(jobs, engine), tasks):
            writer.submit(job, keys, engine)
    return [
        RenderedPass(plan=plan, painted=len(plan.frames) - kept[plan.pass_name], kept=kept[plan.pass_name])
        for plan in plans
    ]


def _painted(jobs: Iterable[Job], engine: Engine) -> Iterator[Job]:
    """The jobs with their paint: requests of one pass and size are gathered over frames and faces up to the engine's
    batch."""
    waiting: dict[tuple[PassName, tuple[int, ...]], list[Job]] = {}
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


def _paint(queue: Sequence[Job], engine: Engine) -> list[Job]:
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


def _overlapped(jobs: Iterable[Job], tasks: Sequence[Task]) -> Iterator[Job]:
    """The jobs that become files; in a pass that overlaps, with their paint averaged with that of their neighbours."""
    overlaps: dict[PassName, Overlap] = {}
    for plan in {task.plan.pass_name: task.plan for task in tasks if task.plan.overlap}.values():
        overlaps[plan.pass_name] = Overlap(
            reach=plan.overlap,
            planned=[frame.source_frame for frame in plan.frames],
            wanted=[task.frame.source_frame for task in tasks if task.plan is plan and task.use is Use.FILE],
        )
    waiting: dict[tuple[PassName, int], Job] = {}
    for job in jobs:
        name, source_frame = job.task.plan.pass_name, job.task.frame.source_frame
        if name not in overlaps:
            yield job
            continue
        if job.task.use is Use.FILE:
            waiting[name, source_frame] = job
        for complete, painted in overlaps[name].add(source_frame, job.take_paintings()):
            ready = waiting.pop((name, complete))
            ready.painted = painted
            yield ready
