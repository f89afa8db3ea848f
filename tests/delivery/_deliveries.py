"""Layers for any cut, and an independent timeline reader that shares no code with the toolkit."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from itertools import pairwise
from math import floor
from pathlib import Path
from typing import Any

import numpy as np

from tests.engines._requests import look
from toolkit.delivery import write_delivery
from toolkit.documents import (
    Cut,
    Delivery,
    FacePlan,
    FaceState,
    FrameKeys,
    FramePlan,
    PassName,
    PassPlan,
    Shot,
)
from toolkit.passes import plan_stepping
from toolkit.plates import write_exr
from toolkit.settings import Settings

WIDTH, HEIGHT = 32, 16
_USUAL = Settings()


def face(number: int, x: float, *, scale: float = 8.0, roll: float = 0.0, state: str = "FOUND") -> FacePlan:
    return FacePlan(
        face=number,
        state=FaceState(state),
        plate_to_canvas=(1, 0, 0, 0, 1, 0),
        outline=(),
        feather=1.0,
        centre=(x, 5.0),
        scale=scale,
        roll=roll,
        corners=((x - 4, 1.0), (x + 4, 1.0), (x - 4, 9.0), (x + 4, 9.0)),
        seed=1,
        prompt="",
    )


def plan_of(
    shot: Shot,
    pass_name: PassName = PassName.FACE,
    *,
    version: int = 1,
    faces: Sequence[Sequence[FacePlan]] = (),
    step: int = 1,
) -> PassPlan:
    """A plan of ``shot``, on twos if ``step`` is 2; ``faces`` are listed per frame, by default one face in each."""
    first, stepping = shot.source_work_range.first, plan_stepping(shot, step)
    begin = stepping.source_first if stepping else first
    frames = stepping.source_frames(shot.source_work_range) if stepping else shot.source_work_range
    return PassPlan(
        shot=shot.name,
        pass_name=pass_name,
        version=version,
        engine="builtin",
        look=look(),
        settings="0" * 12,
        encoding="plate",
        width=WIDTH,
        height=HEIGHT,
        canvas=(512, 512),
        rate=shot.media.rate,
        stepping=stepping,
        timecode_first=(shot.media.timecode_first or 0) + begin - shot.frame_map.source_first,
        drop_frame=False,
        frames=tuple(
            FramePlan(
                source_frame=source_frame,
                shot_frame=shot.frame_map.shot_frame(source_frame),
                file_number=1001 + index if stepping else None,
                seed=1,
                faces=tuple(faces[source_frame - first]) if faces else (face(0, 16.0),),
            )
            for index, source_frame in enumerate(frames)
        ),
    )


def write_layers(plan: PassPlan, root: Path, *, only_first: bool = False) -> None:
    """Write the files of ``plan``, all alike (links to one) and current: a delivery reads headers, not pixels."""
    paths = [plan.files(root).path(frame.number) for frame in plan.frames]
    alpha = "premultiplied" if plan.pass_name is PassName.FACE else "none"
    channels = 4 if plan.pass_name is PassName.FACE else 3
    attributes: dict[str, Any] = {
        "toolkit/alpha": alpha,
        "toolkit/encoding": "display",
        "toolkit/contentKey": "same",
        "toolkit/pictureKey": "same",
        "toolkit/engine": "builtin/1",
        "toolkit/faces": "[]",
    }
    keys = FrameKeys(plan=plan.digest(), keys=("same",) * len(plan.frames))
    keys.write(plan.files(root).folder / FrameKeys.file_name)
    write_exr(paths[0], np.zeros((HEIGHT, WIDTH, channels), np.float16), attributes)
    for path in () if only_first else paths[1:]:
        path.unlink(missing_ok=True)
        os.link(paths[0], path)


def deliver(
    cut: Cut,
    root: Path,
    plans: Sequence[PassPlan] | None = None,
    *,
    settings: Settings = _USUAL,
    notes: Sequence[str] = (),
    only_first: bool = False,
    faces: bool = True,
    step: int = 1,
) -> Delivery:
    """Deliver ``plans``; by default BODY and FACE of every shot, a face in each frame unless ``faces`` is False.

    With a ``step`` of 2 BODY is on twos.

    The clips of a cut are compared with its file one by one, as after the editor saved it again.
    """
    if plans is None:
        plans = [
            plan_of(
                shot,
                name,
                faces=() if faces else [()] * len(shot.source_work_range),
                step=step if name is PassName.BODY else 1,
            )
            for shot in cut.source_shots()
            for name in PassName
        ]
    for plan in plans:
        varies = any(shot.rendered_name == plan.shot and shot.frame_map.frames is not None for shot in cut.shots)
        write_layers(plan, root, only_first=only_first and not varies)
    saved_again = cut.model_copy(update={"digest": ""})
    return write_delivery(saved_again, plans, root, settings=settings, notes=notes)


deliver_frames = partial(deliver, faces=False)
"""For tests that look at frames only: the keys of faces are most of a delivery's time."""


