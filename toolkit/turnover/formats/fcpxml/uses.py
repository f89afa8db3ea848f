"""One use of a clip of FCPXML: the frames of its timeline, and its retime as OpenTimelineIO has it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING

from toolkit.editorial.builders import make_remap_effect, make_speed_effect, make_time, make_time_range
from toolkit.turnover.formats.fcpxml.retimes import Clock, Line
from toolkit.turnover.formats.fcpxml.times import BadTime

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from opentimelineio import schema
    from opentimelineio.opentime import TimeRange

_MOST_SAMPLES = 1_000_000
"""Frames of a retime of varying speed: nine hours at 30 fps."""
_LONGEST = 86_400
"""Seconds of media that a clip can show: a day. More is a damaged number."""
_NOISE = Fraction(1, 1_000_000)
"""Of a frame, as ``FrameMap`` allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A story element on a timeline."""

    element: Element
    clock: Clock
    """The time of what it shows."""
    count: int
    """Its length, frames of the timeline."""
    record_rate: Fraction
    """Frames per second of the timeline."""

    @property
    def name(self) -> str:
        """Name of the clip; may be empty."""
        return self.element.get("name", "").strip()

    def window(self) -> tuple[Fraction, Fraction]:
        """The first and the last moment of what it shows, seconds. Raises BadTime."""
        times = [self.clock.at(Fraction(0)), self.clock.at(self.count / self.record_rate)]
        if self.clock.line is None:
            times += self._sample()
        return min(times), max(times)

    def whole_range(self) -> TimeRange:
        """The source range of a clip without media."""
        return make_time_range(make_time(0, self.record_rate), make_time(self.count, self.record_rate))

    def retime(
        self, rate: Fraction, *, zero: Fraction, origin: Fraction = Fraction(0)
    ) -> tuple[TimeRange, list[schema.Effect]]:
        """The source range and the effects of a clip of frames at ``rate``.

        ``zero`` is the time of the first frame of what is shown, from which the positions of varying speed count;
        ``origin`` is the time from which the source range counts. Raises BadTime.
        """
        low, high = self.window()
        if high - low > _LONGEST:
            raise BadTime("it shows more than a day of media")
        line = self.clock.line
        effects: list[schema.Effect] = []
        if line is None:
            times = self._sample()
            line = self._as_line(times, rate)
        if line is None:
            lowest = min(times)
            effects = [make_remap_effect("timeMap", [(time - zero) * rate for time in times])]
        else:
            lowest = min(line.at(Fraction(0)), line.at(self.count / self.record_rate))
            effects = [make_speed_effect(float(line.pace))] if line.pace != 1 else []
        start = make_time((lowest - origin) * rate, rate)
        return make_time_range(start, make_time(self.count, self.record_rate)), effects

    def _sample(self) -> list[Fraction]:
        if self.count > _MOST_SAMPLES:
            raise BadTime(f"its speed varies over {self.count} frames, which is more than {_MOST_SAMPLES}")
        return self.clock.sample(self.count, self.record_rate)

    def _as_line(self, times: Sequence[Fraction], rate: Fraction) -> Line | None:
        """The constant speed that shows the same frames at ``rate`` as ``times``; None when none does."""
        first, end = self.clock.at(Fraction(0)), self.clock.at(self.count / self.record_rate)
        line = Line(offset=first, pace=(end - first) * self.record_rate / self.count)
        ends = pairwise(line.at(index / self.record_rate) for index in map(Fraction, range(self.count + 1)))
        frames = [floor(min(pair) * rate + _NOISE) for pair in ends]
        return line if frames == [floor(time * rate + _NOISE) for time in times] else None
