"""What is to be done for the files that are missing, and the pictures that an engine is asked for it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from itertools import repeat
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FramePlan, PassName, PassPlan
from toolkit.engines import Engine, PaintRequest
from toolkit.passes.guides.guide_pictures import Guides
from toolkit.passes.rendering.content_keys import within_reach
from toolkit.passes.rendering.layers import Backing
from toolkit.passes.rendering.requests import Asked, requests_of
from toolkit.passes.temporal.noise_flow import Travel
from toolkit.passes.temporal.optical_flow import Grey, grey
from toolkit.passes.temporal.overlap import Painting
from toolkit.plates import Plate, display_picture, results_ahead


class Use(Enum):
    """What a frame is worked on for."""

    FILE = "its own file, which is missing"
    NEIGHBOURS = "the files of neighbours that it overlaps"
    MOTION = "the way its pixels go, in later frames"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A frame to be worked on."""

    plan: PassPlan
    frame: FramePlan
    path: Path
    use: Use


@dataclass(slots=True)
class Job:
    """A task with what the engine is asked for it."""

    task: Task
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


def tasks_of(plan: PassPlan, missing: Sequence[FramePlan], root: Path) -> Iterator[Task]:
    """What is to be done for the frames of ``plan`` whose files are ``missing``, in their order."""
    if not missing:
        return
    files, own = plan.files(root), {frame.source_frame for frame in missing}
    painted = own | {near.source_frame for frame in missing for near in within_reach(plan, frame)}
    seen = range(plan.frames[0].source_frame, max(painted)) if plan.noise_flows else ()
    for frame in plan.frames:
        number = frame.source_frame
        if number in painted or number in seen:
            use = Use.FILE if number in own else Use.NEIGHBOURS if number in painted else Use.MOTION
            yield Task(plan=plan, frame=frame, path=files.path(frame.shot_frame), use=use)


def jobs_of(tasks: Sequence[Task], plate: Plate, engine: Engine, guides: Guides) -> Generator[Job, None, None]:
    """A job for each of ``tasks`` that is painted, in source order.

    While the engine paints, those of its next batch are made in a thread: a GPU or a server would wait for them.
    """
    count = sum(task.use is not Use.MOTION for task in tasks)
    with (
        closing(_made(tasks, plate, engine, guides)) as jobs,
        closing(results_ahead(repeat(partial(next, jobs), count), workers=1, ahead=engine.batch)) as ahead,
    ):
        yield from ahead


def _made(tasks: Sequence[Task], plate: Plate, engine: Engine, guides: Guides) -> Generator[Job, None, None]:
    """The jobs, their pictures and guides read once for all passes."""
    plans = {task.plan.pass_name: task.plan for task in tasks}
    travels = {name: Travel() for name, plan in plans.items() if plan.noise_flows}
    by_frame: dict[int, list[Task]] = {}
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
                if task.use is not Use.MOTION:
                    yield _job(task, backing, asked)


def _travelled(task: Task, asked: Sequence[Asked], travel: Travel) -> list[Asked]:
    return [
        (replace(request, came_from=travel.follow(task.frame.source_frame, canvas, grey(request.image))), beyond)
        for canvas, (request, beyond) in zip(_canvases(task), asked, strict=True)
    ]


def _canvases(task: Task) -> list[int]:
    """What tells the pictures of a frame apart: the numbers of its faces; -1 is the whole frame."""
    return [-1] if task.plan.pass_name is PassName.BODY else [face.face for face in task.frame.faces]


def _job(task: Task, backing: Backing, asked: Sequence[Asked]) -> Job:
    return Job(
        task=task,
        backing=backing,
        requests=[request for request, _ in asked],
        beyond=[beyond for _, beyond in asked],
    )
