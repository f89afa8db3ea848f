"""``review_passes``, and the end of a run: passes are compared with their plates, and a page shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from toolkit.documents import Cut, Delivery, Review, Shot
from toolkit.models import FACE_MODEL, fetch_asset
from toolkit.output import Output, lock_output
from toolkit.progress import SILENT, Progress
from toolkit.report import write_report
from toolkit.settings import Settings
from toolkit.stages.choosing import ShotPatterns, choose_shots, find_left_out
from toolkit.stages.conforming import choose_passes
from toolkit.stages.reviewing import review_plans


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
        return _report(
            cut,
            settings,
            output,
            model=model,
            chosen={shot.name for shot in chosen},
            delivery=delivery,
            left_out=find_left_out(cut),
            progress=progress,
        )


def report_run(
    cut: Cut,
    chosen: Sequence[Shot],
    settings: Settings,
    output: Output,
    *,
    model: Path,
    delivery: Delivery | None,
    left_out: Mapping[str, str],
    progress: Progress,
) -> None:
    """The end of a run that rendered the ``chosen`` source shots: nothing without a ``delivery``, or a wish for it.

    ``left_out`` says why a shot could not be rendered, by its name. Raises what ``review_passes`` raises.
    """
    if delivery is not None and settings.report.write:
        _report(
            cut,
            settings,
            output,
            model=model,
            chosen={shot.name for shot in chosen},
            delivery=delivery,
            left_out=left_out,
            progress=progress,
        )


def _report(
    cut: Cut,
    settings: Settings,
    output: Output,
    *,
    model: Path,
    chosen: Collection[str],
    delivery: Delivery | None,
    left_out: Mapping[str, str],
    progress: Progress,
) -> Review:
    """Review the passes of the shots that are ``chosen`` by name, and write the report of ``cut``, if it is wanted."""
    plans, reasons = choose_passes(cut.source_shots(), settings, output, explained=left_out)
    review = review_plans(cut, plans, settings, output, chosen=chosen, reasons=reasons, model=model, progress=progress)
    if settings.report.write:
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
    return review
