"""``return_BODY_v001.edl``: a CMX 3600 list of each track.

Record timecode counts at the timeline's rate, source timecode at that of the media, drop frame with a semicolon. The
source in of a retimed event is its lowest frame, also when it is reversed; the speed in its ``M2`` line is in frames
per second of timecode (048.0 is 200 % at 24 and at 23.976 fps).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil
from pathlib import Path

from toolkit.delivery.clip_timing import (
    count_differing_frames,
    has_one_frame,
    media_length,
    media_start,
    source_step,
)
from toolkit.delivery.formats.locations import Locations, span_path
from toolkit.delivery.formats.text import one_line
from toolkit.documents import Delivery, DeliveryClip, DeliveryTrack, write_atomically
from toolkit.editorial.times import exact_number, round_half_up
from toolkit.frames import timecode_from_frames

EDL_MARK = "* WRITTEN BY RESOLVE-AE-TOOLKIT"
"""A line of each list, by which an earlier one is known."""

Event = tuple[str, ...]
"""The lines of an event, the first without its number."""

_MAX_EVENTS = 999
_REEL_LENGTH = 8
_RESERVED = ("AX", "BL", "BLACK", "NONE")
"""Reels with a meaning of their own: no reel, and black."""


def write_edls(delivery: Delivery, locations: Locations) -> None:
    """Write a list of each track of ``delivery``, or several if it has more than 999 events.

    Raises OutputNotWritable.
    """
    reels = _Reels()
    for track in delivery.tracks:
        end = "_" + re.sub(r"[^A-Za-z0-9]+", "_", track.name).strip("_")
        clips = [_clip_event(clip, delivery, locations, reels) for clip in track.clips]
        events = [*_black_event(track, delivery), *clips]
        for part, first in enumerate(range(0, len(events), _MAX_EVENTS), start=1):
            title = one_line(f"{delivery.name} {track.name}" + (f" part {part}" if part > 1 else ""))
            lines = [f"TITLE: {title}", f"FCM: {'' if delivery.drop_frame else 'NON-'}DROP FRAME", EDL_MARK]
            for number, event in enumerate(events[first : first + _MAX_EVENTS], start=1):
                lines += [f"{number:03d}  {event[0]}", *event[1:]]
            with write_atomically(
                locations.returned(f"{end}_part{part}.edl" if part > 1 else f"{end}.edl")
            ) as temporary:
                temporary.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8", newline="")


def count_wrong(clip: DeliveryClip, rate: Fraction) -> int:
    """Timeline frames of ``clip`` that show another picture than in ``delivery.json``."""
    step = abs(_written_speed(clip, rate)) * clip.rate / rate
    return count_differing_frames(clip, Fraction(clip.in_frame), step, rate)


def _black_event(track: DeliveryTrack, delivery: Delivery) -> Iterator[Event]:
    """Black until the first clip of ``track``, so that the lists of all tracks begin together."""
    first = min(clip.record_first for clip in track.clips)
    if first:
        yield (_event_line("BL", _labels(delivery, 0, first), _record_labels(delivery, 0, first)),)


def _clip_event(clip: DeliveryClip, delivery: Delivery, locations: Locations, reels: _Reels) -> Event:
    reel = reels.name(clip)
    source_in = media_start(clip) + clip.in_frame
    source_out = source_in + _source_length(clip, delivery.rate)
    drop_frame = ";" in clip.timecode
    source = [str(timecode_from_frames(one, clip.rate, drop_frame=drop_frame)) for one in (source_in, source_out)]
    record = _record_labels(delivery, clip.record_first, clip.record_first + clip.record_count)
    lines = [_event_line(reel, source, record)]
    if clip.speed == 0 or (clip.speed != 1 and not has_one_frame(clip)):
        fps = float(_written_speed(clip, delivery.rate) * _labels_per_second(delivery.rate))
        lines.append(f"M2   {reel:<8}       {fps:0{6 if fps < 0 else 5}.1f}                {source[0]}")
    lines.append(f"* FROM CLIP NAME: {one_line(clip.name)}")
    lines.append(f"* SOURCE FILE: {one_line(span_path(clip, locations.portable(clip)))}")
    return tuple(lines)


def _event_line(reel: str, source: Sequence[str], record: Sequence[str]) -> str:
    """The line of a cut, without its number."""
    return f"{reel:<8} V     C        {' '.join((*source, *record))}"


def _record_labels(delivery: Delivery, first: int, end: int) -> list[str]:
    return _labels(delivery, delivery.start_frame + first, delivery.start_frame + end)


def _labels(delivery: Delivery, first: int, end: int) -> list[str]:
    """The timecode of two frames at the rate of the timeline."""
    return [str(timecode_from_frames(one, delivery.rate, drop_frame=delivery.drop_frame)) for one in (first, end)]


def _written_speed(clip: DeliveryClip, rate: Fraction) -> Fraction:
    """The speed of ``clip`` with the one decimal place that ``M2`` has for its frames per second."""
    labels = _labels_per_second(rate)
    return Fraction(round_half_up(exact_number(clip.speed) * labels * 10), 10 * labels)


def _source_length(clip: DeliveryClip, rate: Fraction) -> int:
    if clip.speed == 0:
        return 1
    if has_one_frame(clip):
        return clip.record_count
    used = ceil(source_step(clip, rate) * clip.record_count)
    return max(1, min(used, media_length(clip) - clip.in_frame))


def _labels_per_second(rate: Fraction) -> int:
    return max(1, round(rate))


class _Reels:
    """Names of up to eight letters and digits, one for each media file."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, int], str] = {}
        self._used = set(_RESERVED)
        self._next: dict[str, int] = {}

    def name(self, clip: DeliveryClip) -> str:
        key = clip.path, clip.start_index
        if key not in self._names:
            self._names[key] = self._unused(clip.name)
            self._used.add(self._names[key])
        return self._names[key]

    def _unused(self, text: str) -> str:
        plain = unicodedata.normalize("NFKD", Path(text).stem.upper()).encode("ascii", "ignore").decode()
        base = re.sub(r"[^A-Z0-9]+", "_", plain).strip("_")[:_REEL_LENGTH].rstrip("_") or "REEL"
        name = base
        while name in self._used:
            number = self._next[base] = self._next.get(base, 1) + 1
            name = f"{base[: _REEL_LENGTH - len(str(number)) - 1].rstrip('_')}_{number}"
        return name
