"""Read the children of a track: the shots of a clip, and a row with the reason for all that is left out."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Shot, Skipped
from toolkit.editorial.items import is_clip, is_gap, is_nested, is_transition, item_duration, transition_offsets
from toolkit.editorial.nesting import Leaf, open_compound
from toolkit.editorial.retimes import is_varying
from toolkit.editorial.skips import TRANSITION_ON_LAYERS, MediaSkip, Skip
from toolkit.editorial.times import nearest_frame
from toolkit.editorial.tracks import Slot, TrackTrim, track_slots
from toolkit.editorial.unknown_schemas import check_known
from toolkit.errors import UnreadableCut
from toolkit.frames import FrameRange
from toolkit.turnover.clip_reader import ClipReader
from toolkit.turnover.resolved_media import MediaResolver

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable

log = logging.getLogger(__name__)

_NOTHING = Fraction(0)


def build_slots(timeline: schema.Timeline, track: schema.Track, resolver: MediaResolver, path: Path) -> list[Slot]:
    """The children of ``track`` with their places on ``timeline``. Raises UnreadableCut for an invalid trim."""
    try:
        trim = TrackTrim.from_ranges(track.source_range, timeline.tracks.source_range)
    except Skip as skip:
        raise UnreadableCut(path, f"the trim of track '{track.name}' is invalid: {skip}") from skip
    return list(track_slots(track, trim, lambda _, child: _child_length(child, resolver)))


def read_child(
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


def child_name(child: Composable) -> str:
    """Its name, or what it is."""
    return child.name or f"unnamed {child.schema_name()}"


def _child_length(child: Composable, resolver: MediaResolver) -> Fraction | None:
    """Seconds that ``child`` takes on its track; None when unknown."""
    try:
        if not is_clip(child) or child.source_range is not None:
            return item_duration(child)
        resolved = resolver.resolve(resolver.references.read(child))
    except Skip:
        return None
    return resolved.available.length if resolved.available else len(resolved.source_range) / resolved.media.rate


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
    return _offsets(before)[0], _offsets(after)[1]


def _offsets(child: Composable | None) -> tuple[Fraction, Fraction]:
    """Those of a transition with times that can be, else none."""
    return (is_transition(child) and transition_offsets(child)) or (_NOTHING, _NOTHING)


def _skip_transition(leaf: Leaf, track_index: int, record_rate: Fraction) -> Skipped:
    transition = leaf.slot.child
    kind = transition.transition_type or "of unknown type"
    index, siblings = leaf.slot.clip_index, leaf.siblings
    sides = [siblings[other].child for other in (index - 1, index + 1) if 0 <= other < len(siblings)]
    done = TRANSITION_ON_LAYERS
    offsets = transition_offsets(transition)
    if offsets is None:
        done = "their layers are cut where it is, as its times are invalid"
    elif leaf.inside or any(is_nested(side) or is_varying(side) for side in sides):
        done = "their layers are cut where it is, as return.otio cannot have it on a compound clip or a varying speed"
    return Skipped(
        clip_name=_display_name(leaf),
        track_index=track_index,
        record_range=_transition_range(offsets, leaf.slot, record_rate) if offsets and leaf.time is None else None,
        reason=(
            f"a transition ({kind}) is not rendered: the shots on both sides are rendered through it as far as their "
            f"media goes, and {done}"
        ),
    )


def _transition_range(offsets: tuple[Fraction, Fraction], slot: Slot, record_rate: Fraction) -> FrameRange | None:
    if slot.first is None:
        return None
    first = nearest_frame(slot.first - offsets[0], record_rate)
    end = nearest_frame(slot.first + offsets[1], record_rate)
    return FrameRange(first=first, last=end - 1) if end > first else None


def _range_or_none(leaf: Leaf, record_rate: Fraction) -> FrameRange | None:
    try:
        return leaf.record_range(record_rate)
    except Skip:
        return None


def _display_name(leaf: Leaf) -> str:
    return "/".join([*leaf.compound_names, child_name(leaf.slot.child)])
