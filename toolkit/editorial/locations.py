"""Media paths: parse the many ways in which timelines write them.

A path of another system (``C:/plates/a.mov``, ``//server/share/a.mov``) is kept as it is: it cannot be opened here, but
the host that wrote it can.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, normpath, realpath
from urllib.parse import unquote

from toolkit.editorial.skips import Skip
from toolkit.frames import FRAME_NUMBER

_MOVIES = "3gp avi braw crm dv flv gif insv m2ts m2v m4v mkv mov mp4 mpeg mpg mts mxf ogv r3d ts vob webm wmv y4m"
MOVIE_SUFFIXES = frozenset(_MOVIES.split())
"""Extensions of files that hold many frames, readable by this toolkit or not."""

_IMAGES = "ari arw avif bmp cin cr2 cr3 dng dpx exr hdr heic jp2 jpeg jpg nef png psd sgi tga tif tiff webp"
IMAGE_SUFFIXES = frozenset(_IMAGES.split())
"""Extensions of files that hold one frame, readable by this toolkit or not."""

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")
_DRIVE = re.compile(r"^[A-Za-z]:/")
_SLASH_DRIVE = re.compile(r"^/+(?=[A-Za-z]:/)")
_PRINTF = re.compile(r"%(0\d+)?d(?![0-9A-Fa-f])")
_HASHES = re.compile(r"#+")
_BRACKETS = re.compile(r"\[(-?\d+)-(-?\d+)\](?=\.[^.]+$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A file, or the numbered files of a sequence."""

    path: str
    """The file, or ``folder/name.####.exr``; absolute or of another system, with forward slashes."""
    is_sequence: bool
    first_file: int | None = None
    """Number of the sequence's first file; None when the text does not give it."""

    @property
    def suffix(self) -> str:
        """The extension in lower case, without its dot."""
        return self.path.rpartition(".")[2].lower()


def parse_location(text: str, cut_folder: Path) -> Location:
    """The file or sequence that ``text`` names in a timeline in ``cut_folder``.

    A sequence is written ``name.[1001-1099].exr``, ``name.%04d.exr`` or ``name.####.exr``. Raises Skip like
    ``resolve_path``.
    """
    path = resolve_path(text, cut_folder)
    folder, _, name = path.rpartition("/")
    for pattern in (_BRACKETS, _PRINTF, _HASHES):
        match = pattern.search(name)
        if match is not None and name.rpartition(".")[2].lower() in IMAGE_SUFFIXES:
            hashes = match[0] if pattern is _HASHES else "#" * _padding(match)
            return Location(
                path=f"{folder}/{name[: match.start()]}{hashes}{name[match.end() :]}",
                is_sequence=True,
                first_file=int(match[1]) if pattern is _BRACKETS else None,
            )
    return Location(path=path, is_sequence=False)


def sequence_from_first_file(location: Location) -> Location | None:
    """The sequence that begins with ``plate.1001.exr``; None for a movie or a name without a number."""
    folder, _, name = location.path.rpartition("/")
    match = FRAME_NUMBER.search(name)
    if location.suffix not in IMAGE_SUFFIXES or match is None:
        return None
    pattern = f"{folder}/{name[: match.start()]}{'#' * len(match[1])}{name[match.end() :]}"
    return Location(path=pattern, is_sequence=True, first_file=int(match[1]))


def resolve_path(text: str, cut_folder: Path) -> str:
    """The path that ``text`` names, absolute or of another system, with forward slashes.

    Understands file URLs (``file:///``, ``file://localhost/``, ``file://server/``, percent escapes), bare paths of
    POSIX and Windows, UNC paths, and paths relative to ``cut_folder``. Raises Skip for other URLs and for empty text.
    """
    if not text.strip():
        raise Skip("its media reference has no path")
    if text[:5].lower() == "file:":
        return _make_absolute(_path_of_file_url(text[5:]), cut_folder)
    if _SCHEME.match(text):
        raise Skip(f"its media is not a file: {text}")
    bare = text.replace("\\", "/")
    literal, decoded = _make_absolute(bare, cut_folder), _make_absolute(_decode(bare), cut_folder)
    # The field is called a URL, but editors write plain paths into it, and a plain name may really contain "%20".
    return decoded if decoded != literal and not _exists(literal) and _exists(decoded) else literal


def is_relative(text: str) -> bool:
    """Whether ``text`` is a path relative to the timeline's folder."""
    path = _path_of_file_url(text[5:]) if text[:5].lower() == "file:" else text.replace("\\", "/")
    return bool(text.strip()) and not (path.startswith("/") or _DRIVE.match(path) or _SCHEME.match(text))


def _path_of_file_url(rest: str) -> str:
    path = _decode(rest.replace("\\", "/"))
    if path.startswith("//"):
        host, _, rest_of_path = path[2:].partition("/")
        if host.lower() in {"", "localhost"}:
            path = f"/{rest_of_path}"
        elif host == ".":  # scripts write "file://./plates/a.mov" and mean a relative path
            path = rest_of_path
        elif _DRIVE.match(f"{host}/"):
            path = f"{host}/{rest_of_path}"
    return _SLASH_DRIVE.sub("", path)


def _decode(text: str) -> str:
    """Decode percent escapes, but not the ``%04d`` of a sequence, which only looks like one."""
    parts, last = [], 0
    for match in _PRINTF.finditer(text):
        parts += [unquote(text[last : match.start()]), match[0]]
        last = match.end()
    return "".join([*parts, unquote(text[last:])])


def _make_absolute(path: str, cut_folder: Path) -> str:
    if not (path.startswith("/") or _DRIVE.match(path)):
        path = f"{cut_folder.as_posix().rstrip('/')}/{path.removeprefix('./')}"
    return _without_dots(path) if "/." in path else path


def _without_dots(path: str) -> str:
    """``path`` without ``..``, so that one file has one path; unchanged if a symbolic link makes that another file."""
    short = normpath(path)
    return short if realpath(dirname(path)) == realpath(dirname(short)) else path


def _exists(path: str) -> bool:
    """Whether the file, or the folder of the sequence, exists."""
    names_sequence = any(pattern.search(path) for pattern in (_BRACKETS, _PRINTF, _HASHES))
    return (Path(path).parent.is_dir() if names_sequence else False) or Path(path).exists()


def _padding(match: re.Match[str]) -> int:
    """Digits of the frame number in ``[0001-0099]`` or ``%04d``; 1 for ``%d``."""
    if match.re is _BRACKETS:
        return len(match[1])
    return int(match[1]) if match[1] else 1
