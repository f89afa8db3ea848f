"""``conform``: put the rendered passes back over the cut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from types import MappingProxyType

from toolkit.delivery import write_delivery
from toolkit.documents import Cut, Delivery, PassName, PassPlan, Shot
from toolkit.errors import CutIncomplete, MissingDocument, list_frames
from toolkit.output import Output, lock_output, record_last_delivery
from toolkit.passes import count_current, find_empty_guides, mark_delivered, wanted_passes
from toolkit.settings import Settings
from toolkit.stages.choosing import failed_shots, find_left_out


def conform(out: Path | str, settings: Settings | None = None, *, cut_name: str = "") -> Delivery:
    """Put every complete pass in ``out`` over its cut: ``return.otio``, ``delivery.json`` and the files beside them.

    ``cut_name`` is that of a cut that was added to ``out``, and is part of the names of these files.

    Of each shot and pass it takes the version that the settings ask for, or else the newest that is complete and
    current; the delivery's notes say where that is an older one, and which passes are left out. Raises MissingDocument
    when nothing is complete, CutIncomplete if ``settings.strict`` and shots cannot be rendered, InputError when the
    cut's file has gone or changed, MediaError for layers that cannot be opened, OutputBusy and OutputNotWritable.
    """
    with lock_output(Path(out), cut=cut_name, made_by=Cut.made_by) as output:
        cut, settings = _without_repaired(Cut.read(output.shots), output), settings or Settings()
        left_out = find_left_out(cut)
        if left_out and settings.strict:
            raise CutIncomplete(left_out)
        return conform_output(cut, settings, output)


def _without_repaired(cut: Cut, output: Output) -> Cut:
    """``cut`` without the rows of shots that failed once and have complete layers since."""
    repaired = {
        (shot.name, shot.record_range)
        for shot in cut.shots
        if shot.name in failed_shots(cut) and any(_find_complete(shot, name, 0, output)[0] for name in PassName)
    }
    rows = tuple(row for row in cut.skipped if (row.shot, row.record_range) not in repaired)
    return cut.model_copy(update={"skipped": rows})


def conform_output(
    cut: Cut, settings: Settings, output: Output, *, failed: Mapping[str, str] = MappingProxyType({})
) -> Delivery:
    """The same for an ``output`` that this process has locked already.

    ``failed`` says why a shot could not be rendered just now, by its name.
    """
    plans: list[PassPlan] = []
    explained = {*failed, *failed_shots(cut)}
    notes: list[str] = []
    for shot, name in product(cut.source_shots(), wanted_passes(settings)):
        plan, why = _find_complete(shot, name, settings.output.version, output)
        plans += [plan] if plan else []
        is_explained = plan is None and (shot.name in explained or not shot.media.online)
        notes += [f"{shot.name}: {why}"] if why and not is_explained else []
        notes += _control_notes(plan, output.root) if plan else []
    if not plans:
        raise MissingDocument(f"a complete pass in {output.root}", "toolkit render OUT")
    suffix = output.suffix
    delivery = write_delivery(cut, plans, output.root, settings=settings, notes=notes, failed=failed, suffix=suffix)
    for plan in plans:
        mark_delivered(plan, output.root)
    record_last_delivery(output.delivery)
    return delivery


def _control_notes(plan: PassPlan, root: Path) -> Iterator[str]:
    """Which frames were painted without which control; see ``engines.is_drawn``."""
    for kind, frames in find_empty_guides(plan, root).items():
        yield (
            f"{plan.shot}: {plan.label} was painted without its control {kind} in {list_frames(frames)}: "
            "nobody is seen there, or too small, or the guide is black"
        )


def _find_complete(shot: Shot, name: PassName, asked: int, output: Output) -> tuple[PassPlan | None, str]:
    """The version of a pass to deliver, and a note if it is not the one that somebody would expect.

    That is the version ``asked`` for (0: none), or else the newest; if it is not complete, the newest that is.
    """
    versions = output.versions(shot.rendered_name, name)
    if not versions:
        return None, f"{name} omitted: it is not rendered"
    wanted = asked or versions[-1]
    problem = "" if wanted in versions else f"{name} has no v{wanted:03d}"
    for version in sorted(versions, key=lambda one: (one != wanted, -one)):
        plan = PassPlan.read(output.plan_of(shot.rendered_name, name, version))
        flaw = _find_flaw(plan, shot, output)
        if not flaw:
            return plan, f"{problem}; {plan.label} is delivered" if problem else ""
        problem = problem or f"{plan.label} {flaw}"
    return None, f"{name} omitted: {problem}"


def _find_flaw(plan: PassPlan, shot: Shot, output: Output) -> str:
    """Why a pass cannot be delivered; empty if it can."""
    if [frame.source_frame for frame in plan.frames] != list(shot.source_work_range):
        return "was rendered for other source frames than the cut has now"
    current = count_current(plan, output.root)
    return "" if current == len(plan.frames) else f"is not complete ({current} of {len(plan.frames)} frames up to date)"
