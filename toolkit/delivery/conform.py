"""Conform: put the passes back over the cut as ``return.otio``, ``delivery.json`` and keyframes to paste."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from toolkit import __version__
from toolkit.delivery.aep import write_aep
from toolkit.delivery.baking import bake_stack
from toolkit.delivery.clips import PlateFacts, build_layer_clip, build_plate_clip, read_plate_facts
from toolkit.delivery.face_keyframes import build_face_keys
from toolkit.delivery.formats import Locations, check_cut_is_kept, format_notes, write_formats
from toolkit.delivery.fusion import write_comps
from toolkit.delivery.keyframe_text import write_keyframes
from toolkit.delivery.lua_delivery import write_lua
from toolkit.delivery.mattes import build_mattes
from toolkit.delivery.notes import delivery_notes
from toolkit.delivery.path_map import PathMap
from toolkit.delivery.plate_stacks import PlateStack, build_stacks
from toolkit.delivery.plate_tracks import find_plate_tracks
from toolkit.delivery.remark import Remark, build_markers
from toolkit.delivery.remarks import collect_remarks, skip_remarks
from toolkit.delivery.return_file import write_return
from toolkit.delivery.return_timeline import build_layer_tracks
from toolkit.documents import Cut, Delivery, DeliveryTrack, PassPlan, ShotReview
from toolkit.frames import timecode_from_frames
from toolkit.memory import pause_collection
from toolkit.settings import DeliverySettings, Settings
from toolkit.turnover import open_timeline

_DEFAULTS = Settings()


@pause_collection()
def write_delivery(
    cut: Cut,
    plans: Sequence[PassPlan],
    root: Path,
    *,
    settings: Settings = _DEFAULTS,
    notes: Sequence[str] = (),
    failed: Mapping[str, str] = MappingProxyType({}),
    missing: Mapping[str, str] = MappingProxyType({}),
    reviews: Mapping[str, ShotReview] = MappingProxyType({}),
    suffix: str = "",
) -> Delivery:
    """Write ``root/return.otio``, ``root/delivery.json`` and the other files that ``settings.delivery`` asks for.

    ``plans`` are the passes (at least one) whose layers are complete under ``root``; a shot without passes keeps only
    its plate. Of ``settings``, ``delivery`` and ``cut.handles`` are used; ``notes`` come before the delivery's own;
    ``failed`` says why a source shot could not be rendered, ``missing`` which frames of a use are not, by their names;
    ``reviews`` are those of source shots whose layers are as they were reviewed, by name.
    The names ``return`` and ``delivery`` end in ``suffix``, for one of several cuts in a folder.
    Raises InputError when the cut's file is missing or has changed since it was read, MediaError for layers that
    cannot be opened, PackageMissing when an .aep is requested without py-aep, and OutputNotWritable.
    """
    check_cut_is_kept(Path(cut.path), root, suffix)
    found = open_timeline(cut)
    plates = find_plate_tracks(found, cut)
    stacks = build_stacks(cut, plans, [plate.track_index for plate in plates], root)
    facts, unusable = read_plate_facts(cut.shots)
    failed = {name: f"its plate cannot be used: {why}" for name, why in unusable.items()} | dict(failed)
    handles = 0 if cut.read_options.boundaries else settings.cut.handles  # beyond them is the neighbouring shot
    bake = settings.delivery.bake
    remarks = [
        *collect_remarks(stacks, plates, handles=handles, failed=failed, missing=missing, bake=bake, reviews=reviews),
        *skip_remarks(cut),
    ]
    stacks = tuple(bake_stack(stack, cut, root, bake) for stack in stacks)
    delivery = _build_delivery(cut, plans, stacks, remarks, facts, root=root, settings=settings.delivery)
    delivery = delivery.model_copy(update={"notes": (*notes, *delivery.notes)})
    path_map = PathMap.parse(settings.delivery.map)
    layer_tracks = build_layer_tracks(found.timeline, stacks, plates, root)
    write_return(found, layer_tracks, root, settings.delivery, path_map, suffix=suffix)
    locations = Locations(root=root, path_map=path_map, relative=settings.delivery.relative, suffix=suffix)
    return _write_files(delivery, settings.delivery, locations)


def _build_delivery(
    cut: Cut,
    plans: Sequence[PassPlan],
    stacks: Sequence[PlateStack],
    remarks: Sequence[Remark],
    facts: Mapping[str, PlateFacts],
    *,
    root: Path,
    settings: DeliverySettings,
) -> Delivery:
    return Delivery(
        toolkit=__version__,
        name=cut.name,
        rate=cut.record_rate,
        fps=float(cut.record_rate),
        drop_frame=cut.drop_frame,
        start_timecode=str(timecode_from_frames(cut.record_start, cut.record_rate, drop_frame=cut.drop_frame)),
        start_frame=cut.record_start,
        record_count=cut.record_count,
        width=_most_common([plan.width for plan in plans]),
        height=_most_common([plan.height for plan in plans]),
        tracks=_build_tracks(stacks, facts, root, cut, settings),
        faces=build_face_keys(layer for stack in stacks for layer in stack.layers),
        mattes=build_mattes((layer for stack in stacks for layer in stack.layers), root),
        markers=build_markers(remarks, record_count=cut.record_count),
        origin=cut.origin,
        notes=tuple(delivery_notes(cut, stacks, remarks)),
    )


def _build_tracks(
    stacks: Sequence[PlateStack],
    facts: Mapping[str, PlateFacts],
    root: Path,
    cut: Cut,
    settings: DeliverySettings,
) -> tuple[DeliveryTrack, ...]:
    """The tracks that have clips, bottom to top; plates without ``facts`` are left out."""
    tracks = []
    for stack in stacks:
        for floor, shots in enumerate(stack.floors):
            plates = tuple(
                build_plate_clip(shot, facts[shot.name], cut.origin)
                for shot in shots
                if shot.name in facts and shot.frame_map.frames is None  # no host can be told a varying speed
            )
            tracks.append(DeliveryTrack(name=stack.floor_name(floor), pass_name=None, clips=plates))
            tracks += [
                DeliveryTrack(
                    name=track.name,
                    pass_name=track.pass_name,
                    clips=tuple(build_layer_clip(layer, root, cut.origin, settings) for layer in track.layers),
                )
                for track in stack.layer_tracks
                if track.floor == floor
            ]
    return tuple(track for track in tracks if track.clips)


def _write_files(delivery: Delivery, settings: DeliverySettings, locations: Locations) -> Delivery:
    """Write ``delivery.json`` and the optional files; returns the delivery with what they add to it."""
    root, path_map = locations.root, locations.path_map
    of_formats = format_notes(delivery, settings.format_names, locations)
    delivery = delivery.model_copy(update={"notes": (*delivery.notes, *of_formats)})
    if settings.fusion:
        delivery = write_comps(delivery, root, path_map)
    if settings.keyframes:
        write_keyframes(delivery, root)
    document = root / f"delivery{locations.suffix}.json"
    path_map.map_plates(delivery).write(document)
    write_lua(delivery, root, path_map, suffix=locations.suffix)
    write_formats(delivery, settings.format_names, locations)
    if settings.aep:  # last, so that the delivery is complete even when this fails; it is for this machine
        _, aep_notes = write_aep(delivery, root)
        delivery = delivery.model_copy(update={"notes": (*delivery.notes, *aep_notes)})
        path_map.map_plates(delivery).write(document)
    return path_map.map_plates(delivery)


def _most_common(sizes: Sequence[int]) -> int:
    return Counter(sizes).most_common(1)[0][0]
