"""What has changed in a cut, as a table for people or as JSON for scripts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from toolkit.cli.show import MOST_ROWS, print_json, print_table
from toolkit.frames import timecode_from_frames

if TYPE_CHECKING:
    from toolkit.documents import Cut, Shot
    from toolkit.stages.changes import CutChanges
    from toolkit.turnover import ShotChange


def show_changes(changes: CutChanges, *, as_json: bool, list_all: bool = False) -> None:
    """The changed shots and what has to be rendered for them; unless ``list_all``, more than 200 are only counted."""
    counts = Counter(str(kind) for change in changes.shots for kind in change.kinds)
    if as_json:
        print_json(
            {
                "old": changes.old.name,
                "new": changes.new.name,
                "frames_to_render": changes.frames_to_render,
                "frames_offline": changes.frames_offline,
                "counts": dict(sorted(counts.items())),
                "shots": [_facts(change) for change in changes.shots],
            }
        )
        return
    changed = [change for change in changes.shots if str(change.kinds[0]) != "same" or change.frames_to_render]
    if len(changed) > MOST_ROWS and not list_all:
        click.echo(f"{changes.old.name} -> {changes.new.name}: {len(changed)} shots; each is listed with --all")
    elif changed:
        title = f"{changes.old.name} -> {changes.new.name}"
        table = Table("shot", "what", "record", "source", "to render", title=title)
        for change in changed:
            table.add_row(*_row(change, changes))
        print_table(table)
    click.echo(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "both cuts are empty")
    offline = f"; {changes.frames_offline} of them are of media that is offline" if changes.frames_offline else ""
    click.echo(f"{changes.frames_to_render} source frames to render, handles included{offline}")


def _row(change: ShotChange, changes: CutChanges) -> tuple[str, ...]:
    before = _place(change.old, changes.old) if change.old is not None else ""
    after = _place(change.new, changes.new) if change.new is not None else ""
    return (
        change.name,
        ", ".join(change.kinds),
        before if before == after or not after else f"{before} -> {after}" if before else after,
        _describe_source(change),
        str(change.frames_to_render or ""),
    )


def _place(shot: Shot, cut: Cut) -> str:
    frame = cut.record_start + shot.record_range.first
    return f"V{shot.track_index + 1} {timecode_from_frames(frame, cut.record_rate, drop_frame=cut.drop_frame)}"


def _describe_source(change: ShotChange) -> str:
    """The source range, and how its ends have moved: ``1009-1056 (head +3, tail -2)``."""
    shot = change.new or change.old
    if shot is None:
        return ""
    ends = [f"{end} {by:+d}" for end, by in (("head", change.head), ("tail", change.tail)) if by]
    return f"{shot.source_range} ({', '.join(ends)})" if ends else str(shot.source_range)


def _facts(change: ShotChange) -> dict[str, Any]:
    return {
        "shot": change.name,
        "kinds": [str(kind) for kind in change.kinds],
        "head": change.head,
        "tail": change.tail,
        "frames_to_render": change.frames_to_render,
        "old": _use(change.old),
        "new": _use(change.new),
    }


def _use(shot: Shot | None) -> dict[str, Any] | None:
    if shot is None:
        return None
    return {
        "shot": shot.name,
        "media": shot.media.path,
        "source_range": [shot.source_range.first, shot.source_range.last],
        "record_range": [shot.record_range.first, shot.record_range.last],
        "track_index": shot.track_index,
        "speed": str(shot.frame_map.speed),
    }
