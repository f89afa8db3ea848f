"""Render the planned passes and write their files; all decisions are in the plans.

Four things run at once: the plate decodes ahead in its own thread, another thread cuts crops and draws guides for the
next batch, the engine paints in the calling thread, and a small pool composes and writes layers. Each holds a constant
number of frames, whatever the length of the shot.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import PassName, PassPlan
from toolkit.engines import DepthEstimator, Engine, PaintRequest
from toolkit.errors import EngineFailed, ResultUnusable, UnsupportedMedia, at
from toolkit.frames import FrameRange
from toolkit.passes.guides.depth_estimates import build_estimates
from toolkit.passes.guides.guide_pictures import ShotGuides
from toolkit.passes.rendering.content_keys import ContentKeys
from toolkit.passes.rendering.files_of_pass import find_missing, remove_other_frames, settle_version
from toolkit.passes.rendering.frame_jobs import FrameJob, FrameRole, FrameTask, build_tasks, prefetch_jobs
from toolkit.passes.rendering.layer_writer import LayerWriter
from toolkit.passes.rendering.reuse import reuse_frames
from toolkit.passes.rendering.shot_mattes import ShotMattes
from toolkit.passes.rendering.versions import WhenDelivered
from toolkit.passes.temporal.optical_flow import to_luma
from toolkit.passes.temporal.overlap import NeighbourBlender
from toolkit.plates import Plate
from toolkit.progress import Advance, ignore_steps

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPass:
    """One pass on disk; complete if no frame is ``left``."""

    plan: PassPlan
    rendered: int
    """Frames rendered by this run."""
    reused: int
    """Frames copied from another version or from another number: their pixels existed already."""
    kept: int
    """Frames of an earlier run that were complete and current."""
    left: int
    """Frames that are still to be rendered: only others were asked for."""


def render_passes(
    plans: Sequence[PassPlan],
    plate: Plate,
    engine: Engine,
    root: Path,
    *,
    writers: int,
    when_delivered: WhenDelivered = WhenDelivered.NEW_VERSION,
    only: FrameRange | None = None,
    advance: Mapping[PassName, Advance] = MappingProxyType({}),
    estimators: Mapping[str, DepthEstimator] = MappingProxyType({}),
    strict: bool = False,
) -> list[RenderedPass]:
    """Write every frame of ``plans`` (all of one shot) under ``root`` that is missing or out of date.

    With ``only``, those of these numbers (shot space); the version is then not complete.
    Where frames of a delivered version would change, ``when_delivered`` says what to do; the plans that are returned
    have the version that was written. ``advance`` is called per pass with the number of frames just written or found
    current. ``estimators`` are all that ``plans`` name, by name, if ``engine`` takes guides. ``strict``: stop at a
    picture that cannot be meant, instead of warning of it. Raises MediaError, EngineError and OutputNotWritable with
    shot, pass and frame attached, and VersionDelivered; files written before an error stay and are complete.
    """
    _check_size(plans, plate)
    guided = plans if engine.wants_guides else ()
    guides = ShotGuides(guided, build_estimates(guided, plate, estimators))
    mattes = ShotMattes(plans, has_alpha=plate.has_alpha)
    keys = ContentKeys(plans, plate, engine, guides, mattes)
    plans = [settle_version(plan, root, keys, when_delivered) for plan in plans]
    missing, done = {}, []
    for plan in plans:
        name, asked = plan.pass_name, plan.frames_in(only)
        outdated = find_missing(plan, root, keys)
        old = [frame for frame in outdated if only is None or frame.shot_frame in only]
        copied = reuse_frames(plan, old, root, keys, threads=writers)
        missing[name] = [frame for frame in old if frame.source_frame not in copied]
        advance.get(name, ignore_steps)(len(asked) - len(missing[name]))
        done.append(
            RenderedPass(
                plan=plan,
                rendered=len(missing[name]),
                reused=len(copied),
                kept=len(plan.frames) - len(outdated),
                left=len(outdated) - len(old),
            )
        )
    tasks = [task for plan in plans for task in build_tasks(plan, missing[plan.pass_name], root)]

    # Closed here, not by the garbage collector: an error must not leave threads decoding.
    with closing(prefetch_jobs(tasks, plate, engine, guides, mattes)) as jobs, LayerWriter(writers, advance) as writer:
        for job in _blend_neighbours(_batch_and_paint(jobs, engine, strict=strict), tasks):
            writer.submit(job, keys, engine)
    keys.check_inputs(plans)
    for plan in plans:
        remove_other_frames(plan, root)
    return done


def _check_size(plans: Sequence[PassPlan], plate: Plate) -> None:
    for plan in plans:
        if (plan.width, plan.height) != (plate.width, plate.height):
            sizes = f"{plate.width}x{plate.height} now, and was {plan.width}x{plan.height}"
            raise UnsupportedMedia(plate.media.path, f"it is {sizes} when it was tracked; track and plan it again")


class _ResultCheck:
    """Checks what an engine painted."""

    def __init__(self, engine: Engine, *, strict: bool) -> None:
        self._engine = engine
        self._strict = strict
        self._is_warned = False

    def check(self, request: PaintRequest, result: NDArray[np.float32]) -> None:
        """Raises EngineFailed for a picture that cannot be used.

        One that has a single colour is warned of, once; a strict run raises ResultUnusable.
        """
        if result.shape != request.image.shape or not np.isfinite(result).all():
            raise EngineFailed(self._engine.name, f"{request.place}: wrong size {result.shape} or NaN/Inf")
        if self._is_warned or not _is_flat(result, request.matte) or _is_flat(request.image, request.matte):
            return
        problem = (
            f"{request.place}: {self._engine.name} painted a picture of a single colour. A VAE that fails in half "
            "precision does that: use another one, or full precision (--no-half-vae)"
        )
        if self._strict:
            raise ResultUnusable(problem)
        self._is_warned = True
        log.warning(problem)


def _is_flat(picture: NDArray[np.float32], matte: NDArray[np.float32] | None) -> bool:
    """Whether a picture has a single colour where it is seen: outside a matte, a server returns what it was sent."""
    seen = np.empty((0, 3), np.float32)
    for step in (16, 1):  # few pixels tell that a picture has detail, in a hundredth of the time
        part = picture[::step, ::step]
        seen = part.reshape(-1, 3) if matte is None else part[matte[::step, ::step] > 0]
        if (seen != seen[:1]).any():
            return False
    return bool(seen.size)


def _batch_and_paint(jobs: Iterable[FrameJob], engine: Engine, *, strict: bool) -> Iterator[FrameJob]:
    """Paint the jobs, gathering requests of one pass, size and strength over frames and faces up to the engine's
    batch."""
    queues: dict[tuple[PassName, tuple[int, ...], float], list[FrameJob]] = {}
    check = _ResultCheck(engine, strict=strict)
    for job in jobs:
        if not job.requests:
            yield job
            continue
        first = job.requests[0]
        queue = queues.setdefault((job.task.plan.pass_name, first.image.shape, first.look.strength), [])
        queue.append(job)
        if sum(len(other.requests) for other in queue) >= engine.batch:
            yield from _paint_batch(queue, engine, check)
            queue.clear()
    for queue in queues.values():
        yield from _paint_batch(queue, engine, check)


def _paint_alike(requests: Sequence[PaintRequest], engine: Engine) -> list[NDArray[np.float32]]:
    """The results of ``requests``, painted look by look: two faces of a frame may differ in strength."""
    results: dict[int, NDArray[np.float32]] = {}
    for look in dict.fromkeys(request.look for request in requests):
        places = [place for place, request in enumerate(requests) if request.look == look]
        results |= zip(places, engine.paint([requests[place] for place in places]), strict=True)
    return [results[place] for place in range(len(requests))]


def _paint_batch(queue: Sequence[FrameJob], engine: Engine, check: _ResultCheck) -> list[FrameJob]:
    requests = [request for job in queue for request in job.requests]
    if not requests:
        return []
    first = queue[0].task
    with at(shot=first.plan.shot, **{"pass": str(first.plan.pass_name)}, frame=first.frame.shot_frame):
        results = _paint_alike(requests, engine)
        for request, result in zip(requests, results, strict=True):
            check.check(request, result)
    remaining = iter(results)
    for job in queue:
        if job.task.plan.overlap:
            job.luma = [to_luma(request.image) for request in job.requests]
        job.painted = [next(remaining) for _ in job.requests]
        job.requests.clear()
    return list(queue)


def _blend_neighbours(jobs: Iterable[FrameJob], tasks: Sequence[FrameTask]) -> Iterator[FrameJob]:
    """The jobs that become files; in a pass with overlap, blended with their neighbours."""
    blenders = _build_blenders(tasks)
    waiting: dict[tuple[PassName, int], FrameJob] = {}
    for job in jobs:
        name, number = job.task.plan.pass_name, job.task.frame.number
        if name not in blenders:
            yield job
            continue
        if job.task.role is FrameRole.OUTPUT:
            waiting[name, number] = job
        for complete, images in blenders[name].add(number, job.take_canvases()):
            ready = waiting.pop((name, complete))
            ready.painted = images
            yield ready


def _build_blenders(tasks: Sequence[FrameTask]) -> dict[PassName, NeighbourBlender]:
    """One for each pass with overlap."""
    plans = {task.plan.pass_name: task.plan for task in tasks if task.plan.overlap}
    return {
        name: NeighbourBlender(
            reach=plan.overlap,
            planned=[frame.number for frame in plan.frames],
            wanted=[task.frame.number for task in tasks if task.plan is plan and task.role is FrameRole.OUTPUT],
        )
        for name, plan in plans.items()
    }
