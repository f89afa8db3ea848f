"""Turnovers as plain JSON, as a menu script or a TD's own script writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.turnover._cuts import Json, write


def host_clip(path: str, record: tuple[int, int], source_first: float = 0, **facts: Any) -> Json:
    """One clip at ``record`` (first frame, count), on V1 at 100 % and 24 fps unless ``facts`` say otherwise."""
    return {
        "name": "sh010",
        "path": path,
        "track": 1,
        "enabled": True,
        "record_first": record[0],
        "record_count": record[1],
        "source_first": source_first,
        "source_count": record[1],
        "speed": 1.0,
        "media_fps": 24.0,
        "media_count": 120,
        "media_timecode": "",
        **facts,
    }


def turnover(*clips: Json, **facts: Any) -> Json:
    return {
        "schema": "toolkit.turnover/1",
        "host": "resolve",
        "host_version": "20.3.2",
        "name": "reel 1",
        "timeline_id": "a-b-c",
        "otio": "",
        "fps": 24.0,
        "drop_frame": False,
        "start_timecode": "01:00:00:00",
        "start_frame": 86400,
        "record_count": 0,
        "width": 32,
        "height": 16,
        "colour": {"mode": "unmanaged"},
        "clips": list(clips),
        **facts,
    }


def write_turnover(folder: Path, *clips: Json, **facts: Any) -> Path:
    """Write a ``turnover.json`` of ``clips`` into ``folder``; returns its path."""
    return write(folder / "turnover.json", turnover(*clips, **facts))
