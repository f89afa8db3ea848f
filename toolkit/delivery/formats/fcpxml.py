"""``return.fcpxml``: for Final Cut Pro 10.5 and later, which reads no image sequences.

The lowest plates are the primary storyline, every other track is a lane of connected clips. A sequence is named as the
movie that somebody makes of it: the same name in the same folder, ``sh010_FACE_v001.mov``, with all frames and the
same timecode. All times are exact. The time map of a retimed clip covers all of its media, as Final Cut writes it, so
that the clip can be trimmed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

from toolkit.delivery.clip_timing import (
    ClipMedia,
    clip_media,
    has_one_frame,
    media_length,
    media_start,
    source_step,
)
from toolkit.delivery.formats.locations import Locations, file_url, split_path
from toolkit.delivery.formats.text import add_element, write_xml
from toolkit.documents import Delivery, DeliveryClip
from toolkit.editorial.locations import IMAGE_SUFFIXES
from toolkit.editorial.times import exact_number
from toolkit.frames import FramePath

_VERSION = "1.9"
"""The first with ``media-rep``; later versions of Final Cut read it too."""
_CONFORMED_RATES = {
    Fraction(24000, 1001): "23.98",
    Fraction(24): "24",
    Fraction(25): "25",
    Fraction(30000, 1001): "29.97",
    Fraction(30): "30",
    Fraction(48000, 1001): "47.95",
    Fraction(48): "48",
    Fraction(50): "50",
    Fraction(60000, 1001): "59.94",
    Fraction(60): "60",
}
_SAMPLING = {"nearest": "floor", "blend": "frame-blending", "flow": "optical-flow"}
_STILL_SUFFIXES = frozenset(["bmp", "gif", "heic", "jpeg", "jpg", "png", "psd", "tga", "tif", "tiff"])
"""Pictures that Final Cut reads."""
_GAP_START = Fraction(3600)
"""Where Final Cut itself begins the time inside a gap, seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """What the primary storyline has at one time: a clip or a gap."""

    record_first: int
    record_end: int
    """The frame after the last one."""
    clip: DeliveryClip | None


def needs_movie(clip: DeliveryClip) -> bool:
    """Whether ``clip`` is an image sequence, or a picture that Final Cut does not read, such as an EXR file."""
    suffix = _suffix(clip)
    return suffix in IMAGE_SUFFIXES and not (has_one_frame(clip) and suffix in _STILL_SUFFIXES)


def write_fcpxml(delivery: Delivery, path: Path, locations: Locations) -> None:
    """Write ``delivery`` to ``path``. Raises OutputNotWritable."""
    root = ET.Element("fcpxml", version=_VERSION)
    resources = _Resources(add_element(root, "resources"), locations)
    sequence_format = resources.format_of(delivery.rate, delivery.width, delivery.height)
    event = add_element(add_element(root, "library"), "event", name=delivery.name)
    sequence = add_element(
        add_element(event, "project", name=delivery.name),
        "sequence",
        format=sequence_format,
        duration=_seconds(delivery.record_count / delivery.rate),
        tcStart=_seconds(delivery.start_frame / delivery.rate),
        tcFormat="DF" if delivery.drop_frame else "NDF",
    )
    spine = add_element(sequence, "spine")
    _Story(delivery, resources).add_to(spine)
    write_xml(root, path)


class _Story:
    """The storyline with everything that is connected to it."""

    def __init__(self, delivery: Delivery, resources: _Resources) -> None:
        self._rate, self._count = delivery.rate, delivery.record_count
        self._tracks, self._resources = delivery.tracks, resources
        self._start = delivery.start_frame / delivery.rate

    def add_to(self, spine: ET.Element) -> None:
        lanes = [sorted(track.clips, key=lambda clip: clip.record_first) for track in self._tracks[1:]]
        waiting = [iter(lane) for lane in lanes]
        heads = [next(lane, None) for lane in waiting]
        for span in self._spans():
            offset = self._start + span.record_first / self._rate
            element, local_start = self._add_span(spine, span, offset)
            for lane, clips in enumerate(waiting):
                clip = heads[lane]
                while clip is not None and clip.record_first < span.record_end:
                    inner = local_start + (clip.record_first - span.record_first) / self._rate
                    self._add_clip(element, clip, inner, lane=lane + 1)
                    clip = heads[lane] = next(clips, None)

    def _spans(self) -> Iterator[_Span]:
        """The lowest track with gaps, without a hole until the end."""
        end = 0
        clips = sorted(self._tracks[0].clips, key=lambda clip: clip.record_first) if self._tracks else []
        for clip in clips:
            if clip.record_first > end:
                yield _Span(record_first=end, record_end=clip.record_first, clip=None)
            end = clip.record_first + clip.record_count
            yield _Span(record_first=clip.record_first, record_end=end, clip=clip)
        if end < self._count:
            yield _Span(record_first=end, record_end=self._count, clip=None)

    def _add_span(self, spine: ET.Element, span: _Span, offset: Fraction) -> tuple[ET.Element, Fraction]:
        """The element of ``span``, and its own time where it begins."""
        if span.clip is not None:
            return self._add_clip(spine, span.clip, offset)
        length = (span.record_end - span.record_first) / self._rate
        times = {"offset": _seconds(offset), "start": _seconds(_GAP_START), "duration": _seconds(length)}
        return add_element(spine, "gap", name="Gap", **times), _GAP_START

    def _add_clip(
        self, parent: ET.Element, clip: DeliveryClip, offset: Fraction, lane: int = 0
    ) -> tuple[ET.Element, Fraction]:
        start, time_map = map_times(clip, self._rate)
        attributes = {
            "ref": self._resources.asset_of(clip),
            **({"lane": str(lane)} if lane else {}),
            "name": clip.name,
            "offset": _seconds(offset),
            "start": _seconds(start),
            "duration": _seconds(Fraction(clip.record_count) / self._rate),
        }
        if _is_picture(clip):
            return add_element(parent, "video", **attributes), start
        element = add_element(parent, "asset-clip", **attributes, tcFormat="DF" if ";" in clip.timecode else "NDF")
        if clip.rate != self._rate and clip.rate in _CONFORMED_RATES:
            add_element(element, "conform-rate", scaleEnabled="0", srcFrameRate=_CONFORMED_RATES[clip.rate])
        if time_map:
            sampling = _SAMPLING.get(clip.interpolation)
            points = add_element(element, "timeMap", **({"frameSampling": sampling} if sampling else {}))
            for time, value in time_map:
                add_element(points, "timept", time=_seconds(time), value=_seconds(value), interp="linear")
        return element, start


