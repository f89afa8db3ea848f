"""Shots through Topaz Video AI, and what that has left of the acting."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli.options import (
    NamedPath,
    common_settings_options,
    cut_option,
    json_option,
    models_option,
    out_argument,
    shot_option,
    strict_option,
)
from toolkit.cli.out_folder import settings_of
from toolkit.errors import EngineUnavailable, ShotsLeftOut

if TYPE_CHECKING:
    from toolkit.documents import ActingReview, Finished
    from toolkit.stages import FinishTask
    from toolkit.topaz import Program


@click.command(short_help="Upscale, interpolate or stabilise shots with Topaz Video AI.")
@out_argument
@click.option(
    "--topaz",
    "steps",
    required=True,
    metavar="STEPS",
    help="Steps of Topaz Video AI with their models, such as up=gcg-5:scale=2,fi=apo-8:fps=48,stab=cpe-1.",
)
@click.option(
    "--pass",
    "pass_name",
    type=click.Choice(["FACE", "BODY"], case_sensitive=False),
    help="FACE over the plate, or BODY alone. Default: FACE over BODY.",
)
@click.option(
    "--topaz-ffmpeg",
    "ffmpeg",
    type=NamedPath(path_type=Path),
    envvar="TOOLKIT_TOPAZ_FFMPEG",
    metavar="PROGRAM",
    help="The FFmpeg of Topaz Video AI (or set TOOLKIT_TOPAZ_FFMPEG). Default: where it is usually installed.",
)
@click.option("--again", is_flag=True, help="Make movies again that are there already.")
@common_settings_options
@shot_option
@strict_option
@models_option
@cut_option
@json_option
def finish(
    *,
    out: Path,
    steps: str,
    pass_name: str | None,
    ffmpeg: Path | None,
    again: bool,
    patterns: tuple[str, ...],
    models: Path | None,
    cut_name: str,
    as_json: bool,
    **named: Any,
) -> None:
    """Upscale, interpolate or stabilise the rendered shots in OUT with Topaz Video AI, and measure their acting again.

    Writes OUT/finished/SHOT.mov, FACE over BODY as ProRes 422 HQ, and beside it what is left of the acting before and
    after. Steps are done in this order: stab, fi, up. If Topaz Video AI is not installed here, its commands are
    printed. Tested against a stand-in only, never with the real program.

    \b
    toolkit finish out --topaz up=gcg-5,fi=apo-8
    toolkit finish out --topaz up=prob-4:scale=4 --shot 'sh02*'
    """
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.documents import PassName
    from toolkit.topaz import expected_program, parse_recipe

    program = _find(ffmpeg)
    recipe = parse_recipe(steps, () if isinstance(program, EngineUnavailable) else program.models())
    settings = settings_of(out, cut_name, **named)
    chosen, shots = PassName(pass_name) if pass_name is not None else None, list(patterns) or None
    if isinstance(program, EngineUnavailable):
        tasks = stages.plan_finishing(out, recipe, settings, pass_name=chosen, shots=shots, cut_name=cut_name)
        _show_commands(tasks, expected_program(ffmpeg), as_json=as_json)
        raise program
    with open_progress("bar") as progress:
        found, left_out = stages.finish(
            out,
            recipe,
            program,
            settings,
            pass_name=chosen,
            shots=shots,
            again=again,
            models=models,
            cut_name=cut_name,
            progress=progress,
        )
    _show(found, out, as_json=as_json)
    if left_out:
        raise ShotsLeftOut(left_out)


def _find(ffmpeg: Path | None) -> Program | EngineUnavailable:
    """The program, or why there is none: then its commands are of use to somebody who has it."""
    from toolkit.topaz import find_program

    try:
        return find_program(ffmpeg)
    except EngineUnavailable as error:
        return error


def _show_commands(tasks: Sequence[FinishTask], program: Program, *, as_json: bool) -> None:
    """What would be run, as a shell of this system takes it."""
    from toolkit.cli.show import print_json

    lines = {task.name: [[str(program.ffmpeg), *arguments] for arguments in task.job.commands] for task in tasks}
    if as_json:
        print_json({"environment": dict(program.environment), "commands": lines})
        return
    is_windows = os.name == "nt"
    for name, value in program.environment.items():
        click.echo(f'set "{name}={value}"' if is_windows else f"export {name}={shlex.quote(value)}")
    for task in tasks:
        made, remark = task.job.made, "rem" if is_windows else "#"
        makes = f"{made.frames} frames of {made.width}x{made.height} at {float(made.rate):g} fps"
        click.echo(f"{remark} {task.name}: {task.job.pictures} pictures, as a run writes them; {makes}")
        for line in lines[task.name]:
            click.echo(subprocess.list2cmdline(line) if is_windows else shlex.join(line))


def _show(found: Sequence[Finished], out: Path, *, as_json: bool) -> None:
    from rich.table import Table

    from toolkit.cli.show import print_json, print_table

    if as_json:
        print_json([one.model_dump(mode="json", by_alias=True) for one in found])
        return
    table = Table("shot", "movie", "frames", "size", "fps", "face", "acting\nbefore", "acting\nafter", "delay\nframes")
    for one in found:
        facts = (one.shot, one.movie, str(one.frames), f"{one.width}x{one.height}", f"{float(one.rate):g}")
        if not one.acting:
            table.add_row(*facts, "", "", "", "")
        for face, (before, after) in one.acting.items():
            table.add_row(*facts, str(face), _score(before), _score(after), _delay(after))
    print_table(table)
    for one in found:
        if one.not_measured:
            click.echo(f"note: {one.shot}: its acting is not measured: {one.not_measured}")
        for note in one.review.notes if one.review is not None else ():
            click.echo(f"note: {note}")
    click.echo(f"written: {out / 'finished'}")


def _score(acting: ActingReview) -> str:
    return "not judged" if acting.score is None else f"{acting.score:.0f}"


def _delay(acting: ActingReview) -> str:
    return "" if acting.delay_frames is None else f"{round(acting.delay_frames, 1) + 0.0:.1f}"
