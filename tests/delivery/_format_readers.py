"""Readers of the formats that a delivery is written in. They share no code with the toolkit, nor with each other.

Each gives, for every track from the bottom up, what each timeline frame shows: a file and, of a movie, the frame in it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import opentimelineio as otio
import pycmx

Picture = tuple[str, int]
"""A file, and the frame in it: 0 in a numbered file."""
Shown = dict[int, Picture]
Json = dict[str, Any]

EPSILON = Fraction(1, 10**6)
STILLS = (".png", ".exr", ".tif", ".jpg", ".dpx")


def from_delivery(path: Path) -> list[Shown]:
    """What ``delivery.json`` says."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return [_delivery_track(track, Fraction(document["rate"]), path.parent) for track in document["tracks"]]


def _delivery_track(track: Json, rate: Fraction, root: Path) -> Shown:
    shown: Shown = {}
    for clip in track["clips"]:
        first = clip["path"] if clip["version"] is None else str(root.absolute() / clip["path"])
        step = abs(Fraction(clip["speed"]).limit_denominator(10**6)) * Fraction(clip["rate"]) / rate
        count = clip["record_count"]
        is_held = clip["speed"] == 0 or clip["start_index"] == clip["end_index"]
        for i in range(count):
            n = i if clip["speed"] >= 0 else count - 1 - i
            frame = clip["in_frame"] if is_held else floor(Fraction(clip["in_position"]) + step * n + EPSILON)
            shown[clip["record_first"] + i] = _picture(first, clip["pattern"], clip["start_index"], frame)
    return shown


def _picture(first: str, pattern: str, start: int, frame: int) -> Picture:
    if not pattern:
        return first, frame
    place = max(re.finditer(r"%0(\d+)d", pattern), key=lambda match: match.start())
    folder = first[: len(first) - len(re.split(r"[/\\]", first)[-1])]
    return f"{folder}{pattern[: place.start()]}{start + frame:0{place[1]}d}{pattern[place.end() :]}", 0


def _numbered(first: str, frame: int) -> Picture:
    """The picture ``frame`` after the file ``first`` of a sequence."""
    match = re.search(r"(\d+)(\.[A-Za-z]+)$", first)
    assert match is not None
    return f"{first[: match.start()]}{int(match[1]) + frame:0{len(match[1])}d}{match[2]}", 0


def _in_span(path: str, frame: int) -> Picture:
    """The picture ``frame`` of ``plate.[1001-1064].exr``, or of a single file."""
    match = re.search(r"\[(\d+)-\d+\](?=\.[A-Za-z]+$)", path)
    if match is None:
        return path, frame
    return f"{path[: match.start()]}{int(match[1]) + frame:0{len(match[1])}d}{path[match.end() :]}", 0


def as_movies(tracks: Iterable[Shown], movies: Mapping[str, Picture]) -> list[Shown]:
    """``tracks`` with the frame of a movie instead of each numbered file."""
    return [{frame: movies.get(picture[0], picture) for frame, picture in track.items()} for track in tracks]


# --- OpenTimelineIO --------------------------------------------------------------------------------------------


def from_otio(path: Path) -> list[Shown]:
    timeline = otio.adapters.read_from_file(str(path))
    rate = _exact(timeline.global_start_time.rate)
    return [_otio_track(track, rate, path.parent) for track in timeline.video_tracks()]


def _otio_track(track: Any, rate: Fraction, folder: Path) -> Shown:
    shown: Shown = {}
    position = 0
    for child in track:
        count = round(_seconds(child.source_range.duration) * rate)
        if isinstance(child, otio.schema.Clip):
            shown |= {position + i: picture for i, picture in enumerate(_otio_clip(child, count, rate, folder))}
        position += count
    return shown


def _otio_clip(clip: Any, count: int, rate: Fraction, folder: Path) -> list[Picture]:
    media = clip.media_reference
    available = media.available_range
    media_rate = _exact(available.start_time.rate)
    start = (_seconds(clip.source_range.start_time) - _seconds(available.start_time)) * media_rate
    speeds = [Fraction(one.time_scalar).limit_denominator(10**6) for one in clip.effects if hasattr(one, "time_scalar")]
    speed = speeds[0] if speeds else Fraction(1)
    single = available.duration.value == 1
    frames = [0 if single else floor(start + abs(speed) * n * media_rate / rate + EPSILON) for n in range(count)]
    return [_otio_picture(media, frame, folder) for frame in (frames if speed >= 0 else reversed(frames))]


def _otio_picture(media: Any, frame: int, folder: Path) -> Picture:
    if isinstance(media, otio.schema.ExternalReference):
        return str(folder / media.target_url), frame
    number = f"{media.start_frame + frame:0{media.frame_zero_padding}d}"
    return str(folder / media.target_url_base / f"{media.name_prefix}{number}{media.name_suffix}"), 0


