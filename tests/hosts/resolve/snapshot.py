"""A project as plain data, to compare before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.hosts.resolve.properties import PROPERTIES

if TYPE_CHECKING:
    from tests.hosts.resolve.item import TimelineItem
    from tests.hosts.resolve.media import MediaPoolItem
    from tests.hosts.resolve.pool import Folder
    from tests.hosts.resolve.project import Project
    from tests.hosts.resolve.timeline import Timeline, Track


def project(one: Project | None) -> dict[str, Any]:
    """Return the project; empty if None."""
    if one is None:
        return {}
    return {
        "name": one.name,
        "settings": dict(one.settings),
        "pool": folder(one.pool.root),
        "timelines": [timeline(each) for each in one.timelines],
        "current_timeline": one.current and one.current.name,
        "current_folder": one.pool.current.name,
    }


def folder(one: Folder) -> dict[str, Any]:
    """Return a bin with its contents."""
    return {
        "id": one.uid,
        "name": one.name,
        "clips": [media(clip) for clip in one.clips],
        "folders": [folder(below) for below in one.folders],
    }


def media(one: MediaPoolItem) -> dict[str, Any]:
    """Return a media pool item."""
    return {
        "id": one.uid,
        "name": one.name,
        "kind": one.kind,
        "path": one.path,
        "frames": one.frames,
        "properties": dict(one.properties),
        "metadata": dict(one.metadata),
        "third_party": dict(one.third_party),
        "markers": one.GetMarkers(),
        "in_out": one.GetMarkInOut(),
        "colour": one.clip_colour,
        "flags": list(one.flags),
    }


def timeline(one: Timeline) -> dict[str, Any]:
    """Return a timeline with its tracks, bottom to top."""
    return {
        "id": one.uid,
        "name": one.name,
        "start": one.start,
        "start_timecode": one.start_timecode,
        "own_settings": dict(one.custom_settings),
        "tracks": {kind: [track(each) for each in tracks] for kind, tracks in one.tracks.items()},
        "markers": one.GetMarkers(),
        "in_out": one.GetMarkInOut(),
    }


def track(one: Track) -> dict[str, Any]:
    """Return a track with its clips, in record order."""
    return {
        "name": one.name,
        "enabled": one.enabled,
        "locked": one.locked,
        "items": [item(each) for each in sorted(one.items, key=lambda each: each.start)],
    }


def item(one: TimelineItem) -> dict[str, Any]:
    """Return a clip; of its properties, only those that differ from the default."""
    return {
        "id": one.uid,
        "name": one.name,
        "media": one.media.path if one.media is not None else None,
        "start": one.start,
        "duration": one.duration,
        "left": one.left,
        "speed": one.speed,
        "enabled": one.enabled,
        "grade": one.grade,
        "properties": {key: value for key, value in one.properties.items() if value != PROPERTIES[key]},
        "comps": {comp.name: comp.text for comp in one.comps},
        "linked": sorted(other.uid for other in one.linked if not other.dead),
        "markers": one.GetMarkers(),
        "colour": one.clip_colour,
        "flags": list(one.flags),
    }


def without_ids(value: Any) -> Any:
    """Return a snapshot without ids, to compare it with that of another fake or of a copy."""
    if isinstance(value, dict):
        return {key: without_ids(one) for key, one in value.items() if key not in ("id", "linked")}
    return [without_ids(one) for one in value] if isinstance(value, list) else value
