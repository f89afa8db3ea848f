"""Media of an AAF: which of its many locators names the file that a clip shows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.editorial.builders import make_file_reference, make_time, make_time_range
from toolkit.editorial.locations import parse_location
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import to_seconds
from toolkit.turnover.formats.aaf_pieces import Source

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.opentime import TimeRange

_DAY = 24 * 3600 - 1
"""Seconds. A source that lasts a day is a tape, or a file that was imported as one: its range says nothing."""


def read_media(source: Source, cut_folder: Path) -> tuple[schema.MediaReference, str]:
    """The media reference of ``source`` and the name of its tape or file, when it has no path.

    The adapter names the file that the clip links to first, then the files and tapes that it was made from, sorted by
    name: one that exists is taken before one that does not.
    """
    assert source.clip is not None
    references = list(source.clip.media_references().values())
    with_path = [reference for reference in references if getattr(reference, "target_url", "")]
    urls = {id(reference): _repair_url(reference.target_url, cut_folder) for reference in with_path}
    found = [reference for reference in with_path if _exists(urls[id(reference)], cut_folder)]
    for reference in [*found, *with_path]:
        return make_file_reference(urls[id(reference)], _available_range(reference, source)), ""
    tape = next((str(reference.name) for reference in references if reference.name), "")
    name = (source.name or tape or "unnamed media").replace("/", "_")
    return make_file_reference(name, _own_range(source)), tape or "unnamed"


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
