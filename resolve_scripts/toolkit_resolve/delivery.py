"""The delivery: read, checked and looked up on disk before Resolve is asked anything."""

import json
import math
import os
import re

from toolkit_resolve.host import Trouble

DELIVERY_SCHEMA = "toolkit.delivery/1"
DELIVERY = {"name": str, "fps": float, "drop_frame": bool, "start_timecode": str, "start_frame": int, "width": int,
            "height": int, "tracks": list, "notes": list}
TRACK = {"name": str, "clips": list}
CLIP = {"name": str, "shot": str, "kind": str, "path": str, "pattern": str, "start_index": int, "end_index": int,
        "in_frame": int, "frame_count": int, "record_first": int, "record_count": int, "fps": float, "speed": float,
        "alpha": str, "opacity": float, "interpolation": str, "motion": str, "input_colour_space": str, "comp": str}
CLIP_DEFAULTS = {"opacity": 100.0, "interpolation": "host", "motion": "host", "input_colour_space": "", "comp": ""}
MARKER = {"record_frame": int, "name": str, "note": str, "colour": str}
ORIGIN = {"host": str, "name": str, "timeline_id": str}
INTERPOLATIONS = ("host", "nearest", "blend", "flow")
MOTIONS = ("host", "standard faster", "standard better", "enhanced faster", "enhanced better", "speed warp faster",
           "speed warp better")
POSITIVE = ("fps", "width", "height", "frame_count", "record_count")
SIGNED = ("speed", "start_frame")
"""A clip may run backwards, and a comp of After Effects begin before 0."""


def read_delivery(path):
    """The delivery at ``path``, each clip with its ``folder`` and ``names`` of files. Raises Trouble; asks no host."""
    try:
        with open(path, encoding="utf-8") as stream:
            delivery = json.load(stream)
    except (OSError, ValueError) as error:
        raise Trouble("cannot read %s: %s" % (path, error))
    if not isinstance(delivery, dict) or delivery.get("schema") != DELIVERY_SCHEMA:
        raise Trouble("%s is not a %s document: are these scripts as old as the toolkit that wrote it? "
                      "'toolkit install-scripts resolve' renews them" % (path, DELIVERY_SCHEMA))
    check_fields(delivery, DELIVERY, "the delivery")
    root = os.path.dirname(os.path.realpath(path))
    for track in delivery["tracks"]:
        check_fields(track, TRACK, "a track")
        for clip in track["clips"]:
            _check_clip(root, clip, track)
    delivery["markers"] = delivery.get("markers") or []
    for marker in delivery["markers"]:
        check_fields(marker, MARKER, "a marker")
    if delivery.get("origin"):
        check_fields(delivery["origin"], ORIGIN, "the origin")
    return delivery


def check_fields(value, fields, what):
    """Trouble when ``value`` lacks one of the fields or holds something else there."""
    for field, kind in fields.items():
        found = value.get(field) if isinstance(value, dict) else None
        holds = isinstance(found, (int, float) if kind is float else kind) and isinstance(found, bool) == (kind is bool)
        if holds and kind in (int, float) and field not in SIGNED:
            holds = math.isfinite(found) and (found > 0 if field in POSITIVE else found >= 0)
        if not holds:
            raise Trouble("%s has no proper '%s' (it says %r)" % (what, field, found))


def _check_clip(root, clip, track):
    if isinstance(clip, dict):
        for field, default in CLIP_DEFAULTS.items():
            clip.setdefault(field, default)
    check_fields(clip, CLIP, "a clip of %s" % track["name"])
    for field, words in (("interpolation", INTERPOLATIONS), ("motion", MOTIONS)):
        if clip[field] not in words:
            raise Trouble("'%s' has no proper '%s' (it says %r)" % (clip["name"], field, clip[field]))
    is_layer = track.get("pass_name") is not None
    clip["folder"], clip["names"] = _files(root, clip, is_layer)
    if clip["comp"]:
        comp = os.path.normpath(os.path.join(root, clip["comp"]))
        if not _inside(root, comp) or not os.path.isfile(comp):
            raise Trouble("'%s': its comp is not in the delivery's folder: %s" % (clip["name"], clip["comp"]))
        clip["comp"] = comp


def _inside(root, path):
    """Whether a path lies inside ``root``, links followed."""
    return os.path.realpath(path).startswith(os.path.join(root, ""))


def _files(root, clip, is_layer):
    """The folder of a clip's media and the names in it, all there. A layer lies inside ``root``."""
    first = os.path.normpath(os.path.join(root, clip["path"]))
    if is_layer and not _inside(root, first):
        raise Trouble("layer '%s' lies outside the delivery's folder: %s" % (clip["name"], clip["path"]))
    folder, name = os.path.split(first)
    names = [name]
    if clip["kind"] != "movie":
        pattern = clip["pattern"]
        if not re.match(r"[^%/\\]*%0\dd[^%/\\]*$", pattern) or pattern % clip["start_index"] != name:
            raise Trouble("'%s': %r is not the pattern of %s" % (clip["name"], pattern, first))
        names = [pattern % number for number in range(clip["start_index"], clip["end_index"] + 1)]
    there = set(os.listdir(folder)) if os.path.isdir(folder) else set()  # one look instead of one for each frame
    missing = [name for name in names if name not in there and not os.path.isfile(os.path.join(folder, name))]
    if missing or not names:
        sentence = "'%s' is offline: %d of %d files are missing in %s, first %s"
        raise Trouble(sentence % (clip["name"], len(missing), len(names), folder, (missing or [name])[0]))
    return folder, names


def is_plate(track):
    """Whether a delivery's track holds plates."""
    return track.get("pass_name") is None


def in_record_order(track):
    """A track's clips, first to last on the timeline."""
    return sorted(track["clips"], key=lambda clip: clip["record_first"])


def is_sequence(clip):
    """Whether Resolve sees a sequence: a still, or one picture of a sequence, is one file to it."""
    return clip["kind"] != "movie" and media_count(clip) > 1


def media_count(clip):
    """How many pictures the media has."""
    return clip["end_index"] - clip["start_index"] + 1


def pictures(clip, fps):
    """How many pictures fill the clip's place at normal speed; 0 when its media is too short for that.

    A retimed clip gets its speed after it is placed. One picture is a still, which lasts as long as it is told to.
    """
    count = int(math.ceil(clip["record_count"] * clip["fps"] / fps - 0.001))
    there = media_count(clip) - clip["in_frame"]
    if media_count(clip) == 1 or count <= there:
        return count
    return there if clip["speed"] == 1 else 0


def stack_name(delivery):
    """``scene_04 v002``: the cut and the newest version in it."""
    versions = [clip.get("version") or 0 for track in delivery["tracks"] for clip in track["clips"]]
    newest = max(versions) if versions else 0
    return "%s v%03d" % (delivery["name"], newest) if newest else delivery["name"]
