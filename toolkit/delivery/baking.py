"""Baked layers: the frames of a layer in the order in which the timeline shows them, as files of their own.

No host can be told a varying speed, so a layer of such a clip is delivered with the retime in it: one file for each
timeline frame, to be played at 100 %. Nothing is rendered for it; each file is a copy of the layer's own frame.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from toolkit.delivery.plate_stacks import LayerClip, LayerTrack, PlateStack
from toolkit.documents import Cut, FramePlan, Shot, digest, write_atomically
from toolkit.frames import SHOT_FIRST, FrameMap
from toolkit.passes import copy_layer, is_current, read_content_key

_DIGITS = 8
"""Of a retime's digest, in the name of a folder."""


Bake = Literal["varying", "retimed"]
"""Which layers are baked: see the setting ``delivery.bake``."""


def is_baked(shot: Shot, bake: Bake, step: int = 1) -> bool:
    """Whether a layer of ``shot``, of which every ``step``-th frame is rendered, comes with its retime in it."""
    frame_map = shot.frame_map
    if frame_map.frames is not None:
        return True
    is_retimed = frame_map.speed != 1 or frame_map.source_rate != frame_map.record_rate
    return bake == "retimed" and (is_retimed or step > 1)


def bake_stack(stack: PlateStack, cut: Cut, root: Path, bake: Bake) -> PlateStack:
    """``stack`` with baked layers, as ``bake`` says, their files written under ``root``.

    Raises what ``write_baked`` raises.
    """

    def bake_track(track: LayerTrack) -> LayerTrack:
        baked = [
            bake_layer(layer, cut) if is_baked(layer.shot, bake, layer.plan.step) else layer for layer in track.layers
        ]
        for layer, other in zip(track.layers, baked, strict=True):
            if other is not layer:
                write_baked(layer, other, root)
        return replace(track, layers=tuple(baked))

    return replace(stack, layer_tracks=tuple(map(bake_track, stack.layer_tracks)))


def bake_layer(layer: LayerClip, cut: Cut) -> LayerClip:
    """``layer`` as a clip at 100 % speed and on ones; writes nothing.

    Its files carry the timecode of the timeline.
    """
    shot = layer.shot
    sources = [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]
    frames = tuple(
        layer.plan.frame_at(source).model_copy(update={"shot_frame": SHOT_FIRST + index, "file_number": None})
        for index, source in enumerate(sources)
    )
    baked = layer.plan.model_copy(
        update={
            "rate": cut.record_rate,
            "stepping": None,
            "timecode_first": cut.record_start + shot.record_range.first,
            "drop_frame": cut.drop_frame,
            "frames": frames,
        }
    )
    retime = digest(sources, cut.record_rate, baked.timecode_first, baked.drop_frame)[:_DIGITS]
    return replace(layer, shot=_bake_shot(shot, cut.record_rate), plan=baked, retime=retime)


def write_baked(layer: LayerClip, baked: LayerClip, root: Path) -> None:
    """Write those files of ``baked``, made from ``layer``, that are missing or out of date under ``root``.

    Raises MediaError for a file of ``layer`` that cannot be read, and OutputNotWritable.
    """
    sources, files = layer.files(root), baked.files(root)
    numbers = {frame.source_frame: frame.number for frame in layer.plan.frames}

    def write(frame: FramePlan) -> None:
        source, path = sources.path(numbers[frame.source_frame]), files.path(frame.shot_frame)
        key = digest(read_content_key(source), baked.retime, frame.shot_frame)
        if not is_current(path, key):
            with write_atomically(path) as temporary:
                copy_layer(source, temporary, baked.plan, frame, key)

    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="bake") as pool:
        list(pool.map(write, baked.plan.frames))


def _bake_shot(shot: Shot, record_rate: Fraction) -> Shot:
    """``shot`` as if its media were the timeline itself, at 100 % speed and without handles."""
    record = shot.record_range
    frame_map = FrameMap(
        source_first=record.first,
        source_offset=Fraction(0),
        source_rate=record_rate,
        record_first=record.first,
        record_count=len(record),
        record_rate=record_rate,
        speed=Fraction(1),
        source_work_first=record.first,
    )
    ranges = {"source_range": record, "source_work_range": record, "source_shot": None}
    return shot.model_copy(update={**ranges, "frame_map": frame_map})
