"""``return.otio``: the editor's own timeline with the passes on new tracks over each plate track.

A layer track mirrors its plate track child by child: a layer where the plate has a shot, a gap for anything else, and
the plate's transitions. Both tracks therefore have the same trims and the same length. A layer clip copies the plate
clip's source range and effects, and its media uses the plate's timecode: slipping, retiming and relinking work as on
the plate. Where the plate's media lack frames, the clip has a layer for each part that was rendered and gaps between;
over a compound clip there is a layer for each clip inside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.delivery.plate_stacks import LayerClip, LayerTrack, PlateStack
from toolkit.delivery.plate_tracks import PlateTrack, source_position, source_position_at_clip_start
from toolkit.documents import MediaKind, Shot
from toolkit.editorial.builders import (
    make_clip,
    make_gap,
    make_sequence_reference,
    make_speed_effect,
    make_time,
    make_time_range,
    make_video_track,
)
from toolkit.editorial.clip_starts import find_clip_start
from toolkit.editorial.items import has_time_effect, is_time_effect, is_transition, transition_offsets
from toolkit.editorial.media_references import reference_origin
from toolkit.editorial.nesting import Leaf
from toolkit.editorial.timeline_files import LAYER_METADATA
from toolkit.editorial.times import nearest_frame, snap_to_whole, time_base, to_seconds
from toolkit.editorial.tracks import Slot

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Item
    from opentimelineio.opentime import TimeRange

_LAYER_SCHEMA = "toolkit.layer/1"
_HALF_A_FRAME = Fraction(1, 2)


def build_layer_tracks(
    timeline: schema.Timeline, stacks: Sequence[PlateStack], plates: Sequence[PlateTrack], root: Path
) -> dict[int, list[schema.Track]]:
    """The layer tracks of ``stacks`` over ``plates``, the tracks of ``timeline``; layer files are under ``root``.

    They are listed by the index, among all tracks of ``timeline``, of the track that they go over.
    """
    return {
        timeline.tracks.index(plate.top): [_build_layer_track(one, plate, root) for one in stack.layer_tracks]
        for stack, plate in zip(stacks, plates, strict=True)
    }


# --- tracks ----------------------------------------------------------------------------------------------------


def _build_layer_track(layer_track: LayerTrack, plate: PlateTrack, root: Path) -> schema.Track:
    track = make_video_track(layer_track.name, plate.track.source_range)
    layers: dict[int, list[LayerClip]] = {}
    for layer in layer_track.layers:
        layers.setdefault(layer.shot.clip_index, []).append(layer)
    record_rate = layer_track.layers[0].shot.frame_map.record_rate
    for child in _mirror_children(plate, layers, record_rate, root):
        track.append(child)
    return track


def _mirror_children(
    plate: PlateTrack, layers: Mapping[int, Sequence[LayerClip]], record_rate: Fraction, root: Path
) -> Iterator[Item | schema.Transition]:
    """Layers, the transitions next to them, and one gap for everything in between."""
    empty = Fraction(0)
    for slot in plate.slots:
        for child, length in _mirror_slot(slot, plate, layers, root):
            if child is None:
                empty += length
                continue
            if empty:
                yield _make_gap_of_seconds(empty, record_rate)
                empty = Fraction(0)
            yield child
    if empty:
        yield _make_gap_of_seconds(empty, record_rate)


def _mirror_slot(
    slot: Slot, plate: PlateTrack, layers: Mapping[int, Sequence[LayerClip]], root: Path
) -> Iterator[tuple[Item | schema.Transition | None, Fraction]]:
    """What goes over ``slot``, with its length in seconds; None: nothing."""
    length = slot.length or Fraction(0)
    parts = layers.get(slot.clip_index, ())
    if is_transition(slot.child):
        if _fits(slot.child, layers.get(slot.clip_index - 1, ()), layers.get(slot.clip_index + 1, ())):
            yield deepcopy(slot.child), length
    elif len(parts) == 1 and not (parts[0].shot.is_part or parts[0].retime or parts[0].shot.inside):
        leaf = plate.leaves[parts[0].shot.name]
        yield _build_layer_clip(parts[0], leaf, _used_range(slot.child, parts[0].shot), root), length
    else:
        done = Fraction(0)
        for layer in parts:
            head, part = _place_part(layer.shot, slot)
            yield None, head - done
            leaf = plate.leaves[layer.shot.name]
            if layer.retime:
                yield _build_baked_clip(layer, leaf, root), part
            else:
                yield _build_layer_clip(layer, leaf, _part_range(layer.shot, leaf.slot, part), root), part
            done = head + part
        yield None, length - done


def _fits(transition: schema.Transition, before: Sequence[LayerClip], after: Sequence[LayerClip]) -> bool:
    """Whether ``transition`` is between layers, or a layer and nothing, that reach up to it and are long enough.

    A layer that ends at a hole in the plate, or is shorter than the transition, has no frames for it; nor has one whose
    plate was trimmed after it was rendered.
    """
    offsets = transition_offsets(transition)
    if offsets is None or any(layer.retime or layer.shot.inside for layer in (*before, *after)):
        return False  # there are no frames beyond its ends
    fits: list[bool] = []
    if before:
        shot = before[-1].shot
        reaches = shot.record_range.last == shot.clip_record_range.last and shot.is_rendered_beyond("end")
        fits.append(reaches and _is_long_enough(shot, offsets[0]))
    if after:
        shot = after[0].shot
        reaches = shot.record_range.first == shot.clip_record_range.first and shot.is_rendered_beyond("start")
        fits.append(reaches and _is_long_enough(shot, offsets[1]))
    return bool(fits) and all(fits)


def _is_long_enough(shot: Shot, seconds: Fraction) -> bool:
    """Whether a transition of ``seconds`` fits; over a whole clip it is the editor's own."""
    return not shot.is_part or len(shot.record_range) / shot.frame_map.record_rate >= seconds


