"""Which frames of its media an event shows, and what the list itself says of media that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path

from toolkit.documents import Media, MediaKind
from toolkit.frames import FramePath
from toolkit.turnover.formats.edl.events import EdlEvent
from toolkit.turnover.formats.edl.rates import count_label, least_nominal

_LONGEST_NAME = 200
"""Bytes."""

_ROUNDING = Fraction(1, 1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """How a list counts."""

    rate: Fraction
    """Frames per second of the record."""
    drop_frame: bool
    """Whether the record is drop frame."""
    has_marks: bool
    """Whether drop frame is marked in the timecodes, so that the ``FCM`` lines do not matter."""

    def record(self, event: EdlEvent) -> tuple[int, int]:
        """Record in and out (excluded) in frames. Raises ValueError for labels that do not exist."""
        first, end = (count_label(label, self.rate, drop_frame=self.drop_frame) for label in event.record)
        return first, end

    def source(self, event: EdlEvent) -> tuple[int, int]:
        """Source in and out (excluded) in frames of ``source_rate``. Raises ValueError for labels that do not exist."""
        rate, drop_frame = self.source_rate(event), self.source_drop_frame(event)
        first, end = (count_label(label, rate, drop_frame=drop_frame) for label in event.source)
        return first, end

    def source_drop_frame(self, event: EdlEvent) -> bool:
        """Whether the source of ``event`` is drop frame, as far as the list says."""
        return event.source[0][-3:-2] in {";", ","} if self.has_marks else event.drop_frame

    def source_rate(self, event: EdlEvent) -> Fraction:
        """The rate that the source of ``event`` is counted at, as far as the list says: a label may exclude its own."""
        least = least_nominal(event.source)
        return self.rate if least <= round(self.rate) else Fraction(least)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedEvent:
    """An event with its times in frames."""

    event: EdlEvent
    record_first: int
    record_count: int
    """0: it takes no time."""
    speed: Fraction

    @property
    def record_end(self) -> int:
        """The first frame after it."""
        return self.record_first + self.record_count

    @property
    def name(self) -> str:
        """How notes name it."""
        return f"event {self.event.number} ({self.event.name})"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceUse:
    """What an event shows of its media, in frames of the media and of its timecode."""

    start: Fraction
    """The lowest frame shown."""
    span: Fraction
    """From there to the highest one."""
    origin: int
    """What the media's first frame is counted as."""
    rate: Fraction
    """That the media plays at: its own, or the list's if both have the same labels, as 24 and 23.976 have."""
    counted: str = ""
    """How ``origin`` was chosen, where it is not the media's timecode."""
    fits: bool = False
    """Whether the media has all frames of it."""
    in_point_is_high: bool = False
    """Of a reversed event: whether its in point is the highest frame, which it shows first."""


def locate(placed: PlacedEvent, media: Media, counting: Counting) -> SourceUse:
    """What ``placed`` shows of ``media``, which is on disk.

    A reversed event shows its source range from the end to the start, unless that is not as long as what it shows, or
    the media only has the frames before its in point. Media without timecode, and frames before the timecode of the
    media, are counted by file number or from the first frame. Raises ValueError for labels that do not exist.
    """
    uses = list(_possible_uses(placed, media, counting))
    return next((use for use in uses if use.fits), uses[0])


def _possible_uses(placed: PlacedEvent, media: Media, counting: Counting) -> Iterator[SourceUse]:
    frames = media.source_range
    count = 1 if frames is None else len(frames)
    is_still = media.kind is MediaKind.SEQUENCE and not FramePath.is_pattern(media.path)
    rate = counting.rate if round(media.rate) == round(counting.rate) else media.rate
    span = abs(placed.speed) * max(0, placed.record_count - 1) * rate / counting.rate
    for origin, counted, drop_frame in _origins(media, counting.source_drop_frame(placed.event)):
        first = _count_source(placed, media.rate, counting, drop_frame=drop_frame)
        for is_high in _in_points(placed, counting):
            start = first - span if is_high else first
            offset = start - origin
            fits = is_still or (offset >= 0 and floor(offset + span + _ROUNDING) < count)
            yield SourceUse(
                start=start,
                span=span,
                origin=origin,
                rate=rate,
                counted=counted,
                fits=fits,
                in_point_is_high=is_high,
            )


