"""What ``finish`` has to do: the shots, the passes in their pictures, and the commands for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from toolkit.documents import ClipName, Cut, Interpolation, PassName, PassPlan, Shot, digest
from toolkit.errors import MissingDocument
from toolkit.output import Output
from toolkit.review import ShotPictures, open_pictures
from toolkit.settings import Settings
from toolkit.stages.choosing import ShotPatterns, choose_shots, find_left_out
from toolkit.stages.conforming import choose_passes
from toolkit.stages.reviewing import digest_layers
from toolkit.topaz import Clip, Job, Recipe, plan_job

_REVISION = "finish/1"
"""Increase it whenever the same layers and commands would give another movie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishTask:
    """One shot that is to be finished."""

    shot: Shot
    plans: tuple[PassPlan, ...]
    """The passes that are in the picture."""
    pass_name: PassName | None
    """See ``Finished``."""
    interpolation: Interpolation
    """How frames between two of a pass on twos are filled in."""
    job: Job
    key: str
    """Digest of the pictures and of the commands."""

    @property
    def name(self) -> str:
        """Of its files, without a suffix. No shot's name has a dot."""
        return self.shot.name if self.pass_name is None else f"{self.shot.name}.{self.pass_name}"

    @property
    def frames(self) -> int:
        """Of the shot, handles included: a pass on twos has fewer files."""
        return len(self.shot.rendered_range)

    def open_pictures(self, root: Path) -> ShotPictures:
        """Its plate and layers under ``root``. Raises what ``open_plate`` raises."""
        return open_pictures(self.shot, self.plans, root, interpolation=self.interpolation)

    @property
    def clip(self) -> ClipName:
        """The clip of a review that is finished."""
        is_body = all(plan.pass_name is PassName.BODY for plan in self.plans)
        return ClipName.BODY if is_body else ClipName.COMPOSITE


def plan_finishing(
    out: Path | str,
    recipe: Recipe,
    settings: Settings | None = None,
    *,
    pass_name: PassName | None = None,
    shots: ShotPatterns = None,
    cut_name: str = "",
) -> list[FinishTask]:
    """What ``finish`` would do; reads no pictures and writes nothing. Raises what it raises of input."""
    return plan_tasks(Output(root=Path(out), cut=cut_name), recipe, settings or Settings(), pass_name, shots)[0]


def plan_tasks(
    output: Output, recipe: Recipe, settings: Settings, pass_name: PassName | None, patterns: ShotPatterns
) -> tuple[list[FinishTask], dict[str, str]]:
    """The tasks, and why other shots are left out, by name. Raises what ``finish`` raises of input."""
    cut = Cut.read(output.shots)
    chosen = choose_shots(cut, patterns, strict=settings.strict)
    left_out = find_left_out(cut, patterns)
    plans, notes = choose_passes(chosen, settings, output, explained=left_out)
    tasks = []
    for shot in chosen:
        own = tuple(one for one in plans if one.shot == shot.name and pass_name in (None, one.pass_name))
        if own:
            tasks.append(_plan_shot(shot, own, recipe, pass_name=pass_name, output=output, settings=settings))
        else:
            left_out.setdefault(shot.name, "; ".join(notes.get(shot.name, [])) or f"it has no {pass_name}")
    if not tasks:
        raise MissingDocument(f"a complete {pass_name or 'pass'} in {output.root}", "toolkit render OUT")
    return tasks, left_out


def _plan_shot(
    shot: Shot,
    plans: tuple[PassPlan, ...],
    recipe: Recipe,
    *,
    pass_name: PassName | None,
    output: Output,
    settings: Settings,
) -> FinishTask:
    plan, interpolation = plans[0], settings.delivery.interpolation
    clip = Clip(width=plan.width, height=plan.height, rate=plan.rate, frames=len(shot.rendered_range))
    job = plan_job(recipe, clip)
    filled = [interpolation] if any(one.step > 1 for one in plans) else []
    return FinishTask(
        shot=shot,
        plans=plans,
        pass_name=pass_name,
        interpolation=interpolation,
        job=job,
        key=digest(_REVISION, pass_name, digest_layers(plans, output), job.commands, *filled),
    )
