"""Resolve's enumerated constants: the first version of each, and its number.

The documentation gives only the first number of most lists, and none for the exports. The export numbers here are
made up, so that a script that hard-codes one instead of using its name fails.
"""

from __future__ import annotations

_LISTS: dict[str, tuple[int, tuple[str, ...]]] = {
    "COMPOSITE_": (
        0,
        (
            *("NORMAL", "ADD", "SUBTRACT", "DIFF", "MULTIPLY", "SCREEN", "OVERLAY", "HARDLIGHT", "SOFTLIGHT"),
            *("DARKEN", "LIGHTEN", "COLOR_DODGE", "COLOR_BURN", "EXCLUSION", "HUE", "SATURATE", "COLORIZE"),
            *("LUMA_MASK", "DIVIDE", "LINEAR_DODGE", "LINEAR_BURN", "LINEAR_LIGHT", "VIVID_LIGHT", "PIN_LIGHT"),
            *("HARD_MIX", "LIGHTER_COLOR", "DARKER_COLOR", "FOREGROUND", "ALPHA", "INVERTED_ALPHA", "LUM"),
            "INVERTED_LUM",
        ),
    ),
    "RETIME_": (0, ("USE_PROJECT", "NEAREST", "FRAME_BLEND", "OPTICAL_FLOW")),
    "MOTION_EST_": (
        0,
        (
            *("USE_PROJECT", "STANDARD_FASTER", "STANDARD_BETTER", "ENHANCED_FASTER", "ENHANCED_BETTER"),
            *("SPEED_WARP_BETTER", "SPEED_WARP_FASTER", "METAL"),
        ),
    ),
    "SCALE_": (0, ("USE_PROJECT", "CROP", "FIT", "FILL", "STRETCH")),
    "DYNAMIC_ZOOM_EASE_": (0, ("LINEAR", "IN", "OUT", "IN_AND_OUT")),
    "RESIZE_FILTER_": (
        0,
        (
            *("USE_PROJECT", "SHARPER", "SMOOTHER", "BICUBIC", "BILINEAR", "BESSEL", "BOX", "CATMULL_ROM", "CUBIC"),
            *("GAUSSIAN", "LANCZOS", "MITCHELL", "NEAREST_NEIGHBOR", "QUADRATIC", "SINC", "LINEAR"),
        ),
    ),
    "EXPORT_": (
        70,
        (
            *("AAF", "DRT", "EDL", "FCP_7_XML", "FCPXML_1_8", "FCPXML_1_9", "FCPXML_1_10", "TEXT_CSV", "TEXT_TAB"),
            *("OTIO", "NONE", "AAF_NEW", "AAF_EXISTING", "CDL", "SDL", "MISSING_CLIPS"),
        ),
    ),
    "KEYFRAME_MODE_": (0, ("ALL", "COLOR", "SIZING")),
}
_NEWER = {
    "EXPORT_OTIO": "18.5",
    "MOTION_EST_SPEED_WARP_BETTER": "19.0",
    "MOTION_EST_SPEED_WARP_FASTER": "19.0",
    "MOTION_EST_METAL": "21.1",
    "KEYFRAME_MODE_ALL": "19.0",
    "KEYFRAME_MODE_COLOR": "19.0",
    "KEYFRAME_MODE_SIZING": "19.0",
}

CONSTANTS: dict[str, tuple[str, float]] = {
    prefix + name: (_NEWER.get(prefix + name, "16.2"), float(number))
    for prefix, (first, names) in _LISTS.items()
    for number, name in enumerate(names, first)
}
"""(since, number) of every constant of the fake, by name."""


def number(name: str) -> float:
    """Return the number of a constant."""
    return CONSTANTS[name][1]
