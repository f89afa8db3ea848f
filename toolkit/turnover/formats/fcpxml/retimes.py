"""Retimes of FCPXML: how the time of a clip on its timeline becomes the time of what it shows.

A clip has a clock of its own, which reads ``start`` where the clip begins. A ``timeMap`` gives for times of that clock
the time of the media; both are absolute, with the media's timecode. A ``conform-rate`` makes the clock run slower or
faster, so that media of another rate plays frame for frame.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from toolkit.turnover.formats.fcpxml.times import BadTime, parse_rate, time_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TICK = 720_000
"""Final Cut rounds times on a curve to a fraction of a second before it chooses a frame."""
_HALVINGS = 60
"""Of the parameter of a curve, which then is exact to a double."""

_CLOSE = Fraction(1, 20)
"""Relative. Rates that differ by less are conformed frame for frame, as are double and half of them: 24 and 25 fps."""
_PULLDOWNS = (Fraction(5, 4), Fraction(5, 2), Fraction(4, 5), Fraction(2, 5))
"""30 and 60 fps show 24 fps by repeating frames; media at 23.976 then runs at 24."""
_NTSC = Fraction(1, 500)
"""Relative: 23.976 and 24 differ by half of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """``value = offset + pace * time``, seconds."""

    offset: Fraction
    pace: Fraction

    def at(self, time: Fraction) -> Fraction:
        """The value at ``time``."""
        return self.offset + self.pace * time

    def then(self, other: Line) -> Line:
        """``other`` applied to the values of this line."""
        return Line(offset=other.at(self.offset), pace=self.pace * other.pace)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A ``timept``; its speed changes smoothly from ``before`` seconds before it to ``after`` seconds after it."""

    time: Fraction
    value: Fraction
    before: Fraction
    after: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMap:
    """The curve of a ``timeMap``: straight lines between its points, which go on beyond the first and the last one."""

    points: tuple[Point, ...]

    @property
    def line(self) -> Line | None:
        """The whole curve as one line; None when its speed varies."""
        first, last = self.points[0], self.points[-1]
        line = _line_through(first, last)
        return line if all(line.at(point.time) == point.value for point in self.points) else None

    def covers(self, first: Fraction, last: Fraction) -> bool:
        """Whether it says what is shown from ``first`` to ``last``; a constant speed goes on beyond its points."""
        return self.line is not None or self.points[0].time <= first <= last <= self.points[-1].time

    def at(self, time: Fraction) -> Fraction:
        """The value at ``time``."""
        index = bisect_right(self.points, time, key=lambda point: point.time)
        for inner in (index - 1, index):
            if 0 < inner < len(self.points) - 1:
                point = self.points[inner]
                if point.time - point.before < time < point.time + point.after:
                    return self._on_curve(inner, time)
        start = min(max(index - 1, 0), len(self.points) - 2)
        return _line_through(self.points[start], self.points[start + 1]).at(time)

    def _on_curve(self, index: int, time: Fraction) -> Fraction:
        """The value where the speed changes: a cubic Bézier curve with both of its handles on the point itself."""
        before, point, after = self.points[index - 1 : index + 2]
        rise_before = _line_through(before, point).pace * point.before
        rise_after = _line_through(point, after).pace * point.after
        wanted = float(time - point.time)
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            reached = middle**3 * float(point.after) - (1 - middle) ** 3 * float(point.before)
            low, high = (middle, high) if reached < wanted else (low, middle)
        left = Fraction(low)
        return point.value + left**3 * rise_after - (1 - left) ** 3 * rise_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Seconds since the first frame of a clip, as the time of what it shows: steps applied one after the other."""

    steps: tuple[Line | TimeMap, ...]

    @property
    def line(self) -> Line | None:
        """All steps as one line; None when the speed varies."""
        whole = Line(offset=Fraction(0), pace=Fraction(1))
        for step in self.steps:
            line = step if isinstance(step, Line) else step.line
            if line is None:
                return None
            whole = whole.then(line)
        return whole

    def at(self, seconds: Fraction) -> Fraction:
        """The time shown ``seconds`` after the start of the clip."""
        for step in self.steps:
            seconds = step.at(seconds)
        return seconds

    def then(self, *steps: Line | TimeMap) -> Clock:
        """This clock with more ``steps`` after it."""
        return Clock(steps=(*self.steps, *steps))

    def sample(self, count: int, rate: Fraction) -> list[Fraction]:
        """The time shown in each of ``count`` frames at ``rate``.

        Where the clip runs backwards, a frame shows what lies before its moment, as what lies after it was shown.
        """
        times = [Fraction(round(self.at(Fraction(index) / rate) * _TICK), _TICK) for index in range(count + 1)]
        return [min(pair) for pair in pairwise(times)]


