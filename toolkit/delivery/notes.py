"""What the editor should know about a delivery, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from toolkit.delivery.levels import Layer, Level
from toolkit.delivery.plates import PlateTrack
from toolkit.documents import Cut, PassName, Shot, Skipped
from toolkit.frames import timecode_from_frames

if TYPE_CHECKING:
    from opentimelineio import schema


_ENCODINGS = {
    "linear": "the layers are scene-linear Rec.709 on purpose: tell the host so, it is not the plate's own encoding",
    "acescg": "the layers are ACEScg on purpose: tell the host so, it is not the plate's own encoding",
}
"""What the editor has to set by hand: no host script changes a colour space."""


def delivery_notes(cut: Cut, levels: Sequence[Level], plates: Sequence[PlateTrack]) -> Iterator[str]:
    """The shots, bottom track first, then what was left out; ``plates`` are the tracks that ``levels`` lie on."""
    for level, plate in zip(levels, plates, strict=True):
        on_shot: dict[str, list[Layer]] = {}
        for layer in (layer for track in level.layer_tracks for layer in track.layers):
            on_shot.setdefault(layer.shot.name, []).append(layer)
        for shot in level.shots:
            layers = on_shot.get(shot.name, [])
            if not shot.media.online:
                yield f"{shot.name}: media offline ({shot.media.path}), so its plate is not in delivery.json"
            yield from _empty_faces(layers)
            if layers:
                yield from _retime(shot)
                yield from _effects(shot, plate.slots[shot.clip_index].child)
    written = {layer.plan.encoding for level in levels for track in level.layer_tracks for layer in track.layers}
    yield from (_ENCODINGS[encoding] for encoding in sorted(written & _ENCODINGS.keys()))
    for row in cut.skipped:
        yield _left_out(cut, row)


def _empty_faces(layers: Sequence[Layer]) -> Iterator[str]:
    for layer in layers:
        if layer.plan.pass_name is PassName.FACE and not any(frame.faces for frame in layer.plan.frames):
            yield f"{layer.shot.name}: no face was found; its FACE layer is there, transparent throughout"


def _retime(shot: Shot) -> Iterator[str]:
    speed = shot.map.speed
    if speed != 1:
        how = "is a freeze frame" if speed == 0 else f"runs at {100 * float(speed):g} %"
        yield f"{shot.name} {how}: return.otio says so; where a script cannot set it, set it on its layers by hand"


def _effects(shot: Shot, plate: schema.Clip) -> Iterator[str]:
    """Resolve's own effects that do something: enabled, with a parameter that is not at its default."""
    names = []
    for effect in plate.effects:
        resolve = effect.metadata.get("Resolve_OTIO")
        if hasattr(resolve, "get") and effect.enabled and resolve.get("Enabled") and resolve.get("Parameters"):
            names.append(str(resolve.get("Effect Name")))
    if names:
        yield (
            f"{shot.name} has {', '.join(names)} on its plate: return.otio repeats that on its layers, "
            "the host scripts do not"
        )


def _left_out(cut: Cut, row: Skipped) -> str:
    where = f"track {row.track_index + 1}"
    if row.record_range is not None:
        label = cut.record_start + row.record_range.first
        where += f", {timecode_from_frames(label, cut.record_rate, drop_frame=cut.drop_frame)}"
    return f"left alone: {row.clip_name} ({where}): {row.reason}"
