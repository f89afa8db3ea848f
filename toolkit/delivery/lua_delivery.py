"""Write ``delivery.lua``: the delivery for Resolve's Lua entry, which may read nothing else.

From 21.1 the free edition runs its menu scripts without file access; they can only execute a Lua file. It holds a
plain table of texts, numbers and booleans, with every path and number in Resolve's own notation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil
from pathlib import Path

from toolkit.delivery.formats.resolve_otio import timeline_name
from toolkit.delivery.lua_tables import LuaValue, Table
from toolkit.delivery.path_map import PathMap
from toolkit.documents import Delivery, DeliveryClip, DeliveryTrack, MediaKind, write_atomically
from toolkit.frames import FramePath, FrameRange

_SAME_PATHS = PathMap()
_SCHEMA = "toolkit.delivery_lua/1"
_HEADER = "-- Read by Resolve's menu entry Toolkit Import Passes (Lua). Data only; written by toolkit conform.\n"


def write_lua(delivery: Delivery, root: Path, path_map: PathMap = _SAME_PATHS, *, suffix: str = "") -> None:
    """Write ``root/delivery.lua``, with the paths of ``path_map`` and ``suffix`` in its name.

    Raises OutputNotWritable.
    """

    def locate(clip: DeliveryClip) -> str:
        return path_map.locate(clip, root)

    fields: dict[str, LuaValue] = {
        "schema": _SCHEMA,
        "name": delivery.name,
        "timeline_name": timeline_name(delivery),
        "rate": _rate_text(delivery.fps) + (" DF" if delivery.drop_frame else ""),
        "fps": delivery.fps,
        "drop_frame": delivery.drop_frame,
        "start_timecode": delivery.start_timecode,
        "start_frame": delivery.start_frame,
        "width": delivery.width,
        "height": delivery.height,
        "tracks": Table(items=tuple(_track(track, delivery.fps, locate) for track in delivery.tracks)),
        "markers": Table(items=tuple(_markers(delivery))),
        "notes": Table(items=delivery.notes),
    }
    with write_atomically(root / f"delivery{suffix}.lua") as temporary:
        temporary.write_text(f"{_HEADER}return {Table(fields=fields).text()}\n", encoding="utf-8", newline="\n")


def _track(track: DeliveryTrack, fps: float, locate: Callable[[DeliveryClip], str]) -> Table:
    clips = sorted(track.clips, key=lambda clip: clip.record_first)
    fields: dict[str, LuaValue] = {"name": track.name, "is_layer": track.pass_name is not None}
    return Table(fields={**fields, "clips": Table(items=tuple(_clip(clip, fps, locate(clip)) for clip in clips))})


def _clip(clip: DeliveryClip, fps: float, path: str) -> Table:
    folder = path[: len(path) - len(re.split(r"[/\\]", path)[-1])]
    frames = clip.end_index - clip.start_index + 1
    fields: dict[str, LuaValue] = {"name": clip.name, "path": path, "pool_path": path, "frames": frames}
    if clip.kind is MediaKind.SEQUENCE and frames > 1:  # Resolve imports a single frame as a still
        span = FramePath.parse(clip.pattern).span(FrameRange(first=clip.start_index, last=clip.end_index))
        fields |= {"pattern": folder + clip.pattern, "pool_path": folder + span}
        fields |= {"first_number": clip.start_index, "last_number": clip.end_index}
    fields |= {
        "start": float(clip.in_position) if clip.off_by_one else clip.in_frame,
        "count": _count_frames_to_place(clip, frames, fps),
        "off_by_one": clip.off_by_one,
        "record_first": clip.record_first,
        "record_count": clip.record_count,
        "fps": clip.fps,
        "rate": _rate_text(clip.fps),
        "speed": 100 * clip.speed,
        "premultiplied": clip.alpha == "premultiplied",
        "opacity": clip.opacity,
        "interpolation": clip.interpolation,
        "motion": clip.motion,
    }
    if clip.input_colour_space:
        fields["colour_space"] = clip.input_colour_space
    return Table(fields=fields)


def _count_frames_to_place(clip: DeliveryClip, frames: int, fps: float) -> int:
    """Source frames that fill the clip's duration at 100 % speed; 0 if its media is too short.

    A retimed clip gets its speed after it is placed. A single frame is a still and can have any duration.
    """
    count = ceil(clip.record_count * clip.fps / fps - 0.001)
    available = frames - clip.in_frame
    if frames == 1 or count <= available:
        return count
    return available if clip.speed == 1 else 0


def _markers(delivery: Delivery) -> list[Table]:
    return [
        Table(fields={"frame": one.record_frame, "colour": one.colour, "name": one.name, "note": one.note})
        for one in delivery.markers
    ]


def _rate_text(fps: float) -> str:
    """A rate as Resolve writes it: ``24``, ``23.976``."""
    return f"{fps:.3f}".rstrip("0").rstrip(".")