def _seconds(time: Any) -> Fraction:
    return Fraction(time.value).limit_denominator(10**6) / _exact(time.rate)


def _exact(rate: float) -> Fraction:
    ntsc = Fraction(round(rate) * 1000, 1001)
    return ntsc if abs(ntsc - Fraction(rate)) < Fraction(1, 1000) else Fraction(rate).limit_denominator(1000)


# --- Final Cut Pro 7 XML ---------------------------------------------------------------------------------------


def from_xmeml(path: Path) -> list[Shown]:
    sequence = ET.parse(path).getroot().find("sequence")
    assert sequence is not None
    rate = _xmeml_rate(sequence)
    files = {file.get("id"): file for file in sequence.iter("file") if len(file)}
    return [
        {frame: picture for item in track.findall("clipitem") for frame, picture in _xmeml_item(item, files, rate)}
        for track in sequence.findall("media/video/track")
    ]


def _xmeml_item(item: ET.Element, files: Mapping[str | None, ET.Element], rate: Fraction) -> list[tuple[int, Picture]]:
    start, end, first, last = (int(item.findtext(tag, "")) for tag in ("start", "end", "in", "out"))
    assert end - start == last - first > 0
    assert int(item.findtext("duration", "")) >= last
    assert _xmeml_rate(item) == rate
    reference = item.find("file")
    assert reference is not None
    file = files[reference.get("id")]
    media_rate, count = _xmeml_rate(file), int(file.findtext("duration", ""))
    keys = [(Fraction(key.findtext("when", "")), Fraction(key.findtext("value", ""))) for key in item.iter("keyframe")]
    url = file.findtext("pathurl", "")
    assert url.startswith("file://localhost/")
    media = unquote(url.removeprefix("file://localhost"))
    pictures = []
    for i in range(end - start):
        at = _interpolate(keys, Fraction(first + i)) if keys else Fraction(first + i)
        frame = floor(at * media_rate / rate + EPSILON) if count > 1 else 0
        if keys and keys[0][1] > keys[-1][1]:  # backwards: what ends there
            frame = ceil(at * media_rate / rate - EPSILON) - 1
        is_sequence = media.lower().endswith(STILLS)
        pictures.append((start + i, _numbered(media, frame) if is_sequence and count > 1 else (media, frame)))
    return pictures


def _interpolate(keys: list[tuple[Fraction, Fraction]], at: Fraction) -> Fraction:
    distinct = [key for i, key in enumerate(keys) if i == 0 or key[0] > keys[i - 1][0]]
    for (x0, y0), (x1, y1) in pairwise(distinct):
        if at <= x1 or (x1, y1) == distinct[-1]:
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    raise AssertionError("a graph has two keys or more")


def _xmeml_rate(element: ET.Element) -> Fraction:
    timebase = Fraction(element.findtext("rate/timebase", ""))
    return timebase * 1000 / 1001 if element.findtext("rate/ntsc") == "TRUE" else timebase


# --- EDL -------------------------------------------------------------------------------------------------------


def from_edl(paths: list[Path], rate: Fraction, start: int, media: Mapping[int, tuple[Fraction, str]]) -> Shown:
    """What the lists at ``paths``, one track, show.

    ``media`` has what only the media know, rate and timecode, by the first timeline frame of each event.
    """
    shown: Shown = {}
    label_of_start = _first_label(paths[0])
    assert _frames(label_of_start, rate) == start, "every list begins with the timeline"
    for path in paths:
        with path.open(encoding="utf-8", newline="\r\n") as file:
            events = pycmx.parse_cmx3600(file).events
        speeds = _edl_speeds(path)
        for event in events:
            if not event.edits:  # pycmx has none for black
                assert (path, event.number) == (paths[0], 1)
                continue
            (edit,) = event.edits
            assert edit.channels.video
            assert re.fullmatch(r"[A-Z0-9_]{1,8}", edit.source)
            record = [_frames(label, rate) - start for label in (edit.record_in, edit.record_out)]
            media_rate, media_start = media[record[0]]
            first = _frames(edit.source_in, media_rate) - _frames(media_start, media_rate)
            speed = speeds.get(event.number, Fraction(round(rate))) / round(rate)
            count = record[1] - record[0]
            for i in range(count):
                n = i if speed >= 0 else count - 1 - i
                frame = floor(first + abs(speed) * n * media_rate / rate + EPSILON)
                if edit.source_file.lower().endswith(STILLS) and "[" not in edit.source_file:
                    frame = 0
                shown[record[0] + i] = _in_span(edit.source_file, frame)
    return shown


