"""The shots of a cut as a table that fits a terminal of 80 columns: two lines for each shot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from toolkit.errors import MediaError
from toolkit.frames import timecode_from_frames

if TYPE_CHECKING:
    from toolkit.documents import Cut, Media, Shot

_UNKNOWN = "?"


def build_shots_table(cut: Cut) -> tuple[Table, list[str]]:
    """The table, and why the size of some media is not known, one sentence each."""
    sizes, problems = _read_sizes([shot.media for shot in cut.shots if shot.media.online])
    columns = ("shot", "media\nsize, rate", "source (handles)\ntimecode, duration", "record\ntimecode", "speed\nstate")
    table = Table(*columns, title=cut.name)
    for shot in cut.shots:
        table.add_row(*_row(cut, shot, sizes.get(shot.media.path, _UNKNOWN)))
    return table, problems


def build_matches_table(cut: Cut) -> Table:
    """How media was found for a cut whose file names none."""
    table = Table("event", "clip", "media", "found by", title="media")
    for match in cut.media_matches:
        table.add_row(match.event, match.clip, match.path or "not found", match.by)
    return table


def _row(cut: Cut, shot: Shot, size: str) -> tuple[str, ...]:
    media, (head, tail) = shot.media, shot.handles
    rate = f"{float(media.rate):.6g} fps"
    seconds = len(shot.record_range) / cut.record_rate
    first = cut.record_start + shot.record_range.first
    record = timecode_from_frames(first, cut.record_rate, drop_frame=cut.drop_frame)
    return (
        shot.name if shot.rendered_name == shot.name else f"{shot.name}\n= {shot.rendered_name}",
        f"{Path(media.path).name}\n{size}, {rate}",
        f"{shot.source_range} (+{head} +{tail})\n{_source_timecode(shot)}, {float(seconds):.2f} s",
        f"{shot.record_range}\n{record}",
        f"{float(shot.frame_map.speed):g}\n{'online' if media.online else 'OFFLINE'}",
    )


def _source_timecode(shot: Shot) -> str:
    """The media's timecode at the first frame that the edit shows."""
    media = shot.media
    if media.timecode_first is None:
        return "no timecode"
    frame = media.timecode_first + shot.source_range.first - shot.frame_map.source_first
    return str(timecode_from_frames(frame, media.rate, drop_frame=media.drop_frame))


def _read_sizes(media: Sequence[Media]) -> tuple[dict[str, str], list[str]]:
    """Width and height by path; each file is opened once. And what could not be opened."""
    from toolkit.plates import open_plate

    sizes: dict[str, str] = {}
    problems: list[str] = []
    for path, one in {each.path: each for each in media}.items():
        try:
            with open_plate(one) as plate:
                sizes[path] = f"{plate.width}x{plate.height}"
        except MediaError as error:
            problems.append(str(error))
    return sizes, problems
