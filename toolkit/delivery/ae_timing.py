"""The delivery as After Effects counts it: pictures of a clip on the frames of a comp, pixels from their corners."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from toolkit.documents import Delivery, DeliveryClip, PassName, Point
from toolkit.frames import FrameRange

ALMOST = Fraction(1, 1_000_000)
"""Of a picture: forgiven where a float of the delivery misses a whole number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a clip's layer lies."""

    shown: FrameRange
    """Where it is seen (record space)."""
    media_first: Fraction
    """Where the first picture of its media lies or would lie, in frames of the cut."""
    remap: tuple[tuple[int, Fraction], ...]
    """Frames of the cut and the pictures of the media they show; empty for a clip at plain speed in the cut's rate."""


def held_rate(rate: Fraction) -> Fraction:
    """``rate`` as After Effects holds it, to the thousandth: its frames at 24000/1001 last exactly 1/23.976 s."""
    return Fraction(round(1000 * rate), 1000)


def is_held(clip: DeliveryClip) -> bool:
    """Whether it shows one picture all the time: a freeze, or media of a single picture."""
    return clip.speed == 0 or clip.start_index == clip.end_index


def is_mixed(clip: DeliveryClip) -> bool:
    """Whether the host is asked to make pictures between those there are."""
    return clip.interpolation in ("blend", "flow")


def position_at(clip: DeliveryClip, record_frame: int, record_rate: Fraction) -> Fraction:
    """Where in its media ``clip`` is at ``record_frame``, in pictures; beyond its ends, where its handles are, too."""
    if is_held(clip):
        return Fraction(clip.in_frame)
    into = record_frame - clip.record_first
    return clip.in_frame + _pace(clip, record_rate) * (into if clip.speed > 0 else clip.record_count - 1 - into)


def span(clip: DeliveryClip, record_rate: Fraction) -> FrameRange:
    """The frames of the cut for which the media of ``clip`` have a picture, handles included (record space)."""
    first, last = clip.record_first, clip.record_first + clip.record_count - 1
    if is_held(clip):
        return FrameRange(first=first, last=last)
    pace = _pace(clip, record_rate)
    before = floor(clip.in_frame / pace + ALMOST)
    pictures = clip.end_index - clip.start_index + 1
    after = max(0, ceil((pictures - clip.in_frame) / pace - ALMOST) - clip.record_count)
    if clip.speed < 0:
        before, after = after, before
    return FrameRange(first=first - before, last=last + after)


def placed(clip: DeliveryClip, window: FrameRange, record_rate: Fraction) -> Placed:
    """Where the layer of ``clip`` lies when it shows what it has inside ``window`` (record space)."""
    shown = span(clip, record_rate).intersection(window)
    if shown is None:
        raise ValueError(f"{clip.name} has nothing inside {window}")
    if clip.speed == 1 and clip.rate == record_rate and not is_held(clip):
        return Placed(shown=shown, media_first=Fraction(clip.record_first - clip.in_frame), remap=())
    nudge = 0 if is_mixed(clip) and not is_held(clip) else _inside(clip, shown, record_rate)
    ends = (shown.first,) if is_held(clip) or len(shown) == 1 else (shown.first, shown.last)
    remap = tuple((frame, position_at(clip, frame, record_rate) + nudge) for frame in ends)
    return Placed(shown=shown, media_first=Fraction(shown.first), remap=remap)


def _inside(clip: DeliveryClip, shown: FrameRange, record_rate: Fraction) -> Fraction:
    """How far to move all positions so that each stands as far from the edges of its picture as it can.

    A remapped time on the edge between two pictures shows either, as the host happens to round. Half a picture at
    double speed, a quarter at half speed; a two-thousandth where NTSC media run in a cut of a whole rate.
    """
    period = _pace(clip, record_rate).denominator  # after so many frames the same fractions come again
    positions = (position_at(clip, frame, record_rate) for frame in list(shown)[:period])
    return (1 - max(position - floor(position + ALMOST) for position in positions)) / 2


def pixel(point: Point) -> Point:
    """A point of the delivery, whose 0 is the middle of the top left pixel, as one whose 0 is that pixel's corner."""
    return point[0] + 0.5, point[1] + 0.5


def face_layers(delivery: Delivery) -> dict[str, DeliveryClip]:
    """The newest FACE layer of each shot that has one: what its ``FaceKeys`` are counted and measured in."""
    faces = [clip for track in delivery.tracks if track.pass_name is PassName.FACE for clip in track.clips]
    return {clip.shot: clip for clip in sorted(faces, key=lambda clip: clip.version or 0)}


def _pace(clip: DeliveryClip, record_rate: Fraction) -> Fraction:
    """Pictures of the media in a frame of the cut."""
    return abs(Fraction(clip.speed).limit_denominator(10_000)) * clip.rate / record_rate
