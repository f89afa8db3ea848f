"""One face as Fusion tools: a Transform that follows it and its outline as a mask, not connected to anything.

In Fusion x and y run from 0 to 1 between the edges of the image, from its lower left corner, and angles run counter-
clockwise. Every frame with a face is a keyframe, so the interpolation between keyframes hardly matters; it is linear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from toolkit.delivery.lua_tables import LuaValue, Table
from toolkit.documents import FaceKeys, Point

Tools = Mapping[str, Table]
"""Tools, or the inputs of a tool, by name."""
Curve = Sequence[tuple[int, float]]
"""(time, value) in ascending order of time."""

_FOLLOW_COMMENT = (
    "Makes an image follow face {face}: its centre goes onto the face, at the face's size relative to the first key. "
    "A copy of this with Invert Transform on stabilises the face."
)


def build_face_rig(keys: FaceKeys, times: Mapping[int, int], size: tuple[int, int], *, row: int) -> dict[str, Table]:
    """The tools of one face by name: a Transform, a polygon mask when the track has ovals, and their curves.

    ``times`` maps each comp time to the layer's frame (0 is its first file); ``size`` is the layer's width and height
    in pixels; ``row`` is the row of the tools in the node view. Empty when the comp shows no frame with this face.
    """
    entries = {frame: entry for entry, frame in enumerate(keys.frames)}
    keyed = [(time, entries[frame]) for time, frame in times.items() if frame in entries]
    if not keyed:  # a slower timeline can miss the only frame with this face
        return {}
    name = f"Face{keys.face}"
    points = [(time, _to_fusion_point((keys.x[entry], keys.y[entry]), size)) for time, entry in keyed]
    position = {"X": connect(f"{name}X", "Value"), "Y": connect(f"{name}Y", "Value")}
    transform = {part: connect(f"{name}{part}", "Value") for part in ("Center", "Size", "Angle")}
    tools = {
        f"{name}X": _linear_curve([(time, x) for time, (x, _) in points]),
        f"{name}Y": _linear_curve([(time, y) for time, (_, y) in points]),
        f"{name}Center": Table("XYPath", fields={"Inputs": Table(fields=position)}),
        f"{name}Size": _linear_curve([(time, keys.scale[entry] / 100) for time, entry in keyed]),
        f"{name}Angle": _linear_curve([(time, -keys.roll[entry]) for time, entry in keyed]),
        f"{name}Follow": make_tool(
            "Transform", transform | make_inputs(Comments=_FOLLOW_COMMENT.format(face=keys.face)), at=(0, row)
        ),
    }
    if keys.ovals:
        ovals = [(time, keys.ovals[entry]) for time, entry in keyed]
        tools[f"{name}OvalShape"] = _shape_curve(ovals, size)
        tools[f"{name}OvalLevel"] = _linear_curve(_visibility_curve(times, entries))
        tools[f"{name}Oval"] = _oval_mask(keys.face, size, row)
    return tools


def _oval_mask(face: int, size: tuple[int, int], row: int) -> Table:
    """The outline as a mask; its level is 0 on frames without the face."""
    settings = make_inputs(
        MaskWidth=size[0],
        MaskHeight=size[1],
        PixelAspect=Table(items=(1, 1)),
        ClippingMode=Table("FuID", items=("None",)),
        Comments=f"Outline of face {face}, as used for the FACE layer, without its soft edge.",
    )
    settings["Polyline"] = connect(f"Face{face}OvalShape", "Value")
    settings["Level"] = connect(f"Face{face}OvalLevel", "Value")
    return make_tool("PolylineMask", settings, at=(1, row))


def make_tool(kind: str, settings: Tools, *, at: tuple[int, int], **more: Table) -> Table:
    """A tool with its inputs, at (column, row) of the node view; ``more`` are fields that only its kind has."""
    position = Table("OperatorInfo", fields={"Pos": Table(items=(110 * at[0], 66 * at[1]))})
    return Table(kind, fields={**more, "Inputs": Table(fields=settings), "ViewInfo": position})


def make_inputs(**values: LuaValue) -> dict[str, Table]:
    """Inputs with constant values."""
    return {name: Table("Input", fields={"Value": value}) for name, value in values.items()}


def connect(source: str, output: str) -> Table:
    """An input connected to ``output`` of the tool ``source``."""
    return Table("Input", fields={"SourceOp": source, "Source": output})


def _to_fusion_point(point: Point, size: tuple[int, int]) -> Point:
    """A point in pixels (0 is the centre of the top left one, y down) in Fusion's coordinates."""
    return (point[0] + 0.5) / size[0], 1 - (point[1] + 0.5) / size[1]


def _linear_curve(curve: Curve) -> Table:
    """Linear between keys: by a flag, and by handles at a third of the way for readers that ignore the flag."""
    keys: dict[int, Table] = {}
    for index, (time, value) in enumerate(curve):
        handles: dict[str, Table] = {}
        for side, other in (("LH", index - 1), ("RH", index + 1)):
            if 0 <= other < len(curve):
                other_time, other_value = curve[other]
                handles[side] = Table(items=(time + (other_time - time) / 3, value + (other_value - value) / 3))
        keys[time] = Table(items=(value,), fields={**handles, "Flags": Table(fields={"Linear": True})})
    return Table("BezierSpline", fields={"KeyFrames": Table(fields=keys)})


def _shape_curve(ovals: Sequence[tuple[int, Sequence[Point]]], size: tuple[int, int]) -> Table:
    """One shape per key; the points of a shape are relative to the centre of the image."""
    keys: dict[int, Table] = {}
    flags = Table(fields={"Linear": True, "LockedY": True})
    for index, (time, oval) in enumerate(ovals):
        points = tuple(
            Table(fields={"Linear": True, "X": x - 0.5, "Y": y - 0.5})
            for x, y in (_to_fusion_point(point, size) for point in oval)
        )
        shape: dict[str, LuaValue] = {"Closed": True, "Points": Table(items=points)}
        keys[time] = Table(items=(index,), fields={"Flags": flags, "Value": Table("Polyline", fields=shape)})
    return Table("BezierSpline", fields={"KeyFrames": Table(fields=keys)})


def _visibility_curve(times: Mapping[int, int], entries: Mapping[int, int]) -> Curve:
    """1 on frames with the face and 0 elsewhere, with keys only on both sides of a change."""
    levels = [(time, float(frame in entries)) for time, frame in times.items()]
    keys = dict(levels[:1])
    for before, after in pairwise(levels):
        if before[1] != after[1]:
            keys |= (before, after)
    return list(keys.items())
