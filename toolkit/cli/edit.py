"""``toolkit edit``: correct the faces of a shot by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli.options import cut_option, json_option, out_argument

if TYPE_CHECKING:
    from toolkit.documents import Point
    from toolkit.faces import EditedFaces, EditOutcome
    from toolkit.stages import ShotEditor

Command = Callable[..., Any]


@click.group(short_help="Correct the faces of a shot by hand.")
def edit() -> None:
    """Correct the faces that were followed in a shot. Edits are kept in OUT/<shot>/edits.json.

    Every later command carries them out, also after the shot is tracked again, and the next run renders again what has
    changed. FACE is a number or a name, and frames are source frames, both as "toolkit faces" and the movie of
    "toolkit track --preview" show them.

    \b
    toolkit edit drop out sh010 2
    toolkit edit merge out sh010 0 1
    toolkit edit name out sh010 0 Anna
    toolkit edit list out
    toolkit edit undo out sh010
    """


def _shot_arguments(command: Command) -> Command:
    """``OUT SHOT``, and ``--cut``."""
    return out_argument(click.argument("shot")(cut_option(command)))


def _range_options(command: Command) -> Command:
    for option in (
        click.option("--to", "last", type=int, metavar="FRAME", help="Last frame (default: that of the track)."),
        click.option("--from", "first", type=int, metavar="FRAME", help="First frame (default: that of the track)."),
    ):
        command = option(command)
    return command


def _read_points(_context: click.Context, _parameter: click.Parameter, text: str | None) -> tuple[Point, ...] | None:
    """Points such as ``812,400``, divided by spaces. Raises BadParameter for anything else."""
    if text is None:
        return None
    points = []
    for one in text.split() or [text]:
        try:
            x, y = map(float, one.split(","))
        except ValueError:
            raise click.BadParameter(f"{one!r} is no point; write x and y as 812,400") from None
        points.append((x, y))
    return tuple(points)


@edit.command(short_help="Remove a face from a shot, or from some frames.")
@_shot_arguments
@click.argument("face")
@_range_options
def drop(face: str, first: int | None, last: int | None, **place: Any) -> None:
    """Remove FACE from SHOT, or from some of its frames.

    \b
    toolkit edit drop out sh010 2
    toolkit edit drop out sh010 0 --from 1040 --to 1060
    """
    from toolkit.documents import DropFace

    def change(editor: ShotEditor) -> EditOutcome:
        frames = None if first is last is None else editor.frames_between(first, last)
        return editor.add(DropFace(face=editor.refer_to(face, frames), source_range=frames))

    _carry_out(change, **place)


@edit.command(short_help="Make one face of two.")
@_shot_arguments
@click.argument("face")
@click.argument("other")
def merge(face: str, other: str, **place: Any) -> None:
    """Make one face of FACE and OTHER, which are the same person. It has the lower number of the two.

    In frames in which both are there, FACE stays, unless only OTHER was found.

    \b
    toolkit edit merge out sh010 0 2
    """
    from toolkit.documents import MergeFaces

    def change(editor: ShotEditor) -> EditOutcome:
        return editor.add(MergeFaces(face=editor.refer_to(face), other=editor.refer_to(other)))

    _carry_out(change, **place)


@edit.command(short_help="Make two faces of one.")
@_shot_arguments
@click.argument("face")
@click.option("--at", "source_frame", type=int, required=True, metavar="FRAME", help="First frame of the new face.")
def split(face: str, source_frame: int, **place: Any) -> None:
    """Make a new face of FACE from a frame on: it is another person. The new one has the next free number.

    \b
    toolkit edit split out sh010 0 --at 1043
    """
    from toolkit.documents import SplitFace

    def change(editor: ShotEditor) -> EditOutcome:
        return editor.add(SplitFace(face=editor.refer_to(face), source_frame=source_frame))

    _carry_out(change, **place)


@edit.command(short_help="Give a face a name.")
@_shot_arguments
@click.argument("face")
@click.argument("name")
def name(face: str, name: str, **place: Any) -> None:
    """Give FACE a name, which can be used like its number, as in --faces Anna. An empty NAME takes it away.

    \b
    toolkit edit name out sh010 0 Anna
    """
    _carry_out(lambda editor: editor.name(face, name), **place)


@edit.command(short_help="Place a face by a keyframe.")
@_shot_arguments
@click.argument("face")
@click.option("--frame", "source_frame", type=int, required=True, help="Frame of the key.")
@click.option("--centre", callback=_read_points, metavar="X,Y", help="Bridge of the nose, pixels.")
@click.option("--scale", type=float, help="Height of the face, forehead to chin, pixels.")
@click.option("--roll", type=float, help="Tilt of the head, degrees clockwise, 0 upright.")
@click.option(
    "--outline",
    callback=_read_points,
    metavar="'X,Y X,Y X,Y ...'",
    help="Edge of the face, for the matte, instead of that of its landmarks; pixels.",
)
def key(face: str, source_frame: int, centre: tuple[Point, ...] | None, **values: Any) -> None:
    """Place FACE by a keyframe. What is not given stays as it is in that frame.

    From the first to the last key of a face its place changes linearly, its size geometrically. What was read of the
    face moves along. Where it was not found it becomes HELD: it is rendered, and its acting is not judged.

    \b
    toolkit edit key out sh010 0 --frame 1040 --centre 812,400 --scale 230 --roll 4
    toolkit edit key out sh010 0 --frame 1052 --centre 840,396
    """
    if centre is not None and len(centre) > 1:
        raise click.UsageError(f"--centre takes one point, not {len(centre)}")
    place = {option: values.pop(option) for option in ("out", "shot", "cut_name")}

    def change(editor: ShotEditor) -> EditOutcome:
        at = None if centre is None else centre[0]
        return editor.add_key(face, editor.make_key(face, source_frame, centre=at, **values))

    _carry_out(change, **place)


@edit.command(short_help="Say whether a face is there.")
@_shot_arguments
@click.argument("face")
@click.argument("state", type=click.Choice(["FOUND", "HELD", "ABSENT"], case_sensitive=False))
@_range_options
def state(face: str, state: str, first: int | None, last: int | None, **place: Any) -> None:
    """Say what FACE is in some frames. ABSENT: it is not there. HELD: it is, but its expression is not what was read.
    FOUND: it is as it was read.

    \b
    toolkit edit state out sh010 0 ABSENT --from 1040 --to 1060
    """
    from toolkit.documents import FaceState, SetState

    def change(editor: ShotEditor) -> EditOutcome:
        frames = editor.frames_between(first, last)
        return editor.add(
            SetState(face=editor.refer_to(face, frames), source_range=frames, state=FaceState(state.upper()))
        )

    _carry_out(change, **place)


@edit.command("list", short_help="List the edits, and what has become of them.")
@out_argument
@click.argument("shot", required=False)
@cut_option
@json_option
def list_command(out: Path, shot: str | None, cut_name: str, as_json: bool) -> None:
    """List the edits of all shots in OUT, or of SHOT, in the order in which they are carried out.

    \b
    toolkit edit list out
    """
    from toolkit import stages
    from toolkit.cli.show import show_rows

    rows = [asdict(row) for row in stages.list_edits(out, shot, cut_name=cut_name)]
    if rows or as_json:
        show_rows(rows, as_json=as_json)
    else:
        click.echo("there are no edits")


@edit.command(short_help="Remove an edit.")
@_shot_arguments
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1, type=int)
def undo(out: Path, shot: str, cut_name: str, numbers: tuple[int, ...]) -> None:
    """Remove the last edit of SHOT, or those of these numbers, as "toolkit edit list" shows them.

    \b
    toolkit edit undo out sh010
    toolkit edit undo out sh010 2
    """
    from toolkit import stages

    with stages.edit_shot(out, shot, cut_name=cut_name) as editor:
        before = editor.faces
        for removed in editor.remove(numbers):
            click.echo(f"{editor.shot}: removed: {removed.summary}")
    _show_faces(before, editor.faces)


def _carry_out(change: Callable[[ShotEditor], EditOutcome], *, out: Path, shot: str, cut_name: str) -> None:
    """Make ``change``, and say what is different in the faces of the shot."""
    from toolkit import stages

    with stages.edit_shot(out, shot, cut_name=cut_name) as editor:
        before = editor.faces
        made = change(editor)
    click.echo(f"{editor.shot}: {made.edit.summary}")
    if made.note:
        click.echo(f"note: {made.note}")
    _show_faces(before, editor.faces)


def _show_faces(before: EditedFaces, after: EditedFaces) -> None:
    from toolkit import stages
    from toolkit.cli.show import show_faces

    for sentence in stages.describe_changes(before.tracks, after.tracks):
        click.echo(sentence)
    for problem in after.problems:
        click.echo(f"note: {problem}")
    show_faces([stages.describe_face(after.tracks.shot, face) for face in after.tracks.faces])
