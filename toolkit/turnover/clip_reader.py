"""One clip of a timeline as a shot: its speed, its source frames, its handles."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from toolkit.documents import Shot
from toolkit.editorial.shot_names import ShotNames
from toolkit.editorial.speeds import constant_speed, trimmed_source_frames
from toolkit.editorial.times import doubt, seconds, snapped
from toolkit.editorial.tracks import Slot
from toolkit.errors import MissingFrames, at
from toolkit.frames import FrameMap, FrameRange
from toolkit.turnover.resolved_media import Source, Sources

if TYPE_CHECKING:
    from opentimelineio import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipReader:
    """Makes shots of the clips of one cut."""

    record_rate: Fraction
    """Frames per second of the timeline."""
    handles: int
    """Source frames wanted beyond each end, at plain speed."""
    sources: Sources
    names: ShotNames

    def read(self, clip: schema.Clip, slot: Slot, overlap: tuple[Fraction, Fraction], *, track_index: int) -> Shot:
        """The shot of ``clip`` in ``slot``.

        ``overlap`` is how long transitions show it before and after its own range, in seconds; its handles start
        beyond that. Raises Skip when it cannot be rendered, MissingFrames when its media has less than it shows.
        """
        speed = constant_speed(clip.effects)
        source = self.sources.of(clip)
        if source.is_still:
            speed = Fraction(0)
        record_range = slot.record_range(self.record_rate)
        frame_map = FrameMap(
            source_first=source.range.first,
            source_offset=_offset(clip, source, speed, slot),
            source_rate=source.media.rate,
            record_first=record_range.first,
            record_count=len(record_range),
            record_rate=self.record_rate,
            speed=speed,
            source_work_first=source.range.first,
        )
        source_range = frame_map.source_range()
        clip_name = clip.name or source.media.path.rpartition("/")[2]
        name = self.names.name(clip_name)
        missing = _missing(source, source_range)
        if missing:
            with at(shot=name):
                raise MissingFrames(source.media.path, missing, available=str(source.range))
        work_range = _work_range(source, source_range, self._wanted(source, speed, overlap))
        return Shot(
            name=name,
            clip_name=clip_name,
            media=source.media,
            source_range=source_range,
            source_work_range=work_range,
            record_range=record_range,
            map=replace(frame_map, source_work_first=work_range.first),
            track_index=track_index,
            clip_index=slot.clip_index,
        )

    def _wanted(self, source: Source, speed: Fraction, overlap: tuple[Fraction, Fraction]) -> tuple[int, int]:
        """Source frames wanted before and after: at double speed the same slip of the edit needs twice as many."""
        before, after = overlap if speed >= 0 else (overlap[1], overlap[0])
        spare = self.handles * abs(speed)
        if not before and not after:
            return ceil(spare), ceil(spare)
        per_second = abs(speed) * source.media.rate
        return ceil(spare + before * per_second), ceil(spare + after * per_second)


def _offset(clip: schema.Clip, source: Source, speed: Fraction, slot: Slot) -> Fraction:
    """Media frames from the media's first frame to the lowest one the clip shows."""
    if source.is_still:
        return Fraction(0)
    if clip.source_range is None:
        clip_start, unsure = source.start(None), Fraction(0)
    else:
        clip_start, unsure = seconds(clip.source_range.start_time), doubt(clip.source_range.start_time)
    if source.available is not None:
        unsure += source.available.doubt
    rate = source.media.rate
    from_origin = snapped((clip_start - source.start(clip_start)) * rate, unsure * rate)
    return from_origin + trimmed_source_frames(slot, speed, rate) + source.origin - source.range.first


def _missing(source: Source, source_range: FrameRange) -> list[int]:
    """The frames of ``source_range`` that are not on disk though the media is, ascending."""
    if not source.media.online:
        return []
    beyond = source_range.minus(source.range) if source_range.intersection(source.range) != source_range else []
    return sorted([*beyond, *(frame for frame in source.holes if frame in source_range)])


def _work_range(source: Source, source_range: FrameRange, wanted: tuple[int, int]) -> FrameRange:
    """``source_range`` and the handles there are: none beyond the media, none beyond a hole in it."""
    usable = source.usable
    first = max(source_range.first - wanted[0], min(usable.first, source_range.first))
    last = min(source_range.last + wanted[1], max(usable.last, source_range.last))
    above = bisect_left(source.holes, source_range.first)
    if above > 0:
        first = max(first, source.holes[above - 1] + 1)
    if above < len(source.holes):
        last = min(last, source.holes[above] - 1)
    return FrameRange(first=first, last=last)