def map_times(clip: DeliveryClip, record_rate: Fraction) -> tuple[Fraction, tuple[tuple[Fraction, Fraction], ...]]:
    """Where ``clip`` starts in its own time, and its time map: points of (own time, media time), all in seconds.

    A clip at 100 % has no map; its own time is that of its media.
    """
    begin = media_start(clip) / clip.rate
    length = Fraction(media_length(clip)) / clip.rate
    shown = clip.record_count / record_rate
    if _is_picture(clip):
        return Fraction(0), ()
    if clip.speed == 0 or has_one_frame(clip):
        held = begin + (clip.in_frame + Fraction(1, 2)) / clip.rate  # in the middle: no rounding shows its neighbour
        return begin, ((begin, held), (begin + shown, held))
    lowest = clip.in_position / clip.rate
    if clip.speed == 1:
        return begin + lowest, ()
    speed = abs(exact_number(clip.speed))
    used_end = lowest + source_step(clip, record_rate) * clip.record_count / clip.rate
    end = max(length, used_end)  # the last frame may be shown for less than it lasts
    if clip.speed > 0:
        return begin + lowest / speed, ((begin, begin), (begin + end / speed, begin + end))
    return begin + (end - used_end) / speed, ((begin, begin + end), (begin + end / speed, begin))


class _Resources:
    """The formats and assets, each once."""

    def __init__(self, element: ET.Element, locations: Locations) -> None:
        self._element, self._locations = element, locations
        self._formats: dict[tuple[Fraction, int, int], str] = {}
        self._assets: dict[ClipMedia, str] = {}

    def format_of(self, rate: Fraction | None, width: int, height: int) -> str:
        """The id of a format; a rate of None is that of a picture."""
        key = (rate or Fraction(0), width, height)
        if key not in self._formats:
            self._formats[key] = f"f{len(self._formats) + 1}"
            timing = {"frameDuration": _seconds(1 / rate)} if rate else {"name": "FFVideoFormatRateUndefined"}
            size = {"width": str(width), "height": str(height)}
            add_element(self._element, "format", id=self._formats[key], **timing, **size)
        return self._formats[key]

    def asset_of(self, clip: DeliveryClip) -> str:
        """The id of the media of ``clip``."""
        key = clip_media(clip)
        if key not in self._assets:
            self._assets[key] = f"a{len(self._assets) + 1}"
            picture = _is_picture(clip)
            format_id = self.format_of(None if picture else clip.rate, clip.width, clip.height)
            path = movie_path(clip, self._locations.portable(clip))
            asset = add_element(
                self._element,
                "asset",
                id=self._assets[key],
                name=split_path(path)[1].rpartition(".")[0],
                start=_seconds(Fraction(0) if picture else media_start(clip) / clip.rate),
                duration=_seconds(Fraction(0) if picture else Fraction(media_length(clip)) / clip.rate),
                hasVideo="1",
                format=format_id,
            )
            add_element(asset, "media-rep", kind="original-media", src=file_url(path, host=""))
        return self._assets[key]


def movie_path(clip: DeliveryClip, path: str) -> str:
    """``path`` of ``clip``, or of the movie that Final Cut needs instead.

    A plate's has the numbers of its files, as the parts of a sequence with a hole need a movie each.
    """
    if not needs_movie(clip):
        return path
    name = split_path(path)[1]
    stem = name.rpartition(".")[0]
    if clip.pattern:
        files = FramePath.parse(clip.pattern)
        stem = files.prefix.rstrip("._- ")
        if clip.version is None:
            stem += f"_{clip.start_index:0{files.padding}d}-{clip.end_index:0{files.padding}d}"
    return path[: len(path) - len(name)] + f"{stem}.mov"


def _is_picture(clip: DeliveryClip) -> bool:
    return has_one_frame(clip) and _suffix(clip) in _STILL_SUFFIXES


def _suffix(clip: DeliveryClip) -> str:
    return clip.path.rpartition(".")[2].lower()


def _seconds(time: Fraction) -> str:
    """``time`` in seconds, exact."""
    return f"{time.numerator}s" if time.denominator == 1 else f"{time.numerator}/{time.denominator}s"
