"""Markers, flags, clip colours and in/out points, shared by clips, timelines and media."""

# ruff: noqa: N802, N803, PLR0917 - the names and the order are Resolve's

from __future__ import annotations

from typing import Any

from tests.hosts.resolve.handles import ApiObject, api_method
from tests.hosts.resolve.world import World

MARKER_COLOURS = (
    *("Blue", "Cyan", "Green", "Yellow", "Red", "Pink", "Purple", "Fuchsia"),
    *("Rose", "Lavender", "Sky", "Mint", "Lemon", "Sand", "Cocoa", "Cream"),
)
CLIP_COLOURS = (
    *("Orange", "Apricot", "Yellow", "Lime", "Olive", "Green", "Teal", "Navy"),
    *("Blue", "Purple", "Violet", "Pink", "Tan", "Beige", "Brown", "Chocolate"),
)


class HasMarkers(ApiObject):
    """An object with markers: one per frame, counted from its first frame, returned with float keys."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.markers: dict[float, dict[str, Any]] = {}

    def is_absolute(self, frame: float) -> bool:
        """Return whether a frame can only have been counted from midnight."""
        return False

    @api_method("number", "str", "str", "str", "number", "str?", writes=True)
    def AddMarker(
        self, frameId: float, color: str, name: str, note: str, duration: float, customData: str | None = None
    ) -> bool:
        if self.is_absolute(frameId):
            self.world.misuse.append(f"AddMarker at {frameId}: markers count from the first frame, not from midnight")
        if self.world.behaviour.refuses_markers or color not in MARKER_COLOURS or frameId < 0 or duration < 1:
            return False
        if float(frameId) in self.markers:
            return False
        self.markers[float(frameId)] = {
            "color": color,
            "duration": float(duration),
            "note": note,
            "name": name,
            "customData": customData or "",
        }
        return True

    @api_method()
    def GetMarkers(self) -> dict[float, dict[str, Any]]:
        return {frame: dict(marker) for frame, marker in sorted(self.markers.items())}

    @api_method("str")
    def GetMarkerByCustomData(self, customData: str) -> dict[float, dict[str, Any]]:
        found = (frame for frame, marker in sorted(self.markers.items()) if marker["customData"] == customData)
        return {frame: dict(self.markers[frame]) for frame in list(found)[:1]}

    @api_method("number")
    def GetMarkerCustomData(self, frameId: float) -> str:
        return str(self.markers.get(float(frameId), {}).get("customData", ""))

    @api_method("number", "str", writes=True)
    def UpdateMarkerCustomData(self, frameId: float, customData: str) -> bool:
        if float(frameId) not in self.markers:
            return False
        self.markers[float(frameId)]["customData"] = customData
        return True

    @api_method("str", writes=True)
    def DeleteMarkersByColor(self, color: str) -> bool:
        doomed = [frame for frame, marker in self.markers.items() if color in ("All", marker["color"])]
        return bool(doomed) and all(self.markers.pop(frame) for frame in doomed)

    @api_method("number", writes=True)
    def DeleteMarkerAtFrame(self, frameNum: float) -> bool:
        return self.markers.pop(float(frameNum), None) is not None

    @api_method("str", writes=True)
    def DeleteMarkerByCustomData(self, customData: str) -> bool:
        doomed = list(self.GetMarkerByCustomData(customData))
        return bool(doomed) and self.markers.pop(doomed[0], None) is not None


class HasMarkInOut(ApiObject):
    """An object with in and out points, counted from its first frame; unset points are not returned."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.in_out: dict[str, dict[str, int]] = {}

    @api_method(since="19.1")
    def GetMarkInOut(self) -> dict[str, dict[str, int]]:
        return {kind: dict(marks) for kind, marks in self.in_out.items()}

    @api_method("int", "int", "marks?", since="19.1", writes=True)
    def SetMarkInOut(self, mark_in: int, mark_out: int, type: str | None = None) -> bool:
        if not 0 <= mark_in <= mark_out:
            return False
        for kind in self._kinds(type):
            self.in_out[kind] = {"in": mark_in, "out": mark_out}
        return True

    @api_method("marks?", since="19.1", writes=True)
    def ClearMarkInOut(self, type: str | None = None) -> bool:
        for kind in self._kinds(type):
            self.in_out.pop(kind, None)
        return True

    @staticmethod
    def _kinds(kind: str | None) -> tuple[str, ...]:
        return ("video", "audio") if kind in (None, "all") else (str(kind),)


class HasColour(ApiObject):
    """An object with a clip colour and flags, which have different lists of names."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.clip_colour = ""
        self.flags: list[str] = []

    @api_method()
    def GetClipColor(self) -> str:
        return self.clip_colour

    @api_method("str", writes=True)
    def SetClipColor(self, colorName: str) -> bool:
        if colorName in CLIP_COLOURS:
            self.clip_colour = colorName
        return colorName in CLIP_COLOURS

    @api_method(writes=True)
    def ClearClipColor(self) -> bool:
        self.clip_colour = ""
        return True

    @api_method("str", writes=True)
    def AddFlag(self, color: str) -> bool:
        if color not in MARKER_COLOURS or color in self.flags:
            return False
        self.flags.append(color)
        return True

    @api_method()
    def GetFlagList(self) -> list[str]:
        return list(self.flags)

    @api_method("str", writes=True)
    def ClearFlags(self, color: str) -> bool:
        had = len(self.flags)
        self.flags = [flag for flag in self.flags if color not in ("All", flag)]
        return len(self.flags) < had
