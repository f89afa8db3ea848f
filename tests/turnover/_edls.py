"""A little writer of edit lists for the tests. Shares no code with the toolkit."""

from __future__ import annotations

from pathlib import Path

from toolkit.documents import Cut, ReadOptions, Shot
from toolkit.frames import exact_rate
from toolkit.turnover import read_cut


def label(frame: int, nominal: int, *, drop: bool = False) -> str:
    """The timecode of a frame: counted minute by minute, so that dropped labels need no formula."""
    if not drop:
        seconds, frames = divmod(frame, nominal)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"
    dropped, minute = nominal // 15, 0
    while frame >= (length := 60 * nominal - (dropped if minute % 10 else 0)):
        frame, minute = frame - length, minute + 1
    frame += dropped if minute % 10 else 0
    seconds, frames = divmod(frame, nominal)
    return f"{minute // 60:02}:{minute % 60:02}:{seconds:02};{frames:02}"


def event(
    number: int,
    reel: str,
    source: tuple[str, str],
    record: tuple[str, str],
    *,
    channels: str = "V",
    edit: str = "C",
    length: str = "",
) -> str:
    return f"{number:03}  {reel:<8} {channels:<5} {edit:<4} {length:>3} {' '.join((*source, *record))}"


def write_list(path: Path, *lines: str, encoding: str = "utf-8", ends: str = "\n") -> Path:
    path.write_bytes(ends.join(["TITLE: LIST", "FCM: NON-DROP FRAME", *lines, ""]).encode(encoding))
    return path


def read(path: Path, *, rate: str | None = None, media: Path | None = None, handles: int = 0) -> Cut:
    options = ReadOptions(
        record_rate=None if rate is None else exact_rate(rate), media=() if media is None else (str(media),)
    )
    return read_cut(path, handles=handles, options=options)


def shown(shot: Shot) -> list[int]:
    """The source frame of each record frame of a shot, as its timecode in frames."""
    first = shot.media.timecode_first or 0
    frames = [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]
    return [frame - shot.frame_map.source_first + first for frame in frames]


def records(cut: Cut) -> list[tuple[int, int]]:
    return [(shot.record_range.first, shot.record_range.last) for shot in cut.shots]
