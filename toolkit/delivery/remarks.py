"""Remarks on single shots: each becomes a sentence in the notes, a marker on the timeline, or both."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from toolkit.delivery.acting_remarks import acting_remarks
from toolkit.delivery.baking import Bake, is_baked
from toolkit.delivery.face_remarks import face_remarks
from toolkit.delivery.plate_stacks import LayerClip, PlateStack
from toolkit.delivery.plate_tracks import PlateTrack
from toolkit.delivery.remark import Remark
from toolkit.documents import Cut, Shot, ShotReview
from toolkit.editorial.items import is_transition, transition_offsets
from toolkit.editorial.nesting import Leaf

if TYPE_CHECKING:
    from opentimelineio.core import Item


def collect_remarks(
    stacks: Sequence[PlateStack],
    plates: Sequence[PlateTrack],
    *,
    handles: int,
    failed: Mapping[str, str],
    missing: Mapping[str, str],
    bake: Bake,
    reviews: Mapping[str, ShotReview],
) -> Iterator[Remark]:
    """All remarks on shots, bottom track first, in record order.

    ``plates`` are the tracks of ``stacks``; ``handles`` is the number of source frames requested at 100 % speed;
    ``failed`` says why a source shot could not be rendered, or its plate cannot be used, and ``missing`` which frames
    of a use are not rendered, by their names; ``bake`` says which layers come with their retime in them, and
    ``reviews`` what they have kept of the acting, by the names of their source shots.
    """
    noted: set[str] = set()
    for stack, plate in zip(stacks, plates, strict=True):
        layers_of: dict[str, list[LayerClip]] = {}
        for layer in (layer for track in stack.layer_tracks for layer in track.layers):
            layers_of.setdefault(layer.shot.name, []).append(layer)
        layered = {shot.clip_index for shot in stack.shots if shot.name in layers_of}
        cut_off = {shot.clip_index for shot in stack.shots if _is_cut_off(shot, bake)}
        for shot in stack.shots:
            layers = layers_of.get(shot.name, [])
            if not shot.media.online:
                sentence = f"{shot.name}: media offline ({shot.media.path}); its plate is not in delivery.json"
                yield Remark.on(shot, sentence, "Media offline")
            elif shot.media.frame_step != 1:
                steps = f"hosts show no sequence whose files are numbered in steps of {shot.media.frame_step}"
                sentence = f"{shot.name}: {steps}; its plate is not in delivery.json"
                yield Remark.on(shot, sentence, "Media offline")
            elif shot.rendered_name in failed:
                yield Remark.on(shot, f"{shot.name}: {failed[shot.rendered_name]}", "Not rendered")
            if shot.name in missing:
                yield Remark.on(shot, f"{shot.name}: {missing[shot.name]}", "Not rendered")
            is_known = shot.rendered_name in noted  # another use of the same frames has the note
            yield from (replace(one, is_note=one.is_note and not is_known) for one in face_remarks(layers))
            if layers and shot.rendered_name in reviews:
                found = acting_remarks(shot, reviews[shot.rendered_name])
                yield from (replace(one, is_note=one.is_note and not is_known) for one in found)
            noted |= {shot.rendered_name} if layers else set()
            if layers:
                leaf = plate.leaves[shot.name]
                yield from _retime_remarks(shot, leaf, bake)
                yield from _transition_remarks(shot, plate, layered, cut_off)
                yield from _effect_remarks(shot, [leaf.slot.child, *leaf.compounds])
                yield from _handle_remarks(shot, handles)


def skip_remarks(cut: Cut) -> Iterator[Remark]:
    """A marker on each clip, or part of one, that was to be rendered and could not; the notes list these already."""
    for row in cut.skipped:
        if row.shot and row.record_range is not None:
            first = row.record_range.first
            sentence = f"{row.shot}: {row.reason}"
            yield Remark(shot=row.shot, record_first=first, sentence=sentence, marker="Not rendered", is_note=False)


def _retime_remarks(shot: Shot, leaf: Leaf, bake: Bake) -> Iterator[Remark]:
    speed = shot.frame_map.speed
    if shot.frame_map.frames is not None:
        why = "has a speed that varies" if leaf.time is None else "is in a retimed compound clip"
        sentence = (
            f"{shot.name} {why}: its layers have the retime in them and play at 100 %; "
            "its plate is not in delivery.json"
        )
        yield Remark.on(shot, sentence, "Varying speed")
    elif speed != 1 and not is_baked(shot, bake):
        retime = "is a freeze frame" if speed == 0 else f"runs at {100 * float(speed):g} %"
        remedy = "its layers have the same in return.otio and in After Effects; in Resolve see the report of the import"
        yield Remark.on(shot, f"{shot.name} {retime}: {remedy}", "Set the speed")


def _is_cut_off(shot: Shot, bake: Bake) -> bool:
    """Whether the layers of ``shot`` have no frames for a transition at one of its ends."""
    lacks = not (shot.is_rendered_beyond("start") and shot.is_rendered_beyond("end"))
    return bool(shot.inside) or is_baked(shot, bake) or lacks


def _transition_remarks(
    shot: Shot, plate: PlateTrack, layered: Collection[int], cut_off: Collection[int]
) -> Iterator[Remark]:
    """A marker only, because the notes already list every transition.

    A transition between two layers belongs to the second one; ``layered`` holds the clip indices of plates with
    layers, ``cut_off`` those of layers without frames beyond their ends. Without the transition, opaque BODY layers
    would show a cut and hide the plates' dissolve.
    """
    neighbours = {
        slot.clip_index: slot.child for slot in plate.slots[max(0, shot.clip_index - 1) : shot.clip_index + 2]
    }
    before, after = neighbours.get(shot.clip_index - 1), neighbours.get(shot.clip_index + 1)
    slot_range = plate.slots[shot.clip_index].record_range(shot.frame_map.record_rate)
    if shot.record_range.first > slot_range.first:
        before = None
    if shot.clip_index + 2 in layered or shot.record_range.last < slot_range.last:
        after = None
    for end, child, other in (("starts", before, shot.clip_index - 2), ("ends", after, shot.clip_index + 2)):
        offsets = transition_offsets(child) if child is not None and is_transition(child) else None
        if child is not None and offsets is not None:
            length = sum(offsets)
            kind = child.transition_type or "of unknown type"
            where = (
                "add it on the layers, one of which has no frames beyond its end"
                if {shot.clip_index, other} & {*cut_off}
                else "return.otio has it on the layers; the host scripts do not add it"
            )
            frames = round(length * shot.frame_map.record_rate)
            sentence = f"{shot.name} {end} with a transition ({kind}, {frames} frames): {where}"
            yield Remark.on(shot, sentence, "Add the transition", is_note=False)


def _effect_remarks(shot: Shot, plates: Sequence[Item]) -> Iterator[Remark]:
    """Resolve's own effects that are enabled and have a parameter that is not at its default."""
    names = []
    for effect in (effect for plate in plates for effect in plate.effects):
        resolve = effect.metadata.get("Resolve_OTIO")
        if hasattr(resolve, "get") and effect.enabled and resolve.get("Enabled") and resolve.get("Parameters"):
            names.append(str(resolve.get("Effect Name")))
    if names:
        sentence = (
            f"{shot.name} has {', '.join(names)} on its plate: return.otio has the same on the layers; "
            "the host scripts do not add it"
        )
        yield Remark.on(shot, sentence)


def _handle_remarks(shot: Shot, handles: int) -> Iterator[Remark]:
    """A marker only, as it matters only when trimming. A shot that uses all of its media is not reported."""
    wanted = ceil(handles * abs(shot.frame_map.speed))
    available, work = shot.media.source_range, shot.source_work_range
    if available is None or shot.source_range == available:
        return
    head, tail = shot.handles
    if (head < wanted and work.first == available.first) or (tail < wanted and work.last == available.last):
        sentence = f"{shot.name}: handles of {head} and {tail} frames instead of {wanted}, as its media has no more"
        yield Remark.on(shot, sentence, "Short handles", is_note=False)