# --- an independent reader -------------------------------------------------------------------------------------

Json = dict[str, Any]


def video_tracks(path: Path) -> list[Json]:
    """The video tracks, bottom first. Each has a ``label`` too: ``PLATE``, ``PLATE 2``, or the name of a layer."""
    tracks = [track for track in json.loads(path.read_text())["tracks"]["children"] if track.get("kind") == "Video"]
    plates = 0
    for track in tracks:
        is_layer = track["name"].startswith(("BODY v", "FACE v"))
        plates += not is_layer
        track["label"] = track["name"] if is_layer else "PLATE" if plates == 1 else f"PLATE {plates}"
    return tracks


def frames_of(track: Json, record_rate: float) -> list[tuple[str, int] | None]:
    """Per record frame of ``track``: the clip's name and the file number (or movie frame) it shows."""
    shown: dict[int, tuple[str, int]] = {}
    rate, position = _rate(record_rate), Fraction(0)
    trim = track.get("source_range")
    origin = _seconds(trim["start_time"]) if trim else Fraction(0)
    end_of_track = _seconds(trim["duration"]) if trim else None
    for child in track["children"]:
        if child["OTIO_SCHEMA"].startswith("Transition"):
            continue
        duration = (
            child["source_range"]["duration"] if child["source_range"] else _media(child)["available_range"]["duration"]
        )
        first, end = round((position - origin) * rate), round((position - origin + _seconds(duration)) * rate)
        if child["OTIO_SCHEMA"].startswith("Clip") and _media(child)["available_range"]:
            shown |= {first + i: (child["name"], n) for i, n in enumerate(_numbers(child, end - first, rate))}
        position += _seconds(duration)
    length = round((end_of_track if end_of_track is not None else position) * rate)
    return [shown.get(frame) for frame in range(length)]


def _media(child: Json) -> Json:
    if "media_reference" in child:  # Clip.1, as older files have it
        return dict(child["media_reference"] or {"available_range": None})
    media: Json = child["media_references"][child["active_media_reference_key"]]
    return media


def _numbers(child: Json, count: int, record_rate: Fraction) -> list[int]:
    media = _media(child)
    available = media["available_range"]
    used = child["source_range"] or available
    rate = _rate(available["start_time"]["rate"])
    ramps = [e["metadata"]["Resolve_OTIO"]["Key Frames"] for e in child["effects"] if "TimeEffect" in e["OTIO_SCHEMA"]]
    for ramp in ramps:
        return [media.get("start_frame", 0) + floor(_follow(ramp, i / record_rate) * rate) for i in range(count)]
    scalars = [e["time_scalar"] for e in child["effects"] if "time_scalar" in e and e.get("enabled", True)]
    speed = Fraction(scalars[0]).limit_denominator(10_000) if scalars else Fraction(1)
    first = media.get("start_frame", 0)
    if round(available["duration"]["value"]) == 1 and not scalars:
        return [first] * count
    offset = (_seconds(used["start_time"]) - _seconds(available["start_time"])) * rate
    offset = Fraction(round(offset)) if abs(offset - round(offset)) < Fraction(1, 20) else offset
    forward = [floor(offset + abs(speed) * i * rate / record_rate + Fraction(1, 10**6)) for i in range(count)]
    return [first + n for n in (forward if speed >= 0 else reversed(forward))]


def _follow(keys: list[list[float]], moment: Fraction) -> Fraction:
    """Seconds of the media at ``moment`` of a clip that starts with its media, on a curve without easing."""
    times = [tuple(Fraction(number).limit_denominator(10**6) for number in key[:2]) for key in keys]
    (a, b), (c, d) = next(pair for pair in pairwise(times) if moment <= pair[1][0])
    return b + (d - b) * (moment - a) / (c - a)


def _seconds(time: Json) -> Fraction:
    return Fraction(time["value"]).limit_denominator(10**6) / _rate(time["rate"])


def _rate(written: float) -> Fraction:
    whole = [Fraction(n) for n in range(1, 121)]
    ntsc = [Fraction(n * 1000, 1001) for n in (24, 30, 60)]
    return min([*whole, *ntsc], key=lambda rate: abs(rate - Fraction(written)))
