"""What was chosen, guessed or left out when the media of a cut was read, as notes of the cut."""

from __future__ import annotations

from toolkit.documents import Cut

_MOST_NAMES = 3
"""Shots named in one note; more are counted."""


def add_media_notes(cut: Cut) -> Cut:
    """``cut`` with the notes of its media, each once, with the shots that use the media."""
    shots: dict[tuple[str, str], list[str]] = {}
    for shot in cut.shots:
        for note in shot.media.notes:
            shots.setdefault((shot.media.path, note), []).append(shot.name)
    notes = [f"{_list_shots(names)}: {note}" for (_, note), names in shots.items()]
    return cut.model_copy(update={"notes": (*cut.notes, *notes)}) if notes else cut


def _list_shots(names: list[str]) -> str:
    named = ", ".join(names[:_MOST_NAMES])
    return named if len(names) <= _MOST_NAMES else f"{named} and {len(names) - _MOST_NAMES} more"
