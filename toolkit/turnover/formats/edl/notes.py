"""What had to be guessed in an edit list, or could not be carried: one sentence each, which names the event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from toolkit.turnover.formats.edl.sources import Counting, PlacedEvent, SourceUse, source_agrees, source_lengths
from toolkit.turnover.formats.edl.text import NO_EDIT

_MANY = ("does not fit its record", "runs backwards", "overlaps event", "which is only under it")
"""What lists may say of hundreds of events."""
_MOST_ALIKE = 20

_KNOWN = ("C", "D", "W", "K B", "K", NO_EDIT)


def note_guessed_rate(rate: Fraction, why: str) -> str:
    """That the list has a rate that it does not state."""
    return f"the edit list does not say its frame rate: {float(rate):.6g} fps is assumed, as {why} (--cut-rate)"


def note_event(placed: PlacedEvent, use: SourceUse, counting: Counting) -> Iterator[str]:
    """What is particular about one event."""
    event = placed.event
    if event.edit == NO_EDIT:
        yield f"{placed.name} does not say how it comes in: it is read as a cut"
    elif not event.edit.startswith(_KNOWN) or event.edit == "K O":
        yield f"{placed.name} comes in by '{event.edit}', which is not supported: it is read as a cut"
    elif event.edit == "K B":
        yield f"{placed.name} is the background of a key: it is read as a cut, and the key itself is not rendered"
    elif event.edit == "K":
        yield f"{placed.name} is the foreground of a key: it is put on a track above, without the key"
    if not source_agrees(placed, counting):
        yield _note_source(placed, counting)
    if placed.speed < 0:
        yield _note_reversed(placed, use)


def _note_source(placed: PlacedEvent, counting: Counting) -> str:
    length, needed = source_lengths(placed, counting)
    speed = f"at {float(placed.speed) * 100:.6g} %" if placed.event.motion else "without an M2 line"
    return (
        f"{placed.name}: its source of {_frames(length)} does not fit its record of {_frames(placed.record_count)}, "
        f"which {speed} shows {float(needed):.6g}: the speed and the in point count"
    )


def _note_reversed(placed: PlacedEvent, use: SourceUse) -> str:
    first = placed.event.source[0]
    end = "first frame that it shows, the highest" if use.in_point_is_high else "lowest frame, which it shows last"
    return (
        f"{placed.name} runs backwards: its in point {first} is taken as the {end}, as lists do not say which end it is"
    )


def _frames(count: int) -> str:
    return f"{count} frame{'' if count == 1 else 's'}"


def note_media(folders: Sequence[str], missing: Sequence[str], clips: int, offline: int) -> Iterator[str]:
    """What was not found: ``missing`` of the ``folders``, and ``offline`` of the ``clips``."""
    for folder in missing:
        yield f"the folder {folder} does not exist, so that no media is searched there (--media)"
    if offline and not folders:
        yield f"{_offline(offline, clips)}: an edit list names no files, give their folder with --media"
    elif offline:
        named = f"is named like {'it' if offline == 1 else 'them'}"
        yield f"{_offline(offline, clips)}: no file in {', '.join(folders)} {named}"


def shorten(notes: Sequence[str]) -> list[str]:
    """``notes`` with a count where very many say the same of their events."""
    shown: list[str] = []
    for kind in _MANY:
        alike = [note for note in notes if kind in note]
        if len(alike) > _MOST_ALIKE:
            left = len(alike) - _MOST_ALIKE
            notes = [note for note in notes if note not in set(alike[_MOST_ALIKE:])]
            shown.append(f"{left} more event{'s' if left > 1 else ''}: … {kind} …")
    return [*notes, *shown]


def _offline(offline: int, clips: int) -> str:
    return f"{offline} of {clips} clips {'is' if offline == 1 else 'are'} offline"