def _first_label(path: Path) -> str:
    """The record in of the first event."""
    match = re.search(r"^001 .* (\S+) \S+\r?$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert match is not None
    return match[1]


def _edl_speeds(path: Path) -> dict[int, Fraction]:
    """The frames per second of timecode of each event with an M2 line, by its number."""
    speeds: dict[int, Fraction] = {}
    number = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.match(r"\d{3} ", line):
            number = int(line[:3])
        elif line.startswith("M2 "):
            speeds[number] = Fraction(line.split()[2])
    return speeds


def _frames(label: str, rate: Fraction) -> int:
    hours, minutes, seconds, frames = (int(part) for part in re.split("[:;]", label))
    nominal = round(rate)
    total = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if ";" in label:
        total -= (nominal // 15) * (hours * 54 + minutes - minutes // 10)
    return total


# --- Final Cut Pro X -------------------------------------------------------------------------------------------


def from_fcpxml(path: Path) -> list[Shown]:
    root = ET.parse(path).getroot()
    resources: Json = {one.get("id", ""): one for one in root.iterfind("resources/*")}
    sequence = next(root.iter("sequence"))
    spine = sequence.find("spine")
    assert spine is not None
    rate = 1 / _time(resources[sequence.get("format", "")].get("frameDuration"))
    start = _time(sequence.get("tcStart"))
    lanes: dict[int, Shown] = {}
    end = start
    for item in spine:
        assert _time(item.get("offset")) == end, "the storyline has no holes"
        end += _time(item.get("duration"))
        first = (_time(item.get("offset")) - start) * rate
        if item.tag != "gap":
            lanes.setdefault(0, {}).update(_fcpxml_clip(item, first, rate, resources, path.parent))
        for inner in item:
            if inner.tag in ("asset-clip", "video"):
                at = first + (_time(inner.get("offset")) - _time(item.get("start"))) * rate
                lane = int(inner.get("lane", "0"))
                assert lane > 0
                lanes.setdefault(lane, {}).update(_fcpxml_clip(inner, at, rate, resources, path.parent))
    assert end - start == _time(sequence.get("duration"))
    return [lanes[lane] for lane in sorted(lanes)]


def _fcpxml_clip(item: ET.Element, first: Fraction, rate: Fraction, resources: Json, folder: Path) -> Shown:
    asset = resources[item.get("ref", "")]
    form = resources[asset.get("format", "")]
    src = asset.find("media-rep")
    assert src is not None
    url = src.get("src", "")
    media = unquote(url.removeprefix("file://")) if url.startswith("file:") else str(folder / unquote(url))
    count, start = _time(item.get("duration")) * rate, _time(item.get("start"))
    assert first.denominator == count.denominator == 1, "edges are on frames of the sequence"
    if item.tag == "video":
        assert "frameDuration" not in form.attrib
        return {int(first) + i: (media, 0) for i in range(int(count))}
    media_rate = 1 / _time(form.get("frameDuration"))
    points = [(_time(point.get("time")), _time(point.get("value"))) for point in item.iterfind("timeMap/timept")]
    shown: Shown = {}
    for i in range(int(count)):
        at = start + i / rate
        if points and item.find("timeMap") is not None:
            assert points[0][0] <= at < points[-1][0]
            at = min(_interpolate(points, at), _interpolate(points, at + 1 / rate))
        shown[int(first) + i] = (media, floor((at - _time(asset.get("start"))) * media_rate + EPSILON))
    return shown


def _time(text: str | None) -> Fraction:
    assert text is not None and re.fullmatch(r"-?\d+(/\d+)?s", text)
    return Fraction(text.removesuffix("s"))


# --- CSV -------------------------------------------------------------------------------------------------------


def from_csv(path: Path, rate: Fraction) -> dict[str, Shown]:
    """What each track shows, by its name."""
    tracks: dict[str, Shown] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            shown = tracks.setdefault(row["track"], {})
            first, count = int(row["record_first"]), int(row["record_count"])
            speed = Fraction(row["speed_percent"] or 0) / 100
            media_rate = _exact(float(row["source_rate"]))
            for i in range(count):
                n = i if speed >= 0 else count - 1 - i
                number = floor(Fraction(row["source_start"]) + abs(speed) * n * media_rate / rate + EPSILON)
                shown[first + i] = _at_number(row["files"], number, path.parent)
    return tracks


def _at_number(files: str, number: int, folder: Path) -> Picture:
    match = re.search(r"#+(?=\.[A-Za-z]+$)", files)
    if match is None:
        is_numbered = files.lower().endswith(STILLS)
        return str(folder / files), 0 if is_numbered else number
    return str(folder / f"{files[: match.start()]}{number:0{len(match[0])}d}{files[match.end() :]}"), 0
