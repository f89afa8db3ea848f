"""Tracks: where each child lies, in one pass over the track with an exact running position."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.documents import Shot, Skipped
from toolkit.editorial.otio import otio
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import nearest_frame, to_seconds
from toolkit.frames import FrameRange

if TYPE_CHECKING:
    from opentimelineio.core import Composable
    from opentimelineio.opentime import TimeRange
    from opentimelineio.schema import Timeline, Track

_MAX_FRAMES = 24 * 3600 * 120
"""A day at 120 fps. A longer clip is invalid."""

_NOTHING = Fraction(0)


TrackPosition = tuple[int, int]
"""Video track, 0 at the bottom, and first record frame: unique for every clip."""


def track_position(item: Shot | Skipped) -> TrackPosition:
    """Where the clip of ``item`` lies; frame -1 when its position is unknown."""
    if isinstance(item, Shot):
        return item.track_index, item.clip_record_range.first
    return item.track_index, item.record_range.first if item.record_range is not None else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One child of a track and where it lies, in seconds from the timeline's first frame."""

    child: Composable
    clip_index: int
    """Position among the children of its track, gaps and transitions included."""
    first: Fraction | None
    """Before any trim; None when a child before it has no known length."""
    length: Fraction | None
    """Before any trim; None when unknown, 0 for a transition, which overlaps its neighbours."""
    trimmed_head: Fraction = _NOTHING
    """Removed at the start by the trim of the track or the timeline."""
    trimmed_tail: Fraction = _NOTHING
    """Removed at the end."""

    @property
    def is_outside_trim(self) -> bool:
        """Whether the trim of the track, or of a compound around it, leaves nothing of it."""
        return bool(self.length and self.trimmed_head + self.trimmed_tail >= self.length)

    @property
    def end(self) -> Fraction:
        """Where it ends after the trim; 0 when unknown."""
        if self.first is None or self.length is None:
            return Fraction(0)
        end = self.first + self.length
        return end - self.trimmed_tail if self.trimmed_tail else end

    def record_range(self, record_rate: Fraction) -> FrameRange:
        """Where it lies, in whole timeline frames. Raises Skip when its position or length is unknown or invalid."""
        if self.first is None:
            raise Skip("its position is unknown: it follows a clip of unknown length")
        if self.length is None:
            raise Skip("its length is unknown: neither the clip nor its media has a range")
        shown_first = self.first + self.trimmed_head if self.trimmed_head else self.first
        first = nearest_frame(shown_first, record_rate)
        count = nearest_frame(self.end, record_rate) - first
        if self.length <= 0:
            raise Skip("it has no length")
        if count <= 0:
            trimmed = self.trimmed_head or self.trimmed_tail
            raise Skip("it is outside the trim of its track" if trimmed else "it is shorter than a timeline frame")
        if count > _MAX_FRAMES:
            raise Skip(f"{count} frames is longer than a day at 120 fps")
        return FrameRange.of(first, count)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackTrim:
    """The part of a track that is on the timeline, given by the source ranges of the track and of the stack."""

    shift: Fraction
    """Timeline seconds of the track's own zero."""
    first: Fraction | None
    """Timeline seconds; None when nothing trims the track."""
    end: Fraction | None
    """Timeline seconds, excluded."""

    @classmethod
    def nothing(cls) -> TrackTrim:
        """A track in its own time, which nothing trims."""
        return cls(shift=Fraction(0), first=None, end=None)

    @classmethod
    def from_ranges(cls, track_range: TimeRange | None, stack_range: TimeRange | None) -> TrackTrim:
        """The trim by both ranges. Raises Skip for times that are not finite or have an invalid rate."""
        if stack_range is None:
            return cls.nothing().trimmed(track_range)
        shift, end = -to_seconds(stack_range.start_time), to_seconds(stack_range.duration)
        return cls(shift=shift, first=Fraction(0), end=end).trimmed(track_range)

    def trimmed(self, source_range: TimeRange | None) -> TrackTrim:
        """This part of a track that is itself trimmed to ``source_range``. Raises Skip like ``from_ranges``."""
        if source_range is None:
            return self
        end = self.shift + to_seconds(source_range.duration)
        return TrackTrim(
            shift=self.shift - to_seconds(source_range.start_time),
            first=self.shift if self.first is None else max(self.first, self.shift),
            end=end if self.end is None else min(self.end, end),
        )

    def head_and_tail(self, first: Fraction, length: Fraction) -> tuple[Fraction, Fraction]:
        """Seconds of a child at ``first`` that the trim removes from its start and from its end."""
        head = _NOTHING if self.first is None else max(_NOTHING, self.first - first)
        tail = _NOTHING if self.end is None else max(_NOTHING, first + length - self.end)
        return head, tail


def video_tracks(timeline: Timeline) -> list[Track]:
    """The video tracks, bottom first: a ``track_index`` is an index into this list."""
    schema = otio().schema
    return _tracks_of_kind(timeline, schema.TrackKind.Video)


def audio_tracks(timeline: Timeline) -> list[Track]:
    """The audio tracks."""
    schema = otio().schema
    return _tracks_of_kind(timeline, schema.TrackKind.Audio)


def children_outside_tracks(timeline: Timeline) -> list[Composable]:
    """Children of the timeline's stack that are not tracks."""
    schema = otio().schema
    return [child for child in timeline.tracks if not isinstance(child, schema.Track)]


def track_slots(
    track: Iterable[Composable], trim: TrackTrim, length_of: Callable[[int, Composable], Fraction | None]
) -> Iterator[Slot]:
    """The children of ``track`` with their positions.

    ``length_of`` returns the seconds of a child, given its index and the child; None when unknown.
    """
    position: Fraction | None = trim.shift
    for clip_index, child in enumerate(track):
        length = length_of(clip_index, child)
        head, tail = (_NOTHING,) * 2 if position is None or length is None else trim.head_and_tail(position, length)
        yield Slot(
            child=child, clip_index=clip_index, first=position, length=length, trimmed_head=head, trimmed_tail=tail
        )
        position = None if position is None or length is None else position + length


def _tracks_of_kind(timeline: Timeline, kind: str) -> list[Track]:
    schema = otio().schema
    return [child for child in timeline.tracks if isinstance(child, schema.Track) and child.kind == kind]
