"""Which media of a changed cut are which media of the earlier one: files are moved, and cuts are relinked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from toolkit.documents import Shot

_LEAST_PARTS = 2
"""Names at the end of two paths, from the file on, that tell by themselves that it is the same file."""


def pair_media(old: Iterable[Shot], new: Iterable[Shot]) -> dict[str, str]:
    """For the path of each media of ``new`` that is one of ``old``: the path that it has there.

    That is the same path; or else the one path with the longest common end, of file name and folder at least; or else
    the one of the same file name, if neither cut has another of that name and the clips of both are called alike:
    plates are often called the same in the folder of every shot.
    """
    theirs, ours = _clip_names(old), _clip_names(new)
    found = {path: path for path in ours if path in theirs}
    by_end = _table((end, path) for path in theirs for end in _ends(path))
    by_name = _table((_parts(path)[-1], path) for path in ours)
    for path in ours:
        if path not in found:
            same = _longest_end(path, by_end, taken=set(ours)) or _same_name(path, by_end, by_name)
            if same and (is_same_end(path, same) or theirs[same] & ours[path]):
                found[path] = same
    return found


def is_same_end(one: str, other: str) -> bool:
    """Whether two paths have the file name and its folder in common."""
    return len(_common_end(one, other)) >= _LEAST_PARTS


def _clip_names(shots: Iterable[Shot]) -> dict[str, set[str]]:
    """The names of the clips that use each media, by its path."""
    found: dict[str, set[str]] = {}
    for shot in shots:
        found.setdefault(shot.media.path, set()).add(shot.clip_name.casefold())
    return found


def _parts(path: str) -> tuple[str, ...]:
    return PurePosixPath(path.replace("\\", "/").casefold()).parts or ("",)


def _ends(path: str) -> Iterator[tuple[str, ...]]:
    """Every end of ``path``, the longest first, the file name last."""
    parts = _parts(path)
    return (parts[first:] for first in range(len(parts)))


def _table(rows: Iterable[tuple[object, str]]) -> dict[object, list[str]]:
    found: dict[object, list[str]] = {}
    for key, path in rows:
        found.setdefault(key, []).append(path)
    return found


def _longest_end(path: str, by_end: dict[object, list[str]], taken: set[str]) -> str:
    """The path of the longest common end; of several the only one that is not ``taken``, else empty."""
    for end in _ends(path):
        if len(end) < _LEAST_PARTS:
            break
        paths = by_end.get(end, [])
        if paths:
            free = [one for one in paths if one not in taken]
            return _only(paths) or _only(free)
    return ""


def _same_name(path: str, by_end: dict[object, list[str]], by_name: dict[object, list[str]]) -> str:
    name = _parts(path)[-1]
    return _only(by_end.get((name,), [])) if len(by_name[name]) == 1 else ""


def _only(paths: Sequence[str]) -> str:
    return paths[0] if len(paths) == 1 else ""


def _common_end(one: str, other: str) -> list[str]:
    found = []
    for mine, theirs in zip(reversed(_parts(one)), reversed(_parts(other)), strict=False):
        if mine != theirs:
            break
        found.append(mine)
    return found
