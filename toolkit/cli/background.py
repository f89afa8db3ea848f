"""``toolkit background``: how the After Effects panel starts a run. Hidden: people run ``toolkit run``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(hidden=True, context_settings={"ignore_unknown_options": True})
@click.option("--wait", is_flag=True, help="Be the supervisor: return when the run has ended.")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("arguments", nargs=-1, required=True, type=click.UNPROCESSED)
def background(folder: Path, arguments: tuple[str, ...], wait: bool) -> int:
    """Run ``toolkit ARGUMENTS`` without a terminal; its progress is in FOLDER/render_status.json.

    \b
    toolkit background turnover -- run turnover/turnover.json -o turnover/passes --progress lines
    """
    from toolkit.background import start_background, supervise

    if wait:
        return supervise(arguments, folder)
    start_background(arguments, folder)
    return 0
