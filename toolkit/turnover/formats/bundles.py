"""Bundles of OpenTimelineIO: a timeline together with its media, as a folder (.otiod) or a zip archive (.otioz).

The media of an archive are unpacked into a folder beside it, because hosts open plates by their paths, at the import
and for as long as the delivery is used. Each file lies in a folder named by its content: a bundle that is exported
again with the same media finds them there, and one with other media of the same name leaves the older ones alone.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from toolkit.documents import ReadOptions, write_atomically
from toolkit.editorial.locations import IMAGE_SUFFIXES
from toolkit.editorial.media_references import make_media_paths_absolute, relocate_media
from toolkit.editorial.timeline_files import load_timeline, parse_timeline
from toolkit.errors import NoSuchFile, OutputNotWritable, UnreadableCut
from toolkit.frames import FramePath
from toolkit.turnover.formats.timeline_file import TimelineFile

if TYPE_CHECKING:
    from opentimelineio import schema

_TIMELINE = "content.otio"
"""The timeline in either kind of bundle."""

_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
"""What ``zipfile`` raises for an archive that is damaged, encrypted or packed by an unknown method."""

_UNSAFE = re.compile(r"[\\:\x00]")
"""Characters that make a name in an archive mean another place on some system."""


def read_otiod(path: Path, options: ReadOptions) -> TimelineFile:
    """The timeline in the bundle folder ``path``. Raises NoSuchFile and UnreadableCut."""
    if not path.exists():
        raise NoSuchFile(path)
    if not (path / _TIMELINE).is_file():
        raise UnreadableCut(path, f"it has no {_TIMELINE}; an .otiod bundle is a folder with that and media")
    timeline, notes = load_timeline(path / _TIMELINE)
    make_media_paths_absolute(timeline, path.absolute())
    return TimelineFile(timeline=timeline, notes=notes)


def read_otioz(path: Path, options: ReadOptions) -> TimelineFile:
    """The timeline in the archive ``path``, with its media unpacked beside it.

    Raises NoSuchFile, UnreadableCut, and OutputNotWritable when there is no room or no permission to unpack.
    """
    if not path.exists():
        raise NoSuchFile(path)
    try:
        with zipfile.ZipFile(path) as archive:
            timeline, notes = parse_timeline(_read_timeline(archive, path), path)
            unpacking = _Unpacking(archive=archive, folder=path.absolute().with_name(f"{path.stem}_media"))
            unpacking.unpack(timeline)
    except OSError as error:
        raise UnreadableCut(path, error.strerror or str(error)) from error
    except _DAMAGED as error:
        raise UnreadableCut(path, f"it is not a zip archive that can be read ({error})") from error
    return TimelineFile(timeline=timeline, notes=(*notes, *unpacking.notes()))


def _read_timeline(archive: zipfile.ZipFile, path: Path) -> str:
    try:
        return archive.read(_TIMELINE).decode("utf-8-sig")
    except KeyError:
        raise UnreadableCut(
            path, f"it has no {_TIMELINE}; an .otioz bundle is an archive with that and media"
        ) from None
    except UnicodeDecodeError as error:
        raise UnreadableCut(path, f"its {_TIMELINE} is a binary file, not OpenTimelineIO JSON") from error


@dataclass(slots=True, kw_only=True)
class _Unpacking:
    """Unpacks what the references of a timeline name, and points them there."""

    archive: zipfile.ZipFile
    folder: Path
    """Where the media go."""
    needed: dict[str, Sequence[zipfile.ZipInfo]] = field(default_factory=dict)
    """By the name of their folder below ``folder``."""
    damaged: list[str] = field(default_factory=list)
    """Names of files that could not be unpacked; to the timeline they are offline."""

    def unpack(self, timeline: schema.Timeline) -> None:
        """Unpack the media of ``timeline`` that are in the archive. Raises OutputNotWritable."""
        members = dict(_iter_members(self.archive))
        series: dict[str, list[zipfile.ZipInfo]] = {}
        for name, info in members.items():
            series.setdefault(_series(name), []).append(info)
        relocate_media(timeline, lambda text: self._place(text, members, series))
        self._check_room()
        for folder, infos in self.needed.items():
            for info in infos:
                self._unpack_file(info, self.folder / folder / PurePosixPath(info.filename).name)

    def notes(self) -> Iterator[str]:
        """Where the media went, and which of them could not be unpacked."""
        if self.needed:
            yield f"the media in the bundle are unpacked in {self.folder}; keep it as long as the plates are needed"
        for name in self.damaged:
            yield f"{name} in the bundle is damaged and was not unpacked"

    def _place(self, text: str, members: Mapping[str, zipfile.ZipInfo], series: Mapping[str, Files]) -> str | None:
        """The path that a reference to ``text`` gets; None when that is not in the archive."""
        for name in dict.fromkeys((_normal(text), _normal(unquote(text)))):
            is_image = name.rpartition(".")[2].lower() in IMAGE_SUFFIXES
            found = series.get(_series(name), []) if is_image else [members[name]] if name in members else []
            if found:
                folder = _digest(found)
                self.needed[folder] = found
                return (self.folder / folder / PurePosixPath(name).name).as_posix()
        return None

    def _check_room(self) -> None:
        missing = sum(
            info.file_size
            for folder, infos in self.needed.items()
            for info in infos
            if not _is_there(info, self.folder / folder / PurePosixPath(info.filename).name)
        )
        free = shutil.disk_usage(self.folder.parent).free
        if missing > free:
            problem = f"the media of the bundle take {missing / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free"
            raise OutputNotWritable(self.folder, problem)

    def _unpack_file(self, info: zipfile.ZipInfo, path: Path) -> None:
        if _is_there(info, path):
            return
        try:
            with write_atomically(path) as temporary, self.archive.open(info) as packed, temporary.open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)
        except _DAMAGED:
            self.damaged.append(info.filename)


Files = Sequence[zipfile.ZipInfo]


def _iter_members(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """The files in ``archive`` by their paths; those that would land elsewhere on some system are left out."""
    for info in archive.infolist():
        name = _normal(info.filename)
        if not info.is_dir() and not _UNSAFE.search(info.filename) and not name.startswith(("/", "../")):
            yield name, info


def _normal(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/")) if path else ""


def _series(name: str) -> str:
    """The name that the files of a sequence share, also as a pattern: ``media/plate.#.exr``."""
    folder, slash, file = name.rpartition("/")
    try:
        files = FramePath.parse(file)
    except ValueError:  # no number
        return name
    return f"{folder}{slash}{files.prefix}#{files.suffix}"


def _digest(files: Files) -> str:
    """A name for the contents of ``files``: the same media have the same one in every bundle."""
    facts = sorted(f"{PurePosixPath(info.filename).name}:{info.file_size}:{info.CRC}" for info in files)
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:12]


def _is_there(info: zipfile.ZipInfo, path: Path) -> bool:
    """Whether ``info`` was unpacked before: files appear in one step, complete."""
    return path.is_file() and path.stat().st_size == info.file_size
