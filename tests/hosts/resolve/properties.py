"""What the inspector has for a clip: every property, its value to begin with, and what it takes."""

from __future__ import annotations

from typing import Any

from tests.hosts.resolve.behaviour import Behaviour
from tests.hosts.resolve.constants import number

RANGES: dict[str, tuple[float, float, float]] = {
    "Pan": (0.0, -16384.0, 16384.0),
    "Tilt": (0.0, -16384.0, 16384.0),
    "ZoomX": (1.0, 0.0, 100.0),
    "ZoomY": (1.0, 0.0, 100.0),
    "RotationAngle": (0.0, -360.0, 360.0),
    "AnchorPointX": (0.0, -16384.0, 16384.0),
    "AnchorPointY": (0.0, -16384.0, 16384.0),
    "Pitch": (0.0, -1.5, 1.5),
    "Yaw": (0.0, -1.5, 1.5),
    "CropLeft": (0.0, 0.0, 4096.0),
    "CropRight": (0.0, 0.0, 4096.0),
    "CropTop": (0.0, 0.0, 4096.0),
    "CropBottom": (0.0, 0.0, 4096.0),
    "CropSoftness": (0.0, -100.0, 100.0),
    "Opacity": (100.0, 0.0, 100.0),
    "Distortion": (0.0, -1.0, 1.0),
}
"""(to begin with, least, most); what lies outside is clipped without a word."""
TRUTHS = {"ZoomGang": True, "FlipX": False, "FlipY": False, "CropRetain": False}
LASTS = {
    "CompositeMode": "COMPOSITE_INVERTED_LUM",
    "RetimeProcess": "RETIME_OPTICAL_FLOW",
    "MotionEstimation": "MOTION_EST_METAL",
    "Scaling": "SCALE_STRETCH",
    "ResizeFilter": "RESIZE_FILTER_LINEAR",
    "DynamicZoomEase": "DYNAMIC_ZOOM_EASE_IN_AND_OUT",
}
"""The properties that are one of a list, and the last one of it. They are numbers, never words."""
PROPERTIES: dict[str, Any] = {
    **{key: first for key, (first, _, _) in RANGES.items()},
    **TRUTHS,
    **dict.fromkeys(LASTS, 0),
}


def settled(key: str, value: Any, behaviour: Behaviour) -> Any:
    """What a clip keeps of a value; None for one that it does not take."""
    if key in TRUTHS:
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if key in RANGES:
        _, least, most = RANGES[key]
        return min(max(float(value), least), most)
    if key in LASTS and float(value).is_integer() and 0 <= value <= _last(key, behaviour):
        return int(value)
    return None


def _last(key: str, behaviour: Behaviour) -> float:
    """Speed Warp came with 19, and is Studio's."""
    if key == "MotionEstimation" and not (behaviour.studio and behaviour.has("19.0")):
        return number("MOTION_EST_ENHANCED_BETTER")
    if key == "MotionEstimation" and not behaviour.has("21.1"):
        return number("MOTION_EST_SPEED_WARP_FASTER")
    return number(LASTS[key])


def needs_studio(wanted: dict[str, Any]) -> bool:
    """Whether one of the values is sold with Studio only."""
    value = wanted.get("MotionEstimation", 0)
    return value in (number("MOTION_EST_SPEED_WARP_BETTER"), number("MOTION_EST_SPEED_WARP_FASTER"))
