"""``toolkit background``: how the After Effects panel, or another program that cannot wait, starts a run."""

from __future__ import annotations

from pathlib import Path

import click

from toolkit.cli.options import NamedPath


@click.command(
    context_settings={"ignore_unknown_options": True}, short_help="Start another command and return at once."
)
@click.option("--wait", is_flag=True, help="Return when it has ended, with its exit code.")
@click.argument("folder", type=NamedPath(path_type=Path, file_okay=False))
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED)
def background(folder: Path, arguments: tuple[str, ...], wait: bool) -> int:
    """Start toolkit ARGUMENTS and return at once; FOLDER/render_status.json tells how far it is.

    For programs that cannot wait, such as a script in a host. A file FOLDER/stop cancels the run.

    \b
    toolkit background turnover -- run turnover/turnover.json -o turnover/passes --progress lines
    """
    from toolkit.background import start_background, supervise

    if wait:
        return supervise(arguments, folder)
    start_background(arguments, folder)
    return 0
