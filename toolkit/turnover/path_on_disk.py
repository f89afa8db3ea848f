"""Find the media of a cut under a name that is written in another way: decomposed accents, other letter case.

A Mac may hand over ``é`` as two characters where the disk has one, and has file systems that ignore letter case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from toolkit.editorial.locations import Location
from toolkit.frames import FramePath


def find_on_disk(location: Location) -> tuple[Location, bool]:
    """``location`` as the disk writes it, and whether its letter case differs; unchanged when it is not found.

    Names that differ in their Unicode normal form only are the same. Names that also differ in letter case are, if
    there is no other such name in their folder.
    """
    path = Path(location.path)
    if not path.is_absolute():  # of another system
        return location, False
    folder, differs = _find_folder(path.parent)
    if folder is None:
        return location, False
    name, name_differs = (_find_sequence if location.is_sequence else _find_file)(folder, path.name)
    if name is None:
        return location, False
    return replace(location, path=(folder / name).as_posix()), differs or name_differs


def _find_folder(path: Path) -> tuple[Path | None, bool]:
    if path.is_dir():
        return path, False
    if path == path.parent:
        return None, False
    parent, differs = _find_folder(path.parent)
    name, name_differs = (None, False) if parent is None else _find_file(parent, path.name)
    return (None, False) if parent is None or name is None else (parent / name, differs or name_differs)


def _find_file(folder: Path, name: str) -> tuple[str | None, bool]:
    if (folder / name).exists():
        return name, False
    return _choose(_list(folder), lambda entry, same: entry if same(entry) == same(name) else None)


def _find_sequence(folder: Path, name: str) -> tuple[str | None, bool]:
    """The pattern of the numbered files that the pattern ``name`` means."""
    wanted = FramePath.parse(name)
    if replace(wanted, folder=folder).frames_on_disk():
        return name, False

    def pattern_of(entry: str, same: Callable[[str], str]) -> str | None:
        for number in re.finditer(r"\d+", entry):
            before, after = entry[: number.start()], entry[number.end() :]
            if same(before) == same(wanted.prefix) and same(after) == same(wanted.suffix):
                return replace(wanted, folder=Path(), prefix=before, suffix=after).name
        return None

    return _choose(_list(folder), pattern_of)


def _choose(
    entries: Iterable[str], match: Callable[[str, Callable[[str], str]], str | None]
) -> tuple[str | None, bool]:
    """The only name that matches when normal forms are ignored, else when letter case is ignored, too."""
    entries = list(entries)
    for same, differs in ((_normalise, False), (_fold, True)):
        found = {name for entry in entries if (name := match(entry, same)) is not None}
        if found:
            return (found.pop(), differs) if len(found) == 1 else (None, False)
    return None, False


def _list(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:  # not a folder, or not ours to read: then the media is not found
        return []


def _normalise(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _fold(name: str) -> str:
    return _normalise(_normalise(name).lower())
