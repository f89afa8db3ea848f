"""The editor's own tracks, read again: what the layers are laid over, and whether it is still what was rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Cut, Shot
from toolkit.editorial import (
    Skip,
    Slot,
    TrackTrim,
    constant_speed,
    is_layer_clip,
    seconds,
    slots,
    trimmed_source_frames,
    video_tracks,
)
from toolkit.errors import UnreadableCut

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable

_NEAR = Fraction(1, 20)
"""Frames that rounding in the file may move a clip's start by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateTrack:
    """A video track with pictures of the editor's."""

    track_index: int
    """Among the video tracks, 0 at the bottom."""
    track: schema.Track
    slots: tuple[Slot, ...]
    """Its children with their places."""
    top: schema.Track
    """Itself, or the highest of the layers that lie over it already, from an earlier delivery."""


def plate_tracks(timeline: schema.Timeline, cut: Cut) -> tuple[PlateTrack, ...]:
    """The video tracks that hold anything but gaps and layers of ours, bottom first.

    Raises UnreadableCut when a shot's clip is no longer there, or no longer shows what was rendered.
    """
    import opentimelineio as otio

    shots: dict[int, dict[int, Shot]] = {}
    for shot in cut.shots:
        shots.setdefault(shot.track_index, {})[shot.clip_index] = shot
    plates: list[PlateTrack] = []
    for track_index, track in enumerate(video_tracks(timeline)):
        expected = shots.pop(track_index, {})
        try:
            placed = tuple(_slots(timeline, track, expected, cut))
            plate = PlateTrack(track_index=track_index, track=track, slots=placed, top=track)
            for shot in expected.values():
                _check(shot, plate, cut)
        except (Skip, otio.exceptions.OTIOError) as error:
            raise UnreadableCut(cut.path, f"it has changed since its shots were read: {error}") from error
        empty = (otio.schema.Gap, otio.schema.Transition)
        pictures = [slot.child for slot in placed if not isinstance(slot.child, empty)]
        if not all(_is_layer(child, cut) for child in pictures):
            plates.append(plate)
        elif pictures and plates:
            plates[-1] = replace(plates[-1], top=track)
    if shots:
        raise UnreadableCut(cut.path, f"it has changed since its shots were read: track {min(shots) + 1} is gone")
    return tuple(plates)


def _is_layer(child: Composable, cut: Cut) -> bool:
    from opentimelineio import schema

    return isinstance(child, schema.Clip) and is_layer_clip(child, Path(cut.path).absolute().parent)


def _slots(timeline: schema.Timeline, track: schema.Track, shots: Mapping[int, Shot], cut: Cut) -> list[Slot]:
    window = TrackTrim.of(track.source_range, timeline.tracks.source_range)
    return list(slots(track, window, lambda index, child: _length(child, shots.get(index), cut)))


def _length(child: Composable, shot: Shot | None, cut: Cut) -> Fraction | None:
    """Seconds; None when nobody can know, and then no shot comes after it."""
    import opentimelineio as otio

    if not isinstance(child, otio.core.Item):
        return Fraction(0)
    try:
        return seconds(child.duration())
    except otio.exceptions.OTIOError:
        return None if shot is None else len(shot.record_range) / cut.record_rate


def _check(shot: Shot, plate: PlateTrack, cut: Cut) -> None:
    """Raises Skip with what is not as it was when ``shot`` was read."""
    import opentimelineio as otio

    slot = plate.slots[shot.clip_index] if shot.clip_index < len(plate.slots) else None
    if slot is None or not isinstance(slot.child, otio.schema.Clip) or _name(slot.child, shot) != shot.clip_name:
        raise Skip(f"{shot.clip_name} is not where it was")
    if slot.record_range(cut.record_rate) != shot.record_range:
        raise Skip(f"{shot.clip_name} has moved or has another length")
    still = shot.media.source_range is not None and len(shot.media.source_range) == 1
    if not still and shot.map.speed != constant_speed(slot.child.effects):
        raise Skip(f"{shot.clip_name} has another speed")
    if _slipped(shot, slot):
        raise Skip(f"{shot.clip_name} shows other source frames")


def _name(clip: schema.Clip, shot: Shot) -> str:
    return clip.name or shot.clip_name


def _slipped(shot: Shot, slot: Slot) -> bool:
    """Whether the clip starts elsewhere in its media; False where the cut does not say where its media starts."""
    from opentimelineio import schema

    clip, frame_map = slot.child, shot.map
    reference = clip.media_reference
    if clip.source_range is None or reference is None or reference.available_range is None or frame_map.speed == 0:
        return False
    if isinstance(reference, schema.ImageSequenceReference):
        origin = reference.start_frame
    elif isinstance(reference, schema.ExternalReference) and shot.media.kind == "movie":
        origin = 0
    else:
        return False
    into = seconds(clip.source_range.start_time) - seconds(reference.available_range.start_time)
    expected = lowest_frame(shot, slot) - origin
    return bool(abs(into * frame_map.source_rate - expected) > _NEAR)


def lowest_frame(shot: Shot, slot: Slot) -> Fraction:
    """Source position at the clip's own start, before any trim of its track."""
    frame_map = shot.map
    trimmed = trimmed_source_frames(slot, frame_map.speed, frame_map.source_rate)
    return frame_map.source_first + frame_map.source_offset - trimmed
