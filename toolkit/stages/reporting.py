"""``review_passes``, and the end of a run: passes are compared with their plates, and a page shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from toolkit.documents import Cut, Delivery, PassPlan, Review, Shot, ShotReview
from toolkit.faces import FaceModels
from toolkit.frames import FrameRange
from toolkit.models import FACE_MODEL, fetch_asset
from toolkit.output import Output, lock_output
from toolkit.progress import SILENT, Progress
from toolkit.report import open_picture_maker, write_report
from toolkit.settings import Settings
from toolkit.stages.choosing import ShotPatterns, choose_shots, find_left_out
from toolkit.stages.conforming import choose_passes, conform_output
from toolkit.stages.reviewing import current_reviews, review_plans


def review_passes(
    out: Path | str,
    settings: Settings | None = None,
    *,
    shots: ShotPatterns = None,
    models: Path | str | None = None,
    cut_name: str = "",
    progress: Progress = SILENT,
) -> Review:
    """Measure what FACE over BODY, and BODY alone, have kept of the acting in the plate: ``out/review.json``.

    Unless ``settings.report.write`` is off, the report is written anew: ``out/report/index.html``.
    Of each shot it takes the versions that ``conform`` delivers. ``shots`` are shell patterns of shot names, all shots
    when None; ``models`` is a folder with a studio's own copy of the face model; ``cut_name`` is that of a cut that was
    added to ``out``. Shots that have not changed since the last review keep theirs. A shot whose media or layers cannot
    be read is a note, and the others go on, unless ``settings.strict``. Raises MissingDocument when nothing is
    rendered, NoMatchingShot, CutIncomplete, AssetUnavailable, MediaError, EngineError, OutputBusy and
    OutputNotWritable.
    """
    settings = settings or Settings()
    with lock_output(Path(out), cut=cut_name, made_by=Cut.made_by) as output:
        cut = Cut.read(output.shots)
        chosen = choose_shots(cut, shots, strict=settings.strict)
        model = fetch_asset(FACE_MODEL, folder=None if models is None else Path(models), progress=progress)
        delivery = Delivery.read(output.delivery) if output.delivery.exists() else None
        left_out = find_left_out(cut)
        plans, reasons = choose_passes(cut.source_shots(), settings, output, explained=left_out)
        names = {shot.name for shot in chosen}
        found = _review(cut, plans, settings, output, chosen=names, reasons=reasons, model=model, progress=progress)
        if settings.report.write:
            _write(cut, plans, settings, output, review=found, delivery=delivery, left_out=left_out, progress=progress)
    return found


def finish_run(
    cut: Cut,
    chosen: Sequence[Shot],
    settings: Settings,
    output: Output,
    *,
    models: FaceModels | None,
    failed: Mapping[str, str],
    shots: ShotPatterns,
    progress: Progress,
) -> Delivery | None:
    """The end of a run: deliver the passes of ``cut``, and unless it is switched off, review them and write the report.

    None, and nothing is done, if only some frames were asked for (``output.frames``). Only the ``chosen`` source shots
    are read, which match ``shots``. Where acting is lost, the delivery gets markers, after it has been written once: a
    review that fails costs no delivery. ``failed`` says why a shot could not be rendered just now, by its name;
    ``models`` are those that a review needs. Raises
    what ``conform`` and ``review_passes`` raise.
    """
    if settings.output.frame_range is not None:
        return None
    delivery = conform_output(cut, settings, output, failed=failed, progress=progress)
    if not settings.report.write or models is None:
        return delivery
    names, left_out = {shot.name for shot in chosen}, {**failed, **find_left_out(cut, shots)}
    plans, reasons = choose_passes(cut.source_shots(), settings, output, explained=left_out)
    before = current_reviews(plans, output)
    review = _review(
        cut, plans, settings, output, chosen=names, reasons=reasons, model=models.landmarker, progress=progress
    )
    if _failing(review.shots) != _failing(before.values()):
        delivery = conform_output(cut, settings, output, failed=failed, progress=progress)
    _write(cut, plans, settings, output, review=review, delivery=delivery, left_out=left_out, progress=progress)
    return delivery


def _review(
    cut: Cut,
    plans: Sequence[PassPlan],
    settings: Settings,
    output: Output,
    *,
    chosen: Collection[str],
    reasons: Mapping[str, Sequence[str]],
    model: Path,
    progress: Progress,
) -> Review:
    """``review_plans``; the small pictures of the report are made on the way, if there is to be one."""
    read = partial(review_plans, cut, plans, settings, output, chosen=chosen, reasons=reasons, model=model)
    if not settings.report.write:
        return read(progress=progress)
    return read(watch=open_picture_maker(output, cut, settings).watch, progress=progress)


def _failing(reviews: Iterable[ShotReview]) -> dict[str, list[FrameRange]]:
    """Where acting is lost, by shot."""
    found = {one.shot: [run for face in one.faces for run in face.acting.failing] for one in reviews}
    return {shot: runs for shot, runs in found.items() if runs}


def _write(
    cut: Cut,
    plans: Sequence[PassPlan],
    settings: Settings,
    output: Output,
    *,
    review: Review,
    delivery: Delivery | None,
    left_out: Mapping[str, str],
    progress: Progress,
) -> None:
    write_report(
        output,
        cut,
        settings=settings,
        plans=plans,
        delivery=delivery,
        review=review,
        left_out=left_out,
        progress=progress,
    )