def _in_points(placed: PlacedEvent, counting: Counting) -> tuple[bool, ...]:
    """Whether the in point is the highest frame that is shown, the likelier answer first.

    Forwards it never is. Backwards, Premiere writes the range from its lowest frame; Avid writes the first frame shown,
    which is the highest, and one frame as the range; Final Cut Pro 7 writes that frame, too, but a range as long as the
    record.
    """
    if placed.speed >= 0:
        return (False,)
    return (False, True) if source_agrees(placed, counting) else (True, False)


def source_lengths(placed: PlacedEvent, counting: Counting) -> tuple[int, Fraction]:
    """Frames of the source that the list gives, and that its speed and its record need."""
    first, end = counting.source(placed.event)
    rate = counting.source_rate(placed.event)
    return end - first, abs(placed.speed) * placed.record_count * rate / counting.rate


def source_agrees(placed: PlacedEvent, counting: Counting) -> bool:
    """Whether the source is as long as speed and record say.

    Some systems count to the last frame shown instead of the first that is not, and Resolve gives a retimed event a
    source as long as its record. A freeze may have any.
    """
    length, needed = source_lengths(placed, counting)
    if placed.speed == 0 or (placed.event.motion is not None and length == placed.record_count):
        return True
    return needed - abs(placed.speed) <= length <= needed + 1


def _origins(media: Media, drop_frame: bool) -> Iterator[tuple[int, str, bool]]:
    """What the media's first frame may be counted as, how that is said, and whether labels are drop frame then."""
    if media.timecode_first is not None:
        yield media.timecode_first, "", media.drop_frame
    if media.kind is MediaKind.SEQUENCE and media.source_range is not None:
        yield media.source_range.first, "counted by file number", drop_frame
    yield 0, "counted from its first frame", drop_frame


def _count_source(placed: PlacedEvent, media_rate: Fraction, counting: Counting, *, drop_frame: bool) -> Fraction:
    """The in point of ``placed`` in frames of ``media_rate``.

    Media of the list's own rate, or of its NTSC sister, is counted by labels. A list may give the timecode of other
    media at its own rate or at that of the media: the one at which the source is as long as the record says is meant,
    and that of the media if both are.
    """
    labels = placed.event.source
    if round(media_rate) == round(counting.rate):
        return Fraction(count_label(labels[0], media_rate, drop_frame=drop_frame))
    seconds = abs(placed.speed) * placed.record_count / counting.rate
    found: list[tuple[Fraction, Fraction]] = []
    problem: ValueError | None = None
    for rate in (media_rate, counting.rate):
        try:
            first, end = (count_label(label, rate, drop_frame=drop_frame) for label in labels)
        except ValueError as error:
            problem = error
        else:
            found.append((abs((end - first) / rate - seconds), first / rate * media_rate))
    if problem is not None and not found:
        raise problem
    return min(found, key=lambda pair: pair[0])[1]


def locate_offline(placed: PlacedEvent, counting: Counting, rate: Fraction) -> SourceUse:
    """What ``placed`` shows of media that is not there, at ``rate``; its ``origin`` says nothing of the media."""
    drop_frame = counting.source_drop_frame(placed.event)
    start = Fraction(count_label(placed.event.source[0], rate, drop_frame=drop_frame))
    span = abs(placed.speed) * max(0, placed.record_count - 1) * rate / counting.rate
    is_high = _in_points(placed, counting)[0] and start >= span
    lowest = start - span if is_high else start
    return SourceUse(start=lowest, span=span, origin=floor(lowest), rate=rate, in_point_is_high=is_high)


def offline_name(event: EdlEvent) -> str:
    """What stands for a file that was not found: a name of a file, else the reel, else the clip name."""
    files = [name.replace("\\", "/") for name in event.files if name.strip("./\\")]
    if files:
        return _short(files[0])
    has_suffix = len(Path(event.clip_name).suffix) in {4, 5} and " " not in Path(event.clip_name).suffix
    names = [event.clip_name, event.reel] if has_suffix else [event.reel, event.clip_name]
    named = (_short(name.replace("/", "_")) for name in names if name.strip(".") and name.upper() != "AX")
    return next(named, f"event {event.number}")


def _short(path: str) -> str:
    """``path`` with a last part that a disk allows."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}{name.encode()[:_LONGEST_NAME].decode(errors='ignore')}"
