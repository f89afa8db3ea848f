"""Shot names: what the editor called a clip, made safe as a part of every path and unique in the cut."""

from __future__ import annotations

import re
import unicodedata

from toolkit.editorial.locations import MOVIES, STILLS

_MOST = 48
"""Characters kept of a clip's name: the name appears twice in every layer's path, and Windows stops at 260."""

_EXTENSION = re.compile(rf"\.(?:{'|'.join(sorted(MOVIES | STILLS))})$", re.IGNORECASE)
_FRAMES = re.compile(r"[._ -]*(?:\[\d+-\d+\]|#+|%0?\d*d)$")
_NUMBER = re.compile(r"\.\d{3,}$")
"""The frame number of ``plate.1001``; the 5 of ``Panel 3.3.5`` is a part of the name."""

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")
_LAYER = re.compile(r"(?:^|/)([^/]+)/(BODY|FACE)/(v\d{3,})/\1_\2_\3\.[^/]*$")
"""``sh010/FACE/v001/sh010_FACE_v001.####.exr``"""
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def shot_stem(clip_name: str) -> str:
    """The safe part of a clip's name: ``output.[1001-1099].tif`` gives ``output``, a name without letters ``shot``.

    Accents are taken off; everything else that is no letter, digit or hyphen becomes one underscore, dots included,
    so that no shot's folder is ever called like a file.
    """
    stem, extensions = _EXTENSION.subn("", clip_name)
    stem = _FRAMES.sub("", stem)
    if extensions:
        stem = _NUMBER.sub("", stem)
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    safe = _UNSAFE.sub("_", plain).strip("_-")[:_MOST].rstrip("_-")
    if not safe:
        return "shot"
    return f"shot_{safe}" if _DEVICE.match(safe) else safe


def is_layer(path: str) -> bool:
    """Whether ``path`` (forward slashes) is where this toolkit writes its passes: a cut that has been through it once
    holds them, and what no host keeps of a clip's metadata, its path still says."""
    return _LAYER.search(path) is not None


class ShotNames:
    """Gives each name once: the second ``sh010`` is ``sh010_2``. Upper and lower case count as the same name."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._uses: dict[str, int] = {}

    def name(self, clip_name: str) -> str:
        """A name of its own for the next shot made from ``clip_name``."""
        stem = shot_stem(clip_name)
        number = self._uses.get(stem.casefold(), 0) + 1
        while (name := stem if number == 1 else f"{stem}_{number}").casefold() in self._taken:
            number += 1
        self._uses[stem.casefold()] = number
        self._taken.add(name.casefold())
        return name
