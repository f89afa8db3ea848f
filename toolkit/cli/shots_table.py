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
    table = Table(*columns, title=cut.name, caption=_tell_ntsc(cut))
    for shot in cut.shots:
        table.add_row(*_row(cut, shot, sizes.get(shot.media.path, _UNKNOWN)))
    return table, problems


def build_summary_table(cut: Cut) -> Table:
    """One row for each video track: how many shots it has, of how many media, and what is special about them."""
    table = Table(
        "track", "shots", "media", "offline", "retimed", "record\ntimecode", title=cut.name, caption=_tell_ntsc(cut)
    )
    tracks: dict[int, list[Shot]] = {}
    for shot in cut.shots:
        tracks.setdefault(shot.track_index, []).append(shot)
    for track_index, shots in sorted(tracks.items()):
        first = min(shot.record_range.first for shot in shots)
        last = max(shot.record_range.last for shot in shots)
        counts = (
            len(shots),
            len({shot.media.path for shot in shots}),
            sum(not shot.media.online for shot in shots),
            sum(shot.frame_map.speed != 1 or shot.frame_map.frames is not None for shot in shots),
        )
        record = f"{first}-{last}\n{_record_timecode(cut, first)}"
        table.add_row(f"V{track_index + 1}", *map(str, counts), record)
    return table


def build_matches_table(cut: Cut) -> Table:
    """How media was found for a cut whose file names none."""
    table = Table("event", "clip", "media", "found by", title="media")
    for match in cut.media_matches:
        table.add_row(match.event, match.clip, match.path or "not found", match.by)
    return table


def _tell_ntsc(cut: Cut) -> str | None:
    """How rates are read that nobody writes exactly; None: the cut has none."""
    rates = {cut.record_rate, *(shot.media.rate for shot in cut.shots)}
    exact = [f"{float(rate):.6g} fps is {rate}" for rate in sorted(rates) if rate.denominator == 1001]
    return f"{', '.join(exact)}: whole numbers count frames at that rate" if exact else None


def _row(cut: Cut, shot: Shot, size: str) -> tuple[str, ...]:
    media, (head, tail) = shot.media, shot.handles
    rate = f"{float(media.rate):.6g} fps"
    seconds = len(shot.record_range) / cut.record_rate
    return (
        shot.name if shot.rendered_name == shot.name else f"{shot.name}\n= {shot.rendered_name}",
        f"{Path(media.path).name}\n{size}, {rate}",
        f"{shot.source_range} (+{head} +{tail})\n{_source_timecode(shot)}, {float(seconds):.2f} s",
        f"{shot.record_range}\n{_record_timecode(cut, shot.record_range.first)}",
        f"{_speed(shot)}\n{'online' if media.online else 'OFFLINE'}",
    )


def _speed(shot: Shot) -> str:
    """The speed; with ``~`` the mean of a clip that lists its frames."""
    speed = float(shot.frame_map.speed)
    return f"{speed:g}" if shot.frame_map.frames is None else f"~{speed:.3g}"


def _record_timecode(cut: Cut, record_frame: int) -> str:
    """The timeline's timecode at ``record_frame``."""
    return str(timecode_from_frames(cut.record_start + record_frame, cut.record_rate, drop_frame=cut.drop_frame))


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
