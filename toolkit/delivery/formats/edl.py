"""``return_BODY_v001.edl``: a CMX 3600 list of each track.

Record timecode counts at the timeline's rate, source timecode at that of the media, drop frame with a semicolon. The
source in of a retimed event is its lowest frame, also when it is reversed; the speed in its ``M2`` line is in frames
per second of timecode (048.0 is 200 % at 24 and at 23.976 fps).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
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
from toolkit.documents import Delivery, DeliveryClip, write_atomically
from toolkit.editorial.times import exact_number, round_half_up
from toolkit.frames import timecode_from_frames

EDL_MARK = "* WRITTEN BY RESOLVE-AE-TOOLKIT"
"""A line of each list, by which an earlier one is known."""

_MAX_EVENTS = 999
_REEL_LENGTH = 8
_RESERVED = ("AX", "BL", "BLACK", "NONE")
"""Reels with a meaning of their own: no reel, and black."""


def write_edls(delivery: Delivery, folder: Path, locations: Locations) -> None:
    """Write a list of each track of ``delivery``, or several if it has more than 999 events.

    Raises OutputNotWritable.
    """
    reels = _Reels()
    for track in delivery.tracks:
        stem = "return_" + re.sub(r"[^A-Za-z0-9]+", "_", track.name).strip("_")
        for part, first in enumerate(range(0, len(track.clips), _MAX_EVENTS), start=1):
            clips = track.clips[first : first + _MAX_EVENTS]
            path = folder / (f"{stem}.edl" if part == 1 else f"{stem}_part{part}.edl")
            title = one_line(f"{delivery.name} {track.name}" + (f" part {part}" if part > 1 else ""))
            lines = _list_lines(delivery, title, clips, locations, reels)
            with write_atomically(path) as temporary:
                temporary.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8", newline="")


def count_wrong(clip: DeliveryClip, rate: Fraction) -> int:
    """Timeline frames of ``clip`` that show another picture than in ``delivery.json``."""
    step = abs(_written_speed(clip, rate)) * clip.rate / rate
    return count_differing_frames(clip, Fraction(clip.in_frame), step, rate)


def _list_lines(
    delivery: Delivery, title: str, clips: tuple[DeliveryClip, ...], locations: Locations, reels: _Reels
) -> Iterator[str]:
    yield f"TITLE: {title}"
    yield "FCM: DROP FRAME" if delivery.drop_frame else "FCM: NON-DROP FRAME"
    yield EDL_MARK
    for number, clip in enumerate(clips, start=1):
        reel = reels.name(clip)
        source_in = media_start(clip) + clip.in_frame
        source_out = source_in + _source_length(clip, delivery.rate)
        source = [_timecode(frame, clip.rate, drop_frame=";" in clip.timecode) for frame in (source_in, source_out)]
        first = delivery.start_frame + clip.record_first
        frames = (first, first + clip.record_count)
        record = [_timecode(frame, delivery.rate, drop_frame=delivery.drop_frame) for frame in frames]
        yield f"{number:03d}  {reel:<8} V     C        {' '.join((*source, *record))}"
        if clip.speed == 0 or (clip.speed != 1 and not has_one_frame(clip)):
            fps = float(_written_speed(clip, delivery.rate) * _labels(delivery.rate))
            yield f"M2   {reel:<8}       {fps:0{6 if fps < 0 else 5}.1f}                {source[0]}"
        yield f"* FROM CLIP NAME: {one_line(clip.name)}"
        yield f"* SOURCE FILE: {one_line(span_path(clip, locations.portable(clip)))}"


def _written_speed(clip: DeliveryClip, rate: Fraction) -> Fraction:
    """The speed of ``clip`` with the one decimal place that ``M2`` has for its frames per second."""
    return Fraction(round_half_up(exact_number(clip.speed) * _labels(rate) * 10), 10 * _labels(rate))


def _source_length(clip: DeliveryClip, rate: Fraction) -> int:
    if clip.speed == 0:
        return 1
    if has_one_frame(clip):
        return clip.record_count
    used = ceil(source_step(clip, rate) * clip.record_count)
    return max(1, min(used, media_length(clip) - clip.in_frame))


def _timecode(frame: int, rate: Fraction, *, drop_frame: bool) -> str:
    return str(timecode_from_frames(frame, rate, drop_frame=drop_frame))


def _labels(rate: Fraction) -> int:
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
