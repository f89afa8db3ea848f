"""``toolkit resolve``: run the Resolve menu entries from a terminal. Only Resolve Studio accepts outside scripts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click

ENTRIES = {
    "send": (
        "Send Turnover.py",
        "[-o FOLDER] [--whole] [--media-pool]",
        "Write the open timeline as turnover.json.",
    ),
    "render": (
        "Render Passes.py",
        "[options of send and import] [-- OPTIONS OF toolkit run]",
        "Send the open timeline, render its passes, and import them.",
    ),
    "import": (
        "Import Passes.py",
        "[delivery.json] [--beside] [--comps] [--new-timeline] [--keep-partial]",
        "Stack the layers of a delivery on their plates.",
    ),
    "compare": ("Compare Versions.py", "[VERSION]", "Show the next version of the layers."),
    "self-check": ("Self Check.py", "[-o FOLDER]", "Report how this version of Resolve behaves."),
}
"""Command: (menu entry, its arguments, what it does)."""

_START = (
    "import runpy, sys; main = runpy.run_path(sys.argv[1])['main'];sys.exit(2 if main(sys.argv[2:])['problems'] else 0)"
)


@click.group(short_help="Run the Resolve menu entries from a terminal.")
def resolve() -> None:
    """Run the entries of Workspace > Scripts > Toolkit in DaVinci Resolve from a terminal.

    Resolve Studio must be running, with Preferences > System > General > External scripting using set to Local.

    \b
    toolkit resolve send -o turnover
    toolkit resolve import out/delivery.json
    """


class _Entry(click.Command):
    """Passes ``--`` on to the entry, which hands what follows to ``toolkit run``; click would drop it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            args.insert(args.index("--"), "--")
        return super().parse_args(ctx, args)


def _command(name: str, entry: str, arguments_help: str, about: str) -> click.Command:
    @click.command(
        name,
        cls=_Entry,
        help=f"{about}\n\n\b\ntoolkit resolve {name} {arguments_help}",
        context_settings={"ignore_unknown_options": True},
        options_metavar="",
    )
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def run_entry(arguments: tuple[str, ...]) -> int:
        from toolkit.install import resolve_entries, scripting_environment

        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder, entry)
            script.write_text(dict(resolve_entries())[entry], encoding="utf-8")
            command = [sys.executable, "-c", _START, str(script), *arguments]
            done = subprocess.run(command, env={**os.environ, **scripting_environment()}, check=False)
        return done.returncode

    return run_entry


for _name, _entry in ENTRIES.items():
    resolve.add_command(_command(_name, *_entry))
