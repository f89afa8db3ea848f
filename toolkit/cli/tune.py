"""Which settings keep the acting."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli.options import (
    cut_argument,
    face_track_option,
    json_option,
    models_option,
    out_option,
    settings_for,
    settings_options,
    shot_option,
    strict_option,
    trust_option,
)

if TYPE_CHECKING:
    from toolkit.documents import Tuning


@click.command(short_help="Find the strongest settings that keep the acting.")
@cut_argument
@out_option
@settings_options
@trust_option
@face_track_option
@shot_option
@strict_option
@models_option
@click.option(
    "--target",
    type=click.FloatRange(1, 100),
    default=90.0,
    show_default=True,
    help="How much of the acting is to be kept: a score of 'toolkit review'.",
)
@click.option(
    "--vary",
    "variations",
    multiple=True,
    metavar="KEY=LOW..HIGH",
    help="What is varied, such as body.strength=0.2..0.8; may be repeated. Default: face.strength=0.1..0.9.",
)
@click.option("--write/--no-write", default=True, help="Write what is chosen into toolkit.toml beside the cut.")
@json_option
def tune(
    *,
    cut: Path,
    out: Path,
    patterns: tuple[str, ...],
    models: Path | None,
    target: float,
    variations: tuple[str, ...],
    write: bool,
    as_json: bool,
    **named: Any,
) -> None:
    """Find, shot by shot, the highest strength that keeps the acting, and write it into toolkit.toml beside CUT.

    A trial renders 28 frames in which the face acts most, at most six times; what is chosen is then rendered and
    measured on the whole shot. Trials are kept in OUT/trials, which may be deleted. A run uses what is chosen.

    \b
    toolkit tune cut.otio -o out
    toolkit tune cut.otio -o out --target 95 --shot 'sh02*'
    toolkit tune cut.otio -o out --vary 'face.controls[0].weight=0.5..1.2'
    """
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.cli.show import print_document
    from toolkit.settings import Variation

    settings = settings_for(cut.parent, **named)
    vary = [Variation.parse(text, settings) for text in variations]
    trials = f"At most {stages.MOST_TRIALS} trials of 28 frames"
    click.echo(f"{trials} for each shot and setting, then the whole shot, once or twice.", err=True)
    with open_progress("bar") as progress:
        found = stages.tune(
            cut,
            out,
            settings,
            target=target,
            vary=vary,
            shots=list(patterns) or None,
            models=models,
            progress=progress,
        )
    path = cut.parent / "toolkit.toml"
    values = [value for value in stages.chosen_values(found, settings, vary) if write]
    if values:
        stages.write_shot_settings(path, values)
    if as_json:
        print_document(found)
        return
    show_tuning(found)
    if values:
        click.echo(f"written: {path}")


def show_tuning(found: Tuning) -> None:
    """What was chosen in each shot, and what was tried for it."""
    from rich.table import Table

    from toolkit.cli.show import print_table

    table = Table("shot", "setting", "chosen", "acting kept", "tried")
    for one in found.shots:
        tried = "  ".join(f"{trial.value:g}: {trial.score:.0f}" for trial in one.trials)
        chosen = ("-", "-") if one.value is None else (f"{one.value:g}", f"{one.score:.0f}")
        table.add_row(one.shot, one.key, *chosen, tried)
    print_table(table)
    for one in found.shots:
        if one.note:
            click.echo(f"note: {one.shot}: {one.note}")
