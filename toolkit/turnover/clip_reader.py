"""Read one clip of a timeline as a shot: its speed, its source frames, its handles."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from toolkit.documents import Shot, Skipped
from toolkit.editorial.shot_names import ShotNames
from toolkit.editorial.skips import MediaSkip
from toolkit.editorial.speeds import constant_speed, trimmed_source_frames
from toolkit.editorial.times import ROUNDING, seconds_uncertainty, snap_to_whole, to_seconds
from toolkit.editorial.tracks import Slot
from toolkit.frames import FrameMap, FrameRange
from toolkit.turnover.parts import split_at_missing_frames
from toolkit.turnover.resolved_media import MediaResolver, ResolvedMedia

if TYPE_CHECKING:
    from opentimelineio import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipReader:
    """Makes shots from the clips of one cut."""

    record_rate: Fraction
    """Frames per second of the timeline."""
    handles: int
    """Source frames wanted beyond each end, at 100 % speed."""
    resolver: MediaResolver
    names: ShotNames
    rounding: Fraction = ROUNDING
    """How far the start of a clip may be off a whole media frame and still mean it, frames."""

    def read(
        self, clip: schema.Clip, slot: Slot, overlap: tuple[Fraction, Fraction], *, track_index: int
    ) -> tuple[list[Shot], list[Skipped]]:
        """The shot of ``clip`` in ``slot``; where its media lack frames, its parts and what is missing between them.

        ``overlap`` is how long transitions show the clip before and after its own range, in seconds; handles start
        beyond that. Raises Skip when the clip cannot be rendered.
        """
        speed = constant_speed(clip.effects)
        resolved = self._resolve(clip)
        if resolved.is_still:
            speed = Fraction(0)
        wanted = self._wanted_handles(resolved, speed, overlap)
        frame_map = self._frame_map(clip, resolved, speed, slot)
        source_range = frame_map.source_range()
        clip_name = clip.name or resolved.media.path.rpartition("/")[2]
        shot = Shot(
            name=self.names.next_name(clip_name),
            clip_name=clip_name,
            media=resolved.media,
            source_range=source_range,
            source_work_range=source_range,
            record_range=slot.record_range(self.record_rate),
            frame_map=frame_map,
            track_index=track_index,
            clip_index=slot.clip_index,
        )
        return split_at_missing_frames(
            shot,
            set(_missing_frames(resolved, source_range)),
            self.names,
            lambda part: _work_range(resolved, part, wanted),
            available=resolved.source_range,
        )

    def _resolve(self, clip: schema.Clip) -> ResolvedMedia:
        """The media of ``clip``. Raises Skip, which names the shot that ``clip`` would have been."""
        try:
            return self.resolver.resolve(clip)
        except MediaSkip as skip:
            raise MediaSkip(str(skip), shot=self.names.next_name(clip.name)) from skip

    def _frame_map(self, clip: schema.Clip, resolved: ResolvedMedia, speed: Fraction, slot: Slot) -> FrameMap:
        """The frame map of a clip without handles."""
        record_range = slot.record_range(self.record_rate)
        return FrameMap(
            source_first=resolved.source_range.first,
            source_offset=self._source_offset(clip, resolved, speed, slot),
            source_rate=resolved.media.rate,
            record_first=record_range.first,
            record_count=len(record_range),
            record_rate=self.record_rate,
            speed=speed,
            source_work_first=resolved.source_range.first,
        )

    def _source_offset(self, clip: schema.Clip, resolved: ResolvedMedia, speed: Fraction, slot: Slot) -> Fraction:
        """Media frames from the media's first frame to the lowest one that the clip shows."""
        if resolved.is_still:
            return Fraction(0)
        if clip.source_range is None:
            clip_start, uncertainty = resolved.start_time(None), Fraction(0)
        else:
            start_time = clip.source_range.start_time
            clip_start, uncertainty = to_seconds(start_time), seconds_uncertainty(start_time)
        if resolved.available is not None:
            uncertainty += resolved.available.uncertainty
        rate = resolved.media.rate
        in_frames = (clip_start - resolved.start_time(clip_start)) * rate
        from_origin = snap_to_whole(in_frames, uncertainty * rate, rounding=self.rounding)
        return from_origin + trimmed_source_frames(slot, speed, rate) + resolved.origin - resolved.source_range.first

    def _wanted_handles(
        self, resolved: ResolvedMedia, speed: Fraction, overlap: tuple[Fraction, Fraction]
    ) -> tuple[int, int]:
        """Source frames wanted before and after; at double speed, slipping the edit needs twice as many."""
        before, after = overlap if speed >= 0 else (overlap[1], overlap[0])
        handles = self.handles * abs(speed)
        if not before and not after:
            return ceil(handles), ceil(handles)
        per_second = abs(speed) * resolved.media.rate
        return ceil(handles + before * per_second), ceil(handles + after * per_second)


def _missing_frames(resolved: ResolvedMedia, source_range: FrameRange) -> list[int]:
    """The frames of ``source_range`` that are not on disk, ascending; none when the media is offline."""
    if not resolved.media.online:
        return []
    on_disk = resolved.source_range
    outside = source_range.minus(on_disk) if source_range.intersection(on_disk) != source_range else []
    return sorted([*outside, *(frame for frame in resolved.holes if frame in source_range)])


def _work_range(resolved: ResolvedMedia, source_range: FrameRange, wanted: tuple[int, int]) -> FrameRange:
    """``source_range`` with handles, as far as the media goes without a hole."""
    usable = resolved.handle_range
    first = max(source_range.first - wanted[0], min(usable.first, source_range.first))
    last = min(source_range.last + wanted[1], max(usable.last, source_range.last))
    next_hole = bisect_left(resolved.holes, source_range.first)
    if next_hole > 0:
        first = max(first, resolved.holes[next_hole - 1] + 1)
    if next_hole < len(resolved.holes):
        last = min(last, resolved.holes[next_hole] - 1)
    return FrameRange(first=first, last=last)
