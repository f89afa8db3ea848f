"""How Resolve spells rates, names and the files of a sequence."""

import os
import re

LAYER_TRACK = re.compile(r"(BODY|FACE) v(\d{3,})( \(.+\))?$")
LAYER_FILE = re.compile(r".+_(BODY|FACE)_v\d{3,}\.")
SPAN = re.compile(r"\[(\d+)-(\d+)\]")


def rate_text(fps, drop_frame=False):
    """Resolve's spelling: ``24``, ``23.976``, ``29.97 DF``."""
    return ("%.3f" % fps).rstrip("0").rstrip(".") + (" DF" if drop_frame else "")


def number_in(text):
    """The number at the head of what Resolve says (``24.0``, ``"23.976"``, ``"29.97 DF"``), else None."""
    try:
        return float(str(text).split()[0])
    except (ValueError, IndexError):
        return None


def same(found, wanted):
    """Whether two texts or numbers say the same to Resolve's own precision."""
    numbers = number_in(found), number_in(wanted)
    return abs(numbers[0] - numbers[1]) < 0.006 if None not in numbers else found == wanted


def unused(name, taken):
    """``name``, or the first of ``name 2``, ``name 3``, … that is not among ``taken``."""
    return next(n for n in [name] + ["%s %d" % (name, i) for i in range(2, len(taken) + 3)] if n not in taken)


def file_name_for(name):
    """``name`` as a file name that every system takes."""
    return re.sub(r"[^A-Za-z0-9 ._-]", "_", str(name)).strip(" .") or "timeline"


def spanned(pattern, first, last):
    """``name.[1001-1064].exr``, as the media pool calls the sequence ``name.%04d.exr``."""
    return re.sub(r"%0(\d)d", r"[%0\1d-%0\1d]", pattern) % (first, last)


def files_of(path):
    """(first file, number in its name, count by its name) of a media pool path; count 0 of what is no sequence."""
    folder, name = os.path.split(str(path))
    span = SPAN.search(name)
    if not span:
        return str(path), 0, 0
    first, last = int(span.group(1)), int(span.group(2))
    return os.path.join(folder, SPAN.sub(span.group(1), name)), first, last - first + 1


def shows(path, clip):
    """Whether a media pool path is the media of a delivery's clip; the folder may have moved, the files not."""
    name = re.split(r"[/\\]", str(path))[-1]
    if clip["pattern"]:
        head, tail = re.split(r"%0\dd", clip["pattern"])
        return bool(re.match(re.escape(head) + r"(\[\d+-\d+\]|\d+)" + re.escape(tail) + "$", name))
    return name == re.split(r"[/\\]", clip["path"])[-1]


def layer_track(name):
    """(``BODY (PLATE 2)``, 1) of a track called ``BODY v001 (PLATE 2)``; None of a track that is not ours."""
    found = LAYER_TRACK.match(str(name))
    return (found.group(1) + (found.group(3) or ""), int(found.group(2))) if found else None


def is_layer(path):
    """Whether a media pool path is one of our layers, by its name (``sh010_FACE_v001.…``)."""
    return bool(LAYER_FILE.match(re.split(r"[/\\]", str(path))[-1]))
