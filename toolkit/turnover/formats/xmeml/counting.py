"""Where an item lies on the timeline, and what its ``in`` and ``out`` count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.editorial.skips import Skip
from toolkit.editorial.times import round_half_up
from toolkit.turnover.formats.xmeml.elements import frame, number, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from toolkit.turnover.formats.xmeml.speeds import Retime

_TICKS = 254_016_000_000
"""Premiere's ticks per second."""
_MAX_TICKS = 100 * 24 * 3600 * _TICKS
"""A hundred days."""

_CLEARLY = Fraction(1, 2)
"""Frames by which another way of counting must fit better than the one that the file declares."""

_MAX_FRAMES = 24 * 3600 * 120
"""A day at 120 fps. A longer item is invalid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """A transition, in timeline frames after the start of its sequence."""

    first: int
    end: int
    """Excluded."""
    cut: int
    """Where one clip follows the other."""

    @classmethod
    def of(cls, element: Element, rate: Fraction) -> Overlap:
        """The place of a ``transitionitem`` on a timeline at ``rate``. Raises Skip when it has none."""
        first, end = frame(element, "start"), frame(element, "end")
        if first is None or end is None or end < first:
            raise Skip("its place on the timeline is not given")
        alignment = text(element, "alignment").lower()
        ticks = number(element, "cutPointTicks", limit=_MAX_TICKS)
        if ticks is not None and 0 <= ticks * rate / _TICKS <= end - first:
            cut = first + round_half_up(ticks * rate / _TICKS)
        elif alignment.startswith("start"):
            cut = first
        elif alignment.startswith("end"):
            cut = end
        else:
            cut = (first + end) // 2
        return cls(first=first, end=end, cut=cut)

    def between(self, before: Element | None, after: Element | None) -> Overlap:
        """The same transition with its cut where the items on both sides of it meet.

        Where there is an item on one side only, that begins or ends with the transition.
        """
        end, start = (
            frame(before, "end") if before is not None else None,
            frame(after, "start") if after is not None else None,
        )
        for given in (start, end):
            if given is not None and self.first <= given <= self.end:
                return replace(self, cut=given)
        if before is None or (end is not None and end < self.first):
            return replace(self, cut=self.first)
        if after is None or (start is not None and start > self.end):
            return replace(self, cut=self.end)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where an item lies, in timeline frames after the start of its sequence."""

    first: int
    end: int
    """Excluded; the cut where a transition follows."""
    shown_first: int
    """Before ``first`` when a transition shows the item earlier: ``in`` belongs here."""
    shown_end: int

    @property
    def count(self) -> int:
        """Timeline frames from cut to cut."""
        return self.end - self.first

    @classmethod
    def of(cls, item: Element, head: Overlap | None, tail: Overlap | None) -> Placement:
        """The place of ``item`` between the transitions next to it. Raises Skip when it has none.

        -1 as ``start`` or ``end`` means that this side lies under the transition there.
        """
        start, end = frame(item, "start"), frame(item, "end")
        length = (number(item, "out") or Fraction(0)) - (number(item, "in") or Fraction(0))
        if start is None and head is None and end is not None and 0 < length <= end:
            start = end - round_half_up(length)
        if end is None and tail is None and start is not None and length > 0:
            end = start + round_half_up(length)
        first, shown_first = (start, start) if start is not None else (head.cut, head.first) if head else (None, None)
        last, shown_end = (end, end) if end is not None else (tail.cut, tail.end) if tail else (None, None)
        if first is None or shown_first is None or last is None or shown_end is None:
            raise Skip("its place on the timeline is not given: its start or end is -1, but no transition is there")
        if not 0 < last - first <= _MAX_FRAMES:
            raise Skip(f"its place on the timeline is invalid: it begins at frame {first} and ends at {last}")
        return cls(first=first, end=last, shown_first=shown_first, shown_end=shown_end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """What the ``in`` and ``out`` of one item count."""

    rate: Fraction
    """Per second."""
    in_media: bool = False
    """Whether they count media frames although the item is retimed, as some scripts write it."""


def find_counting(
    item: Element, placement: Placement, *, item_rate: Fraction, record_rate: Fraction, retime: Retime | None
) -> Counting:
    """What ``in`` and ``out`` of ``item`` count, by the length that they must have on the timeline.

    By the format they count frames at the item's own rate, at its speed. Many scripts write them at the rate of the
    sequence, as Premiere and Resolve read them, and some count media frames. ``out`` may be a frame off
    (OpenTimelineIO issue 287).
    """
    first, last = number(item, "in"), number(item, "out")
    choices = [Counting(rate=rate) for rate in dict.fromkeys((item_rate, record_rate))]
    if retime is not None and not retime.varies and retime.speed:
        choices += [Counting(rate=choice.rate, in_media=True) for choice in choices]
    best = choices[0]
    if first is None or last is None or first < 0 or last < 0:
        return best

    def error(choice: Counting) -> Fraction:
        speed = abs(retime.speed) if retime is not None and choice.in_media else 1
        expected = (placement.shown_end - placement.shown_first) * choice.rate / record_rate * speed
        return abs(abs(last - first) - expected)

    for choice in choices[1:]:
        if error(choice) < error(best) - _CLEARLY:
            best = choice
    return best


def media_ticks(item: Element, rate: Fraction) -> Fraction | None:
    """Premiere's exact ``in`` in frames at ``rate``; None when the item does not give it."""
    ticks = number(item, "pproTicksIn", limit=_MAX_TICKS)
    return None if ticks is None or ticks < 0 else ticks * rate / _TICKS
