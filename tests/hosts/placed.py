"""Which picture every host shows on every frame of the timeline: one adapter per host, one table for all of them.

The adapters read what a host ends with, each by that host's own rules of time, and share no code with what placed it.
What a picture is called is the one thing they take from the delivery: its file number, or its index in a movie.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest

from tests._coverage import unmeasured
from tests.hosts.after_effects import Studio
from tests.hosts.delivered import Deliveries, Document
from tests.hosts.entries import PROBES, footage_of, load
from tests.hosts.resolve import VERSIONS, Behaviour, FakeResolve
from tests.hosts.resolve.timeline import Timeline
from toolkit.delivery import write_aep
from toolkit.documents import Delivery
from toolkit.install import install_scripts

Shown = dict[tuple[str, str], list[tuple[int, int]]]
"""(pass, shot) to (record frame, picture) for every frame with one, in order; the pass of a plate is PLATE."""

_SLACK = 1e-4
"""Of a picture: rates are floats in every host. NTSC media in a cut of a whole rate come within 1/1001 of an edge."""


class Delivered:
    """A delivery on disk and its clips, found by their media and by when they show it."""

    def __init__(self, delivery: Path) -> None:
        self.document = document = json.loads(delivery.read_text(encoding="utf-8"))
        root = delivery.parent
        self.path = delivery
        self.name: str = document["name"]
        self.fps: float = document["fps"]
        self.record_count: int = document["record_count"]
        self._clips: dict[str, list[tuple[str, Document]]] = {}
        for track in document["tracks"]:
            for clip in track["clips"]:
                uses = self._clips.setdefault(str(root / clip["path"]), [])
                assert not any(_overlap(clip, other) for _, other in uses), "two uses of one file at a time"
                uses.append((track["pass_name"] or "PLATE", clip))
        self._patterns = {
            str(Path(first).parent / uses[0][1]["pattern"]): first
            for first, uses in self._clips.items()
            if uses[0][1]["pattern"]
        }

    def of(self, first_file: str, record_frame: int) -> tuple[tuple[str, str], Document]:
        """(pass, shot) and clip of the media that begin with ``first_file``, as used at ``record_frame``."""
        uses = self._clips[first_file]
        pass_name, clip = next((use for use in uses if _is_at(use[1], record_frame)), uses[0])
        return (pass_name, clip["shot"]), clip

    def of_pattern(self, pattern: str, record_frame: int) -> tuple[tuple[str, str], Document]:
        """The same of numbered files, ``folder/name.%04d.exr``, or of a movie."""
        return self.of(self._patterns.get(pattern, pattern), record_frame)

    def clips(self) -> Iterator[tuple[tuple[str, str], Document]]:
        """All of them."""
        return (((name, clip["shot"]), clip) for uses in self._clips.values() for name, clip in uses)


def _is_at(clip: Document, record_frame: int) -> bool:
    return record_frame in range(clip["record_first"], clip["record_first"] + clip["record_count"])


def _overlap(one: Document, other: Document) -> bool:
    return _is_at(one, other["record_first"]) or _is_at(other, one["record_first"])


def asked(delivered: Delivered) -> Shown:
    """What ``delivery.json`` asks for: a reversed clip shows its lowest picture last."""
    shown: Shown = {}
    for key, clip in delivered.clips():
        pace = abs(clip["speed"]) * clip["fps"] / delivered.fps
        start = Fraction(clip["in_position"])
        forward = [floor(start + pace * i + _SLACK) for i in range(clip["record_count"])]
        order = forward if clip["speed"] >= 0 else forward[::-1]
        shown[key] = [(clip["record_first"] + i, clip["start_index"] + n) for i, n in enumerate(order)]
    return shown


# --- return.otio, by OpenTimelineIO's own transforms ----------------------------------------------------------------


def in_return_otio(delivered: Delivered) -> Shown:
    """What a reader of ``return.otio`` shows that does its arithmetic with ``opentimelineio.opentime``."""
    import opentimelineio as otio

    timeline = otio.adapters.read_from_file(str(delivered.path.parent / "return.otio"))
    shown: Shown = {}
    for track in timeline.video_tracks():
        for clip in track.find_clips():
            where = clip.trimmed_range_in_parent()
            count = round(where.duration.value_rescaled_to(delivered.fps))
            first = round(where.start_time.value_rescaled_to(delivered.fps))
            key, _ = delivered.of_pattern(str(delivered.path.parent / _target(clip.media_reference)), first)
            shown[key] = [(first + i, _picture(clip, i, count, delivered.fps)) for i in range(count)]
    return shown


def _target(reference: Any) -> str:
    if hasattr(reference, "name_prefix"):
        number = f"%0{reference.frame_zero_padding}d"
        return f"{reference.target_url_base}{reference.name_prefix}{number}{reference.name_suffix}"
    return str(Path(reference.target_url))


def _picture(clip: Any, index: int, count: int, record_fps: float) -> int:
    """The picture of ``clip`` on its ``index``-th frame: a warp scales what has passed since the clip's own start."""
    from opentimelineio.opentime import RationalTime, TimeTransform

    (speed,) = [effect.time_scalar for effect in clip.effects] or [1.0]
    passed = RationalTime(index if speed >= 0 else count - 1 - index, record_fps)
    media = clip.media_reference.available_range
    into = TimeTransform(scale=abs(speed)).applied_to(passed) + clip.trimmed_range().start_time - media.start_time
    first: int = getattr(clip.media_reference, "start_frame", 0)
    passed_frames: float = into.value_rescaled_to(media.start_time.rate)
    return first + floor(passed_frames + _SLACK)


