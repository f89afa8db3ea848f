"""What lies over what: each plate track with its own passes directly above it.

Passes go between their plate and the next plate track, not above everything: a title on V2 stays over the BODY of V1,
and what the editor stacked stays stacked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.documents import Cut, PassName, PassPlan, Shot
from toolkit.errors import CorruptMedia


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One pass of one shot, on disk."""

    shot: Shot
    plan: PassPlan
    alpha: str
    """``premultiplied`` or ``none``, as the files say themselves."""
    encoding: str
    """``display``, ``linear`` or ``acescg``, as the files say themselves."""

    @property
    def name(self) -> str:
        """``sh010_FACE_v001``: says what it is wherever metadata is lost."""
        return f"{self.shot.name}_{self.plan.pass_name}_v{self.plan.version:03d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerTrack:
    """One pass of all shots of one plate track."""

    name: str
    """``FACE v001``, with the plate's name behind it when there are several."""
    pass_name: PassName
    layers: tuple[Layer, ...]
    """In record order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One plate track and the passes over it."""

    track_index: int
    """Video track of the cut, 0 at the bottom."""
    name: str
    """``PLATE``, or ``PLATE 2`` for the second track with pictures."""
    shots: tuple[Shot, ...]
    """In record order; empty for a track of titles."""
    layer_tracks: tuple[LayerTrack, ...]
    """Bottom to top: BODY under FACE."""


def levels(cut: Cut, plans: Sequence[PassPlan], plate_tracks: Sequence[int], root: Path) -> tuple[Level, ...]:
    """The stack of ``cut``, bottom to top; ``plate_tracks`` are the indices of the video tracks with pictures.

    Raises CorruptMedia when a layer under ``root`` is not one of ours.
    """
    shots = {shot.name: shot for shot in cut.shots}
    layers = [_layer(shots[plan.shot], plan, root) for plan in plans]
    return tuple(
        Level(
            track_index=track_index,
            name=(name := "PLATE" if number == 1 else f"PLATE {number}"),
            shots=tuple(sorted((shot for shot in cut.shots if shot.track_index == track_index), key=_record_first)),
            layer_tracks=_layer_tracks([layer for layer in layers if layer.shot.track_index == track_index], name),
        )
        for number, track_index in enumerate(plate_tracks, start=1)
    )


def _record_first(item: Shot | Layer) -> int:
    shot = item.shot if isinstance(item, Layer) else item
    return shot.record_range.first


def _layer(shot: Shot, plan: PassPlan, root: Path) -> Layer:
    from toolkit.plates import read_attributes

    first_file = plan.files(root).path(shot.shot_range.first)
    slate = read_attributes(first_file)
    if "toolkit/alpha" not in slate or "toolkit/encoding" not in slate:
        raise CorruptMedia(first_file, "it has no slate: this toolkit did not write it")
    return Layer(shot=shot, plan=plan, alpha=str(slate["toolkit/alpha"]), encoding=str(slate["toolkit/encoding"]))


def _layer_tracks(layers: Sequence[Layer], plate_name: str) -> tuple[LayerTrack, ...]:
    order = list(PassName)
    kinds = sorted({(order.index(layer.plan.pass_name), layer.plan.label) for layer in layers})
    return tuple(
        LayerTrack(
            name=label if plate_name == "PLATE" else f"{label} ({plate_name})",
            pass_name=order[rank],
            layers=tuple(sorted((layer for layer in layers if layer.plan.label == label), key=_record_first)),
        )
        for rank, label in kinds
    )
