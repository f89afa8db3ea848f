"""Read the delivery, validate it and find its files on disk, before the first call to Resolve."""

import fractions
import json
import math
import os
import re

from toolkit_resolve.host import HostError
from toolkit_resolve.path_map import read_path_map, translations
from toolkit_resolve.resolve_values import sequence_files

DELIVERY_SCHEMA = "toolkit.delivery/1"
DELIVERY_FIELDS = {
    "name": str, "fps": float, "drop_frame": bool, "start_timecode": str, "start_frame": int, "width": int,
    "height": int, "tracks": list, "notes": list}
TRACK_FIELDS = {"name": str, "clips": list}
CLIP_FIELDS = {
    "name": str, "shot": str, "kind": str, "path": str, "pattern": str, "start_index": int, "end_index": int,
    "in_frame": int, "off_by_one": int, "frame_count": int, "record_first": int, "record_count": int, "fps": float,
    "speed": float, "alpha": str, "opacity": float, "interpolation": str, "motion": str, "input_colour_space": str,
    "is_nested": bool, "comp": str}
CLIP_DEFAULTS = {
    "off_by_one": 0, "opacity": 100.0, "interpolation": "host", "motion": "host", "input_colour_space": "",
    "is_nested": False, "comp": ""}
MARKER_FIELDS = {"record_frame": int, "name": str, "note": str, "colour": str}
ORIGIN_FIELDS = {"host": str, "name": str, "timeline_id": str}
INTERPOLATIONS = ("host", "nearest", "blend", "flow")
MOTIONS = ("host", "standard faster", "standard better", "enhanced faster", "enhanced better", "speed warp faster",
           "speed warp better")
POSITIVE_FIELDS = ("fps", "width", "height", "frame_count", "record_count")
SIGNED_FIELDS = ("speed", "start_frame")
"""Fields that may be negative: a clip may be reversed, and an After Effects comp may start before 0."""


def read_delivery(path):
    """Read the delivery at ``path``; each clip gets its ``folder`` and file ``names``. Raises HostError."""
    try:
        with open(path, encoding="utf-8-sig") as stream:
            delivery = json.load(stream)
    except OSError as error:
        raise HostError("cannot read %s: %s" % (path, error))
    except ValueError:
        raise HostError("%s is incomplete or damaged: copy it again, or run 'toolkit conform'" % path)
    schema = str(delivery.get("schema")) if isinstance(delivery, dict) else ""
    if schema.startswith("toolkit.turnover/"):
        raise HostError("%s is a turnover, not a delivery: choose delivery.json in the output folder" % path)
    if not schema.startswith("toolkit.delivery/"):
        raise HostError("%s is not a delivery: choose delivery.json in the output folder" % path)
    if schema != DELIVERY_SCHEMA:
        raise HostError("%s is not a %s document. It may be of another version of the toolkit: update the scripts with "
                        "'toolkit install-scripts resolve', and the delivery with 'toolkit conform'"
                        % (path, DELIVERY_SCHEMA))
    check_fields(delivery, DELIVERY_FIELDS, "the delivery")
    root, path_map = os.path.dirname(os.path.realpath(path)), read_path_map()
    for track in delivery["tracks"]:
        check_fields(track, TRACK_FIELDS, "a track")
        for clip in track["clips"]:
            _check_clip(root, clip, track, path_map)
    delivery["markers"] = delivery.get("markers") or []
    for marker in delivery["markers"]:
        check_fields(marker, MARKER_FIELDS, "a marker")
    if delivery.get("origin"):
        check_fields(delivery["origin"], ORIGIN_FIELDS, "the origin")
    return delivery


def check_fields(value, fields, what):
    """Raise HostError if a field is missing or has an invalid value."""
    for field, kind in fields.items():
        found = value.get(field) if isinstance(value, dict) else None
        holds = isinstance(found, (int, float) if kind is float else kind) and isinstance(found, bool) == (kind is bool)
        if holds and kind in (int, float) and field not in SIGNED_FIELDS:
            holds = math.isfinite(found) and (found > 0 if field in POSITIVE_FIELDS else found >= 0)
        if not holds:
            raise HostError("%s: '%s' is missing or invalid (%r)" % (what, field, found))


