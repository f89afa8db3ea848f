"""The looks of a pass as the settings define them: per shot and face, with their controls and guides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, overload

from toolkit.documents import ControlPlan, EstimatePlan, GuidePlan, LookPlan, LoraPlan, PassName, Shot
from toolkit.settings import SHOT, ControlSettings, FaceSettings, Look, Settings

_PLANNED_ELSEWHERE = {"size", "mask_blur", "mask_blur_version", "masked_content", "on", "keep", "ease", "only"}
"""Look settings left out of the digest because PassPlan has its own fields for them. This keeps content keys from
before those fields valid, and a frame's key the same on ones and on twos."""
_NO_LOCATION = {"source": "", "offset": 0}
"""Replaces the path and numbering of a control's pictures in the digest: content keys hold their contents instead."""


def wanted_passes(settings: Settings) -> list[PassName]:
    """The passes that are switched on, bottom to top."""
    return [name for name in PassName if name in settings.output.passes.split("+")]


def planned_looks(shots: Iterable[Shot], settings: Settings) -> dict[PassName, list[LookPlan]]:
    """Every look that an engine must be prepared for, by pass, each once.

    A face with its own negative prompt adds a look with that prompt: an engine may have to check it.
    """
    shots = list(shots)
    looks: dict[PassName, list[LookPlan]] = {}
    for name in wanted_passes(settings):
        resolved = [resolve_look(name, shot.name, settings) for shot in shots]
        planned = (
            plan_look(replace(look, negative=negative))
            for look in resolved
            for negative in (look.negative, *(entry.negative for entry in look.prompts if entry.negative))
        )
        looks[name] = list(dict.fromkeys(planned))
    return looks


def needs_body_tracks(settings: Settings) -> bool:
    """Whether a pass that is switched on has a ``body`` control, in any shot."""
    names = wanted_passes(settings)
    return any(has_control(_section(name, one), "body") for one in settings.variants() for name in names)


def planned_guides(shot_name: str, settings: Settings, *, cut_folder: Path) -> dict[GuidePlan | EstimatePlan, str]:
    """Every guide of ``shot_name`` that is read or estimated, not drawn from a track, and the control that names it."""
    guides: dict[GuidePlan | EstimatePlan, str] = {}
    for name in wanted_passes(settings):
        for control in resolve_look(name, shot_name, settings).controls:
            guide = plan_guide(control, shot_name, cut_folder)
            if guide is not None:
                guides.setdefault(guide, describe_control(name, control.kind))
    return guides


def describe_control(name: PassName, kind: str) -> str:
    """A control in a message: ``depth of BODY``."""
    return f"{kind} of {name}"


def _section(name: PassName, settings: Settings) -> Look:
    return settings.face if name is PassName.FACE else settings.body


@overload
def resolve_look(name: Literal[PassName.FACE], shot_name: str, settings: Settings) -> FaceSettings: ...
@overload
def resolve_look(name: PassName, shot_name: str, settings: Settings) -> Look: ...
def resolve_look(name: PassName, shot_name: str, settings: Settings) -> Look:
    """The look of a pass in one shot: with the settings and prompts for this shot, and without those for others."""
    look = _section(name, settings.for_shot(shot_name))
    mine = [entry for entry in look.prompts if fnmatchcase(shot_name, entry.shot)]
    return replace(
        look,
        prompt=next((entry.prompt for entry in mine if entry.face < 0 and entry.prompt), look.prompt),
        negative=next((entry.negative for entry in mine if entry.face < 0 and entry.negative), look.negative),
        prompts=tuple(replace(entry, shot="*") for entry in mine if entry.face >= 0),
    )


def has_control(look: Look, kind: str) -> bool:
    """Whether ``look`` has a control of this ``kind``."""
    return any(control.kind == kind for control in look.controls)


def plan_look(look: Look) -> LookPlan:
    """``look`` as it is given to an engine."""
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


def plan_guide(control: ControlSettings, shot_name: str, cut_folder: Path) -> GuidePlan | EstimatePlan | None:
    """The sequence that ``control`` reads or the model that estimates its guide; None if it is drawn from a track."""
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


def digest_input(look: Look) -> dict[str, Any]:
    """``look`` as it goes into the settings digest; an estimator is covered by the key of its guide instead."""
    fields = {name: value for name, value in asdict(look).items() if name not in _PLANNED_ELSEWHERE}
    controls = [{**control, **_NO_LOCATION} for control in fields["controls"]]
    for control in controls:
        del control["estimator"]
    return {**fields, "controls": controls}
