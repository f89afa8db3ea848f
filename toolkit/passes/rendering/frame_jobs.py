"""Jobs: the frames to work on for the missing files, with the requests that go to the engine."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FramePlan, PassName, PassPlan
from toolkit.engines import Engine, PaintRequest, is_drawn
from toolkit.passes.guides.guide_pictures import GuidePictures, ShotGuides
from toolkit.passes.rendering.content_keys import frames_in_reach
from toolkit.passes.rendering.layers import PlateProperties, measure_ceiling
from toolkit.passes.rendering.requests import RequestAndOverbrights, build_requests
from toolkit.passes.rendering.shot_mattes import Mattes, ShotMattes
from toolkit.passes.temporal.noise_flow import FlowAccumulator
from toolkit.passes.temporal.optical_flow import Luma, to_luma
from toolkit.passes.temporal.overlap import PaintedCanvas
from toolkit.plates import Plate, PlateFrame, prefetch, to_display_referred


class FrameRole(Enum):
    """Why a frame is worked on."""

    OUTPUT = auto()
    """Its own file is missing."""
    BLEND_SOURCE = auto()
    """It is blended into the missing files of its neighbours."""
    FLOW_ONLY = auto()
    """Optical flow only: later frames need its motion. It is not painted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameTask:
    """One frame of a pass to work on."""

    plan: PassPlan
    frame: FramePlan
    path: Path
    role: FrameRole


@dataclass(slots=True)
class FrameJob:
    """A task with its requests to the engine, and then what the engine painted."""

    task: FrameTask
    plate: PlateProperties
    requests: list[PaintRequest]
    overbrights: list[NDArray[np.float32] | None]
    empty_guides: tuple[str, ...]
    """Kinds of the controls whose guide shows nothing in one of the requests."""
    mattes: Mattes
    """Those that are read from files."""
    painted: list[NDArray[np.float32]] = field(default_factory=list)
    luma: list[Luma] = field(default_factory=list)
    """Of the engine's inputs, for a pass that blends with its neighbours."""

    def take_painted(self) -> list[NDArray[np.float32]]:
        """Return the painted images and drop the reference, so that they can be freed before compression."""
        painted, self.painted = self.painted, []
        return painted

    def take_canvases(self) -> dict[int, PaintedCanvas]:
        """The same, by canvas id, with the luma of the inputs."""
        triples = zip(_canvas_ids(self.task), self.luma, self.take_painted(), strict=True)
        return {canvas_id: PaintedCanvas(luma=luma, image=image) for canvas_id, luma, image in triples}


def build_tasks(plan: PassPlan, missing: Sequence[FramePlan], root: Path) -> Iterator[FrameTask]:
    """The frames of ``plan`` to work on when the files of ``missing`` frames are to be rendered, in order."""
    if not missing:
        return
    files, outputs = plan.files(root), {frame.source_frame for frame in missing}
    painted = outputs | {near.source_frame for frame in missing for near in frames_in_reach(plan, frame)}
    flow = range(plan.frames[0].source_frame, max(painted)) if plan.noise_flows else ()
    for frame in plan.frames:
        number = frame.source_frame
        if number in outputs:
            role = FrameRole.OUTPUT
        elif number in painted:
            role = FrameRole.BLEND_SOURCE
        elif number in flow:
            role = FrameRole.FLOW_ONLY
        else:
            continue
        yield FrameTask(plan=plan, frame=frame, path=files.path(frame.number), role=role)


def prefetch_jobs(
    tasks: Sequence[FrameTask], plate: Plate, engine: Engine, guides: ShotGuides, mattes: ShotMattes
) -> Generator[FrameJob, None, None]:
    """The jobs of all ``tasks`` that are painted, in source order.

    The jobs of the next batch are built in a thread while the engine paints, so that a GPU or server never waits.
    """
    count = sum(task.role is not FrameRole.FLOW_ONLY for task in tasks)
    with (
        closing(_JobBuilder(tasks, plate, engine, guides, mattes).build_jobs()) as jobs,
        closing(prefetch(repeat(partial(next, jobs), count), workers=1, ahead=engine.batch)) as ahead,
    ):
        yield from ahead


