"""The delivery in After Effects' own units: seconds of a comp, per cent of stretch, pixels from their corner."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from toolkit.documents import Delivery, DeliveryClip, PassName, Point

_INSIDE = Fraction(1, 100)
"""Of a picture: a remapped time stands this far inside its picture, never on the edge between two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Where a clip's layer sits in a comp."""

    start_time: Fraction
    """Where the media's first picture would be, seconds of the comp."""
    in_point: Fraction
    """Seconds of the comp."""
    out_point: Fraction
    """Seconds of the comp: the end of the last frame shown."""
    stretch: Fraction
    """Per cent of the media's own duration."""
    remap: tuple[tuple[Fraction, Fraction], ...]
    """Seconds of the comp and of the media, for a clip that plays backwards or stands still; else empty."""


def timing(clip: DeliveryClip, record_rate: Fraction) -> Timing:
    """Where ``clip`` sits in the comp of the whole cut, whose rate is ``record_rate``."""
    speed = Fraction(clip.speed).limit_denominator(10_000)
    pace = abs(speed) * clip.rate / record_rate  # pictures of the media in a frame of the comp
    first = clip.record_first / record_rate
    last = (clip.record_first + clip.record_count - 1) / record_rate
    end = (clip.record_first + clip.record_count) / record_rate
    if speed > 0:
        start = (clip.record_first - clip.in_frame / pace) / record_rate
        return Timing(start_time=start, in_point=first, out_point=end, stretch=100 / speed, remap=())
    lowest = clip.in_frame + _INSIDE
    remap = [(first, (lowest + pace * (clip.record_count - 1)) / clip.rate)]
    if speed < 0 and clip.record_count > 1:
        remap.append((last, lowest / clip.rate))
    return Timing(start_time=first, in_point=first, out_point=end, stretch=Fraction(100), remap=tuple(remap))


def pixel(point: Point) -> Point:
    """A point of the delivery, whose 0 is the middle of the top left pixel, as one whose 0 is that pixel's corner."""
    return point[0] + 0.5, point[1] + 0.5


def face_layers(delivery: Delivery) -> dict[str, DeliveryClip]:
    """The FACE layer of each shot that has one: what its ``FaceKeys`` are counted and measured in."""
    return {clip.shot: clip for track in delivery.tracks if track.pass_name is PassName.FACE for clip in track.clips}
