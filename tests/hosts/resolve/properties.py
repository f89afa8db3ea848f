"""Inspector properties of a clip: defaults and accepted values."""

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
"""(default, minimum, maximum); values outside are silently clipped."""
BOOLEANS = {"ZoomGang": True, "FlipX": False, "FlipY": False, "CropRetain": False}
LAST_CONSTANTS = {
    "CompositeMode": "COMPOSITE_INVERTED_LUM",
    "RetimeProcess": "RETIME_OPTICAL_FLOW",
    "MotionEstimation": "MOTION_EST_METAL",
    "Scaling": "SCALE_STRETCH",
    "ResizeFilter": "RESIZE_FILTER_LINEAR",
    "DynamicZoomEase": "DYNAMIC_ZOOM_EASE_IN_AND_OUT",
}
"""Enumerated properties and their last constant. Values are numbers, never names."""
PROPERTIES: dict[str, Any] = {
    **{key: first for key, (first, _, _) in RANGES.items()},
    **BOOLEANS,
    **dict.fromkeys(LAST_CONSTANTS, 0),
}


def accept_value(key: str, value: Any, behaviour: Behaviour) -> Any:
    """Return the value a clip stores, or None if it is rejected."""
    if key in BOOLEANS:
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if key in RANGES:
        _, least, most = RANGES[key]
        return min(max(float(value), least), most)
    if key in LAST_CONSTANTS and float(value).is_integer() and 0 <= value <= _last_number(key, behaviour):
        return int(value)
    return None


def _last_number(key: str, behaviour: Behaviour) -> float:
    """Return the highest accepted number. Speed Warp needs 19.0 and Studio."""
    if key == "MotionEstimation" and not (behaviour.studio and behaviour.has("19.0")):
        return number("MOTION_EST_ENHANCED_BETTER")
    if key == "MotionEstimation" and not behaviour.has("21.1"):
        return number("MOTION_EST_SPEED_WARP_FASTER")
    return number(LAST_CONSTANTS[key])


def needs_studio(values: dict[str, Any]) -> bool:
    """Return whether one of the values needs Studio."""
    value = values.get("MotionEstimation", 0)
    return value in (number("MOTION_EST_SPEED_WARP_BETTER"), number("MOTION_EST_SPEED_WARP_FASTER"))