class _JobBuilder:
    """Builds the jobs of one shot; each plate frame and guide is read once for all passes."""

    def __init__(
        self, tasks: Sequence[FrameTask], plate: Plate, engine: Engine, guides: ShotGuides, mattes: ShotMattes
    ) -> None:
        self._plate = plate
        self._engine = engine
        self._guides = guides
        self._mattes = mattes
        self._plans = {task.plan.pass_name: task.plan for task in tasks}
        self._flows = {name: FlowAccumulator() for name, plan in self._plans.items() if plan.noise_flows}
        self._by_frame: dict[int, list[FrameTask]] = {}
        for task in sorted(tasks, key=lambda task: task.frame.source_frame):
            self._by_frame.setdefault(task.frame.source_frame, []).append(task)

    def build_jobs(self) -> Generator[FrameJob, None, None]:
        """The jobs in source order."""
        with (
            closing(self._plate.frames(list(self._by_frame))) as frames,
            closing(self._guides.read_ahead(self._by_frame, self._plans.values())) as sequences,
        ):
            for plate_frame, read in zip(frames, sequences, strict=True):
                yield from self._build_frame_jobs(plate_frame, read)

    def _build_frame_jobs(self, plate_frame: PlateFrame, read: GuidePictures) -> Iterator[FrameJob]:
        tasks = self._by_frame[plate_frame.source_frame]
        picture = to_display_referred(plate_frame, self._plate.encoding)
        estimated = self._guides.estimate(plate_frame.source_frame, picture, [task.plan for task in tasks])
        properties = self._describe_plate(plate_frame, picture)
        for task in tasks:
            mattes = self._mattes.read(task.plan, plate_frame.source_frame)
            pairs = build_requests(task.plan, task.frame, picture, self._engine, {**read, **estimated}, mattes=mattes)
            if task.plan.pass_name in self._flows:
                pairs = _attach_flow(task, pairs, self._flows[task.plan.pass_name])
            if task.role is not FrameRole.FLOW_ONLY:
                yield FrameJob(
                    task=task,
                    plate=properties,
                    requests=[request for request, _ in pairs],
                    overbrights=[overbrights for _, overbrights in pairs],
                    empty_guides=_find_empty_guides([request for request, _ in pairs]),
                    mattes=mattes,
                )

    def _describe_plate(self, frame: PlateFrame, picture: NDArray[np.float32]) -> PlateProperties:
        """What the layers take over from ``frame``; a frame without alpha in a plate that has some is opaque."""
        alpha = None
        if self._plate.has_alpha:
            alpha = np.ones(picture.shape[:2], np.float32) if frame.alpha is None else frame.alpha
        is_limited = alpha is not None and frame.premultiplied and alpha.min() < 1
        return PlateProperties(
            alpha=alpha,
            premultiplied=frame.premultiplied,
            encoding=self._plate.encoding,
            primaries=frame.primaries,
            ceiling=measure_ceiling(alpha, picture, self._plate.encoding) if is_limited and alpha is not None else None,
        )


def _find_empty_guides(requests: Sequence[PaintRequest]) -> tuple[str, ...]:
    kinds = (
        control.kind
        for request in requests
        for control, guide in zip(request.look.controls, request.guides, strict=False)  # no guides: it takes none
        if not is_drawn(guide)
    )
    return tuple(dict.fromkeys(kinds))


def _attach_flow(
    task: FrameTask, pairs: Sequence[RequestAndOverbrights], accumulator: FlowAccumulator
) -> list[RequestAndOverbrights]:
    """Advance the flow of each canvas to this frame, and put its ST map into the request."""
    attached = []
    for canvas_id, (request, overbrights) in zip(_canvas_ids(task), pairs, strict=True):
        stmap = accumulator.advance(task.frame.source_frame, canvas_id, to_luma(request.image))
        attached.append((replace(request, noise_stmap=stmap), overbrights))
    return attached


def _canvas_ids(task: FrameTask) -> list[int]:
    """Canvas ids of a frame: its face numbers, or -1 for the whole frame (BODY)."""
    return [-1] if task.plan.pass_name is PassName.BODY else [face.face for face in task.frame.faces]
