"""``return.csv``: one row for each plate and layer, for spreadsheets."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from toolkit.delivery.clip_timing import has_one_frame, media_length, media_start
from toolkit.delivery.formats.locations import Locations, numbered_files, split_path
from toolkit.delivery.formats.text import decimal, one_line
from toolkit.documents import Delivery, DeliveryClip, DeliveryTrack, write_atomically
from toolkit.editorial.times import exact_number
from toolkit.frames import timecode_from_frames

_FORMULA = ("=", "+", "-", "@")
"""A cell that begins like this is calculated, and may start programs."""

Row = dict[str, str | int]


def write_shot_list(delivery: Delivery, path: Path, locations: Locations) -> None:
    """Write ``delivery`` to ``path``. Raises OutputNotWritable."""
    rows = [row for track in delivery.tracks for row in _track_rows(delivery, track, locations)]
    rows.sort(key=lambda row: (row["record_first"], row["shot"]))  # stable: plates stay under their layers
    with write_atomically(path) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]) if rows else [])
        writer.writeheader()
        writer.writerows(rows)


def _track_rows(delivery: Delivery, track: DeliveryTrack, locations: Locations) -> Iterator[Row]:
    plates = {
        clip.shot: locations.portable(clip) for one in delivery.tracks if one.pass_name is None for clip in one.clips
    }
    notes: dict[str, list[str]] = {}
    for marker in delivery.markers:
        notes.setdefault(marker.shot, []).append(marker.note)
    for clip in track.clips:
        layer = {
            "shot": _cell(clip.shot),
            "pass": _cell(track.pass_name or "PLATE"),
            "version": "" if clip.version is None else f"v{clip.version:03d}",
            "track": _cell(track.name),
            "name": _cell(clip.name),
        }
        ends = {"plate": plates.get(clip.shot, ""), "notes": _cell("; ".join(notes.get(clip.shot, ())))}
        yield {**layer, **_timing(delivery, clip), "files": _files(clip, locations), **ends}


def _timing(delivery: Delivery, clip: DeliveryClip) -> Row:
    first = delivery.start_frame + clip.record_first
    source = media_start(clip) + clip.in_frame
    tail = media_length(clip) - clip.in_frame - clip.frame_count

    def record_label(frame: int) -> str:
        return str(timecode_from_frames(frame, delivery.rate, drop_frame=delivery.drop_frame))

    def source_label(frame: int) -> str:
        return str(timecode_from_frames(frame, clip.rate, drop_frame=";" in clip.timecode))

    return {
        "record_in": record_label(first),
        "record_out": record_label(first + clip.record_count),
        "record_first": clip.record_first,
        "record_count": clip.record_count,
        "source_in": source_label(source),
        "source_out": source_label(source + clip.frame_count),
        "source_first": clip.start_index + clip.in_frame,
        "source_last": clip.start_index + clip.in_frame + clip.frame_count - 1,
        "source_start": decimal(clip.start_index + clip.in_position),
        "source_rate": decimal(clip.rate),
        "handle_head": clip.in_frame,
        "handle_tail": tail,
        "speed_percent": "" if has_one_frame(clip) else decimal(100 * exact_number(clip.speed)),
    }


def _files(clip: DeliveryClip, locations: Locations) -> str:
    """The file, or the files as ``plate.####.exr``, as a cell."""
    path = locations.portable(clip)
    files, name = numbered_files(clip), split_path(path)[1]
    return _cell(path[: len(path) - len(name)] + (files.name if files else name))


def _cell(text: str) -> str:
    """``text`` as a cell that no spreadsheet calculates."""
    plain = one_line(text)
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA) else plain
