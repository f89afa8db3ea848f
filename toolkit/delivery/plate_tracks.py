"""Find the editor's plate tracks in the timeline, and check that they still show what was rendered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Cut, MediaKind, Shot
from toolkit.editorial.clip_starts import find_clip_start
from toolkit.editorial.items import is_clip, is_gap, is_nested, is_transition, known_duration
from toolkit.editorial.media_references import MediaReferences, reference_origin
from toolkit.editorial.nesting import Inside, Leaf, open_compound
from toolkit.editorial.retimes import Retime, read_retime, sample_retime, trimmed_source_frames
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import nearest_frame
from toolkit.editorial.tracks import Slot, TrackTrim, track_slots, video_tracks
from toolkit.errors import UnreadableCut
from toolkit.frames import FrameMap, FramePath
from toolkit.turnover.formats.timeline_file import TimelineFile

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable

_CHANGED = "it has changed since its shots were read"
_TOLERANCE = Fraction(1, 20)
"""Frames that a clip's start may differ by, from rounding in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateTrack:
    """A video track with the editor's pictures."""

    track_index: int
    """Among the video tracks, 0 at the bottom."""
    track: schema.Track
    slots: tuple[Slot, ...]
    """Its children with their positions."""
    top: schema.Track
    """The track itself, or the highest track of layers over it that an earlier delivery added."""
    leaves: Mapping[str, Leaf]
    """The clip of each shot, by the name of the shot."""


def find_plate_tracks(found: TimelineFile, cut: Cut) -> tuple[PlateTrack, ...]:
    """The video tracks with anything other than gaps and our layers, bottom first.

    ``found`` is the file of ``cut``, loaded again. Raises UnreadableCut when the clip of a shot is missing or no longer
    shows what was rendered.
    """
    timeline, has_changed = found.timeline, not found.digest or found.digest != cut.digest
    shots: dict[int, list[Shot]] = {}
    for shot in cut.shots:
        shots.setdefault(shot.track_index, []).append(shot)
    references = MediaReferences(Path(cut.path).absolute().parent)
    plates: list[PlateTrack] = []
    for track_index, track in enumerate(video_tracks(timeline)):
        expected = shots.pop(track_index, [])
        try:
            slots = tuple(_build_slots(timeline, track, expected, cut))
            leaves = _find_leaves(expected, slots, cut, check=has_changed)
        except Skip as change:
            raise UnreadableCut(
                cut.path, f"it has changed since its shots were read: {change}; run it again"
            ) from change
        pictures = [slot.child for slot in slots if not (is_gap(slot.child) or is_transition(slot.child))]
        if not all(is_clip(child) and references.is_layer(child) for child in pictures):
            plates.append(PlateTrack(track_index=track_index, track=track, slots=slots, top=track, leaves=leaves))
        elif pictures and plates:
            plates[-1] = replace(plates[-1], top=track)
    if shots:
        raise UnreadableCut(cut.path, f"{_CHANGED}: track {min(shots) + 1} is missing; run it again")
    return tuple(plates)


def source_position_at_clip_start(shot: Shot, slot: Slot) -> Fraction:
    """Lowest source position of the clip in ``slot`` before any trim of its track, in source frames."""
    frame_map = shot.frame_map
    trimmed = trimmed_source_frames(slot, frame_map.speed, frame_map.source_rate)
    return frame_map.source_first + frame_map.source_offset - trimmed


def source_position(shot: Shot) -> Fraction:
    """Lowest source position of ``shot`` itself, which may be a part of its clip, in source frames."""
    part = shot.frame_map.trimmed(shot.record_range)
    return part.source_first + part.source_offset


def _build_slots(timeline: schema.Timeline, track: schema.Track, shots: Sequence[Shot], cut: Cut) -> list[Slot]:
    trim = TrackTrim.from_ranges(track.source_range, timeline.tracks.source_range)
    lengths = {shot.clip_index: len(shot.clip_record_range) / cut.record_rate for shot in shots if not shot.inside}

    def length_of(index: int, child: Composable) -> Fraction | None:
        length = known_duration(child)
        return lengths.get(index) if length is None else length  # which the timeline does not say

    return list(track_slots(track, trim, length_of))


