"""Stack the layers: each plate track with its own passes directly above it.

Passes go between their plate and the next plate track, not on top of everything: a title on V2 stays over the BODY of
V1, and the editor's stacking order is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from toolkit.documents import Cut, PassName, PassPlan, Shot
from toolkit.errors import CorruptMedia
from toolkit.frames import FramePath


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerClip:
    """One pass of one shot, on disk."""

    shot: Shot
    plan: PassPlan
    alpha: str
    """``premultiplied`` or ``none``, from the file headers."""
    encoding: str
    """``display``, ``linear`` or ``acescg``, from the file headers."""
    retime: str = ""
    """Names the retime of a baked layer, whose files are in the order of the timeline: see ``baking``."""

    @property
    def name(self) -> str:
        """``sh010_FACE_v001``: identifies the layer where metadata is lost."""
        return f"{self.shot.name}_{self.plan.pass_name}_v{self.plan.version:03d}"

    @property
    def source_first(self) -> int:
        """The frame at which its first file begins, in the source space of ``shot``."""
        return self.plan.source_first if self.plan.stepping is not None else self.shot.rendered_range.first

    def files(self, root: Path) -> FramePath:
        """Its files under ``root``; those of a baked layer have a folder of their own."""
        files = self.plan.files(root)
        return replace(files, folder=files.folder / f"retime_{self.retime}") if self.retime else files


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerTrack:
    """One pass of all shots of one plate track."""

    name: str
    """``FACE v001``, followed by the plate's name when there are several plate tracks."""
    pass_name: PassName
    floor: int
    """Among ``PlateStack.floors``."""
    layers: tuple[LayerClip, ...]
    """In record order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateStack:
    """One plate track and the passes over it."""

    track_index: int
    """Video track of the cut, 0 at the bottom."""
    name: str
    """``PLATE``, or ``PLATE 2`` for the second track with pictures."""
    shots: tuple[Shot, ...]
    """In record order; empty for a track of titles."""
    layer_tracks: tuple[LayerTrack, ...]
    """Bottom to top: BODY under FACE."""

    @property
    def floors(self) -> tuple[tuple[Shot, ...], ...]:
        """``shots`` as tracks on which none overlap, bottom to top: one for each track inside a compound clip."""
        ranks = _rank_inner_tracks(self.shots)
        found: dict[int, list[Shot]] = {}
        for shot in self.shots:
            found.setdefault(ranks[_place(shot)], []).append(shot)
        return tuple(tuple(found[floor]) for floor in sorted(found))

    def floor_name(self, floor: int) -> str:
        """What the track of the plates on ``floor`` is called."""
        return f"{self.name} (compound {floor + 1})" if floor else self.name

    @property
    def layers(self) -> Iterator[LayerClip]:
        """All its layers, track by track."""
        return (layer for track in self.layer_tracks for layer in track.layers)


def build_stacks(
    cut: Cut, plans: Sequence[PassPlan], plate_track_indices: Sequence[int], root: Path
) -> tuple[PlateStack, ...]:
    """The stacks of ``cut``, bottom to top; ``plate_track_indices`` are the video tracks with pictures.

    Raises CorruptMedia when a layer under ``root`` was not written by this toolkit.
    """
    uses: dict[str, list[Shot]] = {}
    for shot in cut.shots:
        uses.setdefault(shot.rendered_name, []).append(shot)
    layers = [layer for plan in plans for layer in _read_layers(uses[plan.shot], plan, root)]
    stacks = []
    for number, track_index in enumerate(plate_track_indices, start=1):
        on_track = [shot for shot in cut.shots if shot.track_index == track_index]
        name = "PLATE" if number == 1 else f"PLATE {number}"
        stacks.append(
            PlateStack(
                track_index=track_index,
                name=name,
                shots=tuple(sorted(on_track, key=_record_first)),
                layer_tracks=_group_by_track(
                    [layer for layer in layers if layer.shot.track_index == track_index],
                    name,
                    _rank_inner_tracks(on_track),
                ),
            )
        )
    return tuple(stacks)


def _record_first(item: Shot | LayerClip) -> int:
    shot = item.shot if isinstance(item, LayerClip) else item
    return shot.record_range.first


def _read_layers(uses: Sequence[Shot], plan: PassPlan, root: Path) -> list[LayerClip]:
    """The layer of ``plan`` over each of its ``uses``."""
    from toolkit.plates import read_attributes

    first_file = plan.files(root).path(plan.frames[0].number)
    slate = read_attributes(first_file)
    if "toolkit/alpha" not in slate or "toolkit/encoding" not in slate:
        raise CorruptMedia(first_file, "it has no slate, so this toolkit did not write it")
    alpha, encoding = str(slate["toolkit/alpha"]), str(slate["toolkit/encoding"])
    return [LayerClip(shot=shot, plan=plan, alpha=alpha, encoding=encoding) for shot in uses]


def _group_by_track(
    layers: Sequence[LayerClip], plate_name: str, floors: Mapping[tuple[int, tuple[int, ...]], int]
) -> tuple[LayerTrack, ...]:
    """One track per pass and version, in the order of ``PassName``; again for each track inside compound clips."""
    order = list(PassName)
    groups: dict[tuple[int, int, str], list[LayerClip]] = {}
    for layer in layers:
        key = (floors[_place(layer.shot)], order.index(layer.plan.pass_name), layer.plan.label)
        groups.setdefault(key, []).append(layer)
    return tuple(
        LayerTrack(
            name=_track_name(label, plate_name, floor),
            pass_name=order[rank],
            floor=floor,
            layers=tuple(sorted(groups[floor, rank, label], key=_record_first)),
        )
        for floor, rank, label in sorted(groups)
    )


def _track_name(label: str, plate_name: str, floor: int) -> str:
    places = ([] if plate_name == "PLATE" else [plate_name]) + ([f"compound {floor + 1}"] if floor else [])
    return f"{label} ({', '.join(places)})" if places else label


def _place(shot: Shot) -> tuple[int, tuple[int, ...]]:
    """The clip index, and the tracks inside compounds that the clip is on, from the outermost; none outside of any."""
    return shot.clip_index, tuple(track for track, _ in shot.inside)


def _rank_inner_tracks(shots: Iterable[Shot]) -> dict[tuple[int, tuple[int, ...]], int]:
    """By ``_place``: how many tracks with shots are below inside the same compound."""
    found: dict[int, set[tuple[int, ...]]] = {}
    for index, tracks in map(_place, shots):
        found.setdefault(index, set()).add(tracks)
    return {(index, tracks): rank for index, one in found.items() for rank, tracks in enumerate(sorted(one))}
