"""Settings of projects and timelines: texts that are one of a few, and a rate that is read as a number."""

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
"""What a timeline can have of its own."""


def first_settings(behaviour: Behaviour) -> dict[str, str]:
    """A new project's."""
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


def settable(key: str, value: str) -> bool:
    """Whether a setting takes the value."""
    if key == "timelineFrameRate":
        return rates.is_rate(value)
    if key.startswith("timelineResolution"):
        return value.isdigit() and int(value) > 0
    return value in CHOICES.get(key, (value,))


def answered(settings: dict[str, str], key: str | None, behaviour: Behaviour) -> Any:
    """What GetSetting says: texts, except a rate that is a number; nothing at all for an unknown key."""
    told: dict[str, Any] = dict(settings)
    rate = settings["timelineFrameRate"]
    if behaviour.rates_read_as == "number" and "DF" not in rate:
        told["timelineFrameRate"] = rates.fps(rate)
    return told.get(key, "") if key else told
