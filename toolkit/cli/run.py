"""``toolkit run`` and ``toolkit demo``: the whole story."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli.options import (
    check_progress,
    cut_argument,
    json_option,
    models_option,
    out_option,
    progress_option,
    settings_for,
    settings_options,
    shot_option,
)

if TYPE_CHECKING:
    from toolkit.settings import Settings


@click.command(short_help="The whole story: a cut goes in, stacked layers come out.")
@cut_argument
@out_option
@settings_options
@shot_option
@models_option
@click.option("--dry-run", is_flag=True, help="Say what would be rendered, write nothing.")
@json_option
@progress_option
def run(
    *,
    cut: Path,
    out: Path,
    patterns: tuple[str, ...],
    models: Path | None,
    dry_run: bool,
    as_json: bool,
    progress_kind: str,
    **named: Any,
) -> None:
    """Read CUT, follow the faces, render FACE and BODY, and bring them back as stacked layers.

    CUT is a timeline (.otio), what a host handed over (turnover.json), one movie, or one image sequence written as
    plate.####.exr or plate.%04d.png.
    Running the same command again goes on where it stopped and renders only what changed.

    \b
    toolkit run cut.otio -o out
    toolkit run cut.otio -o out --shot 'sh02*' --set face.strength=0.4
    toolkit run plates/plate.####.exr -o out --dry-run
    """
    check_progress(progress_kind, json=as_json, dry_run=dry_run)
    settings = settings_for(cut.parent, **named)
    if dry_run:
        _dry_run(cut, patterns, settings, as_json=as_json)
        return
    _run(cut, out, patterns, models, settings, as_json=as_json, progress_kind=progress_kind)


@click.command(short_help="The same on footage it makes itself.")
@out_option
@settings_options
@models_option
@json_option
def demo(out: Path, models: Path | None, as_json: bool, **named: Any) -> None:
    """Make two shots from a real photograph of a face, cut them together, and run on them.

    The footage and its known motion stay in OUT/footage.

    \b
    toolkit demo -o demo_out
    """
    from toolkit.cli.progress import RichProgress
    from toolkit.demo import DEMO_FRAMES, make_demo

    footage = out / "footage"
    settings = settings_for(footage, **named)
    with RichProgress() as progress, progress.stage("demo footage", DEMO_FRAMES) as advance:
        cut = make_demo(footage, advance=advance)
    _run(cut, out, (), models, settings, as_json=as_json)


def _run(
    cut: Path,
    out: Path,
    patterns: tuple[str, ...],
    models: Path | None,
    settings: Settings,
    *,
    as_json: bool,
    progress_kind: str = "bar",
) -> None:
    from toolkit import pipeline
    from toolkit.cli.progress import print_delivery, shown_progress
    from toolkit.cli.show import show_run

    with shown_progress(progress_kind) as progress:
        result = pipeline.run(cut, out, settings, shots=patterns, models=models, progress=progress)
    if progress_kind == "lines":
        print_delivery(out / "delivery.json")
    else:
        show_run(result, out, as_json=as_json)


def _dry_run(cut_path: Path, patterns: tuple[str, ...], settings: Settings, *, as_json: bool) -> None:
    from toolkit import stages
    from toolkit.cli.show import show_shots

    cut, chosen = stages.check_run(cut_path, settings, shots=patterns)
    show_shots(
        cut.model_copy(update={"shots": tuple(chosen)}), as_json=as_json, passes=settings.output.passes.split("+")
    )
