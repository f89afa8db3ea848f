"""The retime of a clip: a constant speed, or the place in the media that each timeline frame shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor, prod
from typing import TYPE_CHECKING, Any

from toolkit.editorial.builders import REMAP_METADATA
from toolkit.editorial.otio import otio
from toolkit.editorial.skips import Skip
from toolkit.editorial.speed_curves import SpeedCurve
from toolkit.editorial.times import exact_number, round_half_up
from toolkit.editorial.tracks import Slot
from toolkit.frames import POSITION_FLOOR

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable

_MAX_DENOMINATOR = 10_000
"""Keeps percentages with two decimals exact and removes the noise of doubles: 1.0999999999999999 is 1.1."""

_ROUNDING = Fraction(5, 1_000_000)
"""How far off a speed with five decimals may be. What is farther off means itself: a layer stretched to 66.667 % in
After Effects runs at 1.4999925, and at 1.5 every second frame would be another one."""


_NORMAL = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remap:
    """A retime that its reader sampled: the media frame shown in each timeline frame of the clip, untrimmed."""

    positions: tuple[Fraction, ...]
    """Exact, counted from the first frame of the media."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameWarps:
    """The TimeWarps of Hiero and Nuke Studio, over a constant speed: tables of frames, one value per frame of the clip.

    The first table moves each frame of the clip through the media. Each further one moves it through the frames that
    the tables before it gave, as AYON's published ranges for such clips show.
    """

    speed: Fraction
    tables: tuple[tuple[Fraction, ...], ...]
    """Frames of the clip, relative to the frame itself."""

    def position(self, frame: int, media_start: Fraction) -> int:
        """The media frame shown in ``frame`` of the clip, for a clip that starts at the media frame ``media_start``."""
        first, *others = self.tables
        for table in reversed(others):
            frame = min(max(0, round_half_up(frame + table[frame])), len(table) - 1)
        return round_half_up(media_start + (frame + first[frame]) * self.speed)


VaryingSpeed = SpeedCurve | Remap | FrameWarps

Retime = Fraction | VaryingSpeed
"""A constant speed in source seconds per record second (0: a freeze), or a speed that varies."""


def read_retime(effects: Sequence[schema.Effect]) -> Retime:
    """The retime that ``effects`` give a clip; 1 without one. Raises Skip for a retime of an unknown kind."""
    schema = otio().schema
    if not len(effects):  # much faster than iterating over OpenTimelineIO's list of nothing
        return _NORMAL
    speeds: list[Fraction] = []
    varying: list[SpeedCurve | Remap] = []
    tables: list[tuple[Fraction, ...]] = []
    for effect in effects:
        if not isinstance(effect, schema.TimeEffect) or not effect.enabled:
            continue
        if isinstance(effect, schema.LinearTimeWarp):
            speeds.append(_without_noise(exact_number(effect.time_scalar)))
        elif effect.metadata.get("lookup"):
            tables.append(tuple(map(_read_position, effect.metadata["lookup"])))
        else:
            varying.append(_read_varying(effect))
    speed = prod(speeds, start=Fraction(1))
    if not varying and not any(map(any, tables)):  # tables of zeros move nothing
        return speed
    if not varying and len({len(table) for table in tables}) == 1:
        return FrameWarps(speed=speed, tables=tuple(tables))
    if len(varying) > 1 or tables or speed != 1:
        count = len(varying) + len(tables) + len(speeds)
        raise Skip(f"{count} retimes on one clip, one of varying speed, are not supported")
    return varying[0]


def slow_freeze_note(effects: Sequence[schema.Effect]) -> str:
    """That a clip that shows one frame is not meant as a freeze, but slower than its length; empty: it is a freeze."""
    schema = otio().schema
    warps = [effect for effect in effects if isinstance(effect, schema.LinearTimeWarp) and effect.enabled]
    speed = prod((effect.time_scalar for effect in warps), start=1.0)
    if not warps or speed == 0 or abs(speed) >= 1:
        return ""
    return f"at its speed of {speed * 100:g} % it shows one frame all the time, like a freeze frame"


def sample_retime(
    retime: SpeedCurve | Remap | FrameWarps,
    records: range,
    *,
    media_start: Fraction,
    record_rate: Fraction,
    source_rate: Fraction,
) -> tuple[int, ...]:
    """The media frame shown in each of ``records``, counted from the first frame of the media.

    ``records`` are timeline frames counted from the start of the clip before any trim; ``media_start`` is the place in
    the media where the clip starts, in seconds from its first frame. Raises Skip when the retime does not reach them.
    """
    if isinstance(retime, SpeedCurve):
        start = retime.clip_time(media_start)
        return tuple(floor(retime.media_time(start + n / record_rate) * source_rate + POSITION_FLOOR) for n in records)
    count = len(retime.positions) if isinstance(retime, Remap) else len(retime.tables[0])
    if records.stop > count or records.start < 0:
        raise Skip(f"its retime has {count} frames, but the clip {records.stop}")
    if isinstance(retime, FrameWarps):
        return tuple(retime.position(n, media_start * source_rate) for n in records)
    return tuple(floor(position + POSITION_FLOOR) for position in retime.positions[records.start : records.stop])


def is_varying(child: Composable) -> bool:
    """Whether ``child`` has a retime whose speed varies, or one of a kind that nobody knows."""
    schema = otio().schema
    effects = getattr(child, "effects", ())
    retimes = [effect for effect in effects if isinstance(effect, schema.TimeEffect) and effect.enabled]
    return not all(isinstance(effect, schema.LinearTimeWarp) for effect in retimes)


def _read_varying(effect: schema.TimeEffect) -> SpeedCurve | Remap:
    ours, resolve = effect.metadata.get(REMAP_METADATA), effect.metadata.get("Resolve_OTIO")
    if hasattr(ours, "get") and ours.get("remap"):
        return Remap(positions=tuple(map(_read_position, ours["remap"])))
    if hasattr(resolve, "get") and resolve.get("Key Frames"):
        return SpeedCurve.from_resolve([[float(number) for number in key] for key in resolve["Key Frames"]])
    raise Skip(f"a retime of unknown kind ({effect.effect_name or effect.name or effect.schema_name()})")


def _read_position(written: Any) -> Fraction:
    try:
        return Fraction(written) if isinstance(written, str) else exact_number(float(written))
    except (ValueError, TypeError, ZeroDivisionError) as error:
        raise Skip(f"its retime has a position that is not a number ({written})") from error


def _without_noise(speed: Fraction) -> Fraction:
    simple = speed.limit_denominator(_MAX_DENOMINATOR)
    return simple if abs(simple - speed) <= _ROUNDING else speed


def trimmed_source_frames(slot: Slot, speed: Fraction, source_rate: Fraction) -> Fraction:
    """Source frames that the trim of ``slot``'s track removes below the lowest one shown.

    A reversed clip ends on its lowest source frame, so there it is the trim of the tail that counts.
    """
    trimmed = slot.trimmed_head if speed >= 0 else slot.trimmed_tail
    return abs(speed) * trimmed * source_rate if trimmed else trimmed
