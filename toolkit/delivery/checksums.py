"""Checksums: which files were delivered, what is in them, and whether they have arrived as they were.

``checksums.json`` is our own record, ``checksums.sha256`` the same for ``sha256sum -c`` and any tool that reads its
lines. Both are beside ``delivery.json``, with paths relative to it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from toolkit import __version__
from toolkit.delivery.aep import aep_path
from toolkit.delivery.formats import find_formats
from toolkit.delivery.fusion import comp_paths
from toolkit.delivery.keyframe_text import keyframe_paths
from toolkit.documents import Checksums, Delivery, FileChecksum, write_atomically
from toolkit.errors import CorruptMedia, MissingMedia, OutputNotWritable
from toolkit.frames import FramePath
from toolkit.progress import SILENT, Progress
from toolkit.settings import DeliverySettings

_DELIVERY = ("return{}.otio", "delivery{}.json", "delivery{}.lua")
_LEAST_THREADS = 4
"""A shared disk answers several requests faster than one, however few cores there are."""

_Found = TypeVar("_Found")

log = logging.getLogger(__name__)


class FileState(StrEnum):
    """What has become of a delivered file."""

    MISSING = "missing"
    TRUNCATED = "truncated"
    CHANGED = "changed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProblem:
    """A file that is not as it was delivered."""

    path: str
    """Relative to the delivery."""
    state: FileState
    detail: str = ""
    """What was found instead; empty if the state says it all."""

    def __str__(self) -> str:
        return f"{self.state}: {self.detail}" if self.detail else self.state


# --- writing ---------------------------------------------------------------------------------------------------


def checksums_path(root: Path, suffix: str = "") -> Path:
    """Our own record of the delivery in ``root`` whose names end in ``suffix``."""
    return root / f"checksums{suffix}.json"


def _lines_path(root: Path, suffix: str) -> Path:
    return root / f"checksums{suffix}.sha256"


def update_checksums(
    delivery: Delivery, root: Path, settings: DeliverySettings, *, suffix: str = "", progress: Progress = SILENT
) -> None:
    """Write both files for ``delivery`` in ``root`` if ``settings`` ask for them; else remove those of an earlier one.

    All names end in ``suffix``, for one of several cuts in a folder.
    Raises MissingMedia and CorruptMedia for a delivered file that cannot be read, and OutputNotWritable.
    """
    if not settings.checksums:
        _remove_checksums(root, suffix)
        return
    paths = sorted(set(delivered_files(delivery, root, settings, suffix)))
    found = dict(_in_threads(lambda path: _read_checksum(root, path), paths, "checksums", progress))
    document = Checksums(toolkit=__version__, name=delivery.name, files=tuple(found[path] for path in paths))
    document.write(checksums_path(root, suffix))
    with write_atomically(_lines_path(root, suffix)) as temporary:
        lines = "".join(f"{file.sha256}  {file.path}\n" for file in document.files)
        temporary.write_text(lines, encoding="utf-8", newline="\n")


def delivered_files(delivery: Delivery, root: Path, settings: DeliverySettings, suffix: str = "") -> Iterator[str]:
    """The files of ``delivery`` in ``root``, relative to it; one that several clips use comes again for each."""
    yield from (name.format(suffix) for name in _DELIVERY)
    layers = [clip for track in delivery.tracks for clip in track.clips if clip.version is not None]
    for layer in layers:
        files = FramePath.parse(Path(layer.path).with_name(layer.pattern))
        yield from (files.path(number).as_posix() for number in range(layer.start_index, layer.end_index + 1))
        yield from comp_paths(layer)
    for matte in delivery.mattes:
        files = FramePath.parse(Path(matte.path).with_name(matte.pattern))
        yield from (files.path(number).as_posix() for number in range(matte.start_index, matte.end_index + 1))
    written = [path for keys in delivery.faces for path in keyframe_paths(keys, root)] if settings.keyframes else []
    written += find_formats(root, suffix)
    written += [aep_path(delivery, root)] if settings.aep else []
    yield from (path.relative_to(root).as_posix() for path in written)


def _remove_checksums(root: Path, suffix: str) -> None:
    """Remove what describes an earlier delivery: its files have just been written again. Raises OutputNotWritable."""
    for path in (checksums_path(root, suffix), _lines_path(root, suffix)):
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise OutputNotWritable(path, error.strerror or str(error)) from error
        log.warning("removed %s, which was of an earlier delivery; --checksums writes a new one", path)


def _read_checksum(root: Path, path: str) -> FileChecksum:
    try:
        return _checksum(root, path)
    except FileNotFoundError as error:
        raise MissingMedia(root / path) from error
    except OSError as error:
        raise CorruptMedia(root / path, error.strerror or str(error)) from error


def _checksum(root: Path, path: str) -> FileChecksum:
    with (root / path).open("rb") as file:
        found = hashlib.file_digest(file, "sha256")
        return FileChecksum(path=path, size=file.tell(), sha256=found.hexdigest())


# --- verifying -------------------------------------------------------------------------------------------------


def verify_checksums(known: Checksums, root: Path, progress: Progress = SILENT) -> list[FileProblem]:
    """The files of ``known`` under ``root`` that are not as they were, in the order of their paths. Reads them all."""
    by_path = {file.path: file for file in known.files}
    found = dict(_in_threads(lambda path: _find_problem(root, by_path[path]), by_path, "verify", progress))
    return [problem for path in by_path if (problem := found[path]) is not None]


def _find_problem(root: Path, known: FileChecksum) -> FileProblem | None:
    try:
        size = (root / known.path).stat().st_size
        if size < known.size:
            detail = f"{size} of {known.size} bytes"
            return FileProblem(path=known.path, state=FileState.TRUNCATED, detail=detail)
        if size == known.size and _checksum(root, known.path) == known:
            return None
    except (FileNotFoundError, NotADirectoryError):
        return FileProblem(path=known.path, state=FileState.MISSING)
    except OSError as error:
        return FileProblem(path=known.path, state=FileState.UNREADABLE, detail=error.strerror or str(error))
    detail = "" if size == known.size else f"{size} bytes instead of {known.size}"
    return FileProblem(path=known.path, state=FileState.CHANGED, detail=detail)


def _in_threads(
    read: Callable[[str], _Found], paths: Iterable[str], label: str, progress: Progress
) -> Iterator[tuple[str, _Found]]:
    """What ``read`` returns for each of ``paths``, as it comes; hashing lets other threads work."""
    waiting = list(paths)
    pool = ThreadPoolExecutor(max(_LEAST_THREADS, os.cpu_count() or 1), thread_name_prefix="checksum")
    try:
        with progress.stage(label, len(waiting)) as advance:
            futures = {pool.submit(read, path): path for path in waiting}
            for future in as_completed(futures):
                yield futures[future], future.result()
                advance(1)
    finally:
        pool.shutdown(cancel_futures=True)