# --- DaVinci Resolve -------------------------------------------------------------------------------------------------


def in_resolve(delivered: Delivered, folder: Path) -> Shown:
    """What the timeline of Import Passes shows, on 21.1 that sets speeds; ``folder`` is for the entry's bundle."""
    shown, left_out = in_resolve_as_far_as_it_goes(delivered, folder)
    assert left_out == []
    return shown


def in_resolve_as_far_as_it_goes(
    delivered: Delivered, folder: Path, version: str = VERSIONS["21.1"]
) -> tuple[Shown, list[str]]:
    """The same, and what the report asks the editor to do."""
    entry = load("Toolkit Import Passes.py", folder)
    fake = start_resolve(delivered, version)
    entry.__dict__.update(fake.script_globals())
    report = entry.main([str(delivered.path)])
    assert report["problems"] == fake.misuse == []
    return on_timeline(fake.timeline(report["timeline"]), delivered), report["by_hand"]


def start_resolve(delivered: Delivered, version: str = VERSIONS["21.1"]) -> FakeResolve:
    """A project at the rate of a delivery."""
    behaviour = Behaviour(version=version, project_rate=f"{delivered.fps:.5g}")
    return FakeResolve(behaviour, footage_of(delivered.document), probes=PROBES)


def on_timeline(timeline: Timeline, delivered: Delivered) -> Shown:
    """What a timeline shows, clip by clip."""
    shown: Shown = {}
    for item in (item for track in timeline.tracks["video"] for item in track.items):
        assert item.media is not None
        first = item.start - timeline.start
        pattern = re.sub(r"\[(\d+)-\d+\]", lambda span: f"%0{len(span[1])}d", item.media.path)
        key, clip = delivered.of_pattern(pattern, first)
        pace = abs(item.speed) / 100 * item.media.rate / timeline.rate if item.media.frames > 1 else 0
        forward = [floor(item.left + pace * i + _SLACK) for i in range(item.duration)]
        order = forward if item.speed >= 0 else forward[::-1]
        shown[key] = [(first + i, clip["start_index"] + picture) for i, picture in enumerate(order)]
    return shown


# --- After Effects, the script's and the ready-made project -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class AeLayer:
    """A layer with a picture; times in seconds of its comp."""

    source: str | AeComp
    """First file, or the comp it shows."""
    in_point: float
    out_point: float
    start_time: float
    stretch: float
    """Per cent."""
    remap: Sequence[tuple[float, float]]
    """Keys of a remapped time: seconds of the comp and of the source; empty without."""

    def source_time(self, time: float) -> float | None:
        """The source's time at ``time`` of the comp; None where the layer is not there."""
        if not self.in_point - 1e-6 <= time < self.out_point - 1e-6:
            return None
        if not self.remap:
            return (time - self.start_time) * 100 / self.stretch
        (before, low), (after, high) = self.remap[0], self.remap[-1]
        assert len(self.remap) <= 2, "more keys than a constant speed needs"
        if time <= before or before == after:
            return low
        return high if time >= after else low + (time - before) / (after - before) * (high - low)


