"""Results on stdout: tables for people, the same facts as JSON for scripts."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from toolkit.frames import FramePath

if TYPE_CHECKING:  # the doctor must run even if the libraries behind these do not load
    from toolkit.documents import Cut, Delivery, Document, FaceTracks, PassPlan
    from toolkit.output import Output
    from toolkit.passes import RenderedPass
    from toolkit.stages import FaceRow
    from toolkit.stages.dry_run import DryRun
    from toolkit.stages.run_result import RunResult
    from toolkit.stages.verifying import Verification

MOST_ROWS = 200
"""Rows of a table that somebody reads; more are summarised."""

NEXT_STEPS = """\
Next, in Resolve:        Workspace > Scripts > Toolkit > Import Passes, then choose {delivery}
Next, in After Effects:  Window > Toolkit.jsx > Import Passes (or File > Scripts > toolkit_import_passes.jsx)
Anywhere else:           open {timeline}
(once per machine: toolkit install-scripts resolve, toolkit install-scripts ae)"""


def print_json(facts: Any) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(facts, indent=1, default=str))


def print_document(document: Document) -> None:
    """Print a document as ``print_json`` does: in ASCII, which every terminal and file can take."""
    text = document.model_dump_json(by_alias=True, indent=1)
    if not text.isascii():
        text = re.sub(r"[^\x00-\x7f]+", lambda match: json.dumps(match[0])[1:-1], text)
    click.echo(text)


def print_table(table: Table) -> None:
    """Print ``table`` as wide as the terminal, or 140 columns into a file; nothing is cut off."""
    for column in table.columns:
        column.overflow = "fold"  # a cut-off path is useless
    width = None if sys.stdout.isatty() else 140
    Console(width=width, markup=False).print(table)


def show_shots(cut: Cut, *, as_json: bool, list_all: bool = False) -> None:
    """The shots of a cut and what is left out; unless ``list_all``, a table of more than 200 rows is summarised.

    JSON is always complete.
    """
    if as_json:
        print_document(cut)
        return
    from toolkit.cli.shots_table import build_shots_table, build_summary_table

    problems: list[str] = []
    if not cut.shots:
        click.echo("nothing to render")
    elif list_all or len(cut.shots) <= MOST_ROWS:
        table, problems = build_shots_table(cut)
        print_table(table)
    else:
        print_table(build_summary_table(cut))
        click.echo(f"{len(cut.shots)} shots: each is listed with --all, or with --json")
    if cut.shots:
        click.echo(_total(cut))
    _show_matches(cut, list_all=list_all)
    _show_skipped(cut, list_all=list_all)
    for note in (*cut.notes, *problems):
        click.echo(f"note: {note}")


def _total(cut: Cut) -> str:
    """``27 shots, 12 of them rendered as part of another; 1924 source frames to render, handles included``."""
    shared = len(cut.shots) - len({shot.rendered_name for shot in cut.shots})
    shots = f"{len(cut.shots)} shot{'s' if len(cut.shots) > 1 else ''}"
    rendered = f"{shots}, {shared} of them rendered as part of another" if shared else shots
    return f"{rendered}; {cut.frames_to_render} source frames to render, handles included"


def _show_matches(cut: Cut, *, list_all: bool) -> None:
    """How the media of each event was found."""
    from toolkit.cli.shots_table import build_matches_table

    if not cut.media_matches:
        return
    if list_all or len(cut.media_matches) <= MOST_ROWS:
        print_table(build_matches_table(cut))
        return
    for way, count in Counter(match.by or "nothing" for match in cut.media_matches).most_common():
        click.echo(f"media: {count} of {len(cut.media_matches)} events found by {way}")


def _show_skipped(cut: Cut, *, list_all: bool) -> None:
    if not list_all and len(cut.skipped) > MOST_ROWS:
        reasons: dict[str, list[str]] = {}
        for row in cut.skipped:
            reasons.setdefault(row.reason, []).append(row.clip_name)
        for reason, names in sorted(reasons.items(), key=lambda item: -len(item[1]))[:MOST_ROWS]:
            more = f" and {len(names) - 1} more" if names[1:] else ""
            click.echo(f"left out: {names[0]}{more}: {reason}")
        why = "one reason" if len(reasons) == 1 else f"{len(reasons)} reasons"
        click.echo(f"{len(cut.skipped)} rows are left out, for {why}: each is listed with --all")
        return
    for row in cut.skipped:
        where = f" at record {row.record_range}" if row.record_range else ""
        click.echo(f"left out: {row.clip_name} on track {row.track_index + 1}{where}: {row.reason}")


def show_dry_run(found: DryRun, *, as_json: bool) -> None:
    """The shots, and what a run would do to each of their passes."""
    rows = [
        {
            "shot": one.shot,
            "pass": one.label,
            "kept": one.kept,
            "reused": one.reused,
            "to_render": one.rendered,
            "why": ", ".join(f"{count} {reason}" for reason, count in sorted(one.reasons.items())),
            "megabytes": round(one.size / 1e6),
        }
        for one in found.passes
    ]
    if as_json:
        seconds = [{"seconds": None if one.seconds is None else round(one.seconds, 1)} for one in found.passes]
        cut = found.cut.model_dump(mode="json", by_alias=True)
        print_json({**cut, "passes": [row | more for row, more in zip(rows, seconds, strict=True)]})
        return
    show_shots(found.cut, as_json=False)
    show_rows(rows, as_json=False)
    for sentence in [sentence for one in found.passes for sentence in one.mattes]:
        click.echo(sentence)
    painted = sum(one.rendered for one in found.passes)
    total = sum(one.kept + one.reused + one.rendered for one in found.passes)
    size = sum(one.size for one in found.passes) / 1e6
    click.echo(f"would render {painted} of {total} frames{_tell_time(found)}, about {size:.0f} MB; nothing was written")


def _tell_time(found: DryRun) -> str:
    """The time that the frames take, as far as earlier ones tell."""
    known = [one for one in found.passes if one.seconds is not None]
    seconds = sum(one.seconds or 0.0 for one in known)
    unknown = any(one.rendered and one.seconds is None for one in found.passes)
    if not seconds:
        return ""
    text = f"{seconds / 60:.0f} min" if seconds > 90 else f"{seconds:.0f} s"
    return f" in {text}{' and more' if unknown else ''} at the pace of earlier frames"


def show_tracks(tracks: Sequence[FaceTracks], *, as_json: bool) -> None:
    """Faces per shot, with the number of frames in which each is FOUND, HELD and ABSENT."""
    from toolkit.documents import FaceState, left_out_sentence

    rows = [
        {
            "shot": one.shot,
            "face": track.face,
            **{state.value: sum(sample.state is state for sample in track.samples) for state in FaceState},
        }
        for one in tracks
        for track in one.faces
    ]
    empty = [one.shot for one in tracks if not one.faces]
    if as_json:
        left_out = {one.shot: one.left_out for one in tracks if one.left_out}
        print_json({"faces": rows, "shots_without_faces": empty, "faces_left_out": left_out})
        return
    table = Table("shot", "face", "found", "held", "absent")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    print_table(table)
    for shot_name in empty:
        click.echo(f"{shot_name}: no face found; its FACE layer will be transparent")
    for one in tracks:
        if one.left_out:
            click.echo(left_out_sentence(one.shot, one.left_out))


def show_faces(rows: Sequence[FaceRow]) -> None:
    """The faces of a folder or a shot; their names only if one has a name."""
    hidden = set() if any(row.name for row in rows) else {"name"}
    show_rows([{key: value for key, value in asdict(row).items() if key not in hidden} for row in rows], as_json=False)


_STEP_NAMES = {1: "ones", 2: "twos", 3: "threes"}


def show_plans(
    plans: Sequence[PassPlan], *, predicted: Mapping[str, Mapping[int, float | None]] | None, as_json: bool
) -> None:
    """Frames, canvas and faces per pass, and what each shot is ``predicted`` to keep of its acting, if that is known.

    It is by the name of the shot and the step that its frames would be on.
    """
    from toolkit.passes import describe_mattes

    rows = [
        {
            "shot": plan.shot,
            "pass": plan.label,
            "on": _STEP_NAMES[plan.step],
            "frames": len(plan.frames),
            "with_faces": sum(bool(frame.faces) for frame in plan.frames),
            "canvas": f"{plan.canvas[0]}x{plan.canvas[1]}",
            "strength": plan.look.strength,
            "engine": plan.engine,
            **_name_steps(predicted[plan.shot] if predicted is not None else {}),
        }
        for plan in plans
    ]
    show_rows(rows, as_json=as_json)
    if not as_json:
        for sentence in [sentence for plan in plans for sentence in describe_mattes(plan)]:
            click.echo(sentence)


def _name_steps(predicted: Mapping[int, float | None]) -> dict[str, float | None]:
    """The columns ``kept_on_twos`` and so on, in points of 100."""
    return {f"kept_on_{_STEP_NAMES[step]}": None if kept is None else round(kept) for step, kept in predicted.items()}


def show_rendered(rendered: Sequence[RenderedPass], out: Path, *, as_json: bool) -> None:
    """Frames rendered and kept per pass, and where they are."""
    left = sum(done.left for done in rendered)
    rows = [
        {
            "shot": done.plan.shot,
            "pass": done.plan.label,
            "frames": len(done.plan.frames),
            "rendered": done.rendered,
            "reused": done.reused,
            "kept": done.kept,
            **({"left": done.left} if as_json or left else {}),
            "files": done.plan.files(out).hashes,
        }
        for done in rendered
    ]
    show_rows(rows, as_json=as_json)
    if left and not as_json:
        click.echo(f"{left} frames are left; for these, run the same command without --frames")


def show_run(result: RunResult, out: Path, *, as_json: bool) -> None:
    """What was rendered, where it is, and what to do next."""
    from toolkit.output import Output

    output = Output(root=out, cut=result.cut_name)
    if as_json:
        passes = [
            {
                "shot": r.plan.shot,
                "pass": r.plan.label,
                "rendered": r.rendered,
                "reused": r.reused,
                "kept": r.kept,
                "left": r.left,
            }
            for r in result.rendered
        ]
        _print_delivery(result.delivered, passes, output, left_out=dict(result.left_out))
        return
    show_rendered(result.rendered, out, as_json=False)
    if result.delivered is None:
        click.echo("nothing is delivered, since only some frames were asked for")
    else:
        _show_next(result.delivered, output)
        if output.report_page.exists():
            click.echo(f"To look at:              {output.report_page.absolute()}")
        if output.contact_sheet.exists():
            click.echo(f"At a glance:             {output.contact_sheet.absolute()}")


def show_conform(delivery: Delivery, output: Output, *, as_json: bool) -> None:
    """What was delivered, and what to do next."""
    passes = [
        {
            "shot": clip.shot,
            "pass": track.name,
            "frames": clip.end_index - clip.start_index + 1,
            "files": FramePath.parse(output.root / Path(clip.path).with_name(clip.pattern)).hashes,
        }
        for track in delivery.tracks
        if track.pass_name is not None
        for clip in track.clips
    ]
    if as_json:
        _print_delivery(delivery, passes, output)
        return
    show_rows(passes, as_json=False)
    _show_next(delivery, output)


def show_verification(found: Verification, *, as_json: bool) -> None:
    """The delivered files that are not as they were, or how many there are."""
    count = len(found.checksums.files)
    if as_json:
        problems = [{"path": one.path, "state": one.state, "detail": one.detail} for one in found.problems]
        print_json({"files": count, "bytes": found.size, "problems": problems})
        return
    for one in found.problems:
        click.echo(f"{one.path}: {one}")
    if not found.problems:
        click.echo(f"all {count} files of {found.checksums.name!r} are as delivered ({found.size / 1e6:.1f} MB)")


def _print_delivery(delivery: Delivery | None, passes: Sequence[dict[str, Any]], output: Output, **more: Any) -> None:
    paths = {"delivery": output.delivery, "timeline": output.return_timeline}
    files = {key: None if delivery is None else str(path) for key, path in paths.items()}
    print_json({**files, "passes": passes, "notes": list(delivery.notes) if delivery else [], **more})


def _show_next(delivery: Delivery, output: Output) -> None:
    for note in delivery.notes:
        click.echo(f"note: {note}")
    files = output.delivery.absolute(), output.return_timeline.absolute()  # a dialog does not start in our folder
    click.echo(NEXT_STEPS.format(delivery=files[0], timeline=files[1]))


def show_rows(rows: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """Rows with the same keys, as JSON or as a table, which has no more than 200 of them."""
    if as_json:
        print_json(list(rows))
        return
    table = Table(*(name.replace("_", " ") for name in (rows[0] if rows else ())))
    for row in rows[:MOST_ROWS]:
        table.add_row(*("-" if value is None else str(value) for value in row.values()))
    print_table(table)
    if more := len(rows[MOST_ROWS:]):
        click.echo(f"and {more} more rows: each is listed with --json")
