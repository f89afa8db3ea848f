"""Which faces were followed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from toolkit.cli.options import cut_option, json_option, out_argument


@click.command(short_help="Show every face that was followed, with a picture.")
@out_argument
@cut_option
@json_option
def faces(out: Path, cut_name: str, as_json: bool) -> None:
    """Show every face that was followed in the shots of OUT: its number, its frames, its size, and who was dropped.

    Writes OUT/faces.png, a picture of each where it is largest. The numbers are those of settings such as
    face.prompts, and of the notes. "toolkit edit" corrects what is wrong.

    \b
    toolkit faces out
    """
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.cli.show import print_json, show_faces

    found = stages.list_faces(out, cut_name=cut_name)
    if as_json:
        print_json(asdict(found))
        return
    show_faces(found.faces)
    path = out / "faces.png"
    with open_progress("bar") as progress:
        problems = stages.write_faces_sheet(out, found, path, cut_name=cut_name, progress=progress)
    for note in (*found.notes, *problems):
        click.echo(f"note: {note}")
    if found.has_pictures:
        click.echo(f"to look at: {path}")
