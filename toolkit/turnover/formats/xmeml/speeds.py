"""The speed of a clip: its Time Remap filter, constant or with keyframes.

A retimed clip is counted in its own frames: the filter's graph gives the media frame for each of them. ``in`` and
``out`` are clip frames too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isfinite, tan
from typing import TYPE_CHECKING

from toolkit.editorial.skips import Skip
from toolkit.turnover.formats.xmeml.elements import flag, number, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAX_PERCENT = 100_000
"""The limit of Premiere."""
_MAX_SLOPE = 10_000
_MAX_DENOMINATOR = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A keyframe of a graph."""

    when: Fraction
    """Clip frame."""
    value: Fraction
    """Media frame, counted at the rate of the clip frames."""
    slope_in: Fraction | None = None
    """Media frames per clip frame where an eased curve arrives; None: straight."""
    slope_out: Fraction | None = None
    """The same where it leaves."""


@dataclass(frozen=True, kw_only=True)
class Graph:
    """Media frames by clip frames."""

    keys: tuple[Key, ...]
    """At least two, ascending."""

    @cached_property
    def _whens(self) -> list[Fraction]:
        return [key.when for key in self.keys]

    @property
    def is_eased(self) -> bool:
        """Whether the speed changes gradually somewhere."""
        return any(key.slope_in is not None or key.slope_out is not None for key in self.keys)

    def value(self, when: Fraction) -> Fraction:
        """The media frame at the clip frame ``when``; outside the keys the nearest segment goes on straight.

        Between two keys an eased curve is the cubic that has their values and slopes.
        """
        after = min(max(bisect_right(self._whens, when), 1), len(self.keys) - 1)
        left, right = self.keys[after - 1], self.keys[after]
        width, rise = right.when - left.when, right.value - left.value
        part = (when - left.when) / width
        if not 0 <= part <= 1 or (left.slope_out is None and right.slope_in is None):
            return left.value + rise * part
        leaving = rise if left.slope_out is None else left.slope_out * width
        arriving = rise if right.slope_in is None else right.slope_in * width
        return (
            left.value
            + rise * part**2 * (3 - 2 * part)
            + leaving * part * (1 - part) ** 2
            - arriving * part**2 * (1 - part)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Retime:
    """What a Time Remap filter says."""

    speed: Fraction
    """Media frames per clip frame; negative when reversed, 0 for a freeze. An average when it varies."""
    graph: Graph | None
    varies: bool


def read_retime(item: Element) -> Retime | None:
    """The retime of ``item``; None when it plays at 100 %. Raises Skip for a speed that is none."""
    for applied in item.iterfind("filter"):
        effect = applied.find("effect")
        is_on = flag(applied, "enabled", default=True)
        if is_on and effect is not None and text(effect, "effectid").lower() == "timeremap":
            retime = _read_effect(effect)
            return None if retime.speed == 1 and not retime.varies else retime
    return None


def _read_effect(effect: Element) -> Retime:
    parameters = {text(one, "parameterid"): one for one in effect.iterfind("parameter")}
    percent = number(parameters["speed"], "value") if "speed" in parameters else Fraction(100)
    if percent is None or abs(percent) > _MAX_PERCENT:
        written = text(parameters["speed"], "value")
        raise Skip(f"its speed is '{written}' percent")
    ratio = abs(percent) / 100
    reverse = parameters.get("reverse")
    is_reversed = (reverse is not None and flag(reverse, "value", default=False)) or percent < 0
    variable = parameters.get("variablespeed")
    varies = variable is not None and flag(variable, "value", default=False)
    graph = parameters.get("graphdict")
    keys = _read_keys(list(graph.iterfind("keyframe")), varies=varies) if graph is not None else ()
    return Retime(
        speed=-ratio if is_reversed else ratio,
        graph=Graph(keys=keys) if len(keys) > 1 else None,
        varies=varies and len(keys) > 1,
    )


def _read_keys(elements: Sequence[Element], *, varies: bool) -> tuple[Key, ...]:
    """The keys to go by.

    Editors add keys at the start, in, out and end of a clip. With real keys those at in and out say nothing new, and
    Premiere 13 wrote -1815255671 into one. Without, they are what matters: Final Cut bends the graph of a reversed
    clip by one frame at its start and end.
    """

    def is_added(element: Element, *names: str) -> bool:
        return any(flag(element, f"speedkf{name}", default=False) for name in names)

    at_in_or_out = [one for one in elements if is_added(one, "in", "out")]
    if varies:
        chosen = [one for one in elements if one not in at_in_or_out or not flag(one, "speedvirtualkf", default=False)]
    else:
        chosen = at_in_or_out
    keys = _ascending(chosen)
    return keys if len(keys) > 1 else _ascending(elements)


def _ascending(elements: Sequence[Element]) -> tuple[Key, ...]:
    keys: dict[Fraction, Key] = {}
    for element in elements:
        when, value = number(element, "when"), number(element, "value")
        if when is not None and value is not None:
            found = keys.get(when)
            keys[when] = Key(
                when=when,
                value=value,
                slope_in=found.slope_in if found else _slope(element, "inbez"),
                slope_out=_slope(element, "outbez"),
            )
    return tuple(keys[when] for when in sorted(keys))


def _slope(element: Element, name: str) -> Fraction | None:
    """The direction of a curve's handle: it is written as its length (``horiz``) and its angle (``vert``, radians)."""
    angle = number(element, f"{name}/vert")
    if angle is None:
        return None
    slope = tan(float(angle))
    return Fraction(slope).limit_denominator(_MAX_DENOMINATOR) if isfinite(slope) and abs(slope) < _MAX_SLOPE else None
