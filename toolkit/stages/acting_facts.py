"""What planning needs to know of the acting: which frames a pass may be rendered on, and where a face acts most."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from toolkit.documents import Cut, FaceTracks, PassName, PassPlan, Shot
from toolkit.output import Output
from toolkit.passes import ActingFacts, plan_stepping, resolve_look, wanted_passes
from toolkit.review import find_activity, predict_kept
from toolkit.settings import Settings

STEPS = (2, 3)
"""What is tried: on twos and on threes. Beyond that, hosts invent more than they are given."""


def find_acting_facts(shot: Shot, faces: FaceTracks, settings: Settings) -> ActingFacts:
    """The acting in ``shot``, as far as a pass asks for it: reading it takes time."""
    looks = [resolve_look(name, shot.name, settings) for name in wanted_passes(settings)]
    first, activity = faces.source_range.first, list[dict[int, float]]()
    if any(look.ease for look in looks):
        activity = [
            {first + index: round(float(value), 4) for index, value in enumerate(find_activity(face))}
            for face in faces.faces
        ]
    return ActingFacts(steps=choose_steps(shot, faces, settings), activity=activity)


def choose_steps(shot: Shot, faces: FaceTracks, settings: Settings) -> dict[PassName, int]:
    """The step of each pass of ``shot`` that is on ``auto``: the largest that keeps enough by prediction, or 1."""
    looks = {name: resolve_look(name, shot.name, settings) for name in wanted_passes(settings)}
    wanted = {name: look.keep for name, look in looks.items() if look.on == "auto"}
    predicted = predict_steps(shot, faces) if wanted else {}
    return {
        name: max((step for step, kept in predicted.items() if kept is not None and kept >= keep), default=1)
        for name, keep in wanted.items()
    }


def predict_steps(shot: Shot, faces: FaceTracks) -> dict[int, float | None]:
    """What ``shot`` would keep of its acting, 0 to 100, with each of ``STEPS``; None: no face acts."""
    planned = {step: plan_stepping(shot, step) for step in STEPS}
    return {step: predict_kept(faces, plan) for step, plan in planned.items() if plan is not None}


def predict_planned(out: Path | str, plans: Iterable[PassPlan]) -> dict[str, dict[int, float | None]]:
    """The same for the shots of ``plans``, which are tracked in ``out``, by name."""
    output = Output(root=Path(out))
    names = {plan.shot for plan in plans}
    shots = [shot for shot in Cut.read(output.shots).source_shots() if shot.name in names]
    return {shot.name: predict_steps(shot, output.read_faces(shot.name)) for shot in shots}