def _check_clip(root, clip, track, path_map):
    if isinstance(clip, dict):
        for field, default in CLIP_DEFAULTS.items():
            clip.setdefault(field, default)
    check_fields(clip, CLIP_FIELDS, "a clip of %s" % track["name"])
    clip["in_position"] = _read_position(clip)
    for field, words in (("interpolation", INTERPOLATIONS), ("motion", MOTIONS)):
        if clip[field] not in words:
            raise HostError("'%s': '%s' is missing or invalid (%r)" % (clip["name"], field, clip[field]))
    is_layer = track.get("pass_name") is not None
    clip["folder"], clip["names"], clip["offline"] = find_files(root, clip, is_layer, path_map)
    if is_layer and clip["offline"]:
        raise HostError(clip["offline"])
    if clip["comp"]:
        comp = os.path.normpath(os.path.join(root, clip["comp"]))
        if not _is_inside(root, comp) or not os.path.isfile(comp):
            raise HostError("'%s': its comp is missing from the delivery's folder: %s" % (clip["name"], clip["comp"]))
        clip["comp"] = comp


def _read_position(clip):
    """Return where a clip starts in its media, in frames; in deliveries of earlier versions always a whole frame."""
    text = str(clip.get("in_position", clip["in_frame"]))
    if not re.match(r"\d+(/[1-9]\d*)?$", text):
        raise HostError("'%s': 'in_position' is missing or invalid (%r)" % (clip["name"], text))
    return float(fractions.Fraction(text))


def _is_inside(root, path):
    """Return whether a path is inside ``root``, after resolving links."""
    return os.path.realpath(path).startswith(os.path.join(root, ""))


def find_files(root, clip, is_layer, path_map):
    """Return the folder and file names of a clip's media, and a sentence if some are missing.

    A layer must be inside ``root``. Plates are needed on a new timeline only, so they may be missing here.
    """
    path = clip["path"]
    if re.match(r"[A-Za-z]:|\\\\", path):  # of a Windows machine; not relative to the delivery on any other system
        path = path.replace("\\", "/")
    is_foreign = path[1:2] == ":" and os.sep == "/"
    first = path if is_foreign else os.path.normpath(os.path.join(root, path))
    if is_layer and not _is_inside(root, first):
        raise HostError("layer '%s' is outside the delivery's folder: %s" % (clip["name"], clip["path"]))
    if not is_layer and not os.path.isfile(first):
        first = next((here for here in translations(clip["path"], path_map) if os.path.isfile(here)), first)
    folder, name = os.path.split(first)
    names = [name]
    if clip["kind"] != "movie":
        if sequence_files(clip["pattern"], clip["start_index"], clip["start_index"]) != [name]:
            raise HostError("'%s': pattern %r does not match %s" % (clip["name"], clip["pattern"], first))
        names = sequence_files(clip["pattern"], clip["start_index"], clip["end_index"])
    found = set(os.listdir(folder)) if os.path.isdir(folder) else set()  # list once instead of a stat per frame
    missing = [name for name in names if name not in found and not os.path.isfile(os.path.join(folder, name))]
    offline = ""
    if missing or not names:
        offline = "'%s' is offline: %d of %d files are missing in %s, first %s" % (
            clip["name"], len(missing), len(names), folder, (missing or [name])[0])
    return folder, names, offline


def is_plate(track):
    """Return whether a track of the delivery holds plates."""
    return track.get("pass_name") is None


def sort_by_record(track):
    """Return a track's clips in timeline order."""
    return sorted(track["clips"], key=lambda clip: clip["record_first"])


def is_sequence(clip):
    """Return whether Resolve imports the clip as a sequence; a still or a one-frame sequence is a single file."""
    return clip["kind"] != "movie" and media_count(clip) > 1


def media_count(clip):
    """Return the number of frames in the media."""
    return clip["end_index"] - clip["start_index"] + 1


def count_frames_to_place(clip, fps):
    """Return how many source frames fill the clip's duration at 100 % speed; 0 if its media is too short.

    A retimed clip gets its speed after it is placed. A single frame is a still and can have any duration.
    """
    count = int(math.ceil(clip["record_count"] * clip["fps"] / fps - 0.001))
    available = media_count(clip) - clip["in_frame"]
    if media_count(clip) == 1 or count <= available:
        return count
    return available if clip["speed"] == 1 else 0


def stack_name(delivery):
    """Return the timeline name, ``scene_04 v002``: the cut and its latest version."""
    versions = [clip.get("version") or 0 for track in delivery["tracks"] for clip in track["clips"]]
    newest = max(versions) if versions else 0
    return "%s v%03d" % (delivery["name"], newest) if newest else delivery["name"]