def _place_part(shot: Shot, slot: Slot) -> tuple[Fraction, Fraction]:
    """Where a part of a clip begins in the ``slot`` of the clip, and its length, in seconds."""
    record_rate = shot.frame_map.record_rate
    clip_first = nearest_frame((slot.first or Fraction(0)) + slot.trimmed_head, record_rate)
    head = slot.trimmed_head + (shot.record_range.first - clip_first) / record_rate
    end = head + len(shot.record_range) / record_rate
    return head, min(end, (slot.length or end) - slot.trimmed_tail) - head


def _make_gap_of_seconds(length: Fraction, record_rate: Fraction) -> schema.Gap:
    return make_gap(make_time(length * record_rate, record_rate))


# --- one layer -------------------------------------------------------------------------------------------------


def _build_layer_clip(layer: LayerClip, leaf: Leaf, shown: TimeRange, root: Path) -> schema.Clip:
    """The clip of ``layer`` over the plate ``leaf``, of which it shows the range ``shown``."""
    shot, slot, plate = layer.shot, leaf.slot, leaf.slot.child
    used = _used_range(plate, shot)
    effects = [*(deepcopy(effect) for effect in plate.effects), *_compound_effects(leaf)]
    if shot.frame_map.speed == 0 and not has_time_effect(plate):
        effects.insert(0, make_speed_effect(0))  # the plate is a still; its layer is a sequence of one frame
    rate = _written_rate(plate, used, shot)
    start = _layer_start(shot, used, slot, rate) + layer.source_first - shot.rendered_range.first
    reference = _build_reference(layer, start, rate, root)
    return make_clip(layer.name, reference, shown, effects=effects, metadata={LAYER_METADATA: _layer_metadata(layer)})


def _compound_effects(leaf: Leaf) -> Iterator[schema.Effect]:
    """The effects, other than retimes, of the compounds that a clip is in, the innermost first."""
    for compound in reversed(leaf.compounds):
        yield from (deepcopy(effect) for effect in compound.effects if not is_time_effect(effect))