@dataclass(frozen=True, slots=True, kw_only=True)
class AeComp:
    """A comp."""

    frame_rate: float
    """Of its frames: After Effects keeps a rate to the thousandth."""
    layers: Sequence[AeLayer]

    def files_at(self, time: float) -> Iterator[tuple[str, float]]:
        """First file and media time of everything seen at ``time``, comps within comps opened."""
        for layer in self.layers:
            inside = layer.source_time(time)
            if inside is None:
                continue
            if isinstance(layer.source, str):
                yield layer.source, inside
            else:
                yield from layer.source.files_at(inside)


def in_after_effects(delivered: Delivered, folder: Path) -> Shown:
    """What the comp of Import Passes shows; ``folder`` is for the scripts."""
    install_scripts("ae", folder)
    dump = Studio(scripts=folder, folder=folder, deliver=Deliveries(folder)).run(delivered.path)
    assert dump["report"]["problems"] == [], dump["report"]["problems"]
    return in_dump(dump, delivered)


def in_dump(dump: Document, delivered: Delivered) -> Shown:
    """What the comp of a delivery shows in what the fake After Effects tells of its project."""
    return _shown(_dumped_comp(dump, delivered.name), delivered)


def in_project(delivered: Delivered) -> Shown:
    """What the comp of the ready-made project shows, as py-aep reads it back."""
    py_aep = pytest.importorskip("py_aep", reason="the extra aep is not installed")
    path, notes = write_aep(Delivery.read(delivered.path), delivered.path.parent)
    assert notes == ()
    with unmeasured():
        return _shown(_project_comp(py_aep.parse(path).project, delivered.name), delivered)


def _shown(master: AeComp, delivered: Delivered) -> Shown:
    """Frame by frame; a plate seen twice, in the cut and in its shot, is the same picture in both."""
    shown: dict[tuple[str, str], dict[int, int]] = {key: {} for key, _ in delivered.clips()}
    for record_frame in range(-2, delivered.record_count + 2):
        for first_file, media_time in master.files_at(record_frame / master.frame_rate):
            key, clip = delivered.of(first_file, record_frame)
            is_still = clip["start_index"] == clip["end_index"]
            picture = clip["start_index"] + (0 if is_still else floor(media_time * clip["fps"] + _SLACK))
            assert shown[key].setdefault(record_frame, picture) == picture, (key, record_frame)
    return {key: sorted(pictures.items()) for key, pictures in shown.items()}


def _dumped_comp(dump: Document, name: str) -> AeComp:
    """The comp ``name`` in what the fake After Effects tells of its project."""
    comps = {item["name"]: item for item in dump["items"] if item["kind"] == "CompItem"}
    found = comps[name]
    return AeComp(
        frame_rate=found["frameRate"],
        layers=[
            AeLayer(
                source=layer["file"] or _dumped_comp(dump, layer["source"]),
                in_point=layer["inPoint"],
                out_point=layer["outPoint"],
                start_time=layer["startTime"],
                stretch=layer["stretch"],
                remap=[(key["time"], key["value"]) for key in layer["remap"] or ()],
            )
            for layer in found["layers"]
            if layer["enabled"] and (layer["file"] or layer["source"] in comps)
        ],
    )


def _project_comp(project: Any, name: str) -> AeComp:
    """The comp ``name`` of an .aep, as py-aep reads it."""
    (found,) = (item for item in project.compositions if item.name == name)
    return AeComp(
        frame_rate=round(found.frame_rate, 3),
        layers=[
            AeLayer(
                source=layer.source.file
                if hasattr(layer.source, "file")
                else _project_comp(project, layer.source.name),
                in_point=layer.in_point,
                out_point=layer.out_point,
                start_time=layer.start_time,
                stretch=layer.stretch,
                remap=[(key.time, key.value) for key in layer.property("ADBE Time Remapping").keyframes]
                if layer.time_remap_enabled
                else [],
            )
            for layer in found.layers
            if not layer.null_layer and layer.enabled
        ],
    )
