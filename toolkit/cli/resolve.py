"""``toolkit resolve``: the menu entries of Resolve, started from a terminal. Only Studio answers from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click

ENTRIES = {
    "send": (
        "Toolkit Send Turnover.py",
        "[-o FOLDER] [--whole] [--media-pool]",
        "Write the open timeline as turnover.json.",
    ),
    "render": (
        "Toolkit Render Passes.py",
        "[options of send and import] [-- OPTIONS OF toolkit run]",
        "Send the open timeline, render its passes, and import them.",
    ),
    "import": (
        "Toolkit Import Passes.py",
        "[delivery.json] [--beside] [--comps] [--new-timeline] [--keep-partial]",
        "Stack the layers of a delivery over their plates.",
    ),
    "compare": ("Toolkit Compare Versions.py", "[VERSION]", "Show the next version of the layers."),
    "self-check": ("Toolkit Self Check.py", "[-o FOLDER]", "Measure how this Resolve behaves."),
}
"""Command: (menu entry, what it takes, what it does)."""

_START = (
    "import runpy, sys; main = runpy.run_path(sys.argv[1])['main'];sys.exit(2 if main(sys.argv[2:])['problems'] else 0)"
)


@click.group(short_help="Resolve's menu entries, from a terminal.")
def resolve() -> None:
    """What Workspace > Scripts does in DaVinci Resolve, from a terminal.

    Resolve Studio must be running, with Preferences > System > General > External scripting using: Local.

    \b
    toolkit resolve send -o turnover
    toolkit resolve import out/delivery.json
    """


class _Entry(click.Command):
    """Hands ``--`` on to the entry, which gives what follows it to ``toolkit run``; click itself would swallow it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--" in args:
            args.insert(args.index("--"), "--")
        return super().parse_args(ctx, args)


def _command(name: str, entry: str, takes: str, about: str) -> click.Command:
    @click.command(
        name,
        cls=_Entry,
        help=f"{about}\n\n\b\ntoolkit resolve {name} {takes}",
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


for _name, _told in ENTRIES.items():
    resolve.add_command(_command(_name, *_told))
