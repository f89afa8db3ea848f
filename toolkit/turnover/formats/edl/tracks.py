"""The events of an edit list on tracks: gaps, transitions, and clips over one another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.editorial.builders import make_gap, make_time, make_transition, make_video_track
from toolkit.turnover.formats.edl.sources import PlacedEvent

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable

_KINDS = {"D": "SMPTE_Dissolve", "W": "SMPTE_Wipe"}
_NAMES = {"D": "dissolve", "W": "wipe"}

Lane = list[PlacedEvent]
"""Events that do not overlap, from left to right."""


def arrange(placed: Sequence[PlacedEvent]) -> tuple[list[Lane], list[str]]:
    """The events as lanes, bottom first, and notes of those that overlap others on their track.

    Such an event gets a lane of its own above the other, as later lines of a list are recorded over earlier ones.
    """
    tracks: dict[int, list[Lane]] = {}
    notes: list[str] = []
    order = {id(one): index for index, one in enumerate(placed)}
    for one in sorted((one for one in placed if one.record_count), key=lambda one: one.record_first):
        lanes = tracks.setdefault(one.event.track, [])
        free = next((lane for lane in lanes if lane[-1].record_end <= one.record_first), None)
        if free is None:
            notes += [_note_overlap(lane[-1], one) for lane in lanes[-1:]]
            lanes.append([one])
        else:
            free.append(one)
    for lanes in tracks.values():
        lanes.sort(key=lambda lane: min(order[id(one)] for one in lane))
    return [lane for track in sorted(tracks) for lane in tracks[track]], notes


def _note_overlap(under: PlacedEvent, over: PlacedEvent) -> str:
    frames = min(under.record_end, over.record_end) - over.record_first
    return (
        f"{over.name} overlaps {under.name} by {frames} frame{'s' if frames != 1 else ''}: it is put on a track above"
    )


def build_track(
    name: str,
    lane: Lane,
    start: int,
    rate: Fraction,
    make_child: Callable[[PlacedEvent], Composable],
) -> schema.Track:
    """The track of ``lane`` in a timeline that begins at record frame ``start``."""
    track = make_video_track(name)
    position = start
    for placed in lane:
        if placed.record_first > position:
            track.append(make_gap(make_time(placed.record_first - position, rate)))
        length = transition_length(placed)
        if length:
            track.append(_transition(placed, length, rate))
        track.append(make_child(placed))
        position = placed.record_end
    return track


def transition_length(placed: PlacedEvent) -> int:
    """Frames of the transition that ``placed`` comes in by, as far as it reaches; 0 for a cut."""
    return min(placed.event.length, placed.record_count) if placed.event.is_transition else 0


def _transition(placed: PlacedEvent, length: int, rate: Fraction) -> schema.Transition:
    """The transition begins with the incoming clip, which is whole; the outgoing one goes on under it."""
    event = placed.event
    kind = event.edit[0]
    name = event.effect or (f"Wipe {event.edit[1:]}" if kind == "W" else "Cross Dissolve")
    return make_transition(name, _KINDS[kind], before=make_time(0, rate), after=make_time(length, rate))


def note_transitions(lane: Lane, outgoing: Mapping[tuple[int, int], PlacedEvent]) -> Iterator[str]:
    """What of the transitions cannot be carried: parts that are too long, and clips that are only under them.

    ``outgoing`` are the events that take no time, by track and record frame.
    """
    before: PlacedEvent | None = None
    for placed in lane:
        event, length = placed.event, transition_length(placed)
        if event.is_transition and length < event.length:
            kind = _NAMES[event.edit[0]]
            yield f"{placed.name}: its {kind} of {event.length} frames is longer than itself, {length} frames are kept"
        out = outgoing.get((event.track, placed.record_first)) if length else None
        if out is not None and not out.event.is_black and not _goes_on(before, out, placed.record_first):
            yield (
                f"{placed.name}: its {_NAMES[event.edit[0]]} comes from {out.event.name}, which is only under "
                "it, and is not rendered"
            )
        before = placed


def _goes_on(before: PlacedEvent | None, out: PlacedEvent, record_first: int) -> bool:
    """Whether the clip ``before`` is the one that goes ``out`` at ``record_first``."""
    if before is None or before.record_end != record_first:
        return False
    if before.event.source[1] == out.event.source[0]:  # some lists give it the reel of what comes in
        return True
    if before.event.reel != out.event.reel:
        return False
    return not out.event.clip_name or not before.event.clip_name or before.event.clip_name == out.event.clip_name
