"""Sources: what the cut claims about media, held against what is on disk.

The rule when the two differ: the cut decides which picture it means, by counting from the start of its
``available_range`` (a movie's first picture, or the sequence's ``start_frame``); the disk decides which pictures exist.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Media, MediaKind
from toolkit.editorial.locations import STILLS, Location, numbered
from toolkit.editorial.media_references import Available, Claim, claim_of
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import nearest
from toolkit.errors import MissingMedia, UnsupportedMedia
from toolkit.frames import FrameRange

if TYPE_CHECKING:
    from opentimelineio import schema

_SAME_RATE = Fraction(1, 500)
"""23.976 and 24 are the same rate to those who call a movie 24; 24 and 25 are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Media, and how the times of clips count into it."""

    media: Media
    """Its ``source_range`` is what is on disk, or as the cut claims when it is offline."""
    range: FrameRange
    """The media's ``source_range``, which is known here."""
    origin: int
    """The source frame at the start of what the cut calls available."""
    available: Available | None
    is_still: bool = False
    """One picture that lasts as long as the clip."""
    holes: tuple[int, ...] = ()
    """Source frames inside the range that are not on disk, ascending."""

    @property
    def usable(self) -> FrameRange:
        """Where handles may come from: what is on disk and what the cut calls available, both."""
        if self.available is None or self.is_still:
            return self.range
        count = max(1, nearest(self.available.length * self.media.rate))
        return FrameRange.of(self.origin, count).intersection(self.range) or self.range

    def start(self, clip_start: Fraction | None) -> Fraction:
        """Source time of ``origin`` in seconds, for a clip that begins at ``clip_start``.

        Where the cut does not say it, clips count from the media's timecode if they begin after it, else from zero.
        """
        if self.available is not None:
            return self.available.start
        if self.media.timecode_first is None:
            return Fraction(0)
        timecode = Fraction(self.media.timecode_first + self.origin - self.range.first) / self.media.rate
        return timecode if clip_start is None or clip_start >= timecode else Fraction(0)


