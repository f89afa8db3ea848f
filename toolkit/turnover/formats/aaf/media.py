"""Media of an AAF: which of its many locators names the file that a clip shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from toolkit.editorial.builders import make_file_reference, make_time, make_time_range
from toolkit.editorial.locations import parse_location
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import to_seconds
from toolkit.turnover.formats.aaf.pieces import Source
from toolkit.turnover.media_folders import MediaFolders

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.opentime import TimeRange

_DAY = 24 * 3600 - 1
"""Seconds. A source that lasts a day is a tape, or a file that was imported as one: its range says nothing."""


@dataclass(kw_only=True)
class MediaReader:
    """Reads the media of clips, and remembers what is to be said of it."""

    cut_folder: Path
    folders: Sequence[Path] = ()
    """Searched, with all that is below them, for media that is not where the file says, or of which it says nothing."""
    _found: dict[str, str] = field(default_factory=dict)
    """Path by name of clip."""
    _without_path: dict[str, str] = field(default_factory=dict)
    """Name of the tape or file by name of clip."""

    def read(self, source: Source) -> schema.MediaReference:
        """The media reference of ``source``.

        The adapter names the file that the clip links to first, then the files and tapes that it was made from, sorted
        by name: one that exists is taken before one that does not.
        """
        assert source.clip is not None
        references = list(source.clip.media_references().values())
        with_path = [reference for reference in references if getattr(reference, "target_url", "")]
        urls = [_repair_url(reference.target_url, self.cut_folder) for reference in with_path]
        for reference, url in zip(with_path, urls, strict=True):
            if _exists(url, self.cut_folder):
                return make_file_reference(url, _available_range(reference, source))
        elsewhere = self._search([*(url.rpartition("/")[2] for url in urls), source.name])
        if elsewhere:
            self._found[source.name] = elsewhere
            return make_file_reference(elsewhere, _own_range(source))
        if with_path:
            return make_file_reference(urls[0], _available_range(with_path[0], source))
        tape = next((str(reference.name) for reference in references if reference.name), "unnamed")
        self._without_path[source.name] = tape
        return make_file_reference((source.name or tape).replace("/", "_"), _own_range(source))

    def notes(self) -> Iterator[str]:
        """One sentence for each clip whose media is not where the file says."""
        for clip, path in self._found.items():
            yield f"the media of '{clip}' was found by its name: {path}"
        for clip, tape in self._without_path.items():
            yield f"the file gives no path for the media of '{clip}' (source '{tape}'), so it is offline"

    @cached_property
    def _listed(self) -> MediaFolders:
        return MediaFolders(self.folders, beside=self.cut_folder)

    def _search(self, names: Sequence[str]) -> str:
        """The only file with one of ``names``, with its suffix or without; empty when there is none, or several."""
        for name in filter(None, map(unquote, names)):
            for files in (self._listed.named(name), self._listed.without_suffix(name)):
                if len(files) == 1:
                    return files[0].path
        return ""


def media_first(reference: schema.MediaReference) -> Fraction:
    """Timecode of the media's first frame, frames of its own rate."""
    return Fraction(reference.available_range.start_time.value).limit_denominator(1_000_000)


def _repair_url(url: str, cut_folder: Path) -> str:
    """The locator in ``url``: the adapter puts ``file://`` before every path, and a relative one becomes a server."""
    path = url.removeprefix("file://")
    if path.startswith("/") or path == url:
        return url
    return path if "/" not in path or (cut_folder / path).exists() else url


def _exists(url: str, cut_folder: Path) -> bool:
    try:
        location = parse_location(url, cut_folder)
    except Skip:
        return False
    path = Path(location.path)
    return path.parent.is_dir() if location.is_sequence else path.exists()


def _available_range(reference: schema.MediaReference, source: Source) -> TimeRange:
    """The range of the file at the rate of the clip; that of the master clip where the file does not say its own."""
    available = reference.available_range
    if available is None or not 0 < to_seconds(available.duration) < _DAY:
        return _own_range(source)
    start, count = (to_seconds(time) * source.rate for time in (available.start_time, available.duration))
    return make_time_range(make_time(start, source.rate), make_time(count, source.rate))


def _own_range(source: Source) -> TimeRange:
    return make_time_range(make_time(source.first, source.rate), make_time(source.count, source.rate))
