"""Options that several commands share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from toolkit.settings import Settings

Command = Callable[..., Any]

log = logging.getLogger(__name__)


def cut_argument(command: Command) -> Command:
    """``CUT``: one path, though a shell makes many of a ``*``."""

    def one(_context: click.Context, _parameter: click.Parameter, paths: tuple[Path, ...]) -> Path:
        if len(paths) > 1:
            problem = f"CUT is one path, and {len(paths)} were given, {paths[0]} the first of them"
            raise click.UsageError(f"{problem}; a sequence is written 'plate.####.exr', in quotes")
        return paths[0]

    path = click.Path(path_type=Path)
    return click.argument("cut", nargs=-1, required=True, metavar="CUT", type=path, callback=one)(command)


def out_option(command: Command) -> Command:
    """``-o OUT``."""
    option = click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="Folder for everything.")
    return option(command)


def json_option(command: Command) -> Command:
    """``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")(command)


def shot_option(command: Command) -> Command:
    """``--shot PATTERN``."""
    return click.option(
        "--shot", "patterns", multiple=True, metavar="PATTERN", help="Only shots whose name matches, such as 'sh01*'."
    )(command)


def models_option(command: Command) -> Command:
    """``--models DIR``."""
    return click.option(
        "--models",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="TOOLKIT_MODELS",
        help="A folder with the studio's own copies of the models (or set TOOLKIT_MODELS).",
    )(command)


def progress_option(command: Command) -> Command:
    """``--progress bar|lines``; see ``check_progress``."""
    return click.option(
        "--progress",
        "progress_kind",
        type=click.Choice(["bar", "lines"]),
        default="bar",
        show_default=True,
        help="Bars for a person, or one JSON object per line on stdout for a program.",
    )(command)


def check_progress(kind: str, **others: bool) -> None:
    """Raises UsageError when one of the ``others``, named as their options, would write between the lines."""
    given = [f"--{name.replace('_', '-')}" for name, value in others.items() if value]
    if kind == "lines" and given:
        raise click.UsageError(f"--progress lines and {given[0]} both write to stdout; give one of them")


def settings_options(command: Command) -> Command:
    """``--preset``, ``--set`` and the shorthands ``--engine``, ``--engine-url`` and ``--handles``."""
    for option in (
        click.option("--handles", type=int, help="Source frames kept beyond each end of the cut (cut.handles)."),
        click.option(
            "--engine-url", "urls", multiple=True, metavar="URL", help="A server of the engine; may be repeated."
        ),
        click.option("--engine", help="What paints; see 'toolkit engines'."),
        click.option(
            "--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Change one setting: face.strength=0.4"
        ),
        click.option(
            "--preset",
            default="founding",
            show_default=True,
            help="Named starting point: founding, dva-2023, three-controls, draft; see 'toolkit presets'.",
        ),
    ):
        command = option(command)
    return command


def settings_for(
    folder: Path,
    *,
    preset: str,
    assignments: tuple[str, ...],
    engine: str | None,
    urls: tuple[str, ...],
    handles: int | None,
) -> Settings:
    """Preset, then ``toolkit.toml`` in the ``folder`` of the cut, then the command line."""
    from toolkit.settings import load_settings

    toml = folder / "toolkit.toml"
    if toml.is_file():
        log.info("loaded %s on top of the preset %s", toml, preset)
    named = [f"engine={engine}"] if engine is not None else []
    named += [f"server.url={','.join(urls)}"] if urls else []
    named += [f"cut.handles={handles}"] if handles is not None else []
    return load_settings(preset=preset, toml=toml if toml.is_file() else None, overrides=[*assignments, *named])
