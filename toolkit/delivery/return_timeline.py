"""``return.otio``: the editor's own timeline with the passes on new tracks over each plate track.

A layer track mirrors its plate track child by child: a layer where the plate has a shot, a gap where it has anything
else, and its transitions. So both have the same trims and the same length by construction. A layer clip copies the
plate clip's source range and effects, and its media counts in the plate's own timecode: slipping, retiming or relinking
it works as on the plate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.delivery.plate_stacks import Layer, LayerTrack, Level
from toolkit.delivery.plate_tracks import PlateTrack, lowest_frame
from toolkit.documents import Cut, Shot
from toolkit.editorial import LAYER_METADATA, Slot, seconds, snapped, time_base

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Item
    from opentimelineio.opentime import RationalTime, TimeRange

_LAYER_SCHEMA = "toolkit.layer/1"
_HALF_A_FRAME = Fraction(1, 2)


def lay_over(
    timeline: schema.Timeline, cut: Cut, levels: Sequence[Level], plates: Sequence[PlateTrack], root: Path
) -> None:
    """Put the layer tracks of ``levels`` over ``plates``, the tracks of ``timeline``; their files lie under ``root``.

    Plate clips stay as they are; plate tracks get their name and are filled up with a gap to the timeline's length.
    """
    for level, plate in zip(levels, plates, strict=True):
        plate.track.name = level.name
        above = [_layer_track(layer_track, plate, root) for layer_track in level.layer_tracks]
        for track in (plate.track, *above):
            _fill_up(track, max((slot.end for slot in plate.slots), default=Fraction(0)), cut)
        for position, track in enumerate(above, start=timeline.tracks.index(plate.top) + 1):
            timeline.tracks.insert(position, track)


# --- tracks ----------------------------------------------------------------------------------------------------


def _layer_track(layer_track: LayerTrack, plate: PlateTrack, root: Path) -> schema.Track:
    from opentimelineio import schema

    track = schema.Track(name=layer_track.name, kind=schema.TrackKind.Video, source_range=plate.track.source_range)
    layers = {layer.shot.clip_index: layer for layer in layer_track.layers}
    for child in _mirrored(plate.slots, layers, layer_track.layers[0].shot.map.record_rate, root):
        track.append(child)
    return track


def _mirrored(
    placed: Sequence[Slot], layers: Mapping[int, Layer], record_rate: Fraction, root: Path
) -> Iterator[Item | schema.Transition]:
    """Layers, the transitions beside them, and one gap for whatever lies between."""
    from opentimelineio import schema

    empty = Fraction(0)
    for slot in placed:
        layer, child = layers.get(slot.clip_index), slot.child
        beside = {slot.clip_index - 1, slot.clip_index + 1} & layers.keys()
        if layer is None and not (isinstance(child, schema.Transition) and beside):
            empty += slot.length or 0
            continue
        if empty:
            yield _gap(empty, record_rate)
            empty = Fraction(0)
        yield deepcopy(child) if layer is None else _layer_clip(layer, child, slot, root)
    if empty:
        yield _gap(empty, record_rate)


def _fill_up(track: schema.Track, end: Fraction, cut: Cut) -> None:
    """A gap to the end of the timeline, so that all tracks last equally long; a trimmed track has its own length."""
    missing = cut.record_count / cut.record_rate - end
    if missing > 0 and track.source_range is None:
        track.append(_gap(missing, cut.record_rate))


def _gap(length: Fraction, record_rate: Fraction) -> schema.Gap:
    from opentimelineio import schema
    from opentimelineio.opentime import TimeRange

    return schema.Gap(source_range=TimeRange(_time(Fraction(0), record_rate), _time(length * record_rate, record_rate)))


# --- one layer -------------------------------------------------------------------------------------------------


def _layer_clip(layer: Layer, plate: schema.Clip, slot: Slot, root: Path) -> schema.Clip:
    from opentimelineio import schema

    shot = layer.shot
    used = _used(plate, shot)
    effects = [deepcopy(effect) for effect in plate.effects]
    if shot.map.speed == 0 and not any(isinstance(effect, schema.TimeEffect) for effect in effects):
        effects.insert(0, schema.FreezeFrame())  # a still picture has become a sequence of one frame
    return schema.Clip(
        name=layer.name,
        media_reference=_reference(layer, _first_time(shot, used, slot), _written_rate(plate, used, shot), root),
        source_range=used,
        effects=effects,
        metadata={LAYER_METADATA: _metadata(layer)},
    )


def _used(plate: schema.Clip, shot: Shot) -> TimeRange:
    """The plate clip's source range; what its media has when it says none."""
    from opentimelineio.opentime import TimeRange

    if plate.source_range is not None:
        return plate.source_range
    if plate.media_reference is not None and plate.media_reference.available_range is not None:
        return plate.media_reference.available_range
    label, rate = Fraction(shot.media.timecode_first or 0), shot.media.rate
    return TimeRange(_time(label, rate), _time(len(shot.record_range) / shot.map.record_rate * rate, rate))


def _first_time(shot: Shot, used: TimeRange, slot: Slot) -> Fraction:
    """Source time of the layer's first file, in media frames: where the plate has the same picture."""
    into_layer = lowest_frame(shot, slot) - shot.map.source_work_first
    # Whole where the plate's own start is: what rounding left in the clip's start does not belong into the media's.
    return snapped(seconds(used.start_time) * shot.map.source_rate - into_layer, _HALF_A_FRAME)


def _written_rate(plate: schema.Clip, used: TimeRange, shot: Shot) -> float:
    """The media's rate with the digits the editor wrote: 23.976 beside 23.976, or readers would see them differ."""
    available = plate.media_reference.available_range if plate.media_reference is not None else None
    written = [time_range.start_time.rate for time_range in (available, used) if time_range is not None]
    return next((rate for rate in written if time_base(rate) == shot.media.rate), float(shot.media.rate))


def _reference(layer: Layer, first_time: Fraction, rate: float, root: Path) -> schema.ImageSequenceReference:
    from opentimelineio import schema
    from opentimelineio.opentime import RationalTime, TimeRange

    files, numbers = layer.plan.files(root.absolute()), layer.shot.shot_range
    return schema.ImageSequenceReference(
        # A plain absolute path, as Resolve itself writes it: hosts resolve relative ones against folders of their own,
        # and Resolve takes no file URL. When OUT moves, `toolkit conform OUT` writes it anew.
        target_url_base=f"{files.folder.as_posix()}/",
        name_prefix=files.prefix,
        name_suffix=files.suffix,
        start_frame=numbers.first,
        frame_step=1,
        rate=rate,
        frame_zero_padding=files.padding,
        missing_frame_policy=schema.ImageSequenceReference.MissingFramePolicy.error,
        available_range=TimeRange(RationalTime(float(first_time), rate), RationalTime(len(numbers), rate)),
    )


def _metadata(layer: Layer) -> dict[str, str | int | list[int]]:
    head, tail = layer.shot.handles
    return {
        "schema": _LAYER_SCHEMA,
        "pass": str(layer.plan.pass_name),
        "shot": layer.shot.name,
        "version": layer.plan.version,
        "handles": [head, tail],
        "encoding": layer.encoding,
        "alpha": layer.alpha,
    }


def _time(value: Fraction, rate: Fraction) -> RationalTime:
    from opentimelineio.opentime import RationalTime

    return RationalTime(float(value), float(rate))
