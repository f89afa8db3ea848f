"""Notes about the clips of a cut, each once, with the shots that it is about."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_NAMES = 3
"""Shots named in one note; more are counted."""


class ClipNotes:
    """Collects what had to be decided or guessed about clips while a cut is read."""

    def __init__(self) -> None:
        self._shots: dict[str, list[str]] = {}

    def add(self, shot: str, note: str) -> None:
        """Keep a ``note``, a sentence about the clip of ``shot``; an empty one is ignored."""
        if note:
            self._shots.setdefault(note, []).append(shot)

    def lines(self) -> tuple[str, ...]:
        """The notes with the shots they are about, in the order in which they were first added."""
        return tuple(f"{list_shots(names)}: {note}" for note, names in self._shots.items())


def list_shots(names: Sequence[str]) -> str:
    """``sh010, sh020, sh030 and 2 more``."""
    named = ", ".join(names[:_MOST_NAMES])
    return named if len(names) <= _MOST_NAMES else f"{named} and {len(names) - _MOST_NAMES} more"
