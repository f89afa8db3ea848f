"""What the Inspector calls the properties of a clip, and their values: sentences for the editor name them so."""

import re

from toolkit_resolve.host import get_constant
from toolkit_resolve.resolve_values import is_same_value

RETIME_PROCESSES = {
    "nearest": ("RETIME_NEAREST", 1), "blend": ("RETIME_FRAME_BLEND", 2), "flow": ("RETIME_OPTICAL_FLOW", 3)}
MOTION_ESTIMATIONS = {
    "standard faster": ("MOTION_EST_STANDARD_FASTER", 1), "standard better": ("MOTION_EST_STANDARD_BETTER", 2),
    "enhanced faster": ("MOTION_EST_ENHANCED_FASTER", 3), "enhanced better": ("MOTION_EST_ENHANCED_BETTER", 4),
    "speed warp better": ("MOTION_EST_SPEED_WARP_BETTER", 5),
    "speed warp faster": ("MOTION_EST_SPEED_WARP_FASTER", 6)}
"""The numbers are used where a version lacks the named constant; the documentation lists them in another order."""

PROPERTY_NAMES = {
    "Pan": "Position X", "Tilt": "Position Y", "ZoomGang": "link of Zoom X and Y", "FlipX": "horizontal Flip",
    "FlipY": "vertical Flip", "CropRetain": "Retain Image Position", "Distortion": "Lens Correction"}
"""Properties whose name is not simply that of the API, with spaces."""
VALUE_NAMES = {"nearest": "Nearest", "blend": "Frame Blend", "flow": "Optical Flow"}


def property_name(key):
    """Return what the Inspector calls a property: ``Retime Process`` for ``RetimeProcess``."""
    return PROPERTY_NAMES.get(key, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key))


def value_name(resolve, key, value):
    """Return what the Inspector shows for the value of a property, which scripts get as a number."""
    tables = {"RetimeProcess": RETIME_PROCESSES, "MotionEstimation": MOTION_ESTIMATIONS}
    if key == "CompositeMode" and is_same_value(value, get_constant(resolve, "COMPOSITE_NORMAL", 0)):
        return "Normal"
    for word, constant in tables.get(key, {}).items():
        if is_same_value(value, get_constant(resolve, *constant)):
            return VALUE_NAMES.get(word, word.title())
    return "Project Settings" if key in tables and is_same_value(value, 0) else str(value)
