"""What Resolve's own OTIO export says of its clips; before 21.1 nothing else tells a speed."""

import os

from toolkit_resolve.files import read_json
from toolkit_resolve.host import ask, constant


def export_otio(resolve, timeline, path):
    """Have Resolve write the timeline to ``path``; whether a file came of it."""
    if os.path.isfile(path):
        os.remove(path)
    kind, part = constant(resolve, "EXPORT_OTIO", None), constant(resolve, "EXPORT_NONE", None)
    if kind is not None and part is not None:
        ask(timeline, "Export", path, kind, part)
    return os.path.isfile(path) and os.path.getsize(path) > 0


def exported_clips(path):
    """{(video track from 1, record frame from 0): facts} of a Resolve export; empty when it is not like one."""
    try:
        tracks = [track for track in read_json(path)["tracks"]["children"] if track.get("kind") == "Video"]
        return {key: facts for number, track in enumerate(tracks, 1) for key, facts in _track_clips(number, track)}
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
        return {}


def _track_clips(number, track):
    position = 0.0
    for child in track["children"]:
        if child["OTIO_SCHEMA"].startswith("Transition"):
            continue  # it lies over the cut and takes no place
        if child["OTIO_SCHEMA"].startswith("Clip"):
            yield (number, int(round(position))), _clip_facts(child)
        position += child["source_range"]["duration"]["value"]  # record frames, whatever the speed


def _clip_facts(clip):
    """``speed``, whether it is a ``ramp``, and ``head``: seconds of media before the first picture shown, or None."""
    effects = clip.get("effects") or []
    warps = [effect for effect in effects if "time_scalar" in effect]
    ramp = any("Key Frames" in (effect.get("metadata") or {}).get("Resolve_OTIO", {}) for effect in effects
               if effect["OTIO_SCHEMA"].startswith("TimeEffect"))
    media = (clip.get("media_references") or {}).get(clip.get("active_media_reference_key")) or {}
    available, head = media.get("available_range"), None
    if available:
        head = _seconds(clip["source_range"]["start_time"]) - _seconds(available["start_time"])
    return {"speed": float(warps[0]["time_scalar"]) if warps else 1.0, "ramp": ramp, "head": head}


def _seconds(time):
    return float(time["value"]) / float(time["rate"])
