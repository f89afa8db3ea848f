"""Whether the delivered passes have kept the acting of their plates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli.options import (
    cut_option,
    json_option,
    models_option,
    out_argument,
    report_options,
    settings_options,
    shot_option,
    strict_option,
)
from toolkit.cli.out_folder import settings_of

if TYPE_CHECKING:
    from toolkit.documents import ActingReview, ClipReview, FaceReview, Review, ShotReview

_NAMES = {"COMPOSITE": "FACE over BODY", "BODY": "BODY"}


@click.command(short_help="Measure how much of the acting the delivered passes have kept.")
@out_argument
@settings_options
@shot_option
@strict_option
@models_option
@report_options
@cut_option
@json_option
def review(
    *,
    out: Path,
    patterns: tuple[str, ...],
    models: Path | None,
    cut_name: str,
    as_json: bool,
    **named: Any,
) -> None:
    """Measure how much of the acting in the plates the passes in OUT have kept: FACE over BODY, and BODY alone.

    Writes OUT/review.json and, for people, OUT/report/index.html. A score of 100 means that every part of the face
    moves as in the plate. Shots that have not
    changed since the last review are not read again.

    \b
    toolkit review out
    toolkit review out --shot 'sh02*' --json
    """
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.cli.show import print_document
    from toolkit.output import Output

    settings = settings_of(out, cut_name, **named)
    with open_progress("bar") as progress:
        found = stages.review_passes(
            out, settings, shots=list(patterns) or None, models=models, cut_name=cut_name, progress=progress
        )
    if as_json:
        print_document(found)
        return
    show_delivery_review(found)
    output = Output(root=out, cut=cut_name)
    click.echo(f"written: {output.review}")
    if settings.report.write:
        click.echo(f"to look at: {output.report_page}")
        if output.contact_sheet.exists():
            click.echo(f"at a glance: {output.contact_sheet}")


def show_delivery_review(found: Review) -> None:
    """One row for every face and clip: what is kept, what is least, and how the picture fits."""
    from rich.table import Table

    from toolkit.cli.show import print_table

    table = Table(
        "shot",
        "face",
        "clip",
        "acting",
        "least kept",
        "blinks",
        "delay\nframes",
        "aligned\n%",
        "seam",
        "flicker",
        "differs most in",
    )
    for shot in found.shots:
        for face in shot.faces:
            for row in _rows(shot, face):
                table.add_row(*row)
    if table.row_count:
        print_table(table)
    for note in (*(note for shot in found.shots for note in shot.notes), *found.notes):
        click.echo(f"note: {note}")


def _rows(shot: ShotReview, face: FaceReview) -> Iterator[tuple[str, ...]]:
    clips = {clip.clip: clip for clip in shot.clips}
    for place, (name, acting) in enumerate(face.passes.items()):
        who = ("", "") if place else (shot.shot, str(face.face))
        aligned = face.alignment[name]
        yield *who, _NAMES.get(name, name), *_acting(acting), _number(aligned, 1), *_fit(clips[name]), _worst(acting)


def _acting(acting: ActingReview) -> tuple[str, str, str, str]:
    if acting.score is None:
        return "not judged", "", _blinks(acting), ""
    least, region = next(iter(acting.regions.items()))
    return f"{acting.score:.0f}", f"{least} {region.score:.0f}", _blinks(acting), _number(acting.delay_frames, 1)


def _blinks(acting: ActingReview) -> str:
    """``3/4 +1``: kept, of those of the plate, and added; empty: there is none, or none can be told."""
    blinks = acting.blinks
    if blinks is None or not (blinks.plate or blinks.added):
        return ""
    return f"{blinks.kept}/{blinks.plate}{f' +{blinks.added}' if blinks.added else ''}"


def _fit(clip: ClipReview) -> tuple[str, str]:
    return _number(clip.seam, 1), _number(clip.flicker, 2)


def _worst(acting: ActingReview) -> str:
    return " ".join(map(str, acting.worst_frames[:3]))


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{round(value, digits) + 0.0:.{digits}f}"
