"""Read an edited timeline as a cut: each clip of each video track becomes a shot, or a row with the reason why not."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Cut, ReadOptions, Shot, Skipped
from toolkit.editorial.items import is_clip, is_transition, item_duration
from toolkit.editorial.shot_names import ShotNames
from toolkit.editorial.skips import Skip, summarise_skips
from toolkit.editorial.times import ROUNDING, nearest_frame
from toolkit.editorial.tracks import audio_tracks, children_outside_tracks, track_position, video_tracks
from toolkit.errors import NO_VIDEO, CutIncomplete, EmptyCut
from toolkit.settings import PlateSettings
from toolkit.turnover.clip_reader import ClipReader
from toolkit.turnover.formats.timeline_file import TimelineFile
from toolkit.turnover.name_template import NameTemplate
from toolkit.turnover.resolved_media import MediaResolver
from toolkit.turnover.timeline_clock import TimelineClock
from toolkit.turnover.track_children import build_slots, child_name, read_child

if TYPE_CHECKING:
    from opentimelineio import schema

log = logging.getLogger(__name__)

_NO_OPTIONS = ReadOptions()


def read_timeline_cut(
    found: TimelineFile,
    path: Path,
    options: ReadOptions = _NO_OPTIONS,
    *,
    handles: int,
    plate: PlateSettings,
    names: str = "{clip}",
    rounding: Fraction = ROUNDING,
    allow_empty: bool = False,
) -> Cut:
    """The shots of the timeline ``found`` in the file ``path``: bottom track first, each track from left to right.

    ``options`` are those it was read with; ``rounding`` is how far the starts of its clips may be off whole media
    frames, in frames; ``names`` is the template of the shots' names. Raises like ``read_cut``; with ``allow_empty``, a
    cut without a shot is returned.
    """
    timeline = found.timeline
    clock = TimelineClock.read(found, path, options.record_rate)
    resolver = MediaResolver(path.absolute().parent, plate, clock.rate, drop_frame=bool(found.drop_frame))
    reader = ClipReader(
        record_rate=clock.rate,
        handles=handles,
        resolver=resolver,
        names=ShotNames(partial(_clip_names, timeline)),
        template=NameTemplate(
            text=names, record_rate=clock.rate, record_start=clock.start, drop_frame=clock.drop_frame
        ),
        rounding=rounding,
    )
    shots: list[Shot] = []
    skipped = _skip_children_outside_tracks(timeline)
    transitions: list[Skipped] = []
    ends = [_audio_end(timeline)]
    for track_index, track in enumerate(video_tracks(timeline)):
        slots = build_slots(timeline, track, resolver, path)
        ends += [slot.end for slot in slots]
        for slot in slots:
            made, rows = read_child(slot, slots, track, track_index, reader)
            shots += made
            (transitions if is_transition(slot.child) else skipped).extend(rows)
    if not shots and not (allow_empty and skipped):
        raise _empty_cut(skipped, found, path)
    return Cut(
        name=timeline.name or path.stem,
        path=str(path.absolute()),
        digest=found.digest,
        read_options=options,
        record_rate=clock.rate,
        record_start=clock.start,
        drop_frame=clock.drop_frame,
        record_count=nearest_frame(max(ends), clock.rate),
        shots=tuple(shots),
        skipped=tuple(sorted([*skipped, *transitions], key=track_position)),
        media_matches=found.media_matches,
        notes=(*found.notes, *clock.notes, *reader.notes.lines()),
    )


def _empty_cut(skipped: Sequence[Skipped], found: TimelineFile, path: Path) -> CutIncomplete | EmptyCut:
    """Why no shot was made: the media of all clips, or what else."""
    troubles: Mapping[str, str] = {row.shot: row.reason for row in skipped if row.shot}
    if troubles and all(row.shot for row in skipped):
        return CutIncomplete(troubles)
    reasons = summarise_skips((row.clip_name, row.reason) for row in skipped)
    return EmptyCut(path, [*reasons, *found.notes] if reasons else [NO_VIDEO, *found.notes])


def _skip_children_outside_tracks(timeline: schema.Timeline) -> list[Skipped]:
    """A row for each child of the stack that is not a track; tracks without pictures are only counted in the log."""
    others = children_outside_tracks(timeline)
    without_pictures = len(timeline.tracks) - len(others) - len(video_tracks(timeline))
    log.debug("%d audio and other tracks without pictures are not read", without_pictures)
    return [
        Skipped(
            clip_name=child_name(child),
            track_index=0,
            record_range=None,
            reason=f"a {child.schema_name()} outside the tracks is not supported yet; put it on a track",
        )
        for child in others
    ]


def _clip_names(timeline: schema.Timeline) -> list[str]:
    return [child.name for track in video_tracks(timeline) for child in track if is_clip(child)]


def _audio_end(timeline: schema.Timeline) -> Fraction:
    """Seconds of the longest audio track; tracks of unknown length are ignored."""
    longest = Fraction(0)
    for track in audio_tracks(timeline):
        try:
            longest = max(longest, item_duration(track) or Fraction(0))
        except Skip as skip:
            log.debug("audio track '%s' has no known length: %s", track.name, skip)
    return longest
