"""One command per stage; each reads and writes the documents in OUT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli.options import (
    NamedPath,
    check_progress,
    cut_argument,
    detect_option,
    face_track_option,
    frames_option,
    json_option,
    models_option,
    out_argument,
    out_option,
    overwrite_option,
    progress_option,
    replace_option,
    settings_for,
    settings_options,
    shot_option,
    strict_option,
    trust_option,
)
from toolkit.cli.out_folder import cut_of, settings_of
from toolkit.errors import ShotsLeftOut

if TYPE_CHECKING:
    from toolkit.documents import Cut
    from toolkit.settings import Settings


@click.command(short_help="List the shots of a cut, and what is left out and why.")
@cut_argument
@settings_options
@click.option(
    "--since",
    type=NamedPath(path_type=Path, exists=True),
    metavar="OLD",
    help="List what has changed since OLD, an earlier cut or the output folder of one.",
)
@detect_option
@click.option(
    "--sheet",
    type=NamedPath(path_type=Path, dir_okay=False),
    metavar="PICTURE",
    help="Write a contact sheet (.png, .jpg): the first, middle and last frame of every shot.",
)
@click.option(
    "--page",
    type=NamedPath(path_type=Path, dir_okay=False),
    metavar="HTML",
    help="With --since: write what has changed as a page for a browser, with pictures.",
)
@click.option("--all", "list_all", is_flag=True, help="List every shot, also of more than 200, not a summary.")
@json_option
def shots(
    *,
    cut: Path,
    since: Path | None,
    sheet: Path | None,
    page: Path | None,
    list_all: bool,
    as_json: bool,
    **named: Any,
) -> None:
    """List the shots of CUT: media, ranges, handles, and what is left out and why.

    With --since, list what has changed: what is new, gone, moved, trimmed, slipped and retimed, and how many frames
    have to be rendered for it.

    \b
    toolkit shots cut.otio
    toolkit shots cut.otio --handles 16 --json
    toolkit shots cut_v2.otio --since out --page changes.html
    toolkit shots movie.mov --detect-cuts --sheet sheet.png
    """
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.cli.show import show_shots

    if sheet is not None:
        stages.check_sheet_path(sheet)
    if page is not None and since is None:
        raise click.UsageError("--page shows what has changed; give the earlier cut with --since")
    settings = settings_for(cut.parent, **named)
    if since is not None:
        _show_changes(cut, since, page, settings, as_json=as_json, list_all=list_all)
        return
    problems: list[str] = []
    with open_progress("bar") as progress:
        found = stages.read_source(cut, settings, allow_empty=True, progress=progress)
        if sheet is not None:
            problems = stages.write_contact_sheet(found, sheet, progress=progress)
    show_shots(found, as_json=as_json, list_all=list_all)
    for problem in problems:
        click.echo(f"note: {problem}", err=True)
    if sheet is not None:
        click.echo(f"contact sheet: {sheet}", err=True)


def _show_changes(
    cut: Path, since: Path, page: Path | None, settings: Settings, *, as_json: bool, list_all: bool
) -> None:
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.cli.show_changes import show_changes

    if page is not None:
        stages.check_page_path(page)
    changes = stages.find_changes(cut, since, settings)
    problems: list[str] = []
    if page is not None:
        with open_progress("bar") as progress:
            problems = stages.write_changes_page(changes, page, progress=progress)
    show_changes(changes, as_json=as_json, list_all=list_all)
    for problem in problems:
        click.echo(f"note: {problem}", err=True)
    if page is not None:
        click.echo(f"page: {page}", err=True)


@click.command(short_help="Detect and track the faces of every shot.")
@cut_argument
@out_option
@settings_options
@detect_option
@replace_option
@strict_option
@face_track_option
@shot_option
@models_option
@click.option("--preview", is_flag=True, help="Write a small movie of every shot with what was followed drawn in it.")
@json_option
@progress_option
def track(
    *,
    cut: Path,
    out: Path,
    patterns: tuple[str, ...],
    models: Path | None,
    replace: bool,
    preview: bool,
    as_json: bool,
    progress_kind: str,
    **named: Any,
) -> None:
    """Detect and track the faces of every shot: OUT/<shot>/face_track.json.

    If a pass has a "body" ControlNet, people are tracked too: OUT/<shot>/body_track.json.

    With --preview, OUT/<shot>/track_preview.mp4 shows the plate with each face's oval, box, number and state.

    \b
    toolkit track cut.otio -o out
    toolkit track cut.otio -o out --preview
    """
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.cli.show import show_tracks
    from toolkit.output import Output

    check_progress(progress_kind, json=as_json)
    settings = settings_for(cut.parent, **named)
    with open_progress(progress_kind) as progress:
        source = stages.read_source(cut, settings, out, progress=progress)
        found = stages.track(
            source,
            out,
            settings,
            shots=patterns or None,
            models=models,
            replace=replace,
            preview=preview,
            progress=progress,
        )
    if progress_kind == "bar":
        show_tracks(found, as_json=as_json)
    for one in found if preview else ():
        path = Output(root=out).track_preview(one.shot)
        click.echo(f"to look at: {path}", err=as_json or progress_kind == "lines")
    _check_left_out(source, patterns)


@click.command(short_help="Plan every frame of every pass.")
@out_argument
@settings_options
@overwrite_option
@strict_option
@trust_option
@shot_option
@click.option(
    "--predict", is_flag=True, help="Also predict how much of the acting each shot keeps on twos and on threes."
)
@json_option
def plan(out: Path, patterns: tuple[str, ...], as_json: bool, predict: bool, **named: Any) -> None:
    """Plan every frame from the tracks in OUT: OUT/<shot>/<pass>/v001/plan.json. Reads no pixels.

    A pass that has been delivered with another plan gets a new version.

    \b
    toolkit plan out --set face.strength=0.4
    toolkit plan out --predict --on BODY=twos
    """
    from toolkit import stages
    from toolkit.cli.show import show_plans

    plans = stages.plan(out, settings_of(out, **named), shots=patterns or None)
    predicted = stages.predict_planned(out, plans) if predict else None
    show_plans(plans, predicted=predicted, as_json=as_json)
    _check_left_out(cut_of(out), patterns)


@click.command(short_help="Render the planned passes.")
@out_argument
@settings_options
@overwrite_option
@strict_option
@trust_option
@shot_option
@frames_option
@json_option
@progress_option
def render(out: Path, patterns: tuple[str, ...], as_json: bool, progress_kind: str, **named: Any) -> None:
    """Render the passes planned in OUT; frames that are already up to date are kept.

    \b
    toolkit render out
    """
    from toolkit import stages
    from toolkit.cli.progress import open_progress
    from toolkit.cli.show import show_rendered

    check_progress(progress_kind, json=as_json)
    with open_progress(progress_kind) as progress:
        rendered = stages.render(out, settings_of(out, **named), shots=patterns or None, progress=progress)
    if progress_kind == "bar":
        show_rendered(rendered, out, as_json=as_json)
    _check_left_out(cut_of(out), patterns)


def _check_left_out(cut: Cut, patterns: tuple[str, ...]) -> None:
    """Raises ShotsLeftOut, which sets the exit code, when some of the work could not be done."""
    from toolkit.stages import find_left_out

    left_out = find_left_out(cut, patterns or None)
    if left_out:
        raise ShotsLeftOut(left_out)
