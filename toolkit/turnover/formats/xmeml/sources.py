"""What an item shows of its media: the lowest frame and the speed, or every single frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING

from toolkit.editorial.builders import make_remap_effect, make_speed_effect
from toolkit.editorial.times import snap_to_whole
from toolkit.turnover.formats.xmeml.counting import Counting, Placement, media_ticks
from toolkit.turnover.formats.xmeml.elements import display_name, flag, number
from toolkit.turnover.formats.xmeml.speeds import Graph, Retime

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from opentimelineio import schema

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What an item shows, in media frames after the media's first one."""

    lowest: Fraction
    """The lowest frame shown."""
    speed: Fraction | None = Fraction(1)
    """Media seconds per timeline second; negative when reversed, 0 for a freeze; None when it varies."""
    positions: tuple[Fraction, ...] = ()
    """When it varies: the frame shown in each timeline frame."""

    def effects(self) -> list[schema.TimeEffect]:
        """The retime; empty at 100 %."""
        if self.speed is None:
            return [make_remap_effect("Time Remap", self.positions)]
        return [] if self.speed == 1 else [make_speed_effect(float(self.speed))]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTimes:
    """The times of one item."""

    item: Element
    placement: Placement
    counting: Counting
    record_rate: Fraction
    media_rate: Fraction
    """Frames per second of the media, or of the nested sequence."""
    media_count: Fraction | None
    """Frames of the media; None when unknown."""
    note: Note
    """Takes a sentence about what was guessed."""

    def find_source(self, retime: Retime | None) -> Source:
        """What the item shows from cut to cut."""
        if flag(self.item, "stillframe", default=False):
            return Source(lowest=(number(self.item, "stillframeoffset") or 0) * self._per_counted, speed=Fraction(0))
        if retime is None:
            return Source(lowest=(self._clip_frame() + self._subclip) * self._per_counted)
        if retime.varies and retime.graph is not None:
            return self._varying(retime, retime.graph)
        first = self._first_media_frame(retime) * self._per_counted
        if retime.speed == 0:
            return Source(lowest=Fraction(floor(snap_to_whole(first, Fraction(0)))), speed=retime.speed)
        if retime.speed > 0:
            return Source(lowest=first, speed=retime.speed)
        step = retime.speed * self._per_record
        return self._from_frames([_before(first + step * index) for index in range(self.placement.count)], retime.speed)

    @property
    def _per_counted(self) -> Fraction:
        """Media frames for each frame that ``in`` counts."""
        return self.media_rate / self.counting.rate

    @property
    def _per_record(self) -> Fraction:
        """Media frames for each timeline frame, at 100 %."""
        return self.media_rate / self.record_rate

    @property
    def _hidden(self) -> Fraction:
        """Frames, as ``in`` counts them, that lie under a transition before the cut at which the item begins."""
        return (self.placement.first - self.placement.shown_first) * self.counting.rate / self.record_rate

    @property
    def _subclip(self) -> Fraction:
        """Where the item's subclip begins in its media, as ``in`` counts."""
        return number(self.item, "subclipinfo/startoffset") or Fraction(0)

    def _clip_frame(self) -> Fraction:
        """The clip frame at the cut at which the item begins."""
        return max(Fraction(0), number(self.item, "in") or Fraction(0)) + self._hidden

    def _first_media_frame(self, retime: Retime) -> Fraction:
        """The media frame at the first cut, at one speed and counted as ``in`` is; reversed, where that frame ends."""
        if self.counting.in_media:
            ends = [max(Fraction(0), number(self.item, path) or Fraction(0)) for path in ("in", "out")]
            return self._subclip + (max(ends) if retime.speed < 0 else ends[0]) + retime.speed * self._hidden
        clip_frame = self._clip_frame()
        if retime.graph is not None:
            return self._refined(retime.graph.value(clip_frame), clip_frame, retime.speed)
        if retime.speed == 0:
            return self._subclip + clip_frame
        if retime.speed > 0:
            return self._subclip + self._refined(clip_frame * retime.speed, clip_frame, retime.speed)
        return self._media_length(retime.speed) + clip_frame * retime.speed

    def _refined(self, value: Fraction, clip_frame: Fraction, speed: Fraction) -> Fraction:
        """``value`` without the rounding of the editor: its graphs hold whole frames, and so does its ``in``.

        Premiere gives the exact media time of ``in`` besides: 341 where 170 at 200.151 % would be 340.
        """
        if speed <= 0:
            return value
        by_speed = clip_frame * speed
        best = by_speed if abs(by_speed - value) < 1 else value
        exact = media_ticks(self.item, self.counting.rate)
        return (
            exact if exact is not None and not self._hidden and abs(exact - best) <= max(Fraction(1), speed) else best
        )

    def _media_length(self, speed: Fraction) -> Fraction:
        """Frames of the media, counted as ``in`` is: where a reversed clip without a graph begins."""
        self.note(
            f"{display_name(self.item)} is reversed and gives no speed graph: its in point was counted from the end "
            "of its media, as Final Cut does"
        )
        if self.media_count is not None:
            return self.media_count / self._per_counted
        return (number(self.item, "duration") or Fraction(0)) * abs(speed)

    def _varying(self, retime: Retime, graph: Graph) -> Source:
        start, step = self._clip_frame(), self.counting.rate / self.record_rate
        values = [graph.value(start + index * step) * self._per_counted for index in range(self.placement.count + 1)]
        shown = [_before(here) if after < here else here for here, after in pairwise(values)]
        if graph.is_eased:
            name = display_name(self.item)
            self.note(f"the speed of {name} is eased between keyframes: there, its frames may be one or two off")
        return self._from_frames(shown, retime.speed)

    def _from_frames(self, shown: Sequence[Fraction], speed: Fraction) -> Source:
        """The constant speed that shows the same frames, if there is one: ``speed``, or from the first to the last."""
        average = (shown[-1] - shown[0]) / (len(shown) - 1) / self._per_record if len(shown) > 1 else speed
        for constant in (speed, average):
            lowest = _fit(shown, constant, self._per_record)
            if lowest is not None:
                return Source(lowest=lowest, speed=constant)
        return Source(lowest=min(shown), speed=None, positions=tuple(shown))


def _before(position: Fraction) -> Fraction:
    """The frame shown at ``position`` when playing backwards: the one that ends there."""
    return Fraction(ceil(snap_to_whole(position, Fraction(0))) - 1)


def _fit(shown: Sequence[Fraction], speed: Fraction, per_record: Fraction) -> Fraction | None:
    """The lowest position from which ``speed`` shows the frames in ``shown``; None when there is none.

    ``per_record`` is media frames for each timeline frame at 100 %.
    """
    last = len(shown) - 1
    moved = [abs(speed) * per_record * (index if speed >= 0 else last - index) for index in range(last + 1)]
    starts = [floor(snap_to_whole(here, Fraction(0))) - step for here, step in zip(shown, moved, strict=True)]
    low: Fraction = max(starts)
    high: Fraction = min(starts) + 1
    for lowest in (min(shown), Fraction(ceil(low)), (low + high) / 2):
        if low <= snap_to_whole(lowest, Fraction(0)) < high:
            return lowest
    return None