class Sources:
    """The media of a cut; each is looked at once, however many clips use it."""

    def __init__(self, beside: Path) -> None:
        self.beside = beside
        self._sources: dict[Claim, Source | Skip] = {}
        self._found: dict[str, Found | None] = {}
        self._holes: dict[str, tuple[int, ...]] = {}

    def of(self, clip: schema.Clip) -> Source:
        """The source of ``clip``. Raises Skip when it has none that can be used, CorruptMedia when it is broken."""
        claim = claim_of(clip, self.beside)
        source = self._sources.get(claim)
        if source is None:
            source = self._sources[claim] = self._source_or_skip(claim)
        if isinstance(source, Skip):
            raise Skip(*source.args)
        return source

    def _source_or_skip(self, claim: Claim) -> Source | Skip:
        try:
            return self._source(claim)
        except Skip as skip:
            return skip

    def _source(self, claim: Claim) -> Source:
        if claim.location.is_sequence:
            return self._sequence(claim)
        if claim.location.suffix not in STILLS:
            return self._movie(claim)
        series = None if claim.counts_one else numbered(claim.location)
        return self._still(claim) if series is None else self._sequence(replace(claim, location=series))

    def _movie(self, claim: Claim) -> Source:
        found, available = self._look(claim.location), claim.available
        if found is None:
            found = _offline(claim, MediaKind.MOVIE, 0, available.rate if available else None)
        elif available is not None:
            found = found.at_rate(_movie_rate(available, found.media.rate, len(found.range)))
        return found.source(0, available)

    def _sequence(self, claim: Claim) -> Source:
        location, available = claim.location, claim.available
        rate = claim.sequence_rate or (available.rate if available is not None else None)
        found = self._look(location)
        first = _first_file(claim, rate, found)
        if found is None:
            return _offline(claim, MediaKind.SEQUENCE, first, rate).source(first, available)
        holes = self._missing(found)
        return replace(found.at_rate(rate or found.media.rate).source(first, available), holes=holes)

    def _still(self, claim: Claim) -> Source:
        found, available = self._look(claim.location), claim.available
        rate = available.rate if available is not None else None
        if found is None:
            found = _offline(claim, MediaKind.SEQUENCE, 0, rate)
        elif rate is not None:
            found = found.at_rate(rate)
        return replace(found.source(found.range.first, available), is_still=True)

    def _look(self, location: Location) -> Found | None:
        """What is on disk; None when nothing is. Raises Skip for what holds no pictures."""
        if location.path not in self._found:
            self._found[location.path] = _on_disk(location)
        return self._found[location.path]

    def _missing(self, found: Found) -> tuple[int, ...]:
        from toolkit.plates import missing_frames

        path = found.media.path
        if path not in self._holes:
            self._holes[path] = tuple(sorted(missing_frames(found.media, found.range)))
        return self._holes[path]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Media with its range, on disk or claimed."""

    media: Media
    range: FrameRange

    def at_rate(self, rate: Fraction) -> Found:
        """The same, played at ``rate``."""
        return replace(self, media=self.media.model_copy(update={"rate": rate}))

    def source(self, origin: int, available: Available | None) -> Source:
        """As a source whose frame ``origin`` stands at the start of ``available``."""
        label = _label(self.media, self.range, origin, available)
        media = self.media.model_copy(update={"timecode_first": label})
        return Source(media=media, range=self.range, origin=origin, available=available)


def _on_disk(location: Location) -> Found | None:
    from toolkit.plates import probe

    path = Path(location.path)
    if not location.is_sequence and not path.exists():  # a movie's name may hold a "#", which probe reads as a pattern
        return None
    try:
        media = probe(path)
    except MissingMedia:
        return None
    except UnsupportedMedia as error:
        raise Skip(error.sentence) from error
    return Found(media=media, range=media.source_range) if media.source_range is not None else None


def _offline(claim: Claim, kind: MediaKind, first: int, rate: Fraction | None) -> Found:
    """What the cut claims, when that is all there is. Raises Skip when it claims nothing."""
    if claim.available is None or rate is None:
        raise Skip(f"media offline ({claim.location.path}), and the cut does not say what it has")
    source_range = FrameRange.of(first, max(1, nearest(claim.available.length * rate)))
    media = Media(
        kind=kind,
        path=claim.location.path,
        source_range=source_range,
        rate=rate,
        timecode_first=None,
        online=False,
    )
    return Found(media=media, range=source_range)


def _first_file(claim: Claim, rate: Fraction | None, found: Found | None) -> int:
    """The number of the file at the start of what is available.

    A pattern does not say it: then the start itself is a file number where there is such a file (or no file at all),
    else it is a timecode and belongs to the first file there is.
    """
    if claim.location.first_file is not None:
        return claim.location.first_file
    start = nearest(claim.available.start * rate) if claim.available is not None and rate is not None else 0
    return start if found is None or start in found.range else found.range.first


def _movie_rate(available: Available, own_rate: Fraction, own_count: int) -> Fraction:
    """The rate the host plays a movie at: its own, unless the editor told the host to interpret it as another.

    A range written in the timeline's rate lasts as long as the movie; one that counts as many frames as the movie
    has, at another rate, is an interpretation.
    """
    if abs(available.rate / own_rate - 1) < _SAME_RATE:
        return available.rate
    return available.rate if abs(available.length * available.rate - own_count) <= 1 else own_rate


def _label(media: Media, source_range: FrameRange, origin: int, available: Available | None) -> int | None:
    """Timecode of the media's first frame: as the cut says it, for layers must link where the plate links.

    A start of zero, or one that is just the number of the first file, says nothing: then the media's own counts.
    """
    if available is None:
        return media.timecode_first
    said = nearest(available.start * media.rate)
    if said in {0, origin} and media.timecode_first is not None:
        return media.timecode_first
    return said + source_range.first - origin if said else None
