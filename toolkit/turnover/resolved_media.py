"""Resolve media references against the disk.

When the two differ: the timeline decides which frame is meant, counting from the start of its ``available_range`` (a
movie's first frame, or the sequence's ``start_frame``); the disk decides which frames exist.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import ceil
from os.path import exists
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Media, MediaKind
from toolkit.editorial.clip_starts import MediaOrigin
from toolkit.editorial.locations import IMAGE_SUFFIXES, MOVIE_SUFFIXES, Location, sequence_from_first_file
from toolkit.editorial.media_references import AvailableRange, MediaReference, MediaReferences
from toolkit.editorial.skips import MediaSkip, Skip
from toolkit.editorial.times import WrittenTime, nearest_frame, to_seconds
from toolkit.errors import MediaError, MissingMedia
from toolkit.frames import FrameRange
from toolkit.settings import PlateSettings
from toolkit.turnover.path_on_disk import PathsOnDisk

if TYPE_CHECKING:
    from opentimelineio.opentime import RationalTime

_SAME_RATE = Fraction(1, 500)
"""Relative. 23.976 and 24 count as one rate, as many editors call a 23.976 movie 24; 24 and 25 do not."""

_PLATES = (IMAGE_SUFFIXES | MOVIE_SUFFIXES) - {"psd"}
"""Extensions of files that somebody expects to be rendered, readable by this toolkit or not. PSD is for titles."""


@dataclass(frozen=True, kw_only=True)
class ResolvedMedia:
    """Media, and how the times of clips map to its frames."""

    media: Media
    source_range: FrameRange
    """The media's ``source_range``, which is always known here: as on disk, or as in the cut when it is offline."""
    origin: int
    """The source frame at the start of the available range."""
    available: AvailableRange | None
    is_still: bool = False
    """One frame that lasts as long as the clip."""
    holes: tuple[int, ...] = ()
    """Source frames inside the range that are not on disk, ascending."""

    @cached_property
    def handle_range(self) -> FrameRange:
        """Where handles may come from: frames that are both on disk and in the available range."""
        if self.available is None or self.is_still:
            return self.source_range
        count = max(1, nearest_frame(self.available.length, self.media.rate))
        return FrameRange.of(self.origin, count).intersection(self.source_range) or self.source_range

    def origin_for(self, clip_start: RationalTime) -> MediaOrigin:
        """Where a clip that begins at ``clip_start`` counts from. Raises Skip for an invalid time.

        Without an available range, a clip that begins at or after the media's timecode counts from that timecode, any
        other clip from zero.
        """
        if self.available is not None:
            return MediaOrigin(time=self.available.start_time, frame=self.origin, length=self.available.length)
        first = Fraction(0)
        if self.media.timecode_first is not None:
            timecode = Fraction(self.media.timecode_first + self.origin - self.source_range.first)
            first = timecode if to_seconds(clip_start) >= timecode / self.media.rate else first
        return MediaOrigin(time=WrittenTime.at(first, self.media.rate), frame=self.origin)


