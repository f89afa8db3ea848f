"""Build a timeline from a host's clip list, for hosts that cannot export one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import HostClip, HostMarker, Media, Turnover
from toolkit.editorial.builders import (
    make_clip,
    make_file_reference,
    make_gap,
    make_marker,
    make_remap_effect,
    make_sequence_reference,
    make_speed_effect,
    make_time,
    make_time_range,
    make_timeline,
    make_video_track,
)
from toolkit.editorial.locations import IMAGE_SUFFIXES, Location, parse_location, sequence_from_first_file
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import exact_number, snap_to_whole
from toolkit.errors import MediaError
from toolkit.frames import FramePath, exact_rate
from toolkit.turnover.path_on_disk import find_on_disk
from toolkit.turnover.turnover_file import first_timecode

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.opentime import RationalTime

HOST_METADATA = "turnover"
"""Metadata key for facts of the host that OpenTimelineIO has no field for."""

_TOLERANCE = 1e-3
"""Frames that a position may be off by a host's rounding."""


def build_host_timeline(turnover: Turnover, cut_folder: Path) -> schema.Timeline:
    """The clip list of ``turnover`` as OpenTimelineIO: tracks bottom to top, gaps, speeds and markers.

    Facts about media that the list lacks are read from the file; relative paths are relative to ``cut_folder``. For
    offline media they stay unknown. Raises CorruptMedia.
    """
    facts = {"host": turnover.host, "timeline_id": turnover.timeline_id}
    start = make_time(turnover.start_frame, turnover.fps)
    timeline = make_timeline(turnover.name, start, {HOST_METADATA: facts})
    top = max([*(clip.track for clip in turnover.clips), *(row.track for row in turnover.skipped)])
    for number in range(1, top + 1):
        track = make_video_track(f"Video {number}")
        clips = [clip for clip in turnover.clips if clip.track == number and not clip.is_in_export_only]
        for child in _build_children(clips, turnover.fps, cut_folder):
            track.append(child)
        timeline.tracks.append(track)
    for marker in turnover.markers:
        timeline.tracks.markers.append(_build_marker(marker, make_time(marker.frame, turnover.fps)))
    return timeline


def _build_children(clips: Sequence[HostClip], fps: float, cut_folder: Path) -> Iterator[schema.Clip | schema.Gap]:
    position = 0
    for clip in sorted(clips, key=lambda clip: clip.record_first):
        if clip.record_first > position:
            yield make_gap(make_time(clip.record_first - position, fps))
        yield _build_clip(clip, fps, cut_folder)
        position = clip.record_first + clip.record_count


def _build_clip(clip: HostClip, fps: float, cut_folder: Path) -> schema.Clip:
    media = _ClipMedia.of(clip, fps, cut_folder)
    source_frames_per_record_frame = media.exact_rate / exact_rate(fps)
    constant = _find_constant_speed(clip, source_frames_per_record_frame)
    start = make_time(media.timecode_first + (constant.lowest if constant else min(clip.remap)), media.rate)
    built = make_clip(
        clip.name,
        media.reference(),
        make_time_range(start, make_time(clip.record_count, fps)),
        metadata={HOST_METADATA: {"alpha": clip.alpha, "colour": clip.colour}},
    )
    built.enabled = clip.enabled
    if constant is None:
        built.effects.append(
            make_remap_effect("time remap", [snap_to_whole(exact_number(frame), Fraction(0)) for frame in clip.remap])
        )
    elif constant.speed != 1 and media.count != 1:
        built.effects.append(make_speed_effect(constant.speed))
    for marker in clip.markers:
        offset = marker.frame * float(source_frames_per_record_frame) * abs(constant.speed if constant else 1)
        built.markers.append(_build_marker(marker, start + make_time(offset, media.rate)))
    return built


def _build_marker(marker: HostMarker, start: RationalTime) -> schema.Marker:
    return make_marker(marker.name, start, colour=marker.colour.upper(), note=marker.note)


# --- speed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _ConstantSpeed:
    lowest: float
    """Lowest frame shown, counted from the start of the media."""
    speed: float
    """As ``HostClip.speed``."""


