"""One face as Fusion tools: what carries a picture with it, and its outline as a mask. Nothing of it is connected.

Fusion counts x and y from 0 to 1 between the edges of the picture, from its lower left corner, and angles counter-
clockwise. Every frame with a face is a key, so what lies between keys hardly matters; it is straight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from toolkit.delivery.lua_tables import LuaValue, Table
from toolkit.documents import FaceKeys, Point

Tools = Mapping[str, Table]
"""Tools, or the inputs of one, by their names."""
Curve = Sequence[tuple[int, float]]
"""(time, value), in the order of time."""

_FOLLOW = (
    "Takes a picture along with face {face}: what is in its middle, upright and as large as the face at the first key. "
    "A copy of this with Invert Transform on holds the face still."
)


def rig(keys: FaceKeys, times: Mapping[int, int], size: tuple[int, int], *, row: int) -> dict[str, Table]:
    """The tools of one face, by their names: a Transform, a polygon where the track has ovals, and their curves.

    ``times`` gives the layer's frame (0 its first file) at each time of the comp; ``size`` is the layer's width and
    height in pixels; ``row`` is where the tools lie in the node view.
    """
    entries = {frame: entry for entry, frame in enumerate(keys.frames)}
    seen = [(time, entries[frame]) for time, frame in times.items() if frame in entries]
    if not seen:  # a slower timeline can miss the only picture with this face
        return {}
    name = f"Face{keys.face}"
    points = [(time, _inside((keys.x[entry], keys.y[entry]), size)) for time, entry in seen]
    position = {"X": connected(f"{name}X", "Value"), "Y": connected(f"{name}Y", "Value")}
    moves = {part: connected(f"{name}{part}", "Value") for part in ("Center", "Size", "Angle")}
    tools = {
        f"{name}X": _curve([(time, x) for time, (x, _) in points]),
        f"{name}Y": _curve([(time, y) for time, (_, y) in points]),
        f"{name}Center": Table("XYPath", fields={"Inputs": Table(fields=position)}),
        f"{name}Size": _curve([(time, keys.scale[entry] / 100) for time, entry in seen]),
        f"{name}Angle": _curve([(time, -keys.roll[entry]) for time, entry in seen]),
        f"{name}Follow": tool("Transform", moves | inputs(Comments=_FOLLOW.format(face=keys.face)), at=(0, row)),
    }
    if keys.ovals:
        ovals = [(time, keys.ovals[entry]) for time, entry in seen]
        tools[f"{name}OvalShape"] = _shapes(ovals, size)
        tools[f"{name}OvalLevel"] = _curve(_presence(times, entries))
        tools[f"{name}Oval"] = _oval(keys.face, size, row)
    return tools


def _oval(face: int, size: tuple[int, int], row: int) -> Table:
    """The outline as a mask; its level is 0 where there is no face."""
    settings = inputs(
        MaskWidth=size[0],
        MaskHeight=size[1],
        PixelAspect=Table(items=(1, 1)),
        ClippingMode=Table("FuID", items=("None",)),
        Comments=f"The outline of face {face} as the FACE layer was painted, without its soft edge.",
    )
    settings["Polyline"] = connected(f"Face{face}OvalShape", "Value")
    settings["Level"] = connected(f"Face{face}OvalLevel", "Value")
    return tool("PolylineMask", settings, at=(1, row))


def tool(kind: str, settings: Tools, *, at: tuple[int, int], **more: Table) -> Table:
    """A tool with its inputs, in a column and a row of the node view; ``more`` is what only its kind has."""
    place = Table("OperatorInfo", fields={"Pos": Table(items=(110 * at[0], 66 * at[1]))})
    return Table(kind, fields={**more, "Inputs": Table(fields=settings), "ViewInfo": place})


def inputs(**values: LuaValue) -> dict[str, Table]:
    """Inputs with values that do not change."""
    return {name: Table("Input", fields={"Value": value}) for name, value in values.items()}


def connected(source: str, output: str) -> Table:
    """An input that takes what another tool gives."""
    return Table("Input", fields={"SourceOp": source, "Source": output})


def _inside(point: Point, size: tuple[int, int]) -> Point:
    """Pixels, where 0 is the middle of the top left one and y goes down, as Fusion counts them."""
    return (point[0] + 0.5) / size[0], 1 - (point[1] + 0.5) / size[1]


def _curve(curve: Curve) -> Table:
    """Straight between the keys: said by a flag, and by handles at a third for readers that do not know the flag."""
    keys: dict[int, Table] = {}
    for index, (time, value) in enumerate(curve):
        handles: dict[str, Table] = {}
        for side, other in (("LH", index - 1), ("RH", index + 1)):
            if 0 <= other < len(curve):
                then, there = curve[other]
                handles[side] = Table(items=(time + (then - time) / 3, value + (there - value) / 3))
        keys[time] = Table(items=(value,), fields={**handles, "Flags": Table(fields={"Linear": True})})
    return Table("BezierSpline", fields={"KeyFrames": Table(fields=keys)})


def _shapes(ovals: Sequence[tuple[int, Sequence[Point]]], size: tuple[int, int]) -> Table:
    """A shape for every time; a shape's points count from the middle of the picture."""
    keys: dict[int, Table] = {}
    flags = Table(fields={"Linear": True, "LockedY": True})
    for index, (time, oval) in enumerate(ovals):
        points = tuple(
            Table(fields={"Linear": True, "X": x - 0.5, "Y": y - 0.5})
            for x, y in (_inside(point, size) for point in oval)
        )
        shape: dict[str, LuaValue] = {"Closed": True, "Points": Table(items=points)}
        keys[time] = Table(items=(index,), fields={"Flags": flags, "Value": Table("Polyline", fields=shape)})
    return Table("BezierSpline", fields={"KeyFrames": Table(fields=keys)})


def _presence(times: Mapping[int, int], entries: Mapping[int, int]) -> Curve:
    """1 where there is a face and 0 elsewhere, with keys only on both sides of a change."""
    levels = [(time, float(frame in entries)) for time, frame in times.items()]
    keys = dict(levels[:1])
    for before, after in pairwise(levels):
        if before[1] != after[1]:
            keys |= (before, after)
    return list(keys.items())
