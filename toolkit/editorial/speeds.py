"""The speed of a clip, and how many source frames a trim of its track removes at that speed."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.editorial.skips import Skip
from toolkit.editorial.times import exact_number
from toolkit.editorial.tracks import Slot

if TYPE_CHECKING:
    from opentimelineio import schema

_MAX_DENOMINATOR = 10_000
"""Keeps percentages with two decimals exact and removes the noise of doubles: 1.0999999999999999 is 1.1."""

_ROUNDING = Fraction(5, 1_000_000)
"""How far off a speed with five decimals may be. What is farther off means itself: a layer stretched to 66.667 % in
After Effects runs at 1.4999925, and at 1.5 every second frame would be another one."""


def constant_speed(effects: Sequence[schema.Effect]) -> Fraction:
    """Source seconds per record second; 1 without a retime, 0 for a freeze. Raises Skip for speed ramps."""
    from opentimelineio import schema

    speeds = []
    for effect in effects:
        if not isinstance(effect, schema.TimeEffect) or not effect.enabled:
            continue
        if not isinstance(effect, schema.LinearTimeWarp):
            raise Skip(f"speed ramps are not supported yet ({_describe_ramp(effect)})")
        speed = _without_noise(exact_number(effect.time_scalar))
        if speed != 1:
            speeds.append(speed)
    if len(speeds) > 1:
        raise Skip(f"{len(speeds)} retimes on one clip are not supported yet")
    return speeds[0] if speeds else Fraction(1)


def _without_noise(speed: Fraction) -> Fraction:
    simple = speed.limit_denominator(_MAX_DENOMINATOR)
    return simple if abs(simple - speed) <= _ROUNDING else speed


def _describe_ramp(effect: schema.TimeEffect) -> str:
    resolve = effect.metadata.get("Resolve_OTIO")
    keys = resolve.get("Key Frames") if hasattr(resolve, "get") else None
    return f"{len(keys)} keyframes" if keys is not None else effect.effect_name or effect.name or effect.schema_name()


def trimmed_source_frames(slot: Slot, speed: Fraction, source_rate: Fraction) -> Fraction:
    """Source frames that the trim of ``slot``'s track removes below the lowest one shown.

    A reversed clip ends on its lowest source frame, so there it is the trim of the tail that counts.
    """
    trimmed = slot.trimmed_head if speed >= 0 else slot.trimmed_tail
    return abs(speed) * trimmed * source_rate
