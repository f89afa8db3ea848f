"""How the files of a delivery are named in the formats of other applications."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from toolkit.delivery.path_map import PathMap
from toolkit.documents import DeliveryClip
from toolkit.frames import FramePath, FrameRange

_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\|//")
"""How a path of Windows begins; a backslash in any other is a part of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locations:
    """Where the hosts see the files of a delivery."""

    root: Path
    """The folder of the delivery."""
    path_map: PathMap
    relative: bool
    """Whether files in ``root`` may be named relative to it; a map makes all paths absolute."""
    suffix: str = ""
    """What ``return`` ends in, in the names of the files of one of several cuts in the folder."""

    def returned(self, end: str) -> Path:
        """The file of the delivery whose name ends in ``end``, such as ``.xml``."""
        return self.root / f"return{self.suffix}{end}"

    def absolute(self, clip: DeliveryClip) -> str:
        """The first file of ``clip``."""
        return self.path_map.locate(clip, self.root)

    def portable(self, clip: DeliveryClip) -> str:
        """The same, relative to the delivery's folder if it lies there and that is wanted."""
        path = self.absolute(clip)
        if self.path_map.pairs or not self.relative:
            return path
        return path.removeprefix(f"{self.root.absolute().as_posix()}/")


def split_path(path: str) -> tuple[str, str]:
    """The folder of ``path`` without its last separator, and the name."""
    place = max(path.rfind("/"), path.rfind("\\") if _WINDOWS.match(path) else -1)
    return path[: max(place, 0)], path[place + 1 :]


def numbered_files(clip: DeliveryClip) -> FramePath | None:
    """The names of the files of a sequence; None for one file."""
    return FramePath.parse(clip.pattern) if clip.pattern and clip.start_index != clip.end_index else None


def span_name(clip: DeliveryClip, path: str) -> str:
    """The name of ``path`` or, of a sequence, ``plate.[1001-1064].exr``, as Resolve writes it."""
    files = numbered_files(clip)
    if files is None:
        return split_path(path)[1]
    return files.span(FrameRange(first=clip.start_index, last=clip.end_index))


def span_path(clip: DeliveryClip, path: str) -> str:
    """``path`` with its name as in ``span_name``."""
    return path[: len(path) - len(split_path(path)[1])] + span_name(clip, path)


def file_url(path: str, *, host: str) -> str:
    """``path`` as a URL, with ``host`` (``localhost`` or nothing) if it is on no server; relative if ``path`` is."""
    plain = path.replace("\\", "/") if _WINDOWS.match(path) else path
    if plain.startswith("//"):
        return f"file:{quote(plain)}"
    if re.match(r"[A-Za-z]:/", plain):
        return f"file://{host}/{plain[:2]}{quote(plain[2:])}"
    return f"file://{host}{quote(plain)}" if plain.startswith("/") else quote(plain)
