"""Cuts and media for the tests, as plain JSON and tiny images. Shares no code with the toolkit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

Json = dict[str, Any]

WIDTH, HEIGHT = 32, 16


def time(value: float, rate: float = 24) -> Json:
    return {"OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": rate}


def time_range(start: float, count: float, rate: float = 24) -> Json:
    return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(start, rate), "duration": time(count, rate)}


def movie_reference(url: str, available: Json | None) -> Json:
    return {"OTIO_SCHEMA": "ExternalReference.1", "target_url": url, "available_range": available, "metadata": {}}


def sequence_reference(
    folder: str, start_frame: int, available: Json | None, *, rate: float = 24, step: int = 1, suffix: str = ".png"
) -> Json:
    return {
        "OTIO_SCHEMA": "ImageSequenceReference.1",
        "target_url_base": folder,
        "name_prefix": "plate.",
        "name_suffix": suffix,
        "start_frame": start_frame,
        "frame_step": step,
        "rate": rate,
        "frame_zero_padding": 4,
        "missing_frame_policy": "error",
        "available_range": available,
        "metadata": {},
    }


def missing_reference(available: Json | None = None, *, remembered: str | None = None) -> Json:
    metadata = {"Resolve_OTIO": {"Media Url": remembered}} if remembered else {}
    return {"OTIO_SCHEMA": "MissingReference.1", "available_range": available, "metadata": metadata}


def clip(
    reference: Json,
    source_range: Json | None,
    *,
    name: str = "sh010",
    effects: Iterable[Json] = (),
    enabled: bool = True,
) -> Json:
    return {
        "OTIO_SCHEMA": "Clip.2",
        "name": name,
        "source_range": source_range,
        "media_references": {"DEFAULT_MEDIA": reference},
        "active_media_reference_key": "DEFAULT_MEDIA",
        "effects": list(effects),
        "markers": [],
        "enabled": enabled,
        "metadata": {},
    }


def speed(scalar: float, *, enabled: bool = True) -> Json:
    return {
        "OTIO_SCHEMA": "LinearTimeWarp.1",
        "time_scalar": scalar,
        "effect_name": "LinearTimeWarp",
        "enabled": enabled,
        "metadata": {},
    }


def freeze() -> Json:
    return {"OTIO_SCHEMA": "FreezeFrame.1", "time_scalar": 0.0, "effect_name": "FreezeFrame", "metadata": {}}


def gap(count: float, rate: float = 24) -> Json:
    return {"OTIO_SCHEMA": "Gap.1", "source_range": time_range(0, count, rate), "effects": [], "metadata": {}}


def transition(in_frames: float, out_frames: float, rate: float = 24) -> Json:
    return {
        "OTIO_SCHEMA": "Transition.1",
        "name": "Cross Dissolve",
        "transition_type": "SMPTE_Dissolve",
        "in_offset": time(in_frames, rate),
        "out_offset": time(out_frames, rate),
        "metadata": {},
    }


def track(*children: Json, name: str = "Video 1", kind: str = "Video", **facts: Any) -> Json:
    return {"OTIO_SCHEMA": "Track.1", "name": name, "kind": kind, "children": list(children), "metadata": {}, **facts}


def timeline(*tracks: Json, start: Json | None = None, name: str = "", **stack: Any) -> Json:
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "name": name,
        "global_start_time": start,
        "metadata": {},
        "tracks": {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": list(tracks), "metadata": {}, **stack},
    }


def collection(*children: Json) -> Json:
    return {"OTIO_SCHEMA": "SerializableCollection.1", "name": "bin", "metadata": {}, "children": list(children)}


def one_clip(item: Json, *, rate: float = 24) -> Json:
    """A timeline with only ``item`` on V1."""
    return timeline(track(item), start=time(0, rate))


def write(path: Path, document: Json) -> Path:
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


def write_sequence(folder: Path, numbers: Iterable[int], *, prefix: str = "plate.") -> Path:
    """Write PNG files, each filled with its number as grey value; returns the pattern."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        picture = np.full((HEIGHT, WIDTH, 3), number % 256, np.uint8)
        assert cv2.imwrite(str(folder / f"{prefix}{number:04d}.png"), picture)
    return folder / f"{prefix}####.png"


def write_movie(path: Path, count: int, *, rate: Fraction = Fraction(24), timecode: str | None = None) -> Path:
    """Write a lossless QuickTime movie."""
    import av

    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("png", rate=rate)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "rgb24"
        if timecode is not None:
            stream.metadata["timecode"] = timecode
        for index in range(count):
            picture = np.full((HEIGHT, WIDTH, 3), index % 256, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, 1 / rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
