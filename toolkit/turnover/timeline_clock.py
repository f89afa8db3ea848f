"""The rate and the timecode of a timeline: as its file says, else as its clips suggest, and then with a note."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.editorial.items import is_clip
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import nearest_frame, to_seconds
from toolkit.editorial.tracks import video_tracks
from toolkit.errors import UnreadableCut
from toolkit.frames import DROP_FRAME_RATES, exact_rate, timecode_from_frames
from toolkit.turnover.formats.timeline_file import TimelineFile

if TYPE_CHECKING:
    from opentimelineio import schema

_SAME_RATE = 1e-4
"""Relative: 23.976 is 24000/1001."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineClock:
    """How the frames of a timeline are counted."""

    rate: Fraction
    """Frames per second."""
    start: int
    """Timecode of its first frame, in frames after 00:00:00:00."""
    drop_frame: bool
    notes: tuple[str, ...]
    """What was guessed, one sentence each."""

    @classmethod
    def read(cls, found: TimelineFile, path: Path, chosen_rate: Fraction | None) -> TimelineClock:
        """The clock of the timeline ``found`` in the file ``path``, for which the user may have chosen a rate.

        Raises UnreadableCut for an invalid rate or start.
        """
        rate, rate_notes = _record_rate(found.timeline, path, chosen_rate)
        start = _record_start(found.timeline, rate, path)
        drop_frame, drop_notes = _choose_drop_frame(found.drop_frame, start, rate)
        return cls(rate=rate, start=start, drop_frame=drop_frame, notes=(*rate_notes, *drop_notes))


def _record_rate(timeline: schema.Timeline, path: Path, chosen: Fraction | None) -> tuple[Fraction, tuple[str, ...]]:
    """Frames per second, and a note if that is a guess.

    It is the rate of the start timecode, else the one ``chosen`` by the user, else the one that most clips are counted
    in.
    """
    start = timeline.global_start_time
    # OpenTimelineIO writes 1 when no rate was set.
    if start is not None and start.rate != 1:
        return _exact_record_rate(start.rate, path), ()
    if chosen is not None:
        return chosen, ()
    clips = [child for track in video_tracks(timeline) for child in track if is_clip(child)]
    counts = Counter(rate for rate in map(_clip_rate, clips) if rate is not None)
    rate = _exact_record_rate(counts.most_common(1)[0][0] if counts else 24.0, path)
    if counts and all(abs(other / float(rate) - 1) < _SAME_RATE for other in counts):
        return rate, ()
    why = "most of its clips are counted in it" if counts else "nothing in it gives one"
    return rate, (f"the timeline does not say its frame rate: {float(rate):g} fps is assumed, as {why}",)


def _exact_record_rate(rate: float, path: Path) -> Fraction:
    try:
        return exact_rate(rate)
    except ValueError as error:
        raise UnreadableCut(path, f"its frame rate is {rate:g}") from error


def _clip_rate(clip: schema.Clip) -> float | None:
    """The rate that the length of ``clip`` is written in."""
    if clip.source_range is not None:
        return float(clip.source_range.duration.rate)
    available = clip.media_reference.available_range if clip.media_reference else None
    return float(available.duration.rate) if available is not None else None


def _record_start(timeline: schema.Timeline, record_rate: Fraction, path: Path) -> int:
    if timeline.global_start_time is None:
        return 0
    try:
        return nearest_frame(to_seconds(timeline.global_start_time), record_rate)
    except Skip as skip:
        raise UnreadableCut(path, f"its start time is {timeline.global_start_time}") from skip


def _choose_drop_frame(said: bool | None, record_start: int, record_rate: Fraction) -> tuple[bool, tuple[str, ...]]:
    """Whether the timeline counts drop frame: as its file says, else by its start; and a note if that cannot be."""
    if said is None:
        return _is_drop_frame(record_start, record_rate), ()
    if said and record_rate not in DROP_FRAME_RATES:
        problem = f"the timeline says drop frame, which does not exist at {float(record_rate):g} fps"
        return False, (f"{problem}: its timecode is counted without",)
    return said, ()


def _is_drop_frame(record_start: int, record_rate: Fraction) -> bool:
    """Whether the timeline counts drop frame, which OpenTimelineIO does not store.

    Timelines start on a whole minute: 107892 at 29.97 is 01:00:00;00, as a start at 00:59:56:12 is unlikely. Most
    minutes begin with ;02.
    """
    if record_rate not in DROP_FRAME_RATES:
        return False
    dropped, plain = (
        timecode_from_frames(record_start, record_rate, drop_frame=drop_frame) for drop_frame in (True, False)
    )
    first = DROP_FRAME_RATES[record_rate] if dropped.minutes % 10 else 0
    return (dropped.seconds, dropped.frames) == (0, first) and (plain.seconds, plain.frames) != (0, 0)
