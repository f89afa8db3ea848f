"""The curves of Avid's retimes: which frame of its input a Motion Control effect shows."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from toolkit.editorial.times import exact_number

POSITION_MAP = "PARAM_OFFSET_MAP_U"
"""Positions that the editor set, over a time that runs from 0 to 1 at the last frame of the clip."""
SPEED_POSITIONS = "PARAM_SPEED_OFFSET_MAP_U"
"""Positions that Avid computed from a speed graph, over frames of the clip."""

_ON_CHORD = 1e-6
"""How far off a handle may be for its segment to be a straight line, frames."""
_HALVINGS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveKey:
    """A keyframe. The handles reach to both sides, in frames of the clip and frames of its input."""

    time: Fraction
    """Frames of the clip, from its first one."""
    value: Fraction
    """Frames of the input, from its first one."""
    handle_in: tuple[float, float] = (0.0, 0.0)
    handle_out: tuple[float, float] = (0.0, 0.0)


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
        if self.shape == "linear" or _is_straight(first, second):
            return first.value + (second.value - first.value) * (frame - first.time) / (second.time - first.time)
        return exact_number(_bezier_value(first, second, float(frame)))


def read_curve(parameter: Any, length: int) -> Curve:
    """The curve of a keyframed ``parameter`` (pyaaf2) of an effect that lasts ``length`` frames.

    The times of a position map are fractions of the clip, its handles are frames all the same.
    """
    from aaf2 import misc

    unit = max(1, length - 1) if parameter.name == POSITION_MAP else 1
    shapes = {misc.ConstantInterp: "constant", misc.LinearInterp: "linear"}
    return Curve(
        keys=tuple(_read_key(point, unit) for point in parameter["PointList"].value),
        shape=shapes.get(parameter.interpolationdef.auid, "handles"),
    )


def _read_key(point: Any, unit: int) -> CurveKey:
    handle_in, handle_out = point.tangents
    time = exact_number(float(point.time) * unit)
    return CurveKey(time=time, value=exact_number(point.value), handle_in=handle_in, handle_out=handle_out)


def _is_straight(first: CurveKey, second: CurveKey) -> bool:
    """Whether both handles between two keys lie on the line from one to the other, or have no length."""
    slope = float((second.value - first.value) / (second.time - first.time))
    return all(abs(dy - slope * dx) <= _ON_CHORD for dx, dy in (first.handle_out, second.handle_in))


def _bezier_value(first: CurveKey, second: CurveKey, time: float) -> float:
    """The value at ``time`` of the cubic Bézier curve between two keys, whose time never runs backwards."""
    start, end = float(first.time), float(second.time)
    times = (start, min(end, start + first.handle_out[0]), max(start, end + second.handle_in[0]), end)
    values = (
        float(first.value),
        float(first.value) + first.handle_out[1],
        float(second.value) + second.handle_in[1],
        float(second.value),
    )
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _bezier(times, middle) < time else (low, middle)
    return _bezier(values, (low + high) / 2)


def _bezier(points: tuple[float, float, float, float], along: float) -> float:
    rest = 1 - along
    return (
        rest**3 * points[0] + 3 * rest**2 * along * points[1] + 3 * rest * along**2 * points[2] + along**3 * points[3]
    )
