"""``toolkit run`` and ``toolkit demo``: the full pipeline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from toolkit.cli.options import (
    add_option,
    check_progress,
    checksums_option,
    cut_argument,
    detect_option,
    face_track_option,
    format_option,
    frames_option,
    json_option,
    models_option,
    out_option,
    overwrite_option,
    progress_option,
    replace_option,
    report_options,
    settings_for,
    settings_options,
    shot_option,
    strict_option,
    trust_option,
)
from toolkit.errors import ShotsLeftOut

if TYPE_CHECKING:
    from toolkit.settings import Settings


@click.command(short_help="Run the full pipeline: read, track, plan, render, conform.")
@cut_argument
@out_option
@settings_options
@detect_option
@overwrite_option
@replace_option
@add_option
@strict_option
@trust_option
@face_track_option
@shot_option
@frames_option
@format_option
@checksums_option
@report_options
@models_option
@click.option(
    "--dry-run", is_flag=True, help="Check everything and list what would be rendered, and why; write nothing."
)
@json_option
@progress_option
def run(
    *,
    cut: Path,
    out: Path,
    patterns: tuple[str, ...],
    models: Path | None,
    replace: bool,
    add: bool,
    dry_run: bool,
    as_json: bool,
    progress_kind: str,
    **named: Any,
) -> None:
    """Run the full pipeline: read CUT, track the faces, render BODY and FACE, conform them over the cut.

    CUT is a timeline (.otio, FCP7 .xml), a host's turnover.json, one movie, or one image sequence written as
    plate.####.exr or plate.%04d.png. Run the same command again to resume; only what has changed is rendered again.
    Where media are offline or lack frames, that shot is left out or cut short, and the exit code is 5.

    \b
    toolkit run cut.otio -o out
    toolkit run cut.otio -o out --shot 'sh02*' --set face.strength=0.4
    toolkit run plates/plate.####.exr -o out --dry-run
    toolkit run movie.mov -o out --detect-cuts
    """
    check_progress(progress_kind, json=as_json, dry_run=dry_run)
    if add and replace:
        raise click.UsageError("--add renders CUT beside the cuts of OUT, --replace instead of one; use one of them")
    settings = settings_for(cut.parent, **named)
    if dry_run:
        _dry_run(cut, out, patterns, models, settings, replace=replace, add=add, as_json=as_json)
        return
    _run(cut, out, patterns, models, settings, replace=replace, add=add, as_json=as_json, progress_kind=progress_kind)


_DEMO_ENGINE = "flatten"
"""It shows what the two passes are for; any preset, --engine and --set engine=… choose another."""


@click.command(short_help="Run the full pipeline on generated footage.")
@out_option
@settings_options
@trust_option
@report_options
@models_option
@json_option
def demo(out: Path, models: Path | None, as_json: bool, **named: Any) -> None:
    """Generate two shots from a photograph of a face, cut them together, and run the full pipeline on them.

    Without a preset the engine is 'flatten', which simulates how re-rendering averages out acting: compare BODY and
    FACE. The footage, with its exact motion as ground truth, stays in OUT/footage.

    \b
    toolkit demo -o demo_out
    toolkit demo -o demo_out --engine builtin
    """
    from toolkit.cli.progress import RichProgress
    from toolkit.demo import make_demo

    if click.get_current_context().get_parameter_source("preset") is ParameterSource.DEFAULT:
        named["assignments"] = (f"engine={_DEMO_ENGINE}", *named["assignments"])
    footage = out / "footage"
    settings = settings_for(footage, **named)
    with RichProgress() as progress:
        cut = make_demo(footage, progress=progress)
    _run(cut, out, (), models, settings, as_json=as_json)


def _run(
    cut: Path,
    out: Path,
    patterns: tuple[str, ...],
    models: Path | None,
    settings: Settings,
    *,
    replace: bool = False,
    add: bool = False,
    as_json: bool,
    progress_kind: str = "bar",
) -> None:
    from toolkit import pipeline
    from toolkit.cli.progress import open_progress, print_delivery
    from toolkit.cli.show import show_run
    from toolkit.output import Output

    with open_progress(progress_kind) as progress:
        result = pipeline.run(
            cut, out, settings, shots=patterns or None, models=models, replace=replace, add=add, progress=progress
        )
    if progress_kind == "bar":
        show_run(result, out, as_json=as_json)
    elif result.delivered is not None:
        print_delivery(Output(root=out, cut=result.cut_name).delivery)
    if result.left_out:
        raise ShotsLeftOut(result.left_out)


def _dry_run(
    cut: Path,
    out: Path,
    patterns: tuple[str, ...],
    models: Path | None,
    settings: Settings,
    *,
    replace: bool,
    add: bool,
    as_json: bool,
) -> None:
    from toolkit import stages
    from toolkit.cli.progress import RichProgress
    from toolkit.cli.show import show_dry_run

    with RichProgress() as progress:
        found = stages.check_run(
            cut, out, settings, shots=patterns or None, models=models, replace=replace, add=add, progress=progress
        )
    show_dry_run(found, as_json=as_json)
    if found.left_out:
        raise ShotsLeftOut(found.left_out)
