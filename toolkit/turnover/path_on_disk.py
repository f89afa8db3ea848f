"""Find the media of a cut under a name that is written in another way: decomposed accents, other letter case.

A Mac may hand over ``é`` as two characters where the disk has one, and has file systems that ignore letter case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from toolkit.editorial.locations import Location
from toolkit.frames import FramePath

Name = tuple[str, ...]
"""The name of a file, or what comes before and after the number in those of a sequence."""


def find_on_disk(location: Location) -> tuple[Location, bool]:
    """Like ``PathsOnDisk.find``, for one path."""
    return PathsOnDisk().find(location)


class PathsOnDisk:
    """Finds paths as the disk writes them; each folder is listed once, however many paths are looked up in it."""

    def __init__(self) -> None:
        self._found_folders: dict[Path, tuple[Path | None, bool]] = {}
        self._written_folders: dict[str, tuple[Path | None, bool]] = {}
        self._names: dict[Path, _Names] = {}

    def find(self, location: Location) -> tuple[Location, bool]:
        """``location`` as the disk writes it, and whether its letter case differs; unchanged when it is not found.

        Names that differ in their Unicode normal form only are the same. Names that also differ in letter case are, if
        there is no other such name in their folder.
        """
        written, _, name_in_cut = location.path.rpartition("/")
        if written not in self._written_folders:
            path = Path(f"{written}/")
            is_ours = path.is_absolute()  # else it is a path of another system
            self._written_folders[written] = self._find_folder(path) if is_ours else (None, False)
        folder, differs = self._written_folders[written]
        if folder is None:
            return location, False
        name, name_differs = (self._find_sequence if location.is_sequence else self._find_file)(folder, name_in_cut)
        if name is None:
            return location, False
        return replace(location, path=(folder / name).as_posix()), differs or name_differs

    def _find_folder(self, path: Path) -> tuple[Path | None, bool]:
        if path not in self._found_folders:
            self._found_folders[path] = self._look_for_folder(path)
        return self._found_folders[path]

    def _look_for_folder(self, path: Path) -> tuple[Path | None, bool]:
        if path.is_dir():
            return path, False
        if path == path.parent:
            return None, False
        parent, differs = self._find_folder(path.parent)
        name, name_differs = (None, False) if parent is None else self._find_file(parent, path.name)
        return (None, False) if parent is None or name is None else (parent / name, differs or name_differs)

    def _find_file(self, folder: Path, name: str) -> tuple[str | None, bool]:
        if (folder / name).exists():
            return name, False
        found, differs = _choose(self._names_in(folder).files, (name,))
        return (found[0] if found else None), differs

    def _find_sequence(self, folder: Path, name: str) -> tuple[str | None, bool]:
        """The pattern of the numbered files that the pattern ``name`` means."""
        wanted = FramePath.parse(name)
        if replace(wanted, folder=folder).frames_on_disk():
            return name, False
        found, differs = _choose(self._names_in(folder).sequences, (wanted.prefix, wanted.suffix))
        if found is None:
            return None, False
        return replace(wanted, folder=Path(), prefix=found[0], suffix=found[1]).name, differs

    def _names_in(self, folder: Path) -> _Names:
        if folder not in self._names:
            self._names[folder] = _Names(_list(folder))
        return self._names[folder]


class _Names:
    """The names in a folder, to be looked up as ``_choose`` does."""

    def __init__(self, entries: Iterable[str]) -> None:
        self._entries = tuple(entries)

    @cached_property
    def files(self) -> _Index:
        return _Index((entry,) for entry in self._entries)

    @cached_property
    def sequences(self) -> _Index:
        numbers = ((entry, number) for entry in self._entries for number in re.finditer(r"\d+", entry))
        return _Index((entry[: number.start()], entry[number.end() :]) for entry, number in numbers)


class _Index:
    """Names by their normal form, and by that without letter case."""

    def __init__(self, names: Iterable[Name]) -> None:
        self.by_form: dict[Name, set[Name]] = {}
        self.by_fold: dict[Name, set[Name]] = {}
        for name in set(names):
            self.by_form.setdefault(tuple(map(_normalise, name)), set()).add(name)
            self.by_fold.setdefault(tuple(map(_fold, name)), set()).add(name)


def _choose(index: _Index, name: Name) -> tuple[Name | None, bool]:
    """The only name that matches when normal forms are ignored, else when letter case is ignored, too."""
    same_form = index.by_form.get(tuple(map(_normalise, name)))
    found = same_form or index.by_fold.get(tuple(map(_fold, name)))
    if found is None or len(found) > 1:
        return None, False
    return next(iter(found)), same_form is None


def _list(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:  # not a folder, or not ours to read: then the media is not found
        return []


def _normalise(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _fold(name: str) -> str:
    return _normalise(_normalise(name).lower())