def read_time_map(clip: Element, say: Callable[[str], None]) -> TimeMap | None:
    """The ``timeMap`` of ``clip``; None when it has none. ``say`` takes what is only estimated. Raises BadTime."""
    element = clip.find("timeMap")
    if element is None:
        return None
    sampling = element.get("frameSampling", "floor")
    if sampling not in {"floor", "nearest-neighbor"}:
        say(f"its retime makes frames that its media does not have ({sampling}): the nearest earlier ones are rendered")
    points = [_read_point(point) for point in element.findall("timept")]
    if len(points) < 2:
        raise BadTime("its retime has fewer than two points")
    if any(after.time <= before.time for before, after in pairwise(points)):
        raise BadTime("the points of its retime are not in order")
    if any(point.get("interp") == "smooth" for point in element.findall("timept")[1:-1]):
        say("its retime is smoothed in a way that Apple has withdrawn: it is read as changes of constant speed")
    return TimeMap(points=tuple(_without_overlaps(points)))


def conform_pace(clip: Element, timeline_rate: Fraction, say: Callable[[str], None]) -> Fraction:
    """Seconds of the clock of ``clip`` in a second of its timeline, by its ``conform-rate``; 1 without one."""
    element = clip.find("conform-rate")
    if element is None or element.get("scaleEnabled", "1") == "0":
        return Fraction(1)
    media_rate = parse_rate(element.get("srcFrameRate"))
    if media_rate is None:
        say("its rate is conformed, but not from which rate: it is read as played at its own")
        return Fraction(1)
    pace = timeline_rate / media_rate
    for multiple in (Fraction(1), Fraction(2), Fraction(1, 2)):
        if abs(pace / multiple - 1) < _CLOSE:
            return pace / multiple
    for multiple in _PULLDOWNS:
        if abs(pace / multiple - 1) < _NTSC:
            return pace / multiple
    rates = f"from {float(media_rate):g} to {float(timeline_rate):g} fps"
    say(f"its rate is conformed {rates}: it is read as played at its own")
    return Fraction(1)


def _read_point(element: Element) -> Point:
    time, value = time_of(element, "time"), time_of(element, "value")
    if time is None or value is None:
        raise BadTime("a point of its retime lacks its time or its value")
    smooth = element.get("interp", "smooth2") == "smooth2"
    before = time_of(element, "inTime") if smooth else None
    after = time_of(element, "outTime") if smooth else None
    return Point(
        time=time,
        value=value,
        before=max(before or Fraction(0), Fraction(0)),
        after=max(after or Fraction(0), Fraction(0)),
    )


def _without_overlaps(points: list[Point]) -> list[Point]:
    """``points`` with changes of speed that end where the next one begins."""
    kept: list[Point] = []
    for index, point in enumerate(points):
        room_before = point.time - points[index - 1].time - kept[-1].after if index else Fraction(0)
        room_after = points[index + 1].time - point.time if index + 1 < len(points) else Fraction(0)
        kept.append(
            Point(
                time=point.time,
                value=point.value,
                before=min(point.before, room_before),
                after=min(point.after, room_after),
            )
        )
    return kept


def _line_through(first: Point, second: Point) -> Line:
    pace = (second.value - first.value) / (second.time - first.time)
    return Line(offset=first.value - pace * first.time, pace=pace)
