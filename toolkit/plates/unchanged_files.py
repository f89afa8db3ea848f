"""Files that must stay as they are while they are read: a farm or an editor may replace them at any time.

A decoder that has ``x.mov`` open goes on reading the old movie after another one was moved to that path, where a digest
finds the new one: the old pixels would be kept for ever as those of the new file. So the state of each file is recorded
before it is first read, and every read and every digest ends with a comparison.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from toolkit.errors import MediaChanged, MediaError, MissingMedia


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """What shows, without reading its bytes, that a file is another one or was written to."""

    device: int
    inode: int
    size: int
    modified: int
    """Nanoseconds."""

    @classmethod
    def at(cls, path: Path) -> FileState:
        """The state of the file at ``path``. Raises MissingMedia."""
        try:
            return cls._of(path.stat())
        except OSError as error:
            raise MissingMedia(path, error.strerror or str(error)) from error

    @classmethod
    def open_as(cls, descriptor: int) -> FileState:
        """The state of an open file."""
        return cls._of(os.fstat(descriptor))

    @classmethod
    def _of(cls, status: os.stat_result) -> FileState:
        return cls(device=status.st_dev, inode=status.st_ino, size=status.st_size, modified=status.st_mtime_ns)


class UnchangedFiles:
    """The files of one plate or guide, as they were when each was first read; for several threads."""

    def __init__(self) -> None:
        self._states: dict[Path, FileState] = {}
        self._digests: dict[Path, str] = {}

    @contextmanager
    def reading(self, path: Path) -> Iterator[None]:
        """Read the file at ``path`` in the block. Raises MediaChanged, also in place of an error of the reader.

        Raises MissingMedia if the file is not there, before or after.
        """
        self._record(path)
        try:
            yield
        except MediaError:
            self._check(path)
            raise
        self._check(path)

    def digest(self, path: Path) -> str:
        """SHA-256 in hex of the file at ``path``. Raises MediaChanged and MissingMedia."""
        if path not in self._digests:
            with self.reading(path):
                self._digests[path] = digest_of_state(path, self._states[path])
        else:
            self._check(path)
        return self._digests[path]

    def _record(self, path: Path) -> None:
        if path not in self._states:
            self._states.setdefault(path, FileState.at(path))

    def _check(self, path: Path) -> None:
        """Another state with the same bytes is no change: a copy was restored, or only the date was set."""
        now = FileState.at(path)
        if now == self._states[path]:
            return
        if path not in self._digests or digest_of_state(path, now) != self._digests[path]:
            raise MediaChanged(path)
        self._states[path] = now


def file_digest(path: Path) -> str:
    """SHA-256 in hex of ``path``; cached until the file changes. Raises MissingMedia and MediaChanged."""
    return digest_of_state(path, FileState.at(path))


@lru_cache(
    maxsize=1 << 16
)  # 45 minutes of files, 50 MB; with one file more, a second pass in order would read all of them again
def digest_of_state(path: Path, state: FileState) -> str:
    """The same for a file that is in ``state``; MediaChanged if it is not, or not any more when all was read."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            is_same = FileState.open_as(file.fileno()) == state
    except OSError as error:
        raise MissingMedia(path, error.strerror or str(error)) from error
    if not is_same:
        raise MediaChanged(path)
    return found
