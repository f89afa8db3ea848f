"""Read one clip of a timeline as a shot: its speed, its source frames, its handles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from toolkit.documents import Shot, Skipped
from toolkit.editorial.clip_starts import ClipStart, find_clip_start
from toolkit.editorial.media_references import MediaReference
from toolkit.editorial.nesting import Leaf
from toolkit.editorial.retimes import Retime, read_retime, sample_retime, slow_freeze_note, trimmed_source_frames
from toolkit.editorial.shot_names import ShotNames
from toolkit.editorial.skips import MediaSkip
from toolkit.editorial.times import ROUNDING, nearest_frame
from toolkit.editorial.tracks import Slot
from toolkit.frames import FrameMap, FrameRange
from toolkit.turnover.clip_notes import ClipNotes
from toolkit.turnover.name_template import NameTemplate
from toolkit.turnover.parts import split_at_missing_frames
from toolkit.turnover.resolved_media import MediaResolver, ResolvedMedia
from toolkit.turnover.usable_frames import add_handles, find_length_problem, find_missing_frames

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
    template: NameTemplate
    rounding: Fraction = ROUNDING
    """How far the start of a clip may be off a whole media frame and still mean it, frames."""
    notes: ClipNotes = field(default_factory=ClipNotes)

    def read(
        self,
        leaf: Leaf,
        reference: MediaReference,
        overlap: tuple[Fraction, Fraction],
        *,
        track_index: int,
        clip_index: int,
    ) -> tuple[list[Shot], list[Skipped]]:
        """The shot of the clip ``leaf``, whose media is ``reference``; where that lacks frames, its parts and the rest.

        A retimed compound may show a clip more than once: each time is a shot. ``overlap`` is how long transitions
        show the clip before and after its own range, in seconds; handles start beyond that. ``clip_index`` is that of
        the clip, or of the outermost compound that it is in. Raises Skip when the clip cannot be rendered.
        """
        retime = read_retime(leaf.slot.child.effects)
        resolved = self._resolve(leaf, reference, track_index)
        if resolved.is_still:
            retime = Fraction(0)
        shots: list[Shot] = []
        rows: list[Skipped] = []
        frame_maps, start = self._frame_maps(leaf, resolved, retime)
        skips: list[MediaSkip] = []
        for frame_map in frame_maps:
            work_range = partial(add_handles, resolved, self._wanted_handles(resolved, frame_map.speed, overlap))
            source_range = frame_map.source_range()
            problem = find_length_problem(resolved, source_range)
            missing = set() if problem else set(find_missing_frames(resolved, source_range))
            shot = self._build_shot(
                leaf,
                resolved,
                frame_map,
                source_range,
                source_range if missing or problem else work_range(source_range),
                track_index=track_index,
                clip_index=clip_index,
            )
            self._note(shot, leaf.slot.child, resolved, start)
            if not missing and not problem:
                shots.append(shot)
                continue
            available = resolved.source_range
            try:
                if problem:
                    raise MediaSkip(problem, shot=shot.name)
                parts, holes = split_at_missing_frames(shot, missing, self.names, work_range, available=available)
            except MediaSkip as skip:  # the other uses may have their frames
                skips.append(skip)
                rows.append(_missing_use(shot, skip))
                continue
            shots += parts
            rows += holes
        if skips and not shots:
            raise skips[0]
        return shots, rows

    def _note(self, shot: Shot, clip: schema.Clip, resolved: ResolvedMedia, start: ClipStart) -> None:
        """Keep what was decided about ``shot``."""
        self.notes.add(shot.name, start.note)
        if not resolved.is_still and shot.source_range.first == shot.source_range.last and len(shot.record_range) > 1:
            self.notes.add(shot.name, slow_freeze_note(clip.effects))

    def _build_shot(
        self,
        leaf: Leaf,
        resolved: ResolvedMedia,
        frame_map: FrameMap,
        source_range: FrameRange,
        work: FrameRange,
        *,
        track_index: int,
        clip_index: int,
    ) -> Shot:
        """The shot of ``leaf``, which shows ``source_range``: ``work`` has its handles, none if it lacks frames."""
        clip_name = "/".join([*leaf.compound_names, leaf.slot.child.name or resolved.media.path.rpartition("/")[2]])
        return Shot(
            name=self._next_name(leaf, clip_name, resolved.media.path, track_index, frame_map.record_first),
            clip_name=clip_name,
            media=resolved.media,
            source_range=source_range,
            source_work_range=work,
            record_range=FrameRange.of(frame_map.record_first, frame_map.record_count),
            frame_map=frame_map.with_work_range(work),
            track_index=track_index,
            clip_index=clip_index,
            inside=leaf.inside,
        )

    def _frame_maps(self, leaf: Leaf, resolved: ResolvedMedia, retime: Retime) -> tuple[list[FrameMap], ClipStart]:
        """The map of each use of the clip, without handles, and where the clip starts in its media.

        There is one map, unless a retimed compound is around the clip.
        """
        rate = self.record_rate if leaf.time is None else leaf.time.rate
        frame_map, start = self._frame_map(leaf.slot, resolved, retime, rate)
        return [frame_map] if leaf.time is None else leaf.time.place(frame_map, self.record_rate), start

    def _resolve(self, leaf: Leaf, reference: MediaReference, track_index: int) -> ResolvedMedia:
        """The media of the clip ``leaf``. Raises Skip, which names the shot that the clip would have been."""
        try:
            return self.resolver.resolve(reference)
        except MediaSkip as skip:
            clip_name = "/".join([*leaf.compound_names, leaf.slot.child.name])
            record_range = leaf.record_range(self.record_rate)
            record_first = record_range.first if record_range is not None else 0
            name = self._next_name(leaf, clip_name, "", track_index, record_first)
            raise MediaSkip(str(skip), shot=name) from skip

    def _next_name(self, leaf: Leaf, clip_name: str, media_path: str, track_index: int, record_first: int) -> str:
        filled = self.template.fill(
            leaf.slot.child,
            clip_name=clip_name,
            media_path=media_path,
            track_index=track_index,
            record_first=record_first,
            index=self.names.count + 1,
        )
        return self.names.next_name(filled)

    def _frame_map(
        self, slot: Slot, resolved: ResolvedMedia, retime: Retime, record_rate: Fraction
    ) -> tuple[FrameMap, ClipStart]:
        """The frame map of the clip in ``slot`` at ``record_rate``, which may be the rate of a compound."""
        record_range = slot.record_range(record_rate)
        rate = resolved.media.rate
        start = self._clip_start(slot.child, resolved, retime)
        first = resolved.origin - resolved.source_range.first
        frame_map = FrameMap(
            source_first=resolved.source_range.first,
            source_offset=Fraction(0) if resolved.is_still else start.frames + first,
            source_rate=rate,
            record_first=record_range.first,
            record_count=len(record_range),
            record_rate=record_rate,
            speed=retime if isinstance(retime, Fraction) else Fraction(1),
            source_work_first=resolved.source_range.first,
        )
        if isinstance(retime, Fraction):
            trimmed = trimmed_source_frames(slot, retime, rate)
            return replace(frame_map, source_offset=frame_map.source_offset + trimmed) if trimmed else frame_map, start
        head = record_range.first - nearest_frame(slot.first or Fraction(0), record_rate)
        sampled = sample_retime(
            retime,
            range(head, head + len(record_range)),
            media_start=start.frames / rate,
            record_rate=record_rate,
            source_rate=rate,
        )
        return _vary_speed(frame_map, sampled, resolved), start

    def _clip_start(self, clip: schema.Clip, resolved: ResolvedMedia, retime: Retime) -> ClipStart:
        """Where in its media ``clip`` starts, before any trim of its track."""
        used, rate = clip.source_range, resolved.media.rate
        if used is None or resolved.is_still:
            return ClipStart(frames=Fraction(0))
        speed = retime if isinstance(retime, Fraction) else Fraction(1)
        return find_clip_start(used, resolved.origin_for(used.start_time), rate, speed, rounding=self.rounding)

    def _wanted_handles(
        self, resolved: ResolvedMedia, speed: Fraction, overlap: tuple[Fraction, Fraction]
    ) -> tuple[int, int]:
        """Source frames wanted before and after; at double speed, slipping the edit needs twice as many."""
        if speed == 1 and not any(overlap):
            return self.handles, self.handles
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


def _missing_use(shot: Shot, skip: MediaSkip) -> Skipped:
    return Skipped(
        clip_name=shot.clip_name,
        track_index=shot.track_index,
        record_range=shot.record_range,
        reason=str(skip),
        shot=shot.name,
    )
