"""What ``return.xml`` says of the time of a clip: which of its frames are shown, and the graph of its speed.

All times are frames at the timeline's rate, also those of media of another rate: every application that writes the
format counts like that. ``in`` and ``out`` count frames of the retimed clip; the graph of its Time Remap gives the
frame of the media for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from toolkit.delivery.clip_timing import count_differing_frames, has_one_frame, media_length, source_step
from toolkit.documents import DeliveryClip
from toolkit.editorial.times import round_half_up

Key = tuple[Fraction, Fraction]
"""A frame of the retimed clip, and the position in its media there; both at the timeline's rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The part of a clip that is shown, at the timeline's rate."""

    first: int
    """``in``."""
    length: int
    """Of the whole clip, retimed."""
    graph: tuple[Key, ...]
    """Four keys on one line; empty for a clip at 100 %."""


def place(clip: DeliveryClip, rate: Fraction) -> Placement:
    """Where ``clip`` begins on a timeline of ``rate``, and its graph."""
    scale = rate / clip.rate
    whole = media_length(clip) * scale
    step = source_step(clip, rate) * scale
    if has_one_frame(clip):
        return Placement(first=0, length=clip.record_count, graph=())
    if step == 0:
        return _freeze(clip, scale, whole)
    if clip.speed == 1:
        first = _best_start(clip, rate)
        return Placement(first=first, length=max(ceil(whole), first + clip.record_count), graph=())
    return _retime(clip, scale, whole, step)


def count_wrong(clip: DeliveryClip, rate: Fraction) -> int:
    """Timeline frames of ``clip`` that show another picture than in ``delivery.json``."""
    placed = place(clip, rate)
    if placed.graph or has_one_frame(clip):
        return 0
    return count_differing_frames(clip, placed.first * clip.rate / rate, source_step(clip, rate), rate)


def _retime(clip: DeliveryClip, scale: Fraction, whole: Fraction, step: Fraction) -> Placement:
    """One line through the whole clip; ``whole`` is the length of its media and ``step`` its slope, without its sign.

    Backwards, a frame shows the picture that ends at its value on the line: 480 shows 479. The last frame may be shown
    for less than it lasts, so that the line ends beyond the media.
    """
    lowest = clip.in_position * scale
    slope = step if clip.speed > 0 else -step
    at_first = lowest
    if clip.speed < 0:
        at_first += step * (clip.record_count - 1) + _distance_to_ends(clip, step / scale) * scale
    first = max(0, round_half_up((lowest if clip.speed > 0 else whole - at_first) / step))
    last = first + clip.record_count
    end = max(last, ceil(whole / step))

    def position(frame: int) -> Fraction:
        return at_first + slope * (frame - first)

    values = {frame: min(max(position(frame), Fraction(0)), whole) for frame in (0, end)}
    values |= {frame: position(frame) for frame in (first, last)}
    graph = tuple((Fraction(frame), values[frame]) for frame in (0, first, last, end))
    return Placement(first=first, length=end, graph=graph)


def _distance_to_ends(clip: DeliveryClip, step: Fraction) -> Fraction:
    """The most by which the positions of ``clip`` can be raised without one passing the end of its picture."""
    period = min(clip.record_count, step.denominator)  # the fractions repeat after this many frames
    return 1 - max((clip.in_position + step * frame) % 1 for frame in range(period))


def _freeze(clip: DeliveryClip, scale: Fraction, whole: Fraction) -> Placement:
    """The middle of the frame, so that no rounding shows its neighbour."""
    first = floor(clip.in_frame * scale)
    last, value = first + clip.record_count, (clip.in_frame + Fraction(1, 2)) * scale
    end = max(last, ceil(whole))
    graph = tuple((Fraction(frame), value) for frame in (0, first, last, end))
    return Placement(first=first, length=end, graph=graph)


def _best_start(clip: DeliveryClip, rate: Fraction) -> int:
    """The whole frame, before or after the start of ``clip``, with which fewer frames show another picture."""
    start, step = clip.in_position * rate / clip.rate, source_step(clip, rate)
    if clip.rate == rate or start.denominator == 1:
        return floor(start)
    return min(
        (floor(start), ceil(start)),
        key=lambda frame: count_differing_frames(clip, frame * clip.rate / rate, step, rate),
    )
