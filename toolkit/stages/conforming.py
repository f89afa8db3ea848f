"""``conform``: put the rendered passes back over the cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, product
from pathlib import Path
from types import MappingProxyType

from toolkit.delivery import update_checksums, write_delivery
from toolkit.documents import Cut, Delivery, FaceTracks, PassName, PassPlan, Shot
from toolkit.errors import CutIncomplete, MissingDocument, UnreadableCut, list_frames
from toolkit.output import Output, lock_output, record_last_delivery
from toolkit.passes import count_current, find_cut_mattes, find_empty_guides, mark_delivered, wanted_passes
from toolkit.progress import SILENT, Progress
from toolkit.settings import Settings
from toolkit.stages.choosing import failed_shots, find_left_out
from toolkit.stages.reading import read_source
from toolkit.stages.reviewing import current_reviews
from toolkit.stages.run_result import RunResult
from toolkit.turnover import find_layers


def conform(
    out: Path | str,
    settings: Settings | None = None,
    *,
    onto: Path | str | None = None,
    cut_name: str = "",
    progress: Progress = SILENT,
) -> Delivery:
    """Put every complete pass in ``out`` over its cut: ``return.otio``, ``delivery.json`` and the files beside them.

    ``cut_name`` is that of a cut that was added to ``out``, and is part of the names of these files. With ``onto``, the
    path of a cut that was edited after the passes were rendered, they are put over that one instead: see
    ``conform_onto``.

    Of each shot and pass it takes the version that the settings ask for, or else the newest that is complete and
    current; the delivery's notes say where that is an older one, and which passes are left out. Raises MissingDocument
    when nothing is complete, CutIncomplete if ``settings.strict`` and shots cannot be rendered, InputError when the
    cut's file has gone or changed, MediaError for layers that cannot be opened, OutputBusy and OutputNotWritable.
    """
    if onto is not None:
        return conform_onto(out, onto, settings, cut_name=cut_name, progress=progress).delivery
    with lock_output(Path(out), cut=cut_name, made_by=Cut.made_by) as output:
        cut, settings = _without_repaired(Cut.read(output.shots), output), settings or Settings()
        left_out = find_left_out(cut)
        if left_out and settings.strict:
            raise CutIncomplete(left_out)
        return conform_output(cut, settings, output, progress=progress)


def conform_onto(
    out: Path | str,
    edited: Path | str,
    settings: Settings | None = None,
    *,
    cut_name: str = "",
    progress: Progress = SILENT,
) -> RunResult:
    """Put the complete passes in ``out`` over ``edited``, a later edit of its cut in any format, as it is.

    ``cut_name`` is that of a cut that was added to ``out``; layers of other cuts there are not used.
    Each use of the edited cut gets the layers that show its frames, wherever it is now. Frames that are not rendered
    are left out, and named in the notes and in ``left_out`` of the result. Of ``out``, only the files of the delivery
    change: its shots stay those of the cut that was rendered. Raises what ``conform`` and ``read_cut`` raise, and
    MissingDocument when no frame of ``edited`` is rendered.
    """
    settings = settings or Settings()
    settings = replace(settings, cut=replace(settings.cut, handles=0))  # so that shots need what they show, and no more
    with lock_output(Path(out), cut=cut_name, made_by=Cut.made_by) as output:
        known = Cut.read(output.shots)
        plans, notes = choose_passes(known.source_shots(), settings, output)
        source = read_source(edited, settings, known=known, progress=progress)
        laid = find_layers(source, known, {plan.shot for plan in plans})
        remedy = f'to render them: toolkit run "{edited}" -o "{out}"'
        missing = {name: f"{reason}; {remedy}" for name, reason in laid.missing.items()}
        left_out = {**find_left_out(laid.cut), **missing}
        if left_out and settings.strict:
            raise CutIncomplete(left_out)
        used = {shot.rendered_name for shot in laid.cut.shots}
        explaining = used | _without_passes(
            known, plans, {one.media.path for one in laid.cut.shots if one.name in missing}
        )
        notes = {name: lines for name, lines in notes.items() if name in explaining}
        plans = [plan for plan in plans if plan.shot in used]
        if not plans and not any(shot.media.online for shot in source.shots):
            raise UnreadableCut(edited, "none of its media is found, so that nothing tells which frames it shows")
        if not plans:
            raise MissingDocument(f"any layer for {edited} in {out}", f'toolkit run "{edited}" -o "{out}"')
        delivery = _deliver(
            laid.cut, plans, settings, output, notes=chain(*notes.values()), missing=missing, progress=progress
        )
    return RunResult(delivered=delivery, rendered=(), left_out=left_out)


def _without_passes(cut: Cut, plans: Iterable[PassPlan], paths: Collection[str]) -> set[str]:
    """The source shots of the media at ``paths`` that have no complete pass: why not is why frames are missing."""
    rendered = {plan.shot for plan in plans}
    return {shot.name for shot in cut.source_shots() if shot.media.path in paths} - rendered


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
    cut: Cut,
    settings: Settings,
    output: Output,
    *,
    failed: Mapping[str, str] = MappingProxyType({}),
    progress: Progress = SILENT,
) -> Delivery:
    """The same for an ``output`` that this process has locked already.

    ``failed`` says why a shot could not be rendered just now, by its name.
    """
    explained = {*failed, *failed_shots(cut)}
    plans, notes = choose_passes(cut.source_shots(), settings, output, explained=explained)
    return _deliver(cut, plans, settings, output, notes=chain(*notes.values()), failed=failed, progress=progress)


def choose_passes(
    shots: Iterable[Shot], settings: Settings, output: Output, *, explained: Collection[str] = ()
) -> tuple[list[PassPlan], dict[str, list[str]]]:
    """The passes of the source ``shots`` to deliver, and notes by the name of the shot.

    Something else says why those of ``explained`` have none. Raises MissingDocument when there are no passes.
    """
    plans: list[PassPlan] = []
    notes: dict[str, list[str]] = {}
    for shot, name in product(shots, wanted_passes(settings)):
        plan, why = _find_complete(shot, name, settings.output.version, output)
        plans += [plan] if plan else []
        is_explained = plan is None and (shot.name in explained or not shot.media.online)
        lines = notes.setdefault(shot.name, [])
        lines += [f"{shot.name}: {why}"] if why and not is_explained else []
        lines += [*_control_notes(plan, output.root), *_matte_notes(plan, output.root)] if plan else []
        lines += _edit_notes(shot, output) if plan and name is PassName.FACE else []
    if not plans:
        raise MissingDocument(f"a complete pass in {output.root}", "toolkit render OUT")
    return plans, notes


def _deliver(
    cut: Cut,
    plans: Collection[PassPlan],
    settings: Settings,
    output: Output,
    *,
    notes: Iterable[str],
    failed: Mapping[str, str] = MappingProxyType({}),
    missing: Mapping[str, str] = MappingProxyType({}),
    progress: Progress,
) -> Delivery:
    """Write the delivery of ``plans``, which hosts may hold from now on; see ``write_delivery``."""
    delivery = write_delivery(
        cut,
        list(plans),
        output.root,
        settings=settings,
        notes=list(notes),
        failed=failed,
        missing=missing,
        reviews=current_reviews(plans, output),
        suffix=output.suffix,
    )
    for plan in plans:
        mark_delivered(plan, output.root)
    update_checksums(delivery, output.root, settings.delivery, suffix=output.suffix, progress=progress)
    record_last_delivery(output.delivery)
    return delivery


def _control_notes(plan: PassPlan, root: Path) -> Iterator[str]:
    """Which frames were painted without which control; see ``engines.is_drawn``."""
    for kind, frames in find_empty_guides(plan, root).items():
        yield (
            f"{plan.shot}: {plan.label} was painted without its control {kind} in {list_frames(frames)}: "
            "nobody is seen there, or too small, or the guide is black"
        )


def _matte_notes(plan: PassPlan, root: Path) -> Iterator[str]:
    """Where a matte from a file shows more than FACE has."""
    for face, frames in find_cut_mattes(plan, root).items():
        yield (
            f"{plan.shot}: the matte that is read for face {face} shows more than {plan.label} renders in "
            f"{list_frames(frames)}, and is cut there: draw it smaller, or raise face.padding. A frame without "
            "the face renders nothing"
        )


def _edit_notes(shot: Shot, output: Output) -> list[str]:
    """Which edits of the faces by hand do not apply."""
    if not output.edits(shot.name).exists() or not output.face_track(shot.name).exists():
        return []
    return output.apply_edits(FaceTracks.read(output.face_track(shot.name))).problems


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
    if not plan.shows(shot.source_work_range):
        return "was rendered for other source frames than the cut has now"
    current = count_current(plan, output.root)
    return "" if current == len(plan.frames) else f"is not complete ({current} of {len(plan.frames)} frames up to date)"
