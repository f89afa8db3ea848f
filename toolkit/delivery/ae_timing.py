"""Convert a delivery to After Effects' terms: source frames over comp frames, and pixels from their corners."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from toolkit.delivery.clip_timing import TOLERANCE, is_still, media_length, source_position, source_step
from toolkit.documents import Delivery, DeliveryClip, PassName, Point
from toolkit.frames import FrameRange


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerTiming:
    """When a clip's layer is shown, and what it shows."""

    record_range: FrameRange
    """The frames that show the layer (record space)."""
    media_start: Fraction
    """Record frame at which the first frame of its media lies or would lie."""
    remap: tuple[tuple[int, Fraction], ...]
    """Keys of (record frame, source frame); empty for a clip at 100 % speed and the cut's rate."""


def ae_rate(rate: Fraction) -> Fraction:
    """``rate`` as After Effects stores it, to a thousandth: its frames at 24000/1001 last exactly 1/23.976 s."""
    return Fraction(round(1000 * rate), 1000)


def is_interpolated(clip: DeliveryClip) -> bool:
    """Whether the host interpolates between source frames."""
    return clip.interpolation in ("blend", "flow")


def media_span(clip: DeliveryClip, record_rate: Fraction) -> FrameRange:
    """The record frames for which the media of ``clip`` has a frame, handles included."""
    first, last = clip.record_first, clip.record_first + clip.record_count - 1
    if is_still(clip):
        return FrameRange(first=first, last=last)
    step = source_step(clip, record_rate)
    before = floor(clip.in_position / step + TOLERANCE)
    after = max(0, ceil((media_length(clip) - clip.in_position) / step - TOLERANCE) - clip.record_count)
    if clip.speed < 0:
        before, after = after, before
    return FrameRange(first=first - before, last=last + after)


def time_layer(clip: DeliveryClip, window: FrameRange, record_rate: Fraction) -> LayerTiming:
    """The timing of ``clip``'s layer inside ``window`` (record space).

    Raises ValueError when the media has no frame there.
    """
    shown = media_span(clip, record_rate).intersection(window)
    if shown is None:
        raise ValueError(f"{clip.name} has no frame inside {window}")
    if clip.speed == 1 and clip.rate == record_rate and not is_still(clip):
        return LayerTiming(record_range=shown, media_start=Fraction(clip.record_first - clip.in_frame), remap=())
    offset = 0 if is_interpolated(clip) and not is_still(clip) else _centring_offset(clip, shown, record_rate)
    ends = (shown.first,) if is_still(clip) or len(shown) == 1 else (shown.first, shown.last)
    remap = tuple((frame, source_position(clip, frame, record_rate) + offset) for frame in ends)
    return LayerTiming(record_range=shown, media_start=Fraction(shown.first), remap=remap)


def _centring_offset(clip: DeliveryClip, shown: FrameRange, record_rate: Fraction) -> Fraction:
    """Offset that keeps all positions as far from the edges of their source frames as possible.

    A remapped time on the edge between two frames may show either, depending on the host's rounding. From a whole frame
    on, the offset is half a frame at double speed, a quarter at half speed, and a two-thousandth for NTSC media in a
    cut of a whole rate.
    """
    period = source_step(clip, record_rate).denominator  # the fractions repeat after this many
    positions = [source_position(clip, frame, record_rate) for frame in list(shown)[:period]]
    parts = [position - floor(position + TOLERANCE) for position in positions]
    return (1 - max(parts) - min(parts)) / 2


def to_ae_pixel(point: Point) -> Point:
    """A point of the delivery (0 is the centre of the top left pixel) in After Effects' terms (0 is its corner)."""
    return point[0] + 0.5, point[1] + 0.5


def newest_face_clips(delivery: Delivery) -> dict[str, DeliveryClip]:
    """The newest FACE layer of each shot: its frames and pixels are those of the shot's ``FaceKeys``."""
    faces = [clip for track in delivery.tracks if track.pass_name is PassName.FACE for clip in track.clips]
    return {clip.shot: clip for clip in sorted(faces, key=lambda clip: clip.version or 0)}
