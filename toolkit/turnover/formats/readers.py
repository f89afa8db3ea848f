"""Which module reads which file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from toolkit.documents import ReadOptions
from toolkit.editorial.timeline_files import is_timeline, load_timeline
from toolkit.turnover.formats.timeline_file import TimelineFile

Reader = Callable[[Path, ReadOptions], TimelineFile]

_READERS: dict[str, Reader] = {}
"""By suffix, without its dot."""


def is_timeline_file(path: Path) -> bool:
    """Whether the suffix of ``path`` is one of a timeline that the toolkit reads."""
    return is_timeline(path) or _suffix(path) in _READERS


def open_timeline_file(path: Path, options: ReadOptions) -> TimelineFile:
    """The timeline at ``path``. Raises NoSuchFile and UnreadableCut."""
    if is_timeline(path):
        return TimelineFile(timeline=load_timeline(path))
    return _READERS[_suffix(path)](path, options)


def _suffix(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")