class MediaResolver:
    """Resolves the media of a cut; each file is looked up once, however many clips use it.

    A sequence for which nothing gives a rate plays at that of the timeline, as it does in hosts. Offline media at that
    rate has the timecode of a timeline that is ``drop_frame``.
    """

    def __init__(
        self, cut_folder: Path, plate: PlateSettings, record_rate: Fraction, *, drop_frame: bool = False
    ) -> None:
        self.references = MediaReferences(cut_folder)
        self._plate = plate
        self._drop_frame_rate = record_rate if drop_frame else None
        self._record_rate = record_rate
        self._sequence_rate = plate.sequence_rate or record_rate
        self._resolved: dict[MediaReference, ResolvedMedia | Skip] = {}
        self._on_disk: dict[str, MediaOnDisk | None] = {}
        self._paths = PathsOnDisk()
        self._holes: dict[tuple[str, int, int], tuple[int, ...]] = {}

    def resolve(self, reference: MediaReference) -> ResolvedMedia:
        """The media of ``reference``. Raises Skip when it is no footage, MediaSkip when it cannot be used."""
        resolved = self._resolved.get(reference)
        if resolved is None:
            resolved = self._resolved[reference] = self._resolve_or_skip(reference)
        if isinstance(resolved, Skip):
            raise type(resolved)(*resolved.args)
        return resolved

    def _resolve_or_skip(self, reference: MediaReference) -> ResolvedMedia | Skip:
        try:
            return self._count_offline(self._resolve(reference))
        except Skip as skip:
            return skip

    def _count_offline(self, resolved: ResolvedMedia) -> ResolvedMedia:
        media = resolved.media
        if media.online or media.rate != self._drop_frame_rate:
            return resolved
        return replace(resolved, media=media.model_copy(update={"drop_frame": True}))

    def _resolve(self, reference: MediaReference) -> ResolvedMedia:
        if reference.location.is_sequence:
            return self._resolve_sequence(reference)
        if reference.location.suffix not in IMAGE_SUFFIXES:
            return self._resolve_movie(reference)
        sequence = None if reference.may_be_still else sequence_from_first_file(reference.location)
        if sequence is None:
            return self._resolve_still(reference)
        return self._resolve_sequence(replace(reference, location=sequence))

    def _resolve_movie(self, reference: MediaReference) -> ResolvedMedia:
        on_disk, available = self._look_up(reference.location), reference.available
        if on_disk is None:
            return _offline_media(reference, MediaKind.MOVIE, 0, self._rate_offline(reference))
        if available is not None and available.frame_rate is not None:
            is_by_time = on_disk.media.by_time
            own_rate, own_count = on_disk.media.rate, len(on_disk.source_range)
            on_disk = on_disk.at_rate(available.rate if is_by_time else _movie_rate(available, own_rate, own_count))
        return on_disk.resolve(0, available)

    def _rate_offline(self, reference: MediaReference) -> Fraction | None:
        """Frames per second of offline media; that of the timeline if only samples are counted, None if nothing is."""
        available = reference.available
        return reference.frame_rate or (self._record_rate if available is not None else None)

    def _resolve_sequence(self, reference: MediaReference) -> ResolvedMedia:
        location, available = reference.location, reference.available
        on_disk = self._look_up(location)
        rate = reference.frame_rate if on_disk is not None else self._rate_offline(reference)
        first, step = _first_file(reference, rate, on_disk), reference.frame_step
        if on_disk is None:
            return _offline_media(reference, MediaKind.SEQUENCE, first, rate)
        if rate is not None:
            on_disk = on_disk.at_rate(rate)
        if step != 1:
            on_disk = on_disk.at_step(step, first)
        return replace(on_disk.resolve(first, available), holes=self._find_holes(on_disk))

    def _resolve_still(self, reference: MediaReference) -> ResolvedMedia:
        on_disk, available = self._look_up(reference.location), reference.available
        if on_disk is None:
            offline = _offline_media(reference, MediaKind.SEQUENCE, 0, self._rate_offline(reference))
            return replace(offline, is_still=True)
        rate = reference.frame_rate
        if rate is not None:
            on_disk = on_disk.at_rate(rate)
        return replace(on_disk.resolve(on_disk.source_range.first, available), is_still=True)

    def _look_up(self, location: Location) -> MediaOnDisk | None:
        """The media at ``location``; None when it is offline. Raises Skip for files without pictures."""
        if location.path not in self._on_disk:
            self._on_disk[location.path] = self._probe(location)
        return self._on_disk[location.path]

    def _probe(self, location: Location) -> MediaOnDisk | None:
        """The media at ``location``, or at the same path in another way of writing."""
        found = _probe_exactly(location, self._plate, self._sequence_rate)
        if found is not None:
            return found
        other, case_differs = self._paths.find(location)
        found = _probe_exactly(other, self._plate, self._sequence_rate) if other != location else None
        if found is None or not case_differs:
            return found
        note = f"its media was found as {other.path}: the cut writes it {location.path}"
        return replace(found, media=found.media.model_copy(update={"notes": (*found.media.notes, note)}))

    def _find_holes(self, on_disk: MediaOnDisk) -> tuple[int, ...]:
        from toolkit.plates import missing_frames

        media = on_disk.media
        key = media.path, media.frame_step, media.step_origin
        if key not in self._holes:
            self._holes[key] = tuple(sorted(missing_frames(media, on_disk.source_range)))
        return self._holes[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOnDisk:
    """Media that was found, with its frames."""

    media: Media
    source_range: FrameRange

    def at_rate(self, rate: Fraction) -> MediaOnDisk:
        """The same media played at ``rate``."""
        from toolkit.plates import count_by_time

        if self.media.by_time:
            media = count_by_time(self.media, rate)
            return replace(self, media=media, source_range=media.source_range or self.source_range)
        return replace(self, media=self.media.model_copy(update={"rate": rate, "is_rate_assumed": False}))

    def at_step(self, step: int, first: int) -> MediaOnDisk:
        """The sequence of every ``step``-th file from ``first`` on. Raises MediaSkip when there is none."""
        from toolkit.plates import count_by_step

        try:
            media = count_by_step(self.media, step, first, self.media.rate / step)
        except MissingMedia as error:
            raise MediaSkip(error.sentence) from error
        return replace(self, media=media, source_range=media.source_range or self.source_range)

    def resolve(self, origin: int, available: AvailableRange | None) -> ResolvedMedia:
        """The resolved media, with source frame ``origin`` at the start of ``available``."""
        media, source_range = self.media, self.source_range
        timecode = _first_timecode(media.rate, media.timecode_first, source_range, origin, available)
        if timecode != media.timecode_first:
            media = media.model_copy(update={"timecode_first": timecode})
        return ResolvedMedia(media=media, source_range=source_range, origin=origin, available=available)


def _probe_exactly(location: Location, plate: PlateSettings, sequence_rate: Fraction) -> MediaOnDisk | None:
    from toolkit.plates import probe

    path = location.path
    # A movie's name may contain "#", which probe reads as a pattern.
    if not location.is_sequence and not exists(path):  # noqa: PTH110 - of thousands of files, a Path costs more
        return None
    try:
        media = probe(Path(path), sequence_rate=sequence_rate, layer=plate.layer, variable_rate=plate.variable_rate)
    except MissingMedia:
        return None
    except MediaError as error:
        raise (MediaSkip if location.suffix in _PLATES else Skip)(error.sentence) from error
    return MediaOnDisk(media=media, source_range=media.source_range) if media.source_range is not None else None


def _offline_media(reference: MediaReference, kind: MediaKind, first: int, rate: Fraction | None) -> ResolvedMedia:
    """Offline media as the cut describes it. Raises Skip when the cut does not say how long it is."""
    if reference.available is None or rate is None:
        raise MediaSkip(f"media offline ({reference.location.path}), and the cut does not give its length")
    step = reference.frame_step
    numbers = max(1, nearest_frame(reference.available.length, rate))
    source_range = FrameRange.of(first, ceil(numbers / step))
    media = Media(
        kind=kind,
        path=reference.location.path,
        source_range=source_range,
        rate=rate / step,
        frame_step=step,
        step_origin=first if step != 1 else 0,
        timecode_first=_first_timecode(rate / step, None, source_range, first, reference.available),
        online=False,
    )
    return ResolvedMedia(media=media, source_range=source_range, origin=first, available=reference.available)


def _first_file(reference: MediaReference, rate: Fraction | None, on_disk: MediaOnDisk | None) -> int:
    """The number of the file at the start of the available range.

    A pattern does not give it. Then the start itself is read as a file number when such a file exists or nothing is
    on disk; otherwise it is a timecode and belongs to the first file on disk.
    """
    if reference.location.first_file is not None:
        return reference.location.first_file
    available = reference.available
    start = nearest_frame(available.start, rate) if available is not None and rate is not None else 0
    return start if on_disk is None or start in on_disk.source_range else on_disk.source_range.first


def _movie_rate(available: AvailableRange, own_rate: Fraction, own_count: int) -> Fraction:
    """The rate the host plays a movie at: its own, unless the editor interprets it at another one.

    A range written in the timeline's rate is as long as the movie in seconds; a range at another rate with as many
    frames as the movie is an interpretation.
    """
    if abs(available.rate / own_rate - 1) < _SAME_RATE:
        return available.rate
    return available.rate if abs(available.length * available.rate - own_count) <= 1 else own_rate


def _first_timecode(
    rate: Fraction, own: int | None, source_range: FrameRange, origin: int, available: AvailableRange | None
) -> int | None:
    """Timecode of the first frame of media of ``rate``, as the cut gives it: layers must link where the plate links.

    When the available range starts at zero or at the number of the first file, the media's ``own`` timecode counts.
    """
    if available is None:
        return own
    start = nearest_frame(available.start, rate)
    if start in {0, origin} and own is not None:
        return own
    return start + source_range.first - origin if start else None
