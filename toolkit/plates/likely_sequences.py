"""The sequence that somebody probably means who gives a folder, a shell pattern, or a wrong number of ``#``."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from toolkit.frames import FramePath


def name_likely_sequence(path: Path, suffixes: tuple[str, ...]) -> str:
    """``'pngs/B001.####.png' (5 frames)``, of the images in or beside ``path``; empty if none is like it.

    ``suffixes`` are those of images, with their dots.
    """
    folder = path if path.is_dir() else path.parent
    found: Counter[str] = Counter()
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.suffix.lower() in suffixes and (folder == path or _is_like(file.name, path.name)):
            with suppress(ValueError):  # no number in the name
                found[FramePath.parse(file).hashes] += 1
    if not found:
        return ""
    hashes, count = next(iter(found.items()))
    return f"'{hashes}' ({count} frame{'s' if count != 1 else ''})"


def _is_like(name: str, wanted: str) -> bool:
    """Whether the file ``name`` is what the shell pattern, the sequence or the file name ``wanted`` means."""
    if fnmatchcase(name, wanted):
        return True
    try:
        ours, theirs = FramePath.parse(name), FramePath.parse(wanted)
    except ValueError:
        return False
    return (ours.prefix, ours.suffix) == (theirs.prefix, theirs.suffix)
