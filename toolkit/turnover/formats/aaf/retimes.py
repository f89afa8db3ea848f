"""Retimes of an AAF: the frames that a Motion Control effect shows, as Avid computes them.

Frame ``i`` of the effect shows the frame of its input at ``floor(position(i))``, counted from the first frame of the
input, and no frame beyond the ends of the media: the first and the last picture hold. This holds for every clip of the
public suite of burnt-in counters. The adapter gives the slope only, without the place where the curve begins.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate, groupby
from math import ceil
from typing import Any

from toolkit.editorial.skips import Skip
from toolkit.turnover.formats.aaf.curves import POSITION_MAP, SPEED_POSITIONS, Curve, curve_without_handles
from toolkit.turnover.formats.aaf.file import AafFacts
from toolkit.turnover.formats.aaf.pieces import Fade, Hole, Listed, Nested, Picture, Piece, total_length

Place = Callable[[Fraction], Fraction]
"""The frame of the input at a frame of the effect."""

_MAX_DENOMINATOR = 10_000
"""A ratio is written with about seven digits: 1.111111 is 10/9."""


def read_place(group: Any, input_length: Fraction, facts: AafFacts) -> Place:
    """Where the retime ``group`` (the adapter's metadata of an operation group) looks into its input.

    A position map counts before a speed map, and both before the speed ratio, which Avid rounds to whole input frames.
    Raises Skip when the file does not say.
    """
    parameters, length = group.get("Parameters", {}), int(group["Length"])
    for name in (POSITION_MAP, SPEED_POSITIONS):
        if hasattr(parameters.get(name), "get") and parameters[name].get("keyframe_values"):
            return _read_curve(name, parameters[name], length, facts).at
    ratio = _read_ratio(parameters)
    if input_length == 1 or ratio == length != input_length:
        return lambda _: Fraction(0)
    if not ratio:
        raise Skip("it has neither a speed nor positions")
    speed = (1 / ratio).limit_denominator(_MAX_DENOMINATOR)
    start = Fraction(0) if speed > 0 else input_length - 1
    return lambda frame: start + speed * frame


def _read_curve(name: str, parameter: Any, length: int, facts: AafFacts) -> Curve:
    points = tuple((float(time), float(value)) for time, value in parameter["keyframe_values"])
    shape = str(parameter.get("keyframe_interpolation", "")).lower()
    if shape in {"linear", "constant"}:
        return curve_without_handles(name, points, length, shape=shape)
    curve = facts.curves.get((name, length, points))
    if curve is None:
        raise Skip("two retimes differ only in the handles of their keyframes")
    return curve


def _read_ratio(parameters: Any) -> Fraction:
    """Frames of the effect for each frame of the input, 0 without one; editors other than Avid write a space."""
    for name in ("SpeedRatio", "Speed Ratio"):
        text = str(parameters.get(name, ""))
        try:
            return Fraction(text)
        except (ValueError, ZeroDivisionError):
            continue
    return Fraction(0)


def retime(pieces: Sequence[Piece], place: Place, length: Fraction) -> list[Piece]:
    """``pieces`` of one layer as an effect of ``length`` frames shows them. Raises Skip for what cannot be retimed."""
    if any(isinstance(piece, (Nested, Fade)) for piece in pieces):
        raise Skip("a retime of several layers or of a transition is not supported yet")
    pieces = [piece for piece in pieces if piece.length > 0]
    if all(isinstance(piece, Hole) for piece in pieces):
        return [Hole(length=length)]
    ends = list(accumulate(piece.length for piece in pieces))
    places = [place(Fraction(frame)) for frame in range(ceil(length))]
    shown = [(min(bisect_right(ends, position), len(ends) - 1), position) for position in places]
    retimed: list[Piece] = []
    for index, run in groupby(shown, key=lambda item: item[0]):
        first = ends[index] - pieces[index].length
        retimed.append(_retime_piece(pieces[index], [position - first for _, position in run]))
    rest = length - total_length(retimed)
    return [*retimed, Hole(length=rest)] if rest > 0 else retimed


def _retime_piece(piece: Piece, places: Sequence[Fraction]) -> Piece:
    length = Fraction(len(places))
    if not isinstance(piece, Picture):
        return Hole(length=length)
    # Between two timeline frames a listed source shows the earlier one, so places need no rounding here.
    positions = tuple(piece.places.at(place) for place in places)
    return Picture(length=length, source=piece.source, places=Listed(positions=positions), enabled=piece.enabled)
