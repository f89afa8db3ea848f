"""Read an edited timeline as a cut: each clip of each video track becomes a shot, or a row with the reason why not."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Cut, ReadOptions, Shot, Skipped
from toolkit.editorial.items import is_clip, is_gap, is_nested, is_transition, item_duration
from toolkit.editorial.nesting import Leaf, open_compound
from toolkit.editorial.retimes import is_varying
from toolkit.editorial.shot_names import ShotNames
from toolkit.editorial.skips import TRANSITION_ON_LAYERS, MediaSkip, Skip, summarise_skips
from toolkit.editorial.times import ROUNDING, nearest_frame, to_seconds
from toolkit.editorial.tracks import (
    Slot,
    TrackTrim,
    audio_tracks,
    children_outside_tracks,
    track_position,
    track_slots,
    video_tracks,
)
from toolkit.editorial.unknown_schemas import check_known
from toolkit.errors import NO_VIDEO, CutIncomplete, EmptyCut, UnreadableCut
from toolkit.frames import DROP_FRAME_RATES, FrameRange, exact_rate, timecode_from_frames
from toolkit.settings import PlateSettings
from toolkit.turnover.clip_reader import ClipReader
from toolkit.turnover.formats.timeline_file import TimelineFile
from toolkit.turnover.name_template import NameTemplate
from toolkit.turnover.resolved_media import MediaResolver

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable

log = logging.getLogger(__name__)

_NO_OPTIONS = ReadOptions()

_SAME_RATE = 1e-4
"""Relative: 23.976 is 24000/1001."""


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
    record_rate, rate_notes = _record_rate(timeline, path, options.record_rate)
    record_start = _record_start(timeline, record_rate, path)
    drop_frame, drop_notes = _choose_drop_frame(found.drop_frame, record_start, record_rate)
    resolver = MediaResolver(path.absolute().parent, plate, record_rate, drop_frame=bool(found.drop_frame))
    reader = ClipReader(
        record_rate=record_rate,
        handles=handles,
        resolver=resolver,
        names=ShotNames(partial(_clip_names, timeline)),
        template=NameTemplate(text=names, record_rate=record_rate, record_start=record_start, drop_frame=drop_frame),
        rounding=rounding,
    )
    shots: list[Shot] = []
    skipped = _skip_children_outside_tracks(timeline)
    transitions: list[Skipped] = []
    ends = [_audio_end(timeline)]
    for track_index, track in enumerate(video_tracks(timeline)):
        slots = _build_slots(timeline, track, resolver, path)
        ends += [slot.end for slot in slots]
        for slot in slots:
            made, rows = _read_child(slot, slots, track, track_index, reader)
            shots += made
            (transitions if is_transition(slot.child) else skipped).extend(rows)
    troubles = {row.shot: row.reason for row in skipped if row.shot}
    if not shots and not allow_empty and troubles and all(row.shot for row in skipped):
        raise CutIncomplete(troubles)
    if not shots and not (allow_empty and skipped):
        reasons = summarise_skips((row.clip_name, row.reason) for row in skipped)
        raise EmptyCut(path, [*reasons, *found.notes] if reasons else [NO_VIDEO, *found.notes])
    return Cut(
        name=timeline.name or path.stem,
        path=str(path.absolute()),
        digest=found.digest,
        read_options=options,
        record_rate=record_rate,
        record_start=record_start,
        drop_frame=drop_frame,
        record_count=nearest_frame(max(ends), record_rate),
        shots=tuple(shots),
        skipped=tuple(sorted([*skipped, *transitions], key=track_position)),
        media_matches=found.media_matches,
        notes=(*found.notes, *rate_notes, *drop_notes, *reader.notes.lines()),
    )


# --- the timeline ----------------------------------------------------------------------------------------------


def _skip_children_outside_tracks(timeline: schema.Timeline) -> list[Skipped]:
    """A row for each child of the stack that is not a track; tracks without pictures are only counted in the log."""
    others = children_outside_tracks(timeline)
    without_pictures = len(timeline.tracks) - len(others) - len(video_tracks(timeline))
    log.debug("%d audio and other tracks without pictures are not read", without_pictures)
    return [
        Skipped(
            clip_name=_name(child),
            track_index=0,
            record_range=None,
            reason=f"a {child.schema_name()} outside the tracks is not supported yet; put it on a track",
        )
        for child in others
    ]


def _build_slots(timeline: schema.Timeline, track: schema.Track, resolver: MediaResolver, path: Path) -> list[Slot]:
    try:
        trim = TrackTrim.from_ranges(track.source_range, timeline.tracks.source_range)
    except Skip as skip:
        raise UnreadableCut(path, f"the trim of track '{track.name}' is invalid: {skip}") from skip
    return list(track_slots(track, trim, lambda _, child: _child_length(child, resolver)))


def _clip_names(timeline: schema.Timeline) -> list[str]:
    return [child.name for track in video_tracks(timeline) for child in track if is_clip(child)]


def _child_length(child: Composable, resolver: MediaResolver) -> Fraction | None:
    """Seconds that ``child`` takes on its track; None when unknown."""
    try:
        if not is_clip(child) or child.source_range is not None:
            return item_duration(child)
        resolved = resolver.resolve(resolver.references.read(child))
    except Skip:
        return None
    return resolved.available.length if resolved.available else len(resolved.source_range) / resolved.media.rate


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


def _audio_end(timeline: schema.Timeline) -> Fraction:
    """Seconds of the longest audio track; tracks of unknown length are ignored."""
    longest = Fraction(0)
    for track in audio_tracks(timeline):
        try:
            longest = max(longest, item_duration(track) or Fraction(0))
        except Skip as skip:
            log.debug("audio track '%s' has no known length: %s", track.name, skip)
    return longest


# --- one child of a track --------------------------------------------------------------------------------------


def _read_child(
    slot: Slot, slots: Sequence[Slot], track: schema.Track, track_index: int, reader: ClipReader
) -> tuple[list[Shot], list[Skipped]]:
    """The shots of a child (none for a gap), and rows with the reason for all of it that is left out."""
    leaf = Leaf(slot=slot, siblings=slots, is_enabled=getattr(slot.child, "enabled", True))
    leaves = [leaf]
    if is_nested(slot.child) and track.enabled and leaf.is_enabled:
        try:
            leaves = list(open_compound(slot, reader.record_rate, partial(_child_length, resolver=reader.resolver)))
        except Skip as skip:
            return [], [_skip(leaf, track_index, reader, skip)]
    shots: list[Shot] = []
    rows: list[Skipped] = []
    for one in leaves:
        found, missing = _read_leaf(one, track, track_index, slot.clip_index, reader)
        shots += found
        rows += missing
    return shots, rows


def _read_leaf(
    leaf: Leaf, track: schema.Track, track_index: int, clip_index: int, reader: ClipReader
) -> tuple[list[Shot], list[Skipped]]:
    child = leaf.slot.child
    if is_gap(child):
        return [], []
    if is_transition(child):
        return [], [_skip_transition(leaf, track_index, reader.record_rate)]
    try:
        if not track.enabled:
            raise Skip("its track is disabled")
        if not leaf.is_enabled:
            raise Skip("disabled in the timeline")
        if leaf.trouble:
            raise Skip(leaf.trouble)
        check_known(child, reader.names.next_name)
        if not is_clip(child):
            raise Skip(f"a {child.schema_name()} is not supported yet")
        reference = reader.resolver.references.read_plate(child)
        if leaf.slot.length is None:
            item_duration(child)  # its times may be invalid, which it says
        return reader.read(leaf, reference, _transition_overlap(leaf), track_index=track_index, clip_index=clip_index)
    except Skip as skip:
        return [], [_skip(leaf, track_index, reader, skip)]


def _skip(leaf: Leaf, track_index: int, reader: ClipReader, skip: Skip) -> Skipped:
    row = Skipped(
        clip_name=_display_name(leaf),
        track_index=track_index,
        record_range=_range_or_none(leaf, reader.record_rate),
        reason=str(skip),
        shot=skip.shot if isinstance(skip, MediaSkip) else "",
    )
    log.debug("skipped %s: %s", row.clip_name, row.reason)
    return row


def _transition_overlap(leaf: Leaf) -> tuple[Fraction, Fraction]:
    """Seconds that transitions show the clip before its start and after its end."""
    index, slots = leaf.slot.clip_index, leaf.siblings
    before = slots[index - 1].child if index > 0 else None
    after = slots[index + 1].child if index + 1 < len(slots) else None
    return (
        to_seconds(before.in_offset) if before is not None and is_transition(before) else Fraction(0),
        to_seconds(after.out_offset) if after is not None and is_transition(after) else Fraction(0),
    )


def _skip_transition(leaf: Leaf, track_index: int, record_rate: Fraction) -> Skipped:
    transition = leaf.slot.child
    kind = transition.transition_type or "of unknown type"
    index, siblings = leaf.slot.clip_index, leaf.siblings
    sides = [siblings[other].child for other in (index - 1, index + 1) if 0 <= other < len(siblings)]
    done = TRANSITION_ON_LAYERS
    if leaf.inside or any(is_nested(side) or is_varying(side) for side in sides):
        done = "their layers are cut where it is, as return.otio cannot have it on a compound clip or a varying speed"
    return Skipped(
        clip_name=_display_name(leaf),
        track_index=track_index,
        record_range=None if leaf.time is not None else _transition_range(transition, leaf.slot, record_rate),
        reason=(
            f"a transition ({kind}) is not rendered: the shots on both sides are rendered through it as far as their "
            f"media goes, and {done}"
        ),
    )


def _transition_range(transition: schema.Transition, slot: Slot, record_rate: Fraction) -> FrameRange | None:
    if slot.first is None:
        return None
    try:
        first = nearest_frame(slot.first - to_seconds(transition.in_offset), record_rate)
        end = nearest_frame(slot.first + to_seconds(transition.out_offset), record_rate)
    except Skip:
        return None
    return FrameRange(first=first, last=end - 1) if end > first else None


def _range_or_none(leaf: Leaf, record_rate: Fraction) -> FrameRange | None:
    try:
        return leaf.record_range(record_rate)
    except Skip:
        return None


def _display_name(leaf: Leaf) -> str:
    return "/".join([*leaf.compound_names, _name(leaf.slot.child)])


def _name(child: Composable) -> str:
    return child.name or f"unnamed {child.schema_name()}"
