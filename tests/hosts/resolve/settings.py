"""Settings of projects and timelines. All are text, but the frame rate may be returned as a number."""

from __future__ import annotations

from typing import Any

from tests.hosts.resolve import rates
from tests.hosts.resolve.behaviour import Behaviour

CHOICES = {
    "colorScienceMode": (
        *("davinciYRGB", "davinciYRGBColorManaged", "davinciYRGBColorManagedv2"),
        *("acescc", "acescct"),
    ),
    "timelineInputResMismatchBehavior": ("centerCrop", "scaleToFit", "scaleToCrop", "stretch"),
    "imageRetimeInterpolation": ("nearest", "frameBlend", "opticalFlow"),
    "timelineDropFrameTimecode": ("0", "1"),
}
TIMELINE_SETTINGS = (
    *("timelineFrameRate", "timelineDropFrameTimecode", "timelineResolutionWidth", "timelineResolutionHeight"),
    *("timelineInputResMismatchBehavior", "imageRetimeInterpolation", "imageMotionEstimationMode"),
    *("colorScienceMode", "colorSpaceTimeline", "colorSpaceInput", "colorSpaceOutput"),
)
"""The settings a timeline can override."""


def default_settings(behaviour: Behaviour) -> dict[str, str]:
    """Return the settings of a new project."""
    width, height = behaviour.project_size
    managed = behaviour.colour_science.startswith("davinciYRGBColorManaged")
    return {
        "timelineFrameRate": behaviour.project_rate,
        "timelineDropFrameTimecode": str(int("DF" in behaviour.project_rate)),
        "timelineResolutionWidth": str(width),
        "timelineResolutionHeight": str(height),
        "timelineInputResMismatchBehavior": "scaleToFit",
        "imageRetimeInterpolation": "nearest",
        "imageMotionEstimationMode": "standardFaster",
        "colorScienceMode": behaviour.colour_science,
        "colorSpaceTimeline": "DaVinci WG/Intermediate" if managed else "Rec.709 Gamma 2.4",
        "colorSpaceInput": "Rec.709 Gamma 2.4",
        "colorSpaceOutput": "Rec.709 Gamma 2.4",
        "superScale": "1",
    }


def is_valid_setting(key: str, value: str) -> bool:
    """Return whether a setting accepts the value."""
    if key == "timelineFrameRate":
        return rates.is_rate(value)
    if key.startswith("timelineResolution"):
        return value.isdigit() and int(value) > 0
    return value in CHOICES.get(key, (value,))


def read_settings(settings: dict[str, str], key: str | None, behaviour: Behaviour) -> Any:
    """Return the result of GetSetting: text, except for a numeric rate; empty for an unknown key."""
    every: dict[str, Any] = dict(settings)
    rate = settings["timelineFrameRate"]
    if behaviour.rates_read_as == "number" and "DF" not in rate:
        every["timelineFrameRate"] = rates.parse_rate(rate)
    return every.get(key, "") if key else every
