"""Export a timeline as OTIO and read its clips; before 21.1 this is the only source of clip speeds."""

import os

from toolkit_resolve.files import read_json
from toolkit_resolve.host import call, get_constant

NESTED = ("Stack", "Track", "Timeline")
"""Schemas of what has clips inside."""


def export_otio(resolve, timeline, path):
    """Export the timeline to ``path``; return whether a file was written."""
    if os.path.isfile(path):
        os.remove(path)
    kind, part = get_constant(resolve, "EXPORT_OTIO", None), get_constant(resolve, "EXPORT_NONE", None)
    for _ in range(2):  # the first may not be answered
        if kind is not None and part is not None and not os.path.isfile(path):
            call(timeline, "Export", path, kind, part)
    return os.path.isfile(path) and os.path.getsize(path) > 0


def read_exported_clips(path):
    """Return {(video track from 1, record frame from 0): clip data} of a Resolve export; empty if unreadable."""
    try:
        tracks = [track for track in read_json(path)["tracks"]["children"] if track.get("kind") == "Video"]
        return {key: clip for number, track in enumerate(tracks, 1)
                for key, clip in _read_exported_track(number, track)}
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
        return {}


def _read_exported_track(number, track):
    position = 0.0
    for child in track["children"]:
        if child["OTIO_SCHEMA"].startswith("Transition"):
            continue  # it overlaps the cut and has no duration of its own
        if child["OTIO_SCHEMA"].startswith("Clip"):
            yield (number, int(round(position))), _read_exported_clip(child)
        elif child["OTIO_SCHEMA"].startswith(NESTED) and child.get("children"):
            yield (number, int(round(position))), {"speed": 1.0, "ramp": False, "head": None, "nested": True}
        position += child["source_range"]["duration"]["value"]  # in record frames, at any speed


def _read_exported_clip(clip):
    """Return ``speed``, ``ramp`` (a speed ramp), ``head`` (seconds of media before the in point, or None), ``nested``.

    The last is for a compound clip whose contents are in the export: no version up to 21 is known to write them.
    """
    effects = clip.get("effects") or []
    warps = [effect for effect in effects if "time_scalar" in effect]
    ramp = any("Key Frames" in (effect.get("metadata") or {}).get("Resolve_OTIO", {}) for effect in effects
               if effect["OTIO_SCHEMA"].startswith("TimeEffect"))
    media = (clip.get("media_references") or {}).get(clip.get("active_media_reference_key")) or {}
    available, head = media.get("available_range"), None
    if available:
        head = _to_seconds(clip["source_range"]["start_time"]) - _to_seconds(available["start_time"])
    return {"speed": float(warps[0]["time_scalar"]) if warps else 1.0, "ramp": ramp, "head": head, "nested": False}


def _to_seconds(time):
    return float(time["value"]) / float(time["rate"])
