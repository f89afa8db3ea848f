"""Format and parse values as Resolve writes them: rates, names, paths of sequences."""

import os
import re

LAYER_TRACK = re.compile(r"(BODY|FACE) v(\d{3,})( \(\D.*?\))?( \(\d+\))?$")  # of which plates, and which of several
LAYER_NAME = re.compile(r"(.+)_(BODY|FACE)_v(\d{3,})(\.|$)")
FRAME_NUMBER = re.compile(r"([^/\\]*)%0([1-9]\d?)d([^/\\]*)$")  # the last one: a name may contain percent signs
SEQUENCE_SPAN = re.compile(r"\[(-?\d+)-(-?\d+)\](?!.*\[-?\d+--?\d+\])")  # the last one: a name may contain others


def rate_text(fps, drop_frame=False):
    """Format a rate as Resolve does: ``24``, ``23.976``, ``29.97 DF``."""
    return ("%.3f" % fps).rstrip("0").rstrip(".") + (" DF" if drop_frame else "")


def parse_number(text):
    """Return the leading number of a value (``24.0``, ``"23.976"``, ``"29.97 DF"``), or None."""
    try:
        return float(str(text).split()[0])
    except (ValueError, IndexError):
        return None


def is_same_value(found, expected):
    """Return whether two texts or numbers are equal within Resolve's own precision."""
    numbers = parse_number(found), parse_number(expected)
    return abs(numbers[0] - numbers[1]) < 0.006 if None not in numbers else found == expected


def frames_between(start, end, fps):
    """Return the frames from timecode ``start`` to ``end``, as 01:00:00:00; None if either cannot be counted."""
    if start == end:
        return 0
    one, other = [_count_frames(str(text), int(round(fps))) for text in (start, end)]
    return None if one is None or other is None else other - one


def _count_frames(timecode, base):
    """Return the frames from midnight to a timecode; None if it is none. Drop-frame timecode has a ; ."""
    found = re.match(r"(\d+):(\d+):(\d+)([:;])(\d+)$", timecode)
    if not found:
        return None
    minutes = int(found.group(1)) * 60 + int(found.group(2))
    dropped = (minutes - minutes // 10) * (base // 15) if found.group(4) == ";" else 0
    return (minutes * 60 + int(found.group(3))) * base + int(found.group(5)) - dropped


def find_unused_name(name, taken):
    """Return ``name``, or the first of ``name 2``, ``name 3``, … that is not in ``taken``."""
    return next(n for n in [name] + ["%s %d" % (name, i) for i in range(2, len(taken) + 3)] if n not in taken)


def join_names(names):
    """Return names as a list in a sentence, each once."""
    return ", ".join("'%s'" % name for name in sorted(set(names)))


def to_file_name(name):
    """Return ``name`` as a file name that is valid on every system."""
    return re.sub(r"[^A-Za-z0-9 ._-]", "_", str(name)).strip(" .") or "timeline"


def split_pattern(pattern):
    """Return (``name.``, 4, ``.exr``) for the file names ``name.%04d.exr``; None if they contain no frame number."""
    found = FRAME_NUMBER.match(pattern)
    return (found.group(1), int(found.group(2)), found.group(3)) if found else None


def sequence_files(pattern, first, last):
    """Return the file names of the sequence ``name.%04d.exr``; none if the pattern contains no frame number."""
    parts = split_pattern(pattern)
    return ["%s%0*d%s" % (parts[0], parts[1], number, parts[2]) for number in range(first, last + 1)] if parts else []


def sequence_name(pattern, first, last):
    """Return ``name.[1001-1064].exr``, the media pool's name for the sequence ``name.%04d.exr``."""
    head, digits, tail = split_pattern(pattern)
    return "%s[%0*d-%0*d]%s" % (head, digits, first, digits, last, tail)


def parse_media_path(path):
    """Return (first file, first file number, frame count) of a media pool path; count is 0 if not a sequence."""
    folder, name = os.path.split(str(path))
    span = SEQUENCE_SPAN.search(name)
    if not span:
        return str(path), 0, 0
    first, last = int(span.group(1)), int(span.group(2))
    return os.path.join(folder, SEQUENCE_SPAN.sub(span.group(1), name)), first, last - first + 1


def is_media_of_clip(path, clip):
    """Return whether a media pool path is the media of a delivery's clip. Folders are ignored: media may be moved."""
    name = re.split(r"[/\\]", str(path))[-1]
    if clip["pattern"]:
        head, _, tail = split_pattern(clip["pattern"])
        return bool(re.match(re.escape(head) + r"(\[-?\d+--?\d+\]|-?\d+)" + re.escape(tail) + "$", name))
    return name == re.split(r"[/\\]", clip["path"])[-1]


def parse_stack_name(name):
    """Return (``scene_04``, 2, 1) for a timeline named ``scene_04 v002``; the last is 3 for ``scene_04 v002 3``."""
    found = re.match(r"(.+) v(\d{3,})(?: (\d+))?$", str(name))
    return (found.group(1), int(found.group(2)), int(found.group(3) or 1)) if found else None


def parse_layer_track(name):
    """Return (``BODY (PLATE 2)``, 1) for a track named ``BODY v001 (PLATE 2)``; None if it is not a layer track."""
    found = LAYER_TRACK.match(str(name))
    return (found.group(1) + (found.group(3) or ""), int(found.group(2))) if found else None


def is_layer(path):
    """Return whether a media pool path is named like a layer (``sh010_FACE_v001.…``)."""
    return parse_layer_name(re.split(r"[/\\]", str(path))[-1]) is not None


def parse_layer_name(name):
    """Return (``sh010``, ``FACE``, 1) for ``sh010_FACE_v001`` and its files; None for anything else."""
    found = LAYER_NAME.match(str(name))
    return (found.group(1), found.group(2), int(found.group(3))) if found else None
