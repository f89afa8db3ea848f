"""What the settings say about one pass of one shot: its look, its words, and the guides that it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, overload

from toolkit.documents import ControlPlan, EstimatePlan, GuidePlan, LookPlan, LoraPlan, PassName, Shot
from toolkit.settings import SHOT, ControlSettings, FaceSettings, Look, Settings

_TOLD_ELSEWHERE = {"size", "mask_blur", "mask_blur_version", "masked_content"}
"""Settings of a look that its plan's digest leaves out, because fields of the plan say the same where it matters: plans
from before there were such fields, and the frames made from them, hold on."""
_NOWHERE = {"source": "", "offset": 0}
"""Where a control's pictures lie and how they are numbered, in that digest: their bytes are in the content keys."""


def wanted_passes(settings: Settings) -> list[PassName]:
    """The passes asked for, bottom to top."""
    return [name for name in PassName if name in settings.output.passes.split("+")]


def planned_looks(shots: Iterable[Shot], settings: Settings) -> list[LookPlan]:
    """What an engine will be told about the passes asked for in any of ``shots``, each once.

    A face with a negative prompt of its own adds a look with that: an engine may have to find a place for it.
    """
    meant = (look_of(name, shot.name, settings) for shot in shots for name in wanted_passes(settings))
    looks = (
        look_plan(replace(look, negative=negative))
        for look in meant
        for negative in (look.negative, *(entry.negative for entry in look.prompts if entry.negative))
    )
    return list(dict.fromkeys(looks))


def wants_bodies(settings: Settings) -> bool:
    """Whether a look of the passes asked for has a ``body`` control."""
    return any(draws(_section(name, settings), "body") for name in wanted_passes(settings))


def planned_guides(shot_name: str, settings: Settings, *, cut_folder: Path) -> list[GuidePlan | EstimatePlan]:
    """Every guide of ``shot_name`` that is not drawn from a track, each once."""
    looks = [look_of(name, shot_name, settings) for name in wanted_passes(settings)]
    guides = [guide_plan(control, shot_name, cut_folder) for look in looks for control in look.controls]
    return list(dict.fromkeys(guide for guide in guides if guide is not None))


def _section(name: PassName, settings: Settings) -> Look:
    return settings.face if name is PassName.FACE else settings.body


@overload
def look_of(name: Literal[PassName.FACE], shot_name: str, settings: Settings) -> FaceSettings: ...
@overload
def look_of(name: PassName, shot_name: str, settings: Settings) -> Look: ...
def look_of(name: PassName, shot_name: str, settings: Settings) -> Look:
    """The look of a pass in one shot: with the words that are meant for it, and none that are not."""
    look = _section(name, settings)
    mine = [entry for entry in look.prompts if fnmatchcase(shot_name, entry.shot)]
    return replace(
        look,
        prompt=next((entry.prompt for entry in mine if entry.face < 0 and entry.prompt), look.prompt),
        negative=next((entry.negative for entry in mine if entry.face < 0 and entry.negative), look.negative),
        prompts=tuple(replace(entry, shot="*") for entry in mine if entry.face >= 0),
    )


def draws(look: Look, kind: str) -> bool:
    """Whether a control of ``look`` is of this ``kind``."""
    return any(control.kind == kind for control in look.controls)


def look_plan(look: Look) -> LookPlan:
    """``look`` as an engine is told it."""
    return LookPlan(
        strength=look.strength,
        model=look.model,
        vae=look.vae,
        loras=tuple(LoraPlan(**asdict(lora)) for lora in look.loras),
        negative=look.negative,
        steps=look.steps,
        guidance=look.guidance,
        sampler=look.sampler,
        controls=tuple(
            ControlPlan(kind=c.kind, model=c.model, weight=c.weight, start=c.start, end=c.end) for c in look.controls
        ),
        masked_content=look.masked_content if isinstance(look, FaceSettings) else "original",
    )


def guide_plan(control: ControlSettings, shot_name: str, cut_folder: Path) -> GuidePlan | EstimatePlan | None:
    """Where the picture of ``control`` is read from, or what estimates it; None when it is drawn."""
    if control.estimator:
        return EstimatePlan(estimator=control.estimator, invert=control.invert)
    if not control.source:
        return None
    return GuidePlan(
        path=str(cut_folder / control.source.replace(SHOT, shot_name)),
        offset=control.offset,
        distances=control.kind == "depth" and control.source.lower().endswith(".exr"),
        near=control.near,
        far=control.far,
        invert=control.invert,
    )


def told(look: Look) -> dict[str, Any]:
    """``look`` as the digest of its plan takes it; what estimates depth is told by its guide's key."""
    heeded = {name: value for name, value in asdict(look).items() if name not in _TOLD_ELSEWHERE}
    controls = [{**control, **_NOWHERE} for control in heeded["controls"]]
    for control in controls:
        del control["estimator"]
    return {**heeded, "controls": controls}
