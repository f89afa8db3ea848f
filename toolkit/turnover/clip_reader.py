"""Read one clip of a timeline as a shot: its speed, its source frames, its handles."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from toolkit.documents import Shot, Skipped
from toolkit.editorial.retimes import Remap, Retime, read_retime, sample_retime, trimmed_source_frames
from toolkit.editorial.shot_names import ShotNames
from toolkit.editorial.skips import MediaSkip
from toolkit.editorial.speed_curves import SpeedCurve
from toolkit.editorial.times import ROUNDING, round_half_up, seconds_uncertainty, snap_to_whole, to_seconds
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
        retime = read_retime(clip.effects)
        resolved = self._resolve(clip)
        if resolved.is_still:
            retime = Fraction(0)
        frame_map = self._frame_map(clip, resolved, retime, slot)
        wanted = self._wanted_handles(resolved, frame_map.speed, overlap)
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

    def _frame_map(self, clip: schema.Clip, resolved: ResolvedMedia, retime: Retime, slot: Slot) -> FrameMap:
        """The frame map of a clip without handles."""
        record_range = slot.record_range(self.record_rate)
        rate = resolved.media.rate
        in_position = self._in_position(clip, resolved)
        first = resolved.origin - resolved.source_range.first
        frame_map = FrameMap(
            source_first=resolved.source_range.first,
            source_offset=Fraction(0) if resolved.is_still else in_position + first,
            source_rate=rate,
            record_first=record_range.first,
            record_count=len(record_range),
            record_rate=self.record_rate,
            speed=retime if isinstance(retime, Fraction) else Fraction(1),
            source_work_first=resolved.source_range.first,
        )
        if isinstance(retime, Fraction):
            trimmed = trimmed_source_frames(slot, retime, rate)
            return replace(frame_map, source_offset=frame_map.source_offset + trimmed)
        return _vary_speed(frame_map, self._sample(retime, in_position / rate, rate, record_range, slot), resolved)

    def _sample(
        self,
        retime: SpeedCurve | Remap,
        media_start: Fraction,
        source_rate: Fraction,
        record_range: FrameRange,
        slot: Slot,
    ) -> tuple[int, ...]:
        """The media frame of each frame of ``record_range``, from the first frame of the media."""
        head = record_range.first - round_half_up((slot.first or Fraction(0)) * self.record_rate)
        return sample_retime(
            retime,
            range(head, head + len(record_range)),
            media_start=media_start,
            record_rate=self.record_rate,
            source_rate=source_rate,
        )

    def _in_position(self, clip: schema.Clip, resolved: ResolvedMedia) -> Fraction:
        """Where the clip starts, before any trim, in media frames from the start of the available range."""
        if clip.source_range is None:
            clip_start, uncertainty = resolved.start_time(None), Fraction(0)
        else:
            start_time = clip.source_range.start_time
            clip_start, uncertainty = to_seconds(start_time), seconds_uncertainty(start_time)
        if resolved.available is not None:
            uncertainty += resolved.available.uncertainty
        rate = resolved.media.rate
        in_frames = (clip_start - resolved.start_time(clip_start)) * rate
        return snap_to_whole(in_frames, uncertainty * rate, rounding=self.rounding)

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


def _vary_speed(frame_map: FrameMap, positions: Sequence[int], resolved: ResolvedMedia) -> FrameMap:
    """``frame_map`` for the media frames ``positions``, which are counted from the first frame of the media."""
    frames = tuple(resolved.origin + position for position in positions)
    seconds = Fraction(max(1, len(frames) - 1)) / frame_map.record_rate
    return replace(
        frame_map,
        source_offset=Fraction(min(frames) - frame_map.source_first),
        speed=(frames[-1] - frames[0]) / frame_map.source_rate / seconds,
        frames=frames,
    )


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
