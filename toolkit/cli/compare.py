"""Whether a result has kept the acting of its plate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli.options import NamedPath, common_settings_options, json_option, models_option, settings_for

if TYPE_CHECKING:
    from toolkit.documents import ActingReview, BlinkReview, RegionReview, Review
    from toolkit.stages.pairing import By, Fit

_MUCH = 10.0
"""Points of the score below it at which a region is named."""
_MUCH_AMPLITUDE = 0.1
_MUCH_DELAY = 0.5
"""Frames."""
_SMOOTHED, _ROUGH = 0.85, 1.2
"""Smoothness up to which, and from which on, it is worth saying."""


@click.command(short_help="Measure how much of the acting in PLATE is left in RESULT.")
@click.argument("plate", type=NamedPath(path_type=Path))
@click.argument("result", type=NamedPath(path_type=Path))
@common_settings_options
@click.option(
    "--offset",
    type=int,
    metavar="FRAME",
    help="The plate's frame, from 0, that RESULT begins with; the overlap is compared.",
)
@click.option(
    "--by",
    type=click.Choice(["frame", "time"]),
    help="For clips of other rates: frames go together by number, or by the moment at which they are shown.",
)
@click.option(
    "--fit",
    type=click.Choice(["stretch", "crop", "bars"]),
    help="For pictures of other proportions: RESULT is all of the plate, its middle, or all of it between bars.",
)
@models_option
@json_option
def compare(
    *,
    plate: Path,
    result: Path,
    offset: int | None,
    by: By | None,
    fit: Fit | None,
    models: Path | None,
    as_json: bool,
    **named: Any,
) -> None:
    """Measure how much of the acting in PLATE is left in RESULT: two movies or sequences of the same frames.

    Any tool may have made the result. A score of 100 means that every part of the face moves as in the plate; the
    amplitude, the delay and the smoothness of each part say what is different. What does not act in the plate is not
    judged.

    \b
    toolkit compare plate.mov result.mov
    toolkit compare plate.mov wan_16fps.mp4 --by time --offset 8
    toolkit compare 'plate.####.exr' 'out/sh010/BODY/v001/sh010_BODY_v001.####.exr' --json
    """
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.cli.show import print_document

    settings = settings_for(plate.parent, **named)
    with open_progress("bar") as progress:
        alignment = stages.Alignment(offset=offset, by=by, fit=fit)
        found = stages.compare(plate, result, settings, alignment=alignment, models=models, progress=progress)
    if as_json:
        print_document(found)
        return
    show_review(found)


def show_review(found: Review) -> None:
    """What is kept of each face, part by part, in words and numbers."""
    from rich.table import Table

    from toolkit.cli.show import print_table

    table = Table("face", "region", "score", "amplitude", "delay\nframes", "smoothness", title="acting that is kept")
    for face in (face for shot in found.shots for face in shot.faces):
        acting = face.acting
        if acting.score is not None:
            table.add_row(str(face.face), "all", *_cells(acting.score, acting))
            for name, region in acting.regions.items():
                table.add_row("", name, *_cells(region.score, region))
    if table.row_count:
        print_table(table)
    for face in (face for shot in found.shots for face in shot.faces):
        for line in _tell(face.acting):
            click.echo(f"face {face.face}: {line}")
    for note in (*(note for shot in found.shots for note in shot.notes), *found.notes):
        click.echo(f"note: {note}")


def _cells(score: float, one: ActingReview | RegionReview) -> tuple[str, ...]:
    numbers = (one.amplitude, one.delay_frames, one.smoothness)
    return f"{score:.0f}", *("" if number is None else f"{round(number, 2) + 0.0:.2f}" for number in numbers)


def _tell(acting: ActingReview) -> list[str]:
    """What is different, where to look, and what was not judged."""
    unmeasured = f"not judged: {', '.join(acting.unmeasured)}"
    blinks = [phrase for phrase in [_tell_blinks(acting.blinks)] if phrase]
    if acting.score is None:
        return ["not judged: it does not act in the plate, or is found in too few frames", *blinks]
    worst = [f"differs most in frames {', '.join(map(str, acting.worst_frames))}"] if acting.worst_frames else []
    return [f"{acting.score:.0f} of 100{_differences(acting)}", *worst, *blinks, unmeasured]


def _tell_blinks(blinks: BlinkReview | None) -> str:
    """``2 of 3 blinks kept, 1 added, 1.5 frames late: look at frame 112``; empty: none, or none can be told."""
    if blinks is None or not (blinks.plate or blinks.added):
        return ""
    found = [f"{blinks.kept} of {blinks.plate} blinks kept" if blinks.plate else "no blinks in the plate"]
    if unseen := blinks.plate - blinks.kept - blinks.lost:
        found.append(f"{unseen} not seen in the result")
    if blinks.added:
        found.append(f"{blinks.added} added")
    if blinks.delay_frames is not None and abs(blinks.delay_frames) >= _MUCH_DELAY:
        found.append(_tell_delay(blinks.delay_frames))
    look = "" if blinks.worst_frame is None else f": look at frame {blinks.worst_frame}"
    return f"{', '.join(found)}{look}"


def _tell_delay(frames: float) -> str:
    return f"{abs(frames):.1f} frames {'late' if frames > 0 else 'early'}"


def _differences(acting: ActingReview) -> str:
    """``: 60 % of the movement, 2.0 frames late, smoothed; least is left of the brows``; empty: none worth saying."""
    found = []
    if acting.amplitude is not None and abs(acting.amplitude - 1) > _MUCH_AMPLITUDE:
        found.append(f"{100 * acting.amplitude:.0f} % of the movement")
    if acting.delay_frames is not None and abs(acting.delay_frames) >= _MUCH_DELAY:
        found.append(_tell_delay(acting.delay_frames))
    if acting.smoothness is not None and not _SMOOTHED < acting.smoothness < _ROUGH:
        found.append("smoothed" if acting.smoothness <= _SMOOTHED else "in steps, or rough")
    least, region = next(iter(acting.regions.items()))
    parts = [", ".join(found)] if found else []
    if region.score < (acting.score or 0) - _MUCH:
        parts.append(f"least is left of the {least} ({region.score:.0f})")
    return f": {'; '.join(parts)}" if parts else ""
