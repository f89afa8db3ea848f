"""Remarks on faces: where FACE has none, or not all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from toolkit.delivery.plate_stacks import LayerClip
from toolkit.delivery.remark import Remark
from toolkit.documents import PassName, Shot, left_out_sentence
from toolkit.errors import list_frames
from toolkit.frames import FrameRange

_APART = 12
"""Frames between two moments in which something is in front of a face, from which on both have a marker."""


def face_remarks(layers: Sequence[LayerClip]) -> Iterator[Remark]:
    """The remarks on the FACE layers among ``layers``, all of one shot."""
    yield from _empty_face_remarks(layers)
    yield from _track_remarks(layers)
    yield from _left_out_remarks(layers)
    yield from _lost_face_remarks(layers)
    yield from _covered_face_remarks(layers)


def _empty_face_remarks(layers: Sequence[LayerClip]) -> Iterator[Remark]:
    for layer in layers:
        if layer.plan.pass_name is PassName.FACE and not any(frame.faces for frame in layer.plan.frames):
            if layer.plan.unchosen:
                sentence = f"{layer.shot.name}: face.only names none of its faces; its FACE layer is fully transparent"
                yield Remark.on(layer.shot, sentence)
                continue
            sentence = f"{layer.shot.name}: no face found; its FACE layer is fully transparent"
            yield Remark.on(layer.shot, sentence, "No face found")


def _track_remarks(layers: Sequence[LayerClip]) -> Iterator[Remark]:
    for layer in layers:
        yield from (Remark.on(layer.shot, note) for note in layer.plan.track_notes)


def _left_out_remarks(layers: Sequence[LayerClip]) -> Iterator[Remark]:
    for layer in layers:
        if layer.plan.left_out:
            yield Remark.on(layer.shot, left_out_sentence(layer.shot.name, layer.plan.left_out))
        if layer.plan.unchosen and any(frame.faces for frame in layer.plan.frames):
            numbers = ", ".join(map(str, layer.plan.unchosen))
            faces = f"face {numbers}" if len(layer.plan.unchosen) == 1 else f"faces {numbers}"
            yield Remark.on(layer.shot, f"{layer.shot.name}: FACE is without {faces}, as face.only says")


def _lost_face_remarks(layers: Sequence[LayerClip]) -> Iterator[Remark]:
    """A marker where a face goes that comes back later in the shot, and one note with all such frames of it."""
    for layer in (one for one in layers if one.plan.pass_name is PassName.FACE):
        shot = layer.shot
        for face, frames in _frames_by_face(layer).items():
            lost = FrameRange(first=frames[0], last=frames[-1]).without(set(frames))
            seen = [run for run in lost if first_record_frame(shot, run) is not None]
            for number, run in enumerate(seen):
                listed = seen if number == 0 else [run]
                missing = list_frames([shot.frame_map.shot_frame(frame) for each in listed for frame in each])
                sentence = f"{shot.name}: face {face} is lost in layer frames {missing}: FACE does not have it there"
                where = first_record_frame(shot, run) or shot.record_range.first
                yield Remark(
                    shot=shot.name, record_first=where, sentence=sentence, marker="Face lost", is_note=number == 0
                )


def _covered_face_remarks(layers: Sequence[LayerClip]) -> Iterator[Remark]:
    """A marker where something comes in front of a face, and one note with all such frames of it."""
    for layer in (one for one in layers if one.plan.pass_name is PassName.FACE):
        shot = layer.shot
        for face, frames in _frames_by_face(layer, covered=True).items():
            covered = list_frames([shot.frame_map.shot_frame(frame) for frame in frames])
            sentence = (
                f"{shot.name}: something is in front of face {face} in layer frames {covered}; FACE leaves it out"
            )
            seen = [frame for frame in frames if frame in shot.source_range]
            wheres = [first_record_frame(shot, moment) for moment in _find_moments(seen)]
            for number, where in enumerate(one for one in wheres if one is not None):
                yield Remark(
                    shot=shot.name, record_first=where, sentence=sentence, marker="Face covered", is_note=number == 0
                )


def _find_moments(frames: Sequence[int]) -> Iterator[FrameRange]:
    """``frames``, ascending, in ranges that are at least ``_APART`` frames apart."""
    starts = [after for before, after in pairwise(frames) if after - before > _APART]
    for first, stop in pairwise([*frames[:1], *starts, *(last + 1 for last in frames[-1:])]):
        yield FrameRange(first=first, last=max(frame for frame in frames if frame < stop))


def _frames_by_face(layer: LayerClip, *, covered: bool = False) -> dict[int, list[int]]:
    """The source frames in which each face is, or in which something is in front of it, ascending."""
    found: dict[int, list[int]] = {}
    for frame, lasting in layer.plan.spans():
        for face in frame.faces:
            if face.occluders or not covered:
                found.setdefault(face.face, []).extend(lasting)
    return found


def first_record_frame(shot: Shot, source_frames: FrameRange) -> int | None:
    """The first timeline frame that shows one of ``source_frames``; None if none does."""
    if shot.source_range.intersection(source_frames) is None:
        return None
    shown = shot.frame_map.source_frame_at_record
    return next((record for record in shot.record_range if shown(record) in source_frames), None)
