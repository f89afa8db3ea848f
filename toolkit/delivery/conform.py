"""Lay the passes over the cut: ``delivery.json``, ``return.otio``, and keyframes to paste."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit import __version__
from toolkit.delivery.aep import write_aep
from toolkit.delivery.clips import Plates, layer_clip
from toolkit.delivery.face_keyframes import face_keys
from toolkit.delivery.fusion import write_comps
from toolkit.delivery.keyframe_text import write_keyframes
from toolkit.delivery.notes import delivery_notes
from toolkit.delivery.plate_stacks import Level, levels
from toolkit.delivery.plate_tracks import plate_tracks
from toolkit.delivery.remarks import markers, shot_remarks
from toolkit.delivery.return_timeline import lay_over
from toolkit.documents import Cut, Delivery, DeliveryTrack, PassPlan, appearing
from toolkit.errors import OutputNotWritable
from toolkit.frames import timecode_from_frames
from toolkit.settings import DeliverySettings, Settings
from toolkit.turnover import open_timeline

if TYPE_CHECKING:
    from opentimelineio import schema

_USUAL = Settings()


def write_delivery(
    cut: Cut, plans: Sequence[PassPlan], root: Path, *, settings: Settings = _USUAL, notes: Sequence[str] = ()
) -> Delivery:
    """Write ``root/return.otio``, ``root/delivery.json`` and what ``settings.delivery`` asks for besides; the delivery.

    ``plans`` are the passes (at least one) whose layers lie complete under ``root``; a shot without any keeps only its
    plate. Of ``settings``, what a host is told and the handles that were asked for count; ``notes`` come before the
    delivery's own. Raises InputError when the cut's file is gone or has changed since it was read, MediaError for
    plates and layers that cannot be opened, PackageMissing when an .aep is asked for without py-aep, and
    OutputNotWritable.
    """
    return_path = root / "return.otio"
    if Path(cut.path) == return_path.absolute():
        raise OutputNotWritable(return_path, "it is the cut itself; choose another -o")
    timeline = open_timeline(cut)
    plates = plate_tracks(timeline, cut)
    stack = levels(cut, plans, [plate.track_index for plate in plates], root)
    remarks = list(shot_remarks(stack, plates, handles=settings.cut.handles))
    delivery = Delivery(
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
        tracks=_tracks(stack, root, cut, settings.delivery),
        faces=face_keys(plans),
        markers=markers(remarks, record_count=cut.record_count),
        origin=cut.origin,
        notes=(*notes, *delivery_notes(cut, stack, remarks)),
    )
    lay_over(timeline, cut, stack, plates, root)
    _write_timeline(timeline, return_path)
    if settings.delivery.fusion:
        delivery = write_comps(delivery, root)
    if settings.delivery.keyframes:
        write_keyframes(delivery, root)
    delivery.write(root / "delivery.json")
    if settings.delivery.aep:  # after the delivery, which holds without it
        _, aep_notes = write_aep(delivery, root)
        delivery = delivery.model_copy(update={"notes": (*delivery.notes, *aep_notes)})
        delivery.write(root / "delivery.json")
    return delivery


def _tracks(stack: Sequence[Level], root: Path, cut: Cut, settings: DeliverySettings) -> tuple[DeliveryTrack, ...]:
    """The tracks with something to place, bottom to top; a plate that is offline cannot be placed."""
    plates = Plates(cut.origin)
    tracks = []
    for level in stack:
        online = tuple(plates.clip(shot) for shot in level.shots if shot.media.online)
        tracks.append(DeliveryTrack(name=level.name, pass_name=None, clips=online))
        tracks += [
            DeliveryTrack(
                name=track.name,
                pass_name=track.pass_name,
                clips=tuple(layer_clip(layer, root, cut.origin, settings) for layer in track.layers),
            )
            for track in level.layer_tracks
        ]
    return tuple(track for track in tracks if track.clips)


def _write_timeline(timeline: schema.Timeline, path: Path) -> None:
    with appearing(path) as temporary:
        temporary.write_text(timeline.to_json_string(indent=1) + "\n", encoding="utf-8")


def _most_common(pixels: Sequence[int]) -> int:
    return Counter(pixels).most_common(1)[0][0]
