"""What there is to say about single shots: each a sentence for the notes, or a marker on the timeline, or both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil
from typing import TYPE_CHECKING, Literal

from toolkit.delivery.plate_stacks import Layer, Level
from toolkit.delivery.plate_tracks import PlateTrack
from toolkit.documents import DeliveryMarker, PassName, Shot
from toolkit.editorial import seconds

if TYPE_CHECKING:
    from opentimelineio import schema

MarkerName = Literal["Media offline", "No face found", "Set the speed", "Lay the transition", "Short handles"]

_COLOURS: dict[MarkerName, Literal["Red", "Yellow", "Green", "Blue"]] = {
    "Media offline": "Red",
    "No face found": "Yellow",
    "Set the speed": "Blue",
    "Lay the transition": "Blue",
    "Short handles": "Green",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing about one shot."""

    shot: Shot
    sentence: str
    marker: MarkerName | None = None
    """What its marker is called; None: nothing to look at there."""
    is_note: bool = True
    """Whether the delivery's notes hold it."""


def shot_remarks(levels: Sequence[Level], plates: Sequence[PlateTrack], *, handles: int) -> Iterator[Remark]:
    """Bottom track first, in record order; ``plates`` are the tracks that ``levels`` lie on, ``handles`` the source
    frames that were asked for, at plain speed."""
    for level, plate in zip(levels, plates, strict=True):
        on_shot: dict[str, list[Layer]] = {}
        for layer in (layer for track in level.layer_tracks for layer in track.layers):
            on_shot.setdefault(layer.shot.name, []).append(layer)
        layered = {shot.clip_index for shot in level.shots if shot.name in on_shot}
        for shot in level.shots:
            layers = on_shot.get(shot.name, [])
            if not shot.media.online:
                sentence = f"{shot.name}: media offline ({shot.media.path}), so its plate is not in delivery.json"
                yield Remark(shot=shot, sentence=sentence, marker="Media offline")
            yield from _empty_faces(layers)
            if layers:
                yield from _retime(shot)
                yield from _transitions(shot, plate, layered)
                yield from _effects(shot, plate.slots[shot.clip_index].child)
                yield from _handles(shot, handles)


def markers(remarks: Iterable[Remark], *, record_count: int) -> tuple[DeliveryMarker, ...]:
    """A marker for each of ``remarks`` that has a name, where its shot begins on a timeline of ``record_count`` frames.

    No two on one frame, since Resolve holds only one there: the next one takes the next free frame. Where all frames
    are taken, the notes have to do.
    """
    placed: dict[int, DeliveryMarker] = {}
    for remark in remarks:
        first = remark.shot.record_range.first
        frames = chain(range(first, record_count), reversed(range(first)))
        free = next((frame for frame in frames if frame not in placed), None)
        if remark.marker is None or free is None:
            continue
        placed[free] = DeliveryMarker(
            record_frame=free,
            shot=remark.shot.name,
            name=remark.marker,
            note=remark.sentence,
            colour=_COLOURS[remark.marker],
        )
    return tuple(placed[frame] for frame in sorted(placed))


def _empty_faces(layers: Sequence[Layer]) -> Iterator[Remark]:
    for layer in layers:
        if layer.plan.pass_name is PassName.FACE and not any(frame.faces for frame in layer.plan.frames):
            sentence = f"{layer.shot.name}: no face was found; its FACE layer is there, transparent throughout"
            yield Remark(shot=layer.shot, sentence=sentence, marker="No face found")


def _retime(shot: Shot) -> Iterator[Remark]:
    speed = shot.map.speed
    if speed != 1:
        how = "is a freeze frame" if speed == 0 else f"runs at {100 * float(speed):g} %"
        sentence = f"{shot.name} {how}: return.otio says so; where a script cannot set it, set it on its layers by hand"
        yield Remark(shot=shot, sentence=sentence, marker="Set the speed")


def _transitions(shot: Shot, plate: PlateTrack, layered: Collection[int]) -> Iterator[Remark]:
    """A marker only, as the notes name every transition. One between two layers (``layered``: the positions of their
    plates) belongs to the second. Over opaque BODYs one would see a cut instead, and not why."""
    from opentimelineio import schema

    beside = {slot.clip_index: slot.child for slot in plate.slots[max(0, shot.clip_index - 1) : shot.clip_index + 2]}
    before, after = beside.get(shot.clip_index - 1), beside.get(shot.clip_index + 1)
    ends = [("begins", before), ("ends", None if shot.clip_index + 2 in layered else after)]
    for where, child in ends:
        if isinstance(child, schema.Transition):
            frames = round((seconds(child.in_offset) + seconds(child.out_offset)) * shot.map.record_rate)
            kind = child.transition_type or "of no type"
            sentence = (
                f"{shot.name} {where} in a transition ({kind}, {frames} frames): return.otio lays it over the layers, "
                "the host scripts do not"
            )
            yield Remark(shot=shot, sentence=sentence, marker="Lay the transition", is_note=False)


def _effects(shot: Shot, plate: schema.Clip) -> Iterator[Remark]:
    """Resolve's own effects that do something: enabled, with a parameter that is not at its default."""
    names = []
    for effect in plate.effects:
        resolve = effect.metadata.get("Resolve_OTIO")
        if hasattr(resolve, "get") and effect.enabled and resolve.get("Enabled") and resolve.get("Parameters"):
            names.append(str(resolve.get("Effect Name")))
    if names:
        sentence = (
            f"{shot.name} has {', '.join(names)} on its plate: return.otio repeats that on its layers, "
            "the host scripts do not"
        )
        yield Remark(shot=shot, sentence=sentence)


def _handles(shot: Shot, handles: int) -> Iterator[Remark]:
    """A marker only: it means something just where one trims. A shot of all its media has none, which is no news."""
    wanted, has, work = ceil(handles * abs(shot.map.speed)), shot.media.source_range, shot.source_work_range
    if has is None or shot.source_range == has:
        return
    head, tail = shot.handles
    if (head < wanted and work.first == has.first) or (tail < wanted and work.last == has.last):
        sentence = f"{shot.name}: {head} and {tail} frames of handles, not {wanted}: its media has no more"
        yield Remark(shot=shot, sentence=sentence, marker="Short handles", is_note=False)
