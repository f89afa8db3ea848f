"""``return.xml``: Final Cut Pro 7's XML (xmeml 5), which Premiere, Resolve and After Effects (Pro Import) read."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

from toolkit.delivery.clip_timing import ClipMedia, clip_media, has_one_frame, media_length, media_start, source_step
from toolkit.delivery.formats.fcp_xml_timing import Placement, place
from toolkit.delivery.formats.locations import Locations, file_url, split_path
from toolkit.delivery.formats.text import add_element, decimal, write_xml
from toolkit.documents import Delivery, DeliveryClip, DeliveryTrack
from toolkit.editorial.times import exact_number, round_half_up

_ALPHA = {"none": "none", "straight": "straight", "premultiplied": "black"}
_GRAPH_FLAGS = ("speedkfstart", "speedkfin", "speedkfout", "speedkfend")
_TICKS = 254_016_000_000
"""Premiere's ticks per second."""
_MAX_SPEED = 10_000
"""Percent."""


def write_fcp_xml(delivery: Delivery, path: Path, locations: Locations) -> None:
    """Write ``delivery`` to ``path``. Raises OutputNotWritable."""
    root = ET.Element("xmeml", version="5")
    sequence = add_element(root, "sequence", id="sequence-1")
    add_element(sequence, "name", delivery.name)
    add_element(sequence, "duration", delivery.record_count)
    _add_rate(sequence, delivery.rate)
    _add_timecode(sequence, delivery.start_timecode, delivery.start_frame, delivery.rate)
    video = add_element(add_element(sequence, "media"), "video")
    samples = add_element(add_element(video, "format"), "samplecharacteristics")
    _add_rate(samples, delivery.rate)
    _add_size(samples, delivery.width, delivery.height)
    writer = _ClipWriter(delivery.rate, locations)
    for track in delivery.tracks:
        writer.add_track(video, track)
    for marker in delivery.markers:
        element = add_element(sequence, "marker")
        add_element(element, "comment", marker.note)
        add_element(element, "name", marker.name)
        add_element(element, "in", marker.record_frame)
        add_element(element, "out", -1)
    write_xml(root, path)


class _ClipWriter:
    """Adds tracks and clips; a file is described where it is used first."""

    def __init__(self, rate: Fraction, locations: Locations) -> None:
        self._rate, self._locations = rate, locations
        self._files: dict[ClipMedia, int] = {}
        self._clips = 0

    def add_track(self, video: ET.Element, track: DeliveryTrack) -> None:
        element = add_element(video, "track", **{"MZ.TrackName": track.name})
        for clip in track.clips:
            self._add_clip(element, clip)
        add_element(element, "enabled", "TRUE")
        add_element(element, "locked", "FALSE")

    def _add_clip(self, track: ET.Element, clip: DeliveryClip) -> None:
        placed = place(clip, self._rate)
        self._clips += 1
        key = clip_media(clip)
        is_new, number = key not in self._files, self._files.setdefault(key, len(self._files) + 1)
        item = add_element(track, "clipitem", id=f"clipitem-{self._clips}")
        add_element(item, "masterclipid", f"masterclip-{number}")
        add_element(item, "name", clip.name)
        add_element(item, "enabled", "TRUE")
        add_element(item, "duration", placed.length)
        _add_rate(item, self._rate)
        add_element(item, "start", clip.record_first)
        add_element(item, "end", clip.record_first + clip.record_count)
        add_element(item, "in", placed.first)
        add_element(item, "out", placed.first + clip.record_count)
        self._add_ticks(item, clip)
        add_element(item, "alphatype", _ALPHA[clip.alpha])
        file = add_element(item, "file", id=f"file-{number}")
        if is_new:
            self._describe_file(file, clip)
        if placed.graph:
            _add_time_remap(item, clip, placed)
        source = add_element(item, "sourcetrack")
        add_element(source, "mediatype", "video")
        add_element(source, "trackindex", 1)

    def _add_ticks(self, item: ET.Element, clip: DeliveryClip) -> None:
        """What Premiere adds to ``in`` and ``out``, which have whole frames only: the exact time in the media."""
        if clip.speed > 0 and not has_one_frame(clip):
            end = clip.in_position + source_step(clip, self._rate) * clip.record_count
            for tag, position in (("pproTicksIn", clip.in_position), ("pproTicksOut", end)):
                add_element(item, tag, round_half_up(position * _TICKS / clip.rate))

    def _describe_file(self, file: ET.Element, clip: DeliveryClip) -> None:
        path = self._locations.absolute(clip)
        add_element(file, "name", split_path(path)[1])
        add_element(file, "pathurl", file_url(path, host="localhost"))
        _add_rate(file, clip.rate)
        add_element(file, "duration", media_length(clip))
        _add_timecode(file, clip.timecode, media_start(clip), clip.rate)
        video = add_element(add_element(file, "media"), "video")
        _add_size(add_element(video, "samplecharacteristics"), clip.width, clip.height)


def _add_rate(parent: ET.Element, rate: Fraction) -> None:
    element = add_element(parent, "rate")
    add_element(element, "timebase", max(1, round(rate)))
    add_element(element, "ntsc", "TRUE" if rate.denominator == 1001 else "FALSE")


def _add_timecode(parent: ET.Element, text: str, frame: int, rate: Fraction) -> None:
    element = add_element(parent, "timecode")
    _add_rate(element, rate)
    add_element(element, "string", text)
    add_element(element, "frame", frame)
    add_element(element, "displayformat", "DF" if ";" in text else "NDF")


def _add_size(parent: ET.Element, width: int, height: int) -> None:
    add_element(parent, "width", width)
    add_element(parent, "height", height)
    add_element(parent, "anamorphic", "FALSE")
    add_element(parent, "pixelaspectratio", "square")
    add_element(parent, "fielddominance", "none")


def _add_time_remap(item: ET.Element, clip: DeliveryClip, placed: Placement) -> None:
    effect = add_element(add_element(item, "filter"), "effect")
    add_element(effect, "name", "Time Remap")
    add_element(effect, "effectid", "timeremap")
    add_element(effect, "effectcategory", "motion")
    add_element(effect, "effecttype", "motion")
    add_element(effect, "mediatype", "video")
    speed = _add_parameter(effect, "speed", decimal(100 * exact_number(clip.speed)))
    add_element(speed, "valuemin", -_MAX_SPEED)
    add_element(speed, "valuemax", _MAX_SPEED)
    _add_parameter(effect, "variablespeed", "0")
    _add_parameter(effect, "reverse", "TRUE" if clip.speed < 0 else "FALSE")
    _add_parameter(effect, "frameblending", "TRUE" if clip.interpolation == "blend" else "FALSE")
    graph = _add_parameter(effect, "graphdict", "0")
    for flag, (frame, value) in zip(_GRAPH_FLAGS, placed.graph, strict=True):
        key = add_element(graph, "keyframe")
        add_element(key, "when", decimal(frame))
        add_element(key, "value", decimal(value))
        add_element(key, "speedvirtualkf", "TRUE")
        add_element(key, flag, "TRUE")
    add_element(add_element(graph, "interpolation"), "name", "FCPCurve")


def _add_parameter(effect: ET.Element, name: str, value: str) -> ET.Element:
    parameter = add_element(effect, "parameter")
    add_element(parameter, "parameterid", name)
    add_element(parameter, "name", name)
    add_element(parameter, "value", value)
    return parameter
