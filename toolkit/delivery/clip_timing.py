"""Which media frame a clip of a delivery shows at which timeline frame, and how far another placement is off."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from toolkit.documents import DeliveryClip
from toolkit.editorial.times import exact_number
from toolkit.frames import media_timecode

TOLERANCE = Fraction(1, 1_000_000)
"""Source frames by which a float of the delivery may miss a whole number."""

ClipMedia = tuple[str, int, int, Fraction, str]
"""The files of a clip, and how they are timed."""


def clip_media(clip: DeliveryClip) -> ClipMedia:
    """What clips of one medium have in common: a sequence that is played at two rates is two."""
    return clip.path, clip.start_index, clip.end_index, clip.rate, clip.timecode


def media_start(clip: DeliveryClip) -> int:
    """The timecode of the media's first frame, as media frames after 00:00:00:00."""
    return media_timecode(clip.timecode, clip.rate)[0]


def media_length(clip: DeliveryClip) -> int:
    """Frames of the media."""
    return clip.end_index - clip.start_index + 1


def has_one_frame(clip: DeliveryClip) -> bool:
    """Whether its media is a single picture, which lasts as long as it is shown."""
    return clip.start_index == clip.end_index


def is_still(clip: DeliveryClip) -> bool:
    """Whether it shows one frame throughout: a freeze frame, or media of a single frame."""
    return clip.speed == 0 or has_one_frame(clip)


def source_step(clip: DeliveryClip, record_rate: Fraction) -> Fraction:
    """Source frames by which ``clip`` moves per timeline frame, in either direction."""
    return abs(exact_number(clip.speed)) * clip.rate / record_rate


def source_position(clip: DeliveryClip, record_frame: int, record_rate: Fraction) -> Fraction:
    """The source frame that ``clip`` shows at ``record_frame``, fractional, 0-based; also in its handles."""
    if is_still(clip):
        return Fraction(clip.in_frame)
    offset = record_frame - clip.record_first
    steps = offset if clip.speed > 0 else clip.record_count - 1 - offset
    return clip.in_position + source_step(clip, record_rate) * steps


def count_differing_frames(clip: DeliveryClip, start: Fraction, step: Fraction, record_rate: Fraction) -> int:
    """Timeline frames of ``clip`` that show another picture if it starts at ``start`` and moves by ``step``.

    Both are in source frames; ``start`` is where ``clip`` has its ``in_position``.
    """
    exact = source_step(clip, record_rate)
    if is_still(clip) or (start, step) == (clip.in_position, exact):
        return 0
    return sum(
        floor(clip.in_position + exact * n + TOLERANCE) != floor(start + step * n + TOLERANCE)
        for n in range(clip.record_count)
    )
