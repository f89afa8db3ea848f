"""An edited timeline as a cut: every video track walked once, every clip a shot or a row that says why not."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Cut, Shot, Skipped
from toolkit.editorial.media_references import is_layer_clip
from toolkit.editorial.shot_names import ShotNames
from toolkit.editorial.skips import Skip, summary
from toolkit.editorial.times import nearest, seconds
from toolkit.editorial.tracks import Slot, TrackTrim, place_of, slots, video_tracks
from toolkit.errors import EmptyCut, UnreadableCut
from toolkit.frames import FrameRange, exact_rate, timecode_from_frames
from toolkit.turnover.clip_reader import ClipReader
from toolkit.turnover.resolved_media import Sources

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable

log = logging.getLogger(__name__)

_DROP_FRAME_RATES = (Fraction(30000, 1001), Fraction(60000, 1001))


def cut_of_timeline(timeline: schema.Timeline, path: Path, *, handles: int) -> Cut:
    """The shots of ``timeline``, read from ``path``: bottom track first, each from left to right.

    Raises as ``read_cut`` does. OpenTimelineIO frees the children of a timeline nobody holds: the caller holds it.
    """
    from opentimelineio import schema

    record_rate = _record_rate(timeline, path)
    sources = Sources(path.absolute().parent)
    reader = ClipReader(record_rate=record_rate, handles=handles, sources=sources, names=ShotNames())
    shots: list[Shot] = []
    skipped = _beside_tracks(timeline)
    transitions: list[Skipped] = []
    ends = [_audio_end(timeline)]
    for track_index, track in enumerate(video_tracks(timeline)):
        placed = _placed(timeline, track, sources, path)
        ends += [slot.end for slot in placed]
        for slot in placed:
            result = _read_child(slot, placed, track, track_index, reader)
            if isinstance(result, Shot):
                shots.append(result)
            elif result is not None:
                (transitions if isinstance(slot.child, schema.Transition) else skipped).append(result)
    if not shots:
        raise EmptyCut(path, summary((row.clip_name, row.reason) for row in skipped))
    record_start = _record_start(timeline, record_rate, path)
    return Cut(
        name=timeline.name or path.stem,
        path=str(path.absolute()),
        record_rate=record_rate,
        record_start=record_start,
        drop_frame=_counts_drop_frame(record_start, record_rate),
        record_count=nearest(max(ends) * record_rate),
        shots=tuple(shots),
        skipped=tuple(sorted([*skipped, *transitions], key=place_of)),
    )


# --- the timeline ----------------------------------------------------------------------------------------------


def _beside_tracks(timeline: schema.Timeline) -> list[Skipped]:
    """A row for everything that lies on the stack without being a track; tracks without pictures are only counted."""
    from opentimelineio import schema

    others = [child for child in timeline.tracks if not isinstance(child, schema.Track)]
    silent = len(timeline.tracks) - len(others) - len(video_tracks(timeline))
    log.debug("%d audio and other tracks hold no pictures and are not read", silent)
    return [
        Skipped(
            clip_name=_name(child),
            track_index=0,
            record_range=None,
            reason=f"a {child.schema_name()} beside the tracks is not supported yet; put it on a track",
        )
        for child in others
    ]


def _placed(timeline: schema.Timeline, track: schema.Track, sources: Sources, path: Path) -> list[Slot]:
    try:
        window = TrackTrim.of(track.source_range, timeline.tracks.source_range)
    except Skip as skip:
        raise UnreadableCut(path, f"track '{track.name}' cannot be placed: {skip}") from skip
    return list(slots(track, window, lambda _, child: _length(child, sources)))


def _length(child: Composable, sources: Sources) -> Fraction | None:
    """Seconds that ``child`` takes on its track; None when nobody can know."""
    import opentimelineio as otio

    if not isinstance(child, otio.core.Item):  # a transition lies over its neighbours
        return Fraction(0)
    try:
        if child.source_range is not None:
            return seconds(child.source_range.duration)
        if isinstance(child, otio.schema.Clip):
            source = sources.of(child)
            return source.available.length if source.available else len(source.range) / source.media.rate
        return seconds(child.duration())
    except (Skip, otio.exceptions.OTIOError):
        return None


def _record_rate(timeline: schema.Timeline, path: Path) -> Fraction:
    """Frames per second: of the start timecode where the cut says it, else what most of its clips are counted in."""
    from opentimelineio import schema

    start = timeline.global_start_time
    # 1 is what OpenTimelineIO writes when nobody said a rate.
    if start is not None and start.rate != 1:
        rates = [start.rate]
    else:
        clips = [child for track in video_tracks(timeline) for child in track if isinstance(child, schema.Clip)]
        counted = Counter(_counting_rate(clip) for clip in clips)
        rates = [rate for rate, _ in counted.most_common() if rate is not None] or [24.0]
    try:
        return exact_rate(rates[0])
    except ValueError as error:
        raise UnreadableCut(path, f"its frame rate is {rates[0]:g}") from error


def _counting_rate(clip: schema.Clip) -> float | None:
    if clip.source_range is not None:
        return float(clip.source_range.duration.rate)
    available = clip.media_reference.available_range if clip.media_reference else None
    return float(available.duration.rate) if available is not None else None


def _record_start(timeline: schema.Timeline, record_rate: Fraction, path: Path) -> int:
    if timeline.global_start_time is None:
        return 0
    try:
        return nearest(seconds(timeline.global_start_time) * record_rate)
    except Skip as skip:
        raise UnreadableCut(path, f"its start time is {timeline.global_start_time}") from skip


def _counts_drop_frame(record_start: int, record_rate: Fraction) -> bool:
    """Whether the timeline counts drop frame, which OpenTimelineIO does not say.

    Timelines start on a whole minute: 107892 at 29.97 is 01:00:00;00, and nobody starts one at 00:59:56:12.
    """
    if record_rate not in _DROP_FRAME_RATES:
        return False
    labels = [timecode_from_frames(record_start, record_rate, drop_frame=drop_frame) for drop_frame in (True, False)]
    whole_minute = [label.seconds == label.frames == 0 for label in labels]
    return whole_minute == [True, False]


def _audio_end(timeline: schema.Timeline) -> Fraction:
    """Seconds of the longest audio track; one whose length the cut does not say is not counted."""
    import opentimelineio as otio

    longest = Fraction(0)
    for track in timeline.tracks:
        if isinstance(track, otio.schema.Track) and track.kind == otio.schema.TrackKind.Audio:
            try:
                longest = max(longest, seconds(track.duration()))
            except (Skip, otio.exceptions.OTIOError) as error:
                log.debug("audio track '%s' has no known length: %s", track.name, error)
    return longest


# --- one child of a track --------------------------------------------------------------------------------------


def _read_child(
    slot: Slot, placed: Sequence[Slot], track: schema.Track, track_index: int, reader: ClipReader
) -> Shot | Skipped | None:
    """A shot, or why there is none; None for gaps."""
    from opentimelineio import schema

    child = slot.child
    if isinstance(child, schema.Gap):
        return None
    if isinstance(child, schema.Transition):
        return _transition_row(child, slot, track_index, reader.record_rate)
    try:
        if not track.enabled:
            raise Skip("its track is disabled")
        if not getattr(child, "enabled", True):
            raise Skip("disabled in the timeline")
        if not isinstance(child, schema.Clip):
            raise Skip(_nested(child))
        if is_layer_clip(child, reader.sources.beside):
            raise Skip("a layer that this toolkit made, not a plate")
        return reader.read(child, slot, _overlap(slot, placed), track_index=track_index)
    except Skip as skip:
        row = Skipped(
            clip_name=_name(child),
            track_index=track_index,
            record_range=_range_or_none(slot, reader.record_rate),
            reason=str(skip),
        )
        log.debug("skipped %s: %s", row.clip_name, row.reason)
        return row


def _nested(child: Composable) -> str:
    import opentimelineio as otio

    if isinstance(child, otio.core.Composition):
        return f"a nested timeline ({child.schema_name()}) is not supported yet; decompose it in the editor"
    return f"a {child.schema_name()} is not supported yet"


def _overlap(slot: Slot, placed: Sequence[Slot]) -> tuple[Fraction, Fraction]:
    """Seconds that transitions show the clip before its start and after its end."""
    from opentimelineio import schema

    before = placed[slot.clip_index - 1].child if slot.clip_index > 0 else None
    after = placed[slot.clip_index + 1].child if slot.clip_index + 1 < len(placed) else None
    return (
        seconds(before.in_offset) if isinstance(before, schema.Transition) else Fraction(0),
        seconds(after.out_offset) if isinstance(after, schema.Transition) else Fraction(0),
    )


def _transition_row(transition: schema.Transition, slot: Slot, track_index: int, record_rate: Fraction) -> Skipped:
    return Skipped(
        clip_name=_name(transition),
        track_index=track_index,
        record_range=_transition_range(transition, slot, record_rate),
        reason=(
            f"a transition ({transition.transition_type or 'of no type'}) is not rendered; the shots beside it get "
            "frames under it as far as their media goes, and return.otio lays it over their layers too"
        ),
    )


def _transition_range(transition: schema.Transition, slot: Slot, record_rate: Fraction) -> FrameRange | None:
    if slot.first is None:
        return None
    try:
        first = nearest((slot.first - seconds(transition.in_offset)) * record_rate)
        end = nearest((slot.first + seconds(transition.out_offset)) * record_rate)
    except Skip:
        return None
    return FrameRange(first=first, last=end - 1) if end > first else None


def _range_or_none(slot: Slot, record_rate: Fraction) -> FrameRange | None:
    try:
        return slot.record_range(record_rate)
    except Skip:
        return None


def _name(child: Composable) -> str:
    return child.name or f"unnamed {child.schema_name()}"
