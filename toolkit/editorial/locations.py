"""Where media is: the many ways in which timelines write a path, read as one.

A path of another system (``C:/plates/a.mov``, ``//server/share/a.mov``) is kept as it is: it cannot be found here, but
the host that wrote it knows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from toolkit.editorial.skips import Skip

_MOVIES = "3gp avi braw crm dv flv gif insv m2ts m2v m4v mkv mov mp4 mpeg mpg mts mxf ogv r3d ts vob webm wmv y4m"
MOVIES = frozenset(_MOVIES.split())
"""Extensions that mean one file with many pictures."""

_STILLS = "ari arw avif bmp cin cr2 cr3 dng dpx exr hdr heic jp2 jpeg jpg nef png psd sgi tga tif tiff webp"
STILLS = frozenset(_STILLS.split())
"""Extensions that mean one picture per file."""

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"^[A-Za-z]:/")
_SLASH_DRIVE = re.compile(r"^/+(?=[A-Za-z]:/)")
_PRINTF = re.compile(r"%(0\d+)?d(?![0-9A-Fa-f])")
_HASHES = re.compile(r"#+")
_BRACKETS = re.compile(r"\[(\d+)-(\d+)\](?=\.[^.]+$)")
_NUMBER = re.compile(r"(\d+)(?=\.[A-Za-z0-9]+$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A file, or the numbered files of a sequence."""

    path: str
    """The file, or ``folder/name.####.exr``; absolute or of another system, with forward slashes."""
    is_sequence: bool
    first_file: int | None = None
    """Number of the sequence's first file, where the text says it."""

    @property
    def suffix(self) -> str:
        """The extension in lower case, without its dot."""
        return self.path.rpartition(".")[2].lower()


def locate(text: str, beside: Path) -> Location:
    """The file or the sequence that ``text`` means in a timeline that lies in the folder ``beside``.

    A sequence is written ``name.[1001-1099].exr``, ``name.%04d.exr`` or ``name.####.exr``. Raises Skip as ``find``.
    """
    path = find(text, beside)
    folder, _, name = path.rpartition("/")
    for pattern in (_BRACKETS, _PRINTF, _HASHES):
        match = pattern.search(name)
        if match is not None and name.rpartition(".")[2].lower() in STILLS:
            padding = len(match[0]) if pattern is _HASHES else len(match[1]) if pattern is _BRACKETS else _width(match)
            return Location(
                path=f"{folder}/{name[: match.start()]}{'#' * padding}{name[match.end() :]}",
                is_sequence=True,
                first_file=int(match[1]) if pattern is _BRACKETS else None,
            )
    return Location(path=path, is_sequence=False)


def numbered(location: Location) -> Location | None:
    """``plate.1001.exr`` read as the first file of its sequence; None when it is no still with a number."""
    folder, _, name = location.path.rpartition("/")
    match = _NUMBER.search(name)
    if location.suffix not in STILLS or match is None:
        return None
    pattern = f"{folder}/{name[: match.start()]}{'#' * len(match[1])}{name[match.end() :]}"
    return Location(path=pattern, is_sequence=True, first_file=int(match[1]))


def find(text: str, beside: Path) -> str:
    """The path that ``text`` means, absolute or of another system, with forward slashes.

    Understands file URLs (``file:///``, ``file://localhost/``, ``file://server/``, percent escapes), bare paths of
    POSIX and Windows, UNC paths, and paths relative to ``beside``. Raises Skip for other URLs and for an empty text.
    """
    if not text.strip():
        raise Skip("its media reference names no file")
    if text[:5].lower() == "file:":
        return _anchored(_path_of_file_url(text[5:]), beside)
    if _SCHEME.match(text):
        raise Skip(f"its media is not a file: {text}")
    bare = text.replace("\\", "/")
    literal, decoded = _anchored(bare, beside), _anchored(_decoded(bare), beside)
    # The field is called a URL but editors write plain paths into it, and a plain name may truly hold "%20".
    return decoded if decoded != literal and not _is_there(literal) and _is_there(decoded) else literal


def is_relative(text: str) -> bool:
    """Whether ``text`` is a path that counts from the timeline's folder."""
    path = _path_of_file_url(text[5:]) if text[:5].lower() == "file:" else text.replace("\\", "/")
    return bool(text.strip()) and not (path.startswith("/") or _DRIVE.match(path) or _SCHEME.match(text))


def _path_of_file_url(rest: str) -> str:
    path = _decoded(rest.replace("\\", "/"))
    if path.startswith("//"):
        host, _, path_there = path[2:].partition("/")
        if host.lower() in {"", "localhost"}:
            path = f"/{path_there}"
        elif _DRIVE.match(f"{host}/"):
            path = f"{host}/{path_there}"
    return _SLASH_DRIVE.sub("", path)


def _decoded(text: str) -> str:
    """Percent escapes read, but not the ``%04d`` of a sequence, which only looks like one."""
    parts, last = [], 0
    for match in _PRINTF.finditer(text):
        parts += [unquote(text[last : match.start()]), match[0]]
        last = match.end()
    return "".join([*parts, unquote(text[last:])])


def _anchored(path: str, beside: Path) -> str:
    if path.startswith("/") or _DRIVE.match(path):
        return path
    return f"{beside.as_posix().rstrip('/')}/{path.removeprefix('./')}"


def _is_there(path: str) -> bool:
    """Whether the file, or the folder of the sequence, is there."""
    names_sequence = any(pattern.search(path) for pattern in (_BRACKETS, _PRINTF, _HASHES))
    return (Path(path).parent.is_dir() if names_sequence else False) or Path(path).exists()


def _width(printf: re.Match[str]) -> int:
    return int(printf[1]) if printf[1] else 1
