"""Tracks: where each child lies, in one pass over the track with an exact running position."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.documents import Shot, Skipped
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import nearest, seconds
from toolkit.frames import FrameRange

if TYPE_CHECKING:
    from opentimelineio.core import Composable
    from opentimelineio.opentime import TimeRange
    from opentimelineio.schema import Timeline, Track

_MOST_FRAMES = 24 * 3600 * 120
"""A clip longer than a day at 120 fps is a broken number, not a clip."""


Place = tuple[int, int]
"""Video track, 0 at the bottom, and first record frame: no two clips share it."""


def place_of(item: Shot | Skipped) -> Place:
    """Where it lies; frame -1 for what has no place."""
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
    """Before any trim; None when nobody can know it, 0 for a transition, which lies over its neighbours."""
    trimmed_head: Fraction = Fraction(0)
    """What the trim of the track or of the timeline takes away at the start."""
    trimmed_tail: Fraction = Fraction(0)
    """The same at the end."""

    @property
    def end(self) -> Fraction:
        """Where it ends, trimmed; 0 when that is not known."""
        if self.first is None or self.length is None:
            return Fraction(0)
        return self.first + self.length - self.trimmed_tail

    def record_range(self, record_rate: Fraction) -> FrameRange:
        """Where it lies, in whole timeline frames. Raises Skip when it has no place or no length there."""
        if self.first is None:
            raise Skip("its place is not known: it comes after a clip whose length the cut does not say")
        if self.length is None:
            raise Skip("its length is not known: neither it nor its media has a range")
        first = nearest((self.first + self.trimmed_head) * record_rate)
        count = nearest(self.end * record_rate) - first
        if self.length <= 0:
            raise Skip("it has no length")
        if count <= 0:
            trimmed = self.trimmed_head or self.trimmed_tail
            raise Skip("its track is trimmed to other clips" if trimmed else "it is shorter than a timeline frame")
        if count > _MOST_FRAMES:
            raise Skip(f"its length is beyond belief ({count} frames)")
        return FrameRange.of(first, count)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackTrim:
    """The part of a track that is on the timeline, as the source ranges of the track and of the stack leave it."""

    shift: Fraction
    """Timeline seconds of the track's own zero."""
    first: Fraction | None
    """Timeline seconds; None when nothing trims the track."""
    end: Fraction | None
    """Timeline seconds, excluded."""

    @classmethod
    def of(cls, track_range: TimeRange | None, stack_range: TimeRange | None) -> TrackTrim:
        """Raises Skip for times that are none."""
        shift = Fraction(0)
        firsts, ends = [], []
        if stack_range is not None:
            shift -= seconds(stack_range.start_time)
            firsts.append(Fraction(0))
            ends.append(seconds(stack_range.duration))
        if track_range is not None:
            firsts.append(shift)
            ends.append(shift + seconds(track_range.duration))
            shift -= seconds(track_range.start_time)
        return cls(shift=shift, first=max(firsts, default=None), end=min(ends, default=None))

    def trims(self, first: Fraction, length: Fraction) -> tuple[Fraction, Fraction]:
        """Seconds of ``first`` + ``length`` that lie before and after the window."""
        head = Fraction(0) if self.first is None else max(Fraction(0), self.first - first)
        tail = Fraction(0) if self.end is None else max(Fraction(0), first + length - self.end)
        return head, tail


def video_tracks(timeline: Timeline) -> list[Track]:
    """The tracks with pictures, bottom first: a ``track_index`` counts into this list."""
    from opentimelineio import schema

    tracks = [child for child in timeline.tracks if isinstance(child, schema.Track)]
    return [track for track in tracks if track.kind == schema.TrackKind.Video]


def slots(track: Track, window: TrackTrim, length_of: Callable[[int, Composable], Fraction | None]) -> Iterator[Slot]:
    """The children of ``track``; ``length_of`` gives a child's seconds by its index, None when nobody can know."""
    position: Fraction | None = window.shift
    for clip_index, child in enumerate(track):
        length = length_of(clip_index, child)
        head, tail = (Fraction(0),) * 2 if position is None or length is None else window.trims(position, length)
        yield Slot(
            child=child,
            clip_index=clip_index,
            first=position,
            length=length,
            trimmed_head=head,
            trimmed_tail=tail,
        )
        position = None if position is None or length is None else position + length
