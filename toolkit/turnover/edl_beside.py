"""An edit list beside a movie, of the same name: its events say where the movie cuts, better than its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Media, MediaKind, ReadOptions
from toolkit.editorial.items import is_clip, item_duration
from toolkit.editorial.times import round_half_up, to_seconds
from toolkit.editorial.tracks import TrackTrim, track_slots, video_tracks
from toolkit.errors import UnreadableCut
from toolkit.frames import FrameRange
from toolkit.turnover.formats import open_timeline_file

if TYPE_CHECKING:
    from opentimelineio import schema

_INSTEAD = "move it away to divide the movie by its pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Events:
    """What a list has, in frames of its timecode."""

    edges: frozenset[int]
    """The first frame of each event, and the frame after its last."""

    @property
    def span(self) -> FrameRange:
        return FrameRange(first=min(self.edges), last=max(self.edges) - 1)


def find_edl(media: Media) -> Path | None:
    """The edit list beside the movie ``media``, of the same name; None: there is none."""
    path = Path(media.path)
    if media.kind is not MediaKind.MOVIE:
        return None
    beside = (path.with_suffix(suffix) for suffix in (".edl", ".EDL"))
    return next((one for one in beside if one.is_file()), None)


def read_edl_boundaries(
    edl: Path, media: Media, source_range: FrameRange, options: ReadOptions
) -> tuple[tuple[int, ...], list[str]]:
    """Where the events of ``edl`` divide the frames ``source_range`` of ``media``, ascending, and notes.

    The list is laid over the movie by timecode, or, if the movie's does not meet it, by their first frames. Raises
    UnreadableCut when the list cannot be read, or has no event that begins within the movie.
    """
    found = open_timeline_file(edl, options.model_copy(update={"record_rate": media.rate}))
    events = _Events(edges=frozenset(_edges(found.timeline, media)))
    if not events.edges:
        raise UnreadableCut(edl, f"it has no events with pictures; {_INSTEAD}")
    by_timecode = _timecode_range(media, source_range)
    meets = by_timecode is not None and by_timecode.intersection(events.span) is not None
    origin = by_timecode.first if by_timecode is not None and meets else events.span.first
    firsts = sorted(source_range.first + edge - origin for edge in events.edges)
    boundaries = tuple(first for first in firsts if source_range.first < first <= source_range.last)
    if not boundaries and len(events.edges) > 2:
        raise UnreadableCut(edl, f"none of its events begins within {Path(media.path).name}; {_INSTEAD}")
    return boundaries, list(_notes(edl, media, events.span, source_range, meets_timecode=meets))


def _timecode_range(media: Media, source_range: FrameRange) -> FrameRange | None:
    """The timecodes of ``source_range`` as frames; None: the movie has none."""
    if media.timecode_first is None or media.source_range is None:
        return None
    return FrameRange.of(media.timecode_first + source_range.first - media.source_range.first, len(source_range))


def _edges(timeline: schema.Timeline, media: Media) -> Iterator[int]:
    start = to_seconds(timeline.global_start_time) * media.rate
    for track in video_tracks(timeline):
        trim = TrackTrim.from_ranges(track.source_range, None)
        for slot in track_slots(track, trim, lambda _, child: item_duration(child)):
            if is_clip(slot.child) and slot.first is not None:
                yield round_half_up(start + slot.first * media.rate)
                yield round_half_up(start + slot.end * media.rate)


def _notes(
    edl: Path, media: Media, span: FrameRange, source_range: FrameRange, *, meets_timecode: bool
) -> Iterator[str]:
    name = Path(media.path).name
    yield f"{name}: divided as {edl.name} beside it says, not by its pictures"
    if not meets_timecode and media.timecode_first is not None:
        yield f"{name}: its timecode does not meet that of {edl.name}, so their first frames are taken for the same"
    if len(span) != len(source_range):
        yield f"{name}: it has {len(source_range)} frames, and the events of {edl.name} {len(span)}; check the shots"
