"""``toolkit ae``: run the After Effects menu entries from a terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from toolkit.cli.options import NamedPath

Command = Callable[..., Any]


@click.group(short_help="Run the After Effects menu entries from a terminal.")
def ae() -> None:
    """Run a menu entry in After Effects on this machine and print its report.

    \b
    toolkit ae send turnovers/sc04
    toolkit ae import out/delivery.json
    toolkit ae self-check out/delivery.json
    """


def _delivery_argument(command: Command) -> Command:
    return click.argument("delivery", type=click.Path(path_type=Path, dir_okay=False, exists=True))(command)


def _launch_options(command: Command) -> Command:
    app = click.option(
        "--app",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        help="Folder of the After Effects to use (default: the newest installed).",
    )
    timeout = click.option(
        "--timeout",
        type=click.FloatRange(min=1),
        default=600,
        show_default=True,
        help="Seconds to wait for the report, including the start of After Effects.",
    )
    return app(timeout(command))


@ae.command(short_help="Write the open comp as turnover.json.")
@click.argument("folder", type=NamedPath(path_type=Path, file_okay=False))
@_launch_options
def send(folder: Path, app: Path | None, timeout: float) -> int:
    """Write the open comp, or the layers selected in it, to FOLDER/turnover.json.

    \b
    toolkit ae send turnovers/sc04
    """
    return _run("toolkit_send_turnover.jsx", {"TOOLKIT_TURNOVER": str(folder.resolve())}, app, timeout)


@ae.command("import")
@_delivery_argument
@_launch_options
def import_passes(delivery: Path, app: Path | None, timeout: float) -> int:
    """Build the comps of DELIVERY in the open project.

    \b
    toolkit ae import out/delivery.json
    """
    return _run("toolkit_import_passes.jsx", {"TOOLKIT_DELIVERY": str(delivery.resolve())}, app, timeout)


@ae.command("self-check", short_help="Measure how this After Effects behaves.")
@_delivery_argument
@_launch_options
def self_check(delivery: Path, app: Path | None, timeout: float) -> int:
    """Build the comps of DELIVERY, verify them, remove them again, and report how this After Effects behaves.

    \b
    toolkit ae self-check out/delivery.json > report.json
    """
    return _run("toolkit_self_check.jsx", {"TOOLKIT_DELIVERY": str(delivery.resolve())}, app, timeout)


def _run(entry: str, values: dict[str, str], app: Path | None, timeout: float) -> int:
    """Run ``entry`` and print its report; the exit code is 1 when it lists problems."""
    from toolkit.launch import run_entry

    report = run_entry(entry, values, timeout=timeout, app=app)
    click.echo(json.dumps(report, indent=1, ensure_ascii=False))
    return 1 if report.get("problems") else 0
