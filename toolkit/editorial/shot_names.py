"""Shot names: made from clip names, safe in any path and unique in the cut."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache

from toolkit.editorial.locations import IMAGE_SUFFIXES, MOVIE_SUFFIXES

_MAX_LENGTH = 48
"""Characters kept of a clip's name: it appears twice in each layer's path, and Windows allows 260 characters."""

_EXTENSION = re.compile(rf"\.(?:{'|'.join(sorted(MOVIE_SUFFIXES | IMAGE_SUFFIXES))})$", re.IGNORECASE)
_FRAME_PATTERN = re.compile(r"[._ -]*(?:\[-?\d+--?\d+\]|#+|%0?\d*d)$")
_FRAME_NUMBER = re.compile(r"\.(?:\d{3,}|-\d+)$")
"""The frame number of ``plate.1001``; and the sign of a negative one; the 5 of ``Panel 3.3.5`` is part of the name."""

_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")
_LAYER_PATH = re.compile(r"(?:^|/)([^/]+)/(BODY|FACE)/(v\d{3,})/(?:retime_[0-9a-f]+/)?\1_\2_\3\.[^/]*$")
"""``sh010/FACE/v001/sh010_FACE_v001.####.exr``; the files of a varying speed are in a folder of their own."""
_LETTERS = {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
_LETTERS |= {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "TH", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T"}
_LATIN = str.maketrans(_LETTERS | {"\N{LATIN SMALL LETTER DOTLESS I}": "i", "ŋ": "ng", "Ŋ": "NG", "ĸ": "k"})
"""Latin letters that have no accent to remove, as they are usually written in ASCII."""

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d|finished|report|trials)$", re.IGNORECASE)
"""Names that Windows reserves for devices, and those of the folders that lie beside the shots' in an output folder."""


_SAFE = re.compile(rf"(?!{_RESERVED.pattern})[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*", re.ASCII | re.IGNORECASE)
"""A name that stays as it is, as those of most clips."""


@lru_cache(maxsize=4096)
def shot_stem(clip_name: str) -> str:
    """A safe name from a clip's name: ``output.[1001-1099].tif`` gives ``output``; ``shot`` when nothing is left.

    Accents are removed, and letters such as ß are written in ASCII. Each run of characters other than ASCII letters,
    digits and hyphens becomes one underscore; this includes dots, so that a shot's folder never looks like a file.
    """
    if len(clip_name) <= _MAX_LENGTH and _SAFE.fullmatch(clip_name):
        return clip_name
    stem, extensions = _EXTENSION.subn("", clip_name)
    stem = _FRAME_PATTERN.sub("", stem)
    if extensions:
        stem = _FRAME_NUMBER.sub("", stem)
    plain = unicodedata.normalize("NFKD", stem).translate(_LATIN).encode("ascii", "ignore").decode()
    safe = _UNSAFE.sub("_", plain).strip("_-")[:_MAX_LENGTH].rstrip("_-")
    if not safe:
        return "shot"
    return f"shot_{safe}" if _RESERVED.match(safe) else safe


def numbered_names(clip_name: str, count: int) -> list[str]:
    """Names of ``count`` shots that one movie is divided into, in tens as shots are numbered: ``reel1_010``."""
    digits = max(3, len(str(10 * count)))
    stem = shot_stem(clip_name)[: _MAX_LENGTH - digits - 1].rstrip("_-")
    return [f"{stem}_{10 * number:0{digits}d}" for number in range(1, count + 1)]


def is_layer_path(path: str) -> bool:
    """Whether ``path`` (forward slashes) is one this toolkit gives to its layers.

    A timeline exported after an import contains them, and hosts drop the metadata of clips but keep their paths.
    """
    return _LAYER_PATH.search(path) is not None


class ShotNames:
    """Gives out unique shot names: the second ``sh010`` becomes ``sh010_2``. Case is ignored.

    ``clip_names`` gives those of all clips: no part of another clip gets the name of one that comes later. The names in
    ``taken`` are not given out.
    """

    def __init__(self, clip_names: Callable[[], Iterable[str]] = tuple, *, taken: Iterable[str] = ()) -> None:
        self._clip_names = clip_names
        self._taken = {name.casefold() for name in taken}
        self._uses: dict[str, int] = {}
        self._count = 0

    @cached_property
    def _reserved(self) -> frozenset[str]:
        """The names of clips; only parts of clips need them."""
        return frozenset(shot_stem(name).casefold() for name in self._clip_names())

    @property
    def count(self) -> int:
        """How many names were given out, those of parts left out."""
        return self._count

    def next_name(self, clip_name: str) -> str:
        """A unique name for the next shot made from ``clip_name``."""
        self._count += 1
        return self._unique(clip_name)

    def _unique(self, clip_name: str) -> str:
        stem = shot_stem(clip_name)
        number = self._uses.get(stem.casefold(), 0) + 1
        while (name := stem if number == 1 else f"{stem}_{number}").casefold() in self._taken:
            number += 1
        self._uses[stem.casefold()] = number
        self._taken.add(name.casefold())
        return name

    def part_name(self, shot_name: str, number: int) -> str:
        """A unique name for part ``number`` of a shot: ``sh010_part2``."""
        name = f"{shot_name}_part{number}"
        return self._unique(f"{name}_of_clip" if name.casefold() in self._reserved else name)
