"""What the layers in ``return.otio`` show, read from its JSON by the plain rules of OpenTimelineIO."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

Json = dict[str, Any]
_NTSC = [Fraction(n * 1000, 1001) for n in (24, 30, 60)]
_NOISE = Fraction(1, 10**5)
"""Frames by which doubles of a day's timecode miss."""


def shown_by(track: Json, window: Json | None, rate: Fraction) -> dict[int, tuple[str, int]]:
    """The file that each timeline frame of a track of layers shows, in a stack trimmed to ``window``."""
    on_track: list[str | None] = []
    position = Fraction(0)
    for child in track["children"]:
        if child["OTIO_SCHEMA"].startswith("Transition"):
            continue
        position += _seconds(child["source_range"]["duration"])
        count = round(position * rate) - len(on_track)
        on_track += _files(child, count, rate) if child["OTIO_SCHEMA"].startswith("Clip") else [None] * count
    for trim in (track.get("source_range"), window):
        if trim is not None:
            first, length = (round(_seconds(trim[key]) * rate) for key in ("start_time", "duration"))
            on_track = on_track[first : first + length]
    return {frame: (path, 0) for frame, path in enumerate(on_track) if path is not None}


def _files(clip: Json, count: int, rate: Fraction) -> list[str]:
    media = clip["media_references"][clip["active_media_reference_key"]]
    used, available = clip["source_range"], media["available_range"]
    media_rate = _rate(available["start_time"]["rate"])
    start = (_seconds(used["start_time"]) - _seconds(available["start_time"])) * media_rate
    speed = Fraction(1)
    for effect in clip["effects"]:
        assert "TimeEffect" not in effect["OTIO_SCHEMA"], "no layer has a varying speed"
        if "time_scalar" in effect:
            speed *= Fraction(effect["time_scalar"]).limit_denominator(10**5)
    files = []
    for i in range(count):
        steps = i if speed >= 0 else count - 1 - i
        number = media["start_frame"] + floor(start + abs(speed) * steps * media_rate / rate + _NOISE)
        name = f"{media['name_prefix']}{number:0{media['frame_zero_padding']}d}{media['name_suffix']}"
        files.append(media["target_url_base"] + name)
    return files


def _seconds(time: Json) -> Fraction:
    return Fraction(time["value"]).limit_denominator(10**6) / _rate(time["rate"])


def _rate(written: float) -> Fraction:
    return min([*map(Fraction, range(1, 121)), *_NTSC], key=lambda rate: abs(rate - Fraction(written)))
