"""Copy a timeline: in the project, as OTIO in Resolve's format, or as a DRT that only this fake can read."""

from __future__ import annotations

import copy as copies
import json
import re
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from tests.hosts.resolve import rates
from tests.hosts.resolve.constants import number

if TYPE_CHECKING:
    from tests.hosts.resolve.item import TimelineItem
    from tests.hosts.resolve.timeline import Timeline, Track


def duplicate_timeline(timeline: Timeline, name: str) -> Timeline:
    """Duplicate a timeline in its project under another name."""
    return copy_contents(timeline.project.create_timeline(name), timeline)


def copy_contents(twin: Timeline, timeline: Timeline) -> Timeline:
    """Copy the contents of a timeline to the empty ``twin``; every clip gets a new id."""
    twin.custom_settings, twin.start_timecode = dict(timeline.custom_settings), timeline.start_timecode
    twin.markers, twin.in_out = copies.deepcopy(timeline.markers), copies.deepcopy(timeline.in_out)
    pairs: dict[TimelineItem, TimelineItem] = {}
    for kind, tracks in timeline.tracks.items():
        twin.tracks[kind] = [_copy_track(track, twin, pairs) for track in tracks]
    for old, new in pairs.items():
        new.linked = [pairs[one] for one in old.linked if one in pairs]
    return twin


def _copy_track(track: Track, twin: Timeline, pairs: dict[TimelineItem, TimelineItem]) -> Track:
    new = copies.copy(track)
    new.items = []
    for item in track.items:
        pairs[item] = copies.copy(item)
        pairs[item].uid, pairs[item].timeline = twin.world.new_uid(), twin
        pairs[item].properties, pairs[item].markers = dict(item.properties), copies.deepcopy(item.markers)
        pairs[item].comps, pairs[item].flags = [copies.copy(comp) for comp in item.comps], list(item.flags)
        new.items.append(pairs[item])
    return new


def export_timeline(timeline: Timeline, path: str, export_type: float) -> bool:
    """Export the timeline; return whether Resolve reports success."""
    behaviour = timeline.world.behaviour
    if behaviour.refuses_exports or not Path(path).parent.is_dir():
        return False
    if behaviour.exports_write_nothing:
        return True
    if export_type == number("EXPORT_OTIO"):
        Path(path).write_text(json.dumps(to_otio(timeline), indent=1), encoding="utf-8")
        return True
    if export_type == number("EXPORT_DRT"):
        text = f"DRT of the fake: {timeline.uid} {len(timeline.world.exported_timelines)}\n"
        timeline.world.exported_timelines[text] = copy_contents(
            type(timeline)(timeline.world, timeline.project, timeline.name), timeline
        )
        Path(path).write_text(text, encoding="utf-8")
        return True
    timeline.world.misuse.append(f"Export: the fake writes no {export_type}")
    return False


def to_otio(timeline: Timeline) -> dict[str, Any]:
    """Return the OTIO that Resolve writes: without a name, video tracks bottom to top, then audio."""
    rate = timeline.rate
    tracks = [
        {
            "OTIO_SCHEMA": "Track.1",
            "kind": kind.title(),
            "name": track.name,
            "enabled": track.enabled,
            "metadata": {"Resolve_OTIO": {"Locked": track.locked}},
            "source_range": None,
            "effects": [],
            "markers": [],
            "children": _children(timeline, track),
        }
        for kind in ("video", "audio")
        for track in timeline.tracks[kind]
    ]
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {"Resolve_OTIO": {"Resolve OTIO Meta Version": "1.0"}},
        "name": "",
        "global_start_time": _time(timeline.start, rate),
        "tracks": {
            "OTIO_SCHEMA": "Stack.1",
            "metadata": {},
            "name": "",
            "source_range": None,
            "effects": [],
            "markers": [_marker(frame, marker, rate) for frame, marker in sorted(timeline.markers.items())],
            "enabled": True,
            "children": tracks,
        },
    }


def _children(timeline: Timeline, track: Track) -> list[dict[str, Any]]:
    children: list[dict[str, Any]] = []
    at = timeline.start
    for item in sorted(track.items, key=lambda one: one.start):
        if item.start > at:
            children.append(
                {
                    "OTIO_SCHEMA": "Gap.1",
                    "name": "",
                    "metadata": {},
                    "source_range": _range(0, item.start - at, timeline.rate),
                    "effects": [],
                    "markers": [],
                    "enabled": True,
                }
            )
        children.append(_clip(item, timeline.rate))
        at = item.start + item.duration
    return children


def _clip(item: TimelineItem, rate: float) -> dict[str, Any]:
    """Return a clip: source range in the media's timecode, with the duration on the timeline."""
    first, effects = 0.0, []
    if item.media is not None:
        first = (
            (rates.timecode_to_frame(item.media.properties["Start TC"], item.media.rate) + item.left)
            * rate
            / item.media.rate
        )
    if item.speed != 100:
        warp = {"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": item.speed / 100, "effect_name": "", "name": ""}
        effects.append({**warp, "metadata": {}})
    return {
        "OTIO_SCHEMA": "Clip.2",
        "name": item.name,
        "metadata": {"Resolve_OTIO": {}},
        "source_range": _range(first, item.duration, rate),
        "effects": effects,
        "markers": [_marker(frame, marker, rate) for frame, marker in sorted(item.markers.items())],
        "enabled": item.enabled,
        "media_references": {"DEFAULT_MEDIA": _reference(item)},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def _reference(item: TimelineItem) -> dict[str, Any]:
    media = item.media
    if media is None or media.kind == "timeline":
        return {"OTIO_SCHEMA": "MissingReference.1", "name": "", "metadata": {}, "available_range": None}
    start = rates.timecode_to_frame(media.properties["Start TC"], media.rate)
    common = {"name": media.name, "metadata": {}, "available_range": _range(start, media.frames, media.rate)}
    numbers = re.fullmatch(r"(.*)\[(\d+)-\d+\](.*)", PurePath(media.path).name)
    if media.kind != "sequence" or numbers is None:
        return {"OTIO_SCHEMA": "ExternalReference.1", **common, "target_url": media.path}
    return {
        "OTIO_SCHEMA": "ImageSequenceReference.1",
        **common,
        "target_url_base": str(PurePath(media.path).parent),
        "name_prefix": numbers[1],
        "name_suffix": numbers[3],
        "start_frame": media.first,
        "frame_step": 1,
        "rate": media.rate,
        "frame_zero_padding": len(numbers[2]),
        "missing_frame_policy": "error",
    }


def _marker(frame: float, marker: dict[str, Any], rate: float) -> dict[str, Any]:
    return {
        "OTIO_SCHEMA": "Marker.2",
        "name": marker["name"],
        "color": marker["color"].upper(),
        "marked_range": _range(frame, marker["duration"], rate),
        "metadata": {"Resolve_OTIO": {"Keywords": [], "Note": marker["note"]}},
    }


def _time(value: float, rate: float) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": float(value)}


def _range(first: float, count: float, rate: float) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": _time(first, rate), "duration": _time(count, rate)}
