"""Read an edit list (CMX 3600 and its relatives) as a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Media, MediaMatch, ReadOptions
from toolkit.editorial.builders import make_time, make_timeline
from toolkit.errors import UnreadableCut
from toolkit.frames import DROP_FRAME_RATES
from toolkit.turnover.formats.edl.clips import ClipBuilder
from toolkit.turnover.formats.edl.events import EdlEvent, EventList, read_events
from toolkit.turnover.formats.edl.media import Fit, FoundMedia, MediaFinder
from toolkit.turnover.formats.edl.notes import note_guessed_rate, note_media, shorten
from toolkit.turnover.formats.edl.rates import count_label, guess_rate, speed_of, uses_drop_frame
from toolkit.turnover.formats.edl.sources import Counting, PlacedEvent, locate
from toolkit.turnover.formats.edl.tracks import arrange, build_track, note_transitions
from toolkit.turnover.formats.timeline_file import TimelineFile
from toolkit.turnover.media_folders import MediaFolders

if TYPE_CHECKING:
    from opentimelineio import schema


def read_edl(path: Path, options: ReadOptions) -> TimelineFile:
    """The timeline of the edit list at ``path``. Raises NoSuchFile and UnreadableCut.

    Each event with pictures becomes a clip, black a gap. Its media is searched below the folders of ``options``, and
    beside the list. What is not found is offline media as long as the list itself uses it.
    """
    listed = read_events(path)
    folders = [Path(folder) for folder in options.media]
    media = MediaFolders(folders, beside=path.absolute().parent)
    reading = _read_at_its_rate(listed.events, options.record_rate, media)
    if listed.events and not any(one.record_count for one in reading.placed):
        raise UnreadableCut(path, next(iter(reading.problems), "none of its events takes any time"))
    timeline, matches, notes = _build(listed, reading, path)
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    offline = sum(not match.path for match in matches)
    return TimelineFile(
        timeline=timeline,
        drop_frame=reading.counting.drop_frame,
        media_matches=matches,
        notes=(
            *reading.notes,
            *listed.notes,
            *reading.problems,
            *notes,
            *note_media(options.media, missing, len(matches), offline),
        ),
    )


# --- frames, speeds and media ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The events of a list, counted at one rate."""

    counting: Counting
    placed: tuple[PlacedEvent, ...]
    found: tuple[FoundMedia | None, ...]
    """The media of each."""
    problems: tuple[str, ...]
    """Why events are left out."""
    notes: tuple[str, ...] = ()

    @property
    def media_rates(self) -> list[Fraction]:
        """The rates that media which was found states, each clip once."""
        media = [one.media for one in self.found if one is not None and one.media is not None]
        return [one.rate for one in media if not one.is_rate_assumed]


def _read_at_its_rate(events: Sequence[EdlEvent], chosen: Fraction | None, folders: MediaFolders) -> _Reading:
    """The events at the rate that was ``chosen``, else at the one that the list and its media suggest."""
    labels = [label for event in events for label in event.record]
    declared = next((event.drop_frame for event in events), False)
    drop_frame = uses_drop_frame(labels, declared)
    if chosen is not None:
        reading = _read(events, chosen, drop_frame, folders)
        ignored = drop_frame and chosen not in DROP_FRAME_RATES
        note = f"the edit list is drop frame, which does not exist at {float(chosen):g} fps: it is counted without"
        return replace(reading, notes=(note,)) if ignored else reading
    rate, why = guess_rate(events, drop_frame=drop_frame, media_rates=())
    reading = _read(events, rate, drop_frame, folders)
    by_media, media_why = guess_rate(events, drop_frame=drop_frame, media_rates=reading.media_rates)
    if by_media != rate:
        rate, why = by_media, media_why
        reading = _read(events, rate, drop_frame, folders)
    return replace(reading, notes=(note_guessed_rate(rate, why),))


def _read(events: Sequence[EdlEvent], rate: Fraction, drop_frame: bool, folders: MediaFolders) -> _Reading:
    marked = any(label[-3:-2] in {";", ","} for event in events for label in (*event.source, *event.record))
    counting = Counting(rate=rate, drop_frame=drop_frame and rate in DROP_FRAME_RATES, has_marks=marked)
    placed, problems = _place(events, counting)
    finder = MediaFinder(folders, rate, partial(_fits, counting=counting))
    found = [None if one.event.is_black or not one.record_count else finder.find(one) for one in placed]
    return _Reading(counting=counting, placed=tuple(placed), found=tuple(found), problems=tuple(problems))


def _fits(placed: PlacedEvent, media: Media, *, counting: Counting) -> Fit:
    try:
        use = locate(placed, media, counting)
    except ValueError:
        return Fit.NONE
    return Fit.NONE if not use.fits else Fit.COUNTED if use.counted else Fit.TIMECODE


def _place(events: Sequence[EdlEvent], counting: Counting) -> tuple[list[PlacedEvent], list[str]]:
    """The events with their record in frames, and why others are left out. After midnight, counting goes on."""
    day = 24 * count_label("01:00:00:00", counting.rate, drop_frame=counting.drop_frame)
    placed: list[PlacedEvent] = []
    problems: list[str] = []
    for event in events:
        try:
            first, end = counting.record(event)
            if end < first - day // 2:
                end += day
            if end < first:
                raise ValueError(f"its record ends at {event.record[1]}, before it begins at {event.record[0]}")
            counting.source(event)
        except ValueError as error:
            problems.append(f"event {event.number} ({event.name}) is left out: {error}")
            continue
        speed = speed_of(event.motion.rate, counting.rate) if event.motion else Fraction(1)
        placed.append(PlacedEvent(event=event, record_first=first, record_count=end - first, speed=speed))
    if any(one.record_end > day for one in placed):
        placed = [replace(one, record_first=_after_midnight(one.record_first, day)) for one in placed]
    return placed, problems


def _after_midnight(record_first: int, day: int) -> int:
    return record_first if record_first >= day // 2 else record_first + day


# --- the timeline ----------------------------------------------------------------------------------------------


def _build(
    listed: EventList, reading: _Reading, path: Path
) -> tuple[schema.Timeline, tuple[MediaMatch, ...], list[str]]:
    rate, placed = reading.counting.rate, reading.placed
    start = min((one.record_first for one in placed if one.record_count), default=0)
    timeline = make_timeline(listed.title or path.stem, make_time(start, rate))
    lanes, notes = arrange(placed)
    media = {id(one): found for one, found in zip(placed, reading.found, strict=True)}
    outgoing = {(one.event.track, one.record_first): one for one in placed if not one.record_count}
    clips = ClipBuilder(lanes, media, reading.counting, path.absolute().parent)
    for number, lane in enumerate(lanes, start=1):
        notes += note_transitions(lane, outgoing)
        timeline.tracks.append(build_track(f"Video {number}", lane, start, rate, clips.make_child))
    return timeline, tuple(clips.matches), shorten([*notes, *clips.notes])