def _build_baked_clip(layer: LayerClip, leaf: Leaf, root: Path) -> schema.Clip:
    """The clip of a layer whose files are in the order of the timeline, and carry its timecode."""
    rate, count = layer.plan.rate, len(layer.shot.record_range)
    shown = make_time_range(make_time(layer.plan.timecode_first, rate), make_time(count, rate))
    own = [deepcopy(effect) for effect in leaf.slot.child.effects if not is_time_effect(effect)]
    effects = [*own, *_compound_effects(leaf)]
    reference = _build_reference(layer, Fraction(layer.plan.timecode_first), float(rate), root)
    return make_clip(layer.name, reference, shown, effects=effects, metadata={LAYER_METADATA: _layer_metadata(layer)})


def _part_range(shot: Shot, slot: Slot, length: Fraction) -> TimeRange:
    """The range of the plate in ``slot`` that ``shot``, a part of it, shows for ``length`` seconds."""
    used = _used_range(slot.child, shot)
    skipped = (source_position(shot) - source_position_at_clip_start(shot, slot)) / shot.frame_map.source_rate
    start, duration = used.start_time.rate, used.duration.rate
    return make_time_range(
        make_time((to_seconds(used.start_time) + skipped) * time_base(start), start),
        make_time(length * time_base(duration), duration),
    )


def _used_range(plate: schema.Clip, shot: Shot) -> TimeRange:
    """The plate clip's source range; without one, all that its media has."""
    if plate.source_range is not None:
        return plate.source_range
    if plate.media_reference is not None and plate.media_reference.available_range is not None:
        return plate.media_reference.available_range
    timecode, rate = Fraction(shot.media.timecode_first or 0), shot.media.rate
    length = len(shot.clip_record_range) / shot.frame_map.record_rate
    return make_time_range(make_time(timecode, rate), make_time(length * rate, rate))


def _layer_start(shot: Shot, used: TimeRange, slot: Slot, rate: float) -> Fraction:
    """Source time of the layer's first file, in frames at ``rate``: where the plate has the same frame."""
    origin = reference_origin(slot.child, is_movie=shot.media.kind is MediaKind.MOVIE)
    if origin is not None and find_clip_start(used, origin, shot.media.rate, shot.frame_map.speed).is_plain:
        return origin.time.plain * Fraction(rate) + shot.frame_map.source_work_first - origin.frame
    offset = source_position_at_clip_start(shot, slot) - shot.frame_map.source_work_first
    # Rounding errors in the clip's start must not end up in the media's start.
    return snap_to_whole(to_seconds(used.start_time) * shot.frame_map.source_rate - offset, _HALF_A_FRAME)


def _written_rate(plate: schema.Clip, used: TimeRange, shot: Shot) -> float:
    """The media's rate with the digits the editor wrote: a reader would take 23.976 and 24000/1001 for two rates."""
    available = plate.media_reference.available_range if plate.media_reference is not None else None
    written = [time_range.start_time.rate for time_range in (available, used) if time_range is not None]
    return next((rate for rate in written if time_base(rate) == shot.media.rate), float(shot.media.rate))


def _build_reference(layer: LayerClip, start: Fraction, rate: float, root: Path) -> schema.ImageSequenceReference:
    # A plain path, as Resolve itself writes it, and no file URL, which it does not take.
    files, frames, step = layer.files(root.absolute()), layer.plan.frames, layer.plan.step
    rate, start = rate / step, start / step  # on twos there are half as many files, half as fast
    return make_sequence_reference(
        files.folder.as_posix(),
        files,
        first_file=frames[0].number,
        rate=rate,
        available_range=make_time_range(make_time(start, rate), make_time(len(frames), rate)),
    )


def _layer_metadata(layer: LayerClip) -> dict[str, str | int | list[int]]:
    used, rendered = layer.shot.source_range, layer.shot.rendered_range
    return {
        "schema": _LAYER_SCHEMA,
        "pass": str(layer.plan.pass_name),
        "shot": layer.shot.name,
        "version": layer.plan.version,
        "handles": [used.first - rendered.first, rendered.last - used.last],
        "encoding": layer.encoding,
        "alpha": layer.alpha,
    }