def _find_constant_speed(clip: HostClip, source_frames_per_record_frame: Fraction) -> _ConstantSpeed | None:
    """None when the speed varies; ``source_frames_per_record_frame`` is the ratio at 100 % speed.

    A remap is a constant speed when a straight line gives the same frames, either at the speed of the clip list or
    from the first frame of the remap to its last.
    """
    if not clip.remap:
        return _ConstantSpeed(lowest=clip.source_first, speed=clip.speed)
    first, last, steps = clip.remap[0], clip.remap[-1], len(clip.remap) - 1
    if steps == 0:
        return _ConstantSpeed(lowest=first, speed=clip.speed)
    ratio = float(source_frames_per_record_frame)
    for step in (clip.speed * ratio, (last - first) / steps):
        lowest = first if step >= 0 else last
        line = [lowest + abs(step) * (index if step >= 0 else steps - index) for index in range(steps + 1)]
        if all(floor(a + _TOLERANCE) == floor(b + _TOLERANCE) for a, b in zip(line, clip.remap, strict=True)):
            return _ConstantSpeed(lowest=lowest, speed=step / ratio)
    return None


# --- media -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClipMedia:
    """A clip's media, as the host describes it or else as the file itself does."""

    path: str
    """As the host writes it."""
    location: Location | None
    """None when the path names no file."""
    rate: float
    """Frames per second, with the digits the host wrote: these show how far its times may be off."""
    timecode_first: int
    """Timecode of the first frame as a count; 0 when the host does not give one."""
    count: int | None
    """Frames; None when unknown."""
    first_file: int
    """Number of the first file of a sequence."""

    @property
    def exact_rate(self) -> Fraction:
        """Frames per second."""
        return exact_rate(self.rate)

    @classmethod
    def of(cls, clip: HostClip, fps: float, cut_folder: Path) -> _ClipMedia:
        """The media of ``clip``. Raises CorruptMedia when the file has to be probed and is broken."""
        location = _find_location(clip, cut_folder)
        first_file = (location.first_file if location else None) or clip.media_index
        incomplete = (
            not clip.media_fps or not clip.media_count or (location and location.is_sequence and not first_file)
        )
        media = _probe_media(location, exact_rate(fps)) if location and incomplete else None
        source_range = media.source_range if media else None
        rate = clip.media_fps or (float(media.rate) if media else fps)
        return cls(
            path=clip.path,
            location=location,
            rate=rate,
            timecode_first=first_timecode(clip, exact_rate(rate)) or 0,
            count=clip.media_count or (len(source_range) if source_range else None),
            first_file=first_file or (source_range.first if source_range else 0),
        )

    def reference(self) -> schema.MediaReference:
        """The media reference in Resolve's own style: bare paths, and sequences by their first number."""
        available = None
        if self.count is not None:
            start = make_time(self.timecode_first, self.rate)
            available = make_time_range(start, make_time(self.count, self.rate))
        if self.location is None or not self.location.is_sequence:
            return make_file_reference(self.path, available)
        folder, _, name = self.location.path.rpartition("/")
        return make_sequence_reference(
            folder, FramePath.parse(name), first_file=self.first_file, rate=self.rate, available_range=available
        )


def _find_location(clip: HostClip, cut_folder: Path) -> Location | None:
    """Where the media is; None when the path names no file.

    A numbered still is the first file of a sequence when the host counts several frames, or gives a file number
    without a count.
    """
    try:
        location = parse_location(clip.path, cut_folder)
    except Skip:
        return None
    several = clip.media_count > 1 or (clip.media_count == 0 and clip.media_index > 0)
    sequence = sequence_from_first_file(location) if several and not location.is_sequence else None
    return sequence or location


def _probe_media(location: Location, record_rate: Fraction) -> Media | None:
    from toolkit.plates import probe

    location, _ = find_on_disk(location)
    readable = location.suffix in IMAGE_SUFFIXES or Path(location.path).is_file()
    try:
        return probe(Path(location.path), sequence_rate=record_rate) if readable else None
    except MediaError:  # reported later, when the timeline is read
        return None
