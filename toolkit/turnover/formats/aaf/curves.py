"""The curves of Avid's retimes: which frame of its input a Motion Control effect shows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from toolkit.editorial.speed_curves import Segment
from toolkit.editorial.times import exact_number

POSITION_MAP = "PARAM_OFFSET_MAP_U"
"""Positions that the editor set, over a time that runs from 0 to 1 at the last frame of the clip."""
SPEED_POSITIONS = "PARAM_SPEED_OFFSET_MAP_U"
"""Positions that Avid computed from a speed graph, over frames of the clip."""

_ON_CHORD = Fraction(1, 1_000_000)
"""How far off a handle may be for its segment to be a straight line, frames."""
_NO_HANDLE = (Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveKey:
    """A keyframe. The handles reach to both sides, in frames of the clip and frames of its input."""

    time: Fraction
    """Frames of the clip, from its first one."""
    value: Fraction
    """Frames of the input, from its first one."""
    handle_in: tuple[Fraction, Fraction] = _NO_HANDLE
    handle_out: tuple[Fraction, Fraction] = _NO_HANDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Keyframes in order of time; before the first and after the last one their value holds."""

    keys: tuple[CurveKey, ...]
    shape: str
    """``constant``, ``linear`` or ``handles``."""

    def at(self, frame: Fraction) -> Fraction:
        """The position in the input at ``frame`` of the clip."""
        after = bisect_right(self.keys, frame, key=lambda key: key.time)
        if after in (0, len(self.keys)):
            return self.keys[max(0, after - 1)].value
        first, second = self.keys[after - 1], self.keys[after]
        if self.shape == "constant":
            return first.value
        return _segment(first, second, has_handles=self.shape == "handles").media_time(frame)


def read_curve(parameter: Any, length: int) -> Curve:
    """The curve with handles of a keyframed ``parameter`` (pyaaf2) of an effect that lasts ``length`` frames."""
    keys = []
    for point in parameter["PointList"].value:
        handle_in, handle_out = ((exact_number(time), exact_number(value)) for time, value in point.tangents)
        time = _frames(point.time, parameter.name, length)
        keys.append(CurveKey(time=time, value=exact_number(point.value), handle_in=handle_in, handle_out=handle_out))
    return Curve(keys=tuple(keys), shape="handles")


def curve_without_handles(name: str, points: Iterable[tuple[float, float]], length: int, *, shape: str) -> Curve:
    """The curve of ``points``, times and values of the parameter ``name`` of an effect of ``length`` frames."""
    keys = (CurveKey(time=_frames(time, name, length), value=exact_number(value)) for time, value in points)
    return Curve(keys=tuple(keys), shape=shape)


def _frames(time: float, name: str, length: int) -> Fraction:
    """``time`` in frames: in a position map it is a fraction of the clip, though handles are frames all the same."""
    return exact_number(time * max(1, length - 1)) if name == POSITION_MAP else exact_number(time)


def _segment(first: CurveKey, second: CurveKey, *, has_handles: bool) -> Segment:
    """The curve between two keys, in frames: a line where both handles lie on it. Its time never runs backwards."""
    length, rise = second.time - first.time, second.value - first.value
    segment = Segment(clip_first=first.time, clip_end=second.time, media_first=first.value, media_end=second.value)
    (out_time, out_value), (in_time, in_value) = first.handle_out, second.handle_in
    if not has_handles or all(
        abs(value - time * rise / length) <= _ON_CHORD for time, value in (first.handle_out, second.handle_in)
    ):
        return segment
    leaving, arriving = (min(out_time, length), out_value), (max(in_time, -length), in_value)
    return replace(segment, leaving=leaving, arriving=arriving)
