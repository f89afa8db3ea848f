"""The clips of an edit list's events, with references to the media that was found, or as the list describes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Media, MediaKind, MediaMatch
from toolkit.editorial.builders import (
    make_clip,
    make_file_reference,
    make_gap,
    make_sequence_reference,
    make_speed_effect,
    make_time,
    make_time_range,
)
from toolkit.frames import FramePath
from toolkit.turnover.formats.edl.media import FoundMedia
from toolkit.turnover.formats.edl.notes import note_event
from toolkit.turnover.formats.edl.sources import Counting, PlacedEvent, SourceUse, locate, locate_offline, offline_name
from toolkit.turnover.formats.edl.tracks import Lane, transition_length

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable
    from opentimelineio.opentime import TimeRange


@dataclass(slots=True, kw_only=True)
class _OfflineMedia:
    """Frames that the events of a list use of one medium, at one rate."""

    rate: Fraction
    first: int
    end: int
    """Excluded."""


class ClipBuilder:
    """Makes the children of the tracks; what it tells of them is in ``matches`` and ``notes``."""

    def __init__(
        self, lanes: Sequence[Lane], media: Mapping[int, FoundMedia | None], counting: Counting, cut_folder: Path
    ) -> None:
        """``media`` is by the identity of the event."""
        self.matches: list[MediaMatch] = []
        self.notes: list[str] = []
        self._media = media
        self._counting = counting
        self._cut_folder = cut_folder
        self._offline = self._measure_offline_media(lanes)

    def make_child(self, placed: PlacedEvent) -> Composable:
        """A gap for black, a clip for anything else."""
        if placed.event.is_black:
            return make_gap(make_time(placed.record_count, self._counting.rate))
        found = self._media[id(placed)]
        if found is None or found.media is None:
            offline = self._offline[self._offline_path(placed)]
            use = locate_offline(placed, self._counting, offline.rate)
            reference = self._refer_to_offline(placed, offline)
        else:
            use = locate(placed, found.media, self._counting)
            reference = _refer_to(found.media, use, self._counting.rate)
        self._report(placed, found, use)
        start = make_time(use.start, use.rate)
        return make_clip(
            placed.event.name,
            reference,
            make_time_range(start, make_time(placed.record_count, self._counting.rate)),
            effects=[make_speed_effect(float(placed.speed))] if placed.speed != 1 else [],
            metadata={"cmx_3600": {"reel": placed.event.reel}},
        )

    def _report(self, placed: PlacedEvent, found: FoundMedia | None, use: SourceUse) -> None:
        by = "" if found is None else ", ".join(filter(None, (found.by, use.counted)))
        event, path = placed.event, "" if found is None else found.path
        self.matches.append(MediaMatch(event=event.number, clip=event.name, path=path, by=by))
        self.notes += note_event(placed, use, self._counting)
        if found is not None and found.note:
            self.notes.append(found.note)

    # --- media that is not there ---

    def _offline_path(self, placed: PlacedEvent) -> str:
        """Where media that was not found would be; nothing is there."""
        found = self._media[id(placed)]
        if found is not None:  # there, but not readable: the resolver says why
            return found.path
        name = offline_name(placed.event)
        return f"offline/{name}" if (self._cut_folder / name).exists() else name

    def _measure_offline_media(self, lanes: Sequence[Lane]) -> dict[str, _OfflineMedia]:
        """By path, the frames that all events use of media that cannot be read, those under transitions included."""
        uses: dict[str, list[tuple[PlacedEvent, int]]] = {}
        for placed, tail in _with_tails(lanes):
            found = self._media[id(placed)]
            if not placed.event.is_black and (found is None or found.media is None):
                uses.setdefault(self._offline_path(placed), []).append((placed, tail))
        return {path: self._measure(path, used) for path, used in uses.items()}

    def _measure(self, path: str, used: Sequence[tuple[PlacedEvent, int]]) -> _OfflineMedia:
        rate = max((self._counting.source_rate(placed.event) for placed, _ in used), key=round)
        firsts, ends = [], []
        for placed, tail in used:
            use = locate_offline(placed, self._counting, rate)
            beyond = ceil(abs(placed.speed) * tail * rate / self._counting.rate)
            firsts.append(max(0, floor(use.start) - (beyond if placed.speed < 0 else 0)))
            ends.append(floor(use.start + use.span) + 1 + (beyond if placed.speed > 0 else 0))
        first, end = min(firsts), max(ends)
        named = FramePath.named_range(path)
        if named is not None and named.first <= first and end <= named.last + 1:
            first, end = named.first, named.last + 1
        return _OfflineMedia(rate=rate, first=first, end=end)

    def _refer_to_offline(self, placed: PlacedEvent, offline: _OfflineMedia) -> schema.ExternalReference:
        return make_file_reference(
            self._offline_path(placed), _range(offline.first, offline.end - offline.first, offline.rate)
        )


def _with_tails(lanes: Sequence[Lane]) -> Iterator[tuple[PlacedEvent, int]]:
    """Each event, and for how many frames a transition shows it after its end."""
    for lane in lanes:
        for placed, after in zip(lane, [*lane[1:], None], strict=True):
            goes_on = after is not None and after.record_first == placed.record_end
            yield placed, transition_length(after) if after is not None and goes_on else 0


def _refer_to(media: Media, use: SourceUse, record_rate: Fraction) -> schema.MediaReference:
    count = 1 if media.source_range is None else len(media.source_range)
    available = _range(use.origin, count, use.rate)
    if media.kind is MediaKind.MOVIE or media.source_range is None:
        return make_file_reference(media.path, available)
    if not FramePath.is_pattern(media.path):
        return make_file_reference(media.path, _range(0, 1, record_rate))
    files = media.sequence
    return make_sequence_reference(
        files.folder.as_posix(),
        files,
        first_file=media.source_range.first,
        rate=float(use.rate),
        available_range=available,
    )


def _range(first: int, count: int, rate: Fraction) -> TimeRange:
    return make_time_range(make_time(first, rate), make_time(count, rate))
