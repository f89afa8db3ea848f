"""The media below some folders, by name: for cuts whose format names reels and clips instead of files."""

from __future__ import annotations

import os
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.editorial.locations import IMAGE_SUFFIXES, MOVIE_SUFFIXES
from toolkit.editorial.shot_names import is_layer_path
from toolkit.frames import FRAME_NUMBER, FramePath

TRUNCATED = (8, 32)
"""Characters that edit lists have for a reel."""

_SEPARATORS = " ._-"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class MediaFile:
    """A movie, a still, or all numbered files of a sequence."""

    path: str
    """The file, or the sequence as ``folder/name.####.exr``; absolute."""
    is_sequence: bool = False


class MediaFolders:
    """The movies and images below some folders, found once; sequences count as one file, layers of ours not at all.

    Names are compared without letter case and in one Unicode normal form.
    """

    def __init__(self, folders: Sequence[Path], *, beside: Path) -> None:
        """Search below ``folders``, and in ``beside`` itself."""
        entered: set[str] = set()
        listed = [*_walk(folders, entered)]
        if os.path.realpath(beside) not in entered:
            listed += _list(beside)
        self._files = sorted(_files_of(listed))
        self._names = _table((name, file) for file in self._files for name in _names_of(file))
        self._stems = _table((_stem(Path(file.path).name), file) for file in self._files)
        self._sorted_stems = sorted(self._stems)
        self._folders = _table((_fold(Path(file.path).parent.name), file) for file in self._files)
        self._truncated = _table((cut, file) for file in self._files for cut in _truncations(Path(file.path).name))

    def __len__(self) -> int:
        return len(self._files)

    def named(self, name: str) -> list[MediaFile]:
        """The files called ``name``: of a sequence, its pattern, its range in brackets, or its first file.

        Any other numbered file of a sequence is meant as the one picture that it is, and so may be the first.
        """
        is_pattern = FramePath.is_pattern(name)
        found: list[MediaFile] = []
        for file in self._names.get(_name_key(name), ()):
            if is_pattern or _fold(Path(file.path).name) == _fold(name):
                found.append(file)
            elif file.is_sequence:
                still = Path(file.path).with_name(name)
                found += [file] if _is_first(file, name) else []
                found += [MediaFile(path=str(still))] if _is_file(still) else []
        return found

    def without_suffix(self, name: str) -> list[MediaFile]:
        """The files whose name without suffix and number is ``name``, which may have a suffix of its own."""
        return list(self._stems.get(_stem(name), ()))

    def in_folder(self, name: str) -> list[MediaFile]:
        """The files in folders called ``name``, without its suffix."""
        return list(self._folders.get(_stem(name), ()))

    def truncated(self, reel: str) -> list[MediaFile]:
        """The files whose name begins with ``reel``, if that is as long as edit lists allow."""
        return list(self._truncated.get(_fold(reel), ())) if len(reel) in TRUNCATED else []

    def beginning_with(self, name: str) -> list[MediaFile]:
        """The files whose name is longer than ``name``, which is not cut inside a number or a word."""
        start = _stem(name)
        found: list[MediaFile] = []
        for stem in self._sorted_stems[bisect_left(self._sorted_stems, start) :]:
            if not start or not stem.startswith(start):
                break
            if len(stem) > len(start) and not (stem[len(start)].isdigit() and start[-1].isdigit()):
                found += self._stems[stem]
        return found


# --- on disk ---------------------------------------------------------------------------------------------------


def _walk(folders: Iterable[Path], entered: set[str]) -> Iterator[str]:
    """Every file below ``folders``; links are followed, and each folder is entered once, under whatever name."""
    for folder in folders:
        for root, names, files in os.walk(folder, followlinks=True):
            real = os.path.realpath(root)
            if real in entered:
                names.clear()
                continue
            entered.add(real)
            names.sort()
            yield from (f"{root}{os.sep}{file}" for file in files)


def _list(folder: Path) -> Iterator[str]:
    try:
        yield from (entry.path for entry in os.scandir(folder) if entry.is_file())
    except OSError:  # not ours to read: nothing is found there
        return


def _files_of(paths: Iterable[str]) -> Iterator[MediaFile]:
    numbered: dict[tuple[str, str, str], list[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition(os.sep)
        suffix = name.rpartition(".")[2].lower()
        if (
            name.startswith(".")
            or suffix not in MOVIE_SUFFIXES | IMAGE_SUFFIXES
            or is_layer_path(Path(path).as_posix())
        ):
            continue
        number = FRAME_NUMBER.search(name) if suffix in IMAGE_SUFFIXES else None
        if number is None:
            yield MediaFile(path=path)
        else:
            numbered.setdefault((folder, name[: number.start()], name[number.end() :]), []).append(number[1])
    for (folder, prefix, suffix), numbers in numbered.items():
        if len(numbers) == 1:
            yield MediaFile(path=f"{folder}{os.sep}{prefix}{numbers[0]}{suffix}")
        else:
            hashes = "#" * min(map(len, numbers))
            yield MediaFile(path=f"{folder}{os.sep}{prefix}{hashes}{suffix}", is_sequence=True)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no disk allows
        return False


def _is_first(file: MediaFile, name: str) -> bool:
    frames = FramePath.parse(file.path).frames_on_disk()
    number = FRAME_NUMBER.search(name)
    return number is not None and bool(frames) and int(number[1]) == frames[0]


# --- names -----------------------------------------------------------------------------------------------------


def _table(pairs: Iterable[tuple[str, MediaFile]]) -> dict[str, list[MediaFile]]:
    table: dict[str, list[MediaFile]] = {}
    for key, file in pairs:
        table.setdefault(key, []).append(file)
    return table


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _names_of(file: MediaFile) -> set[str]:
    name = Path(file.path).name
    return {_name_key(name)} if file.is_sequence else {_fold(name), _name_key(name)}


def _name_key(name: str) -> str:
    """The name with one ``#`` for the number of a sequence's file, however that is written."""
    if FramePath.is_pattern(name) or name.rpartition(".")[2].lower() in IMAGE_SUFFIXES:
        try:
            files = FramePath.parse(name)
        except ValueError:  # a still without a number
            return _fold(name)
        return _fold(f"{files.prefix}#{files.suffix}")
    return _fold(name)


def _stem(name: str) -> str:
    """The name without the suffix of media, and without the number of a sequence's file."""
    before, _, suffix = name.rpartition(".")
    if before and suffix.lower() in MOVIE_SUFFIXES | IMAGE_SUFFIXES:
        if suffix.lower() in IMAGE_SUFFIXES and (FramePath.is_pattern(name) or FRAME_NUMBER.search(name)):
            before = FramePath.parse(name).prefix or before
        name = before
    return _fold(name).rstrip(_SEPARATORS)


def _truncations(name: str) -> set[str]:
    """What a list may have for the reel of a file: the beginning of its name, or of the letters and digits in it."""
    folded = _fold(name)
    plain = re.sub(r"[\W_]", "", _stem(name))
    return {text[:count].rstrip() for text in (folded, plain) for count in TRUNCATED if len(text) > count}