def _find_leaves(shots: Sequence[Shot], slots: Sequence[Slot], cut: Cut, *, check: bool) -> dict[str, Leaf]:
    """The clip of each of ``shots``, by the shot's name. Raises Skip with what has changed since they were read."""
    opened: dict[int, dict[Inside, Leaf]] = {}
    leaves = {}
    for shot in shots:
        if shot.clip_index >= len(slots):
            raise Skip(f"{shot.clip_name} is no longer in its place")
        slot = slots[shot.clip_index]
        leaf = None if shot.inside else Leaf(slot=slot, siblings=slots)
        if shot.inside and is_nested(slot.child):
            if shot.clip_index not in opened:
                inner = open_compound(slot, cut.record_rate, known_duration)
                opened[shot.clip_index] = {leaf.inside: leaf for leaf in inner}
            leaf = opened[shot.clip_index].get(shot.inside)
        if leaf is None:
            raise Skip(f"{shot.clip_name} is no longer in its place")
        if check:
            _check_unchanged(shot, leaf, cut)
        leaves[shot.name] = leaf
    return leaves


def _check_unchanged(shot: Shot, leaf: Leaf, cut: Cut) -> None:
    """Raises Skip with what has changed since ``shot`` was read."""
    clip = leaf.slot.child
    own_name = shot.clip_name.rpartition("/")[2] if shot.inside else shot.clip_name
    if not is_clip(clip) or (clip.name or own_name) not in (own_name, shot.clip_name):
        raise Skip(f"{shot.clip_name} is no longer in its place")
    if leaf.time is not None:
        if leaf.record_range(cut.record_rate) is None:
            raise Skip(f"{shot.clip_name} is no longer shown by the compound that it is in")
        return
    if leaf.slot.record_range(cut.record_rate) != shot.clip_record_range:
        raise Skip(f"{shot.clip_name} has moved or has a different length")
    retime, frame_map = read_retime(clip.effects), shot.frame_map
    is_same = retime == frame_map.speed if isinstance(retime, Fraction) else bool(frame_map.frames)
    if not is_same and not _is_still(shot):
        raise Skip(f"{shot.clip_name} has a different speed")
    if _is_slipped(shot, leaf.slot, retime):
        raise Skip(f"{shot.clip_name} shows different source frames")


def _is_still(shot: Shot) -> bool:
    """Whether the media of ``shot`` is one picture, which has no speed; of one that is offline only the path tells."""
    media, frame_map = shot.media, shot.frame_map
    if media.source_range is not None and len(media.source_range) == 1:
        return True
    is_file = media.kind is MediaKind.SEQUENCE and not FramePath.is_pattern(media.path)
    return is_file and not media.online and frame_map.speed == 0


def _is_slipped(shot: Shot, slot: Slot, retime: Retime) -> bool:
    """Whether the clip shows other frames; False when the timeline does not say where its media starts."""
    clip, frame_map = slot.child, shot.frame_map
    if clip.source_range is None or frame_map.speed == 0:
        return False
    origin = reference_origin(clip, is_movie=shot.media.kind is MediaKind.MOVIE)
    if origin is None:
        return False
    speed = retime if isinstance(retime, Fraction) else Fraction(1)
    start = find_clip_start(clip.source_range, origin, frame_map.source_rate, speed)
    if frame_map.frames is not None:
        expected = [frame - origin.frame for frame in frame_map.frames]
        return _frames_shown(slot, retime, start.frames / frame_map.source_rate, frame_map) != expected
    position = source_position_at_clip_start(shot, slot) - origin.frame
    return start.frames != position and bool(abs(start.frames - position) > _TOLERANCE)


def _frames_shown(slot: Slot, retime: Retime, media_start: Fraction, frame_map: FrameMap) -> list[int]:
    """The media frames that a clip of varying speed shows, counted from the first frame of its media."""
    if isinstance(retime, Fraction):
        return []
    head = frame_map.record_first - nearest_frame(slot.first or Fraction(0), frame_map.record_rate)
    records = range(head, head + frame_map.record_count)
    rates = {"record_rate": frame_map.record_rate, "source_rate": frame_map.source_rate}
    return list(sample_retime(retime, records, media_start=media_start, **rates))
