"""Where in its media a clip starts: one rule for reading a cut and for putting layers back."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

from toolkit.editorial.times import (
    LARGEST,
    ROUNDING,
    WrittenTime,
    frames_between,
    is_plain,
    nearest_frame,
    plain_frames,
    snap_to_whole,
    to_seconds,
)

if TYPE_CHECKING:
    from opentimelineio.opentime import TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaOrigin:
    """Where the times of clips meet the frames of their media."""

    time: WrittenTime
    """In the time of the clips: the start of the available range, or a timecode."""
    frame: int
    """The media's frame there (source space)."""
    length: Fraction | None = None
    """Seconds of media from there on, as the timeline claims; None when it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipStart:
    """Where a clip starts."""

    frames: Fraction
    """Media frames after its origin."""
    is_plain: bool = False
    """Whether its times are plain seconds at a rounded rate; see ``frames_between``."""
    is_relative: bool = False
    """Whether it counts from zero although the origin is a file number."""
    note: str = ""
    """What had to be decided, as a sentence about the clip; empty: nothing."""


def find_clip_start(
    used: TimeRange, origin: MediaOrigin, rate: Fraction, speed: Fraction, *, rounding: Fraction = ROUNDING
) -> ClipStart:
    """Where the source range ``used`` of a clip starts, in media of ``rate`` that begin at ``origin``.

    ``speed`` is the clip's, and ``rounding`` how far it may be off a whole frame and still mean it, in frames. Raises
    Skip for times that are not finite or have an invalid rate.
    """
    frames_counted = _count_frames(used, origin, rate)
    if frames_counted is not None:
        return ClipStart(frames=Fraction(frames_counted))
    start = WrittenTime.of(used.start_time)
    if _is_relative(start, to_seconds(used.duration) * abs(speed), origin, rate):
        zero = WrittenTime.at(Fraction(0), origin.time.rate)
        frames, uncertainty = frames_between(zero, start, rate)
        whole = snap_to_whole(frames, uncertainty, rounding=rounding)
        return ClipStart(frames=whole, is_relative=True, note=_relative_note(used, origin))
    frames, uncertainty = frames_between(origin.time, start, rate)
    return ClipStart(
        frames=snap_to_whole(frames, uncertainty, rounding=rounding),
        is_plain=is_plain(origin.time, start, rate),
        note=_rate_note(used, start, origin, rate),
    )


def _count_frames(used: TimeRange, origin: MediaOrigin, rate: Fraction) -> int | None:
    """Frames from ``origin`` to the start of most clips, which count whole frames of their media; None for any other.

    Nothing has to be decided about these, and exact arithmetic on thousands of them takes most of the time of a cut.
    """
    start, time = used.start_time, origin.time
    is_own_rate = time.plain_rate == time.rate == rate and start.rate == float(rate)
    if not (is_own_rate and time.is_count and start.value.is_integer() and abs(start.value) <= LARGEST):
        return None
    frames = int(start.value) - time.value.numerator
    return frames if frames > 0 or origin.frame <= 0 else None  # else it may be relative


def _is_relative(start: WrittenTime, length: Fraction, origin: MediaOrigin, rate: Fraction) -> bool:
    """Whether a clip counts from zero in a sequence whose available range starts at the number of its first file.

    Older exporters wrote that. Otherwise the whole clip would lie before its media; counted from zero, it starts in it.
    """
    if origin.length is None or origin.frame <= 0 or nearest_frame(origin.time.exact, rate) != origin.frame:
        return False
    return start.exact + length <= origin.time.exact and 0 <= start.exact < origin.length


def _relative_note(used: TimeRange, origin: MediaOrigin) -> str:
    start = f"{used.start_time.value:g}"
    return f"its start, {start}, is counted from the first file: its media begin at {origin.frame}, the file's number"


def _rate_note(used: TimeRange, start: WrittenTime, origin: MediaOrigin, rate: Fraction) -> str:
    """That the other meaning of a rounded rate would be another frame, where nothing but our rule decides."""
    if not (start.is_count and origin.time.is_count) or start.rate == origin.time.rate:
        return ""
    exact, plain = (start.exact - origin.time.exact) * rate, plain_frames(origin.time, start, rate)
    apart = floor(plain + ROUNDING) - floor(exact + ROUNDING)
    if not apart:
        return ""
    read = f"{used.start_time.rate:g} fps beside media at {float(origin.time.plain_rate):g} fps"
    where = f"{abs(apart)} frame{'s' if abs(apart) > 1 else ''} {'later' if apart > 0 else 'earlier'}"
    return f"it is written at {read}: NTSC rates are read as exact (24000/1001); as decimals it would start {where}"
