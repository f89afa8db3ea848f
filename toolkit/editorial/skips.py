"""Reasons why a clip is not rendered."""

from __future__ import annotations

from collections.abc import Iterable

_MAX_REASONS = 4
"""Reasons listed on the one line of an ``EmptyCut``."""

LAYER_REASON = "a layer made by this toolkit, not a plate"
"""The reason for our own layers, in a cut that was imported before and sent again."""


TRANSITION_ON_LAYERS = "return.otio has the transition on their layers"
"""The end of the reason for a transition: what becomes of it."""


class Skip(Exception):
    """Raised for a clip that cannot be rendered; the text is the reason. Callers turn it into a ``Skipped`` row."""


class MediaSkip(Skip):
    """The clip was to be rendered as ``shot``, but its media cannot be used."""

    def __init__(self, reason: str, *, shot: str = "") -> None:
        super().__init__(reason)
        self.shot = shot


def summarise_skips(skipped: Iterable[tuple[str, str]]) -> list[str]:
    """Group (clip name, reason) pairs by reason, the most frequent first; long lists end with a count of the rest."""
    names: dict[str, list[str]] = {}
    for name, reason in skipped:
        names.setdefault(reason, []).append(name)
    rows = sorted(names.items(), key=lambda item: -len(item[1]))
    lines = [f"{clips[0]}{f' and {len(clips) - 1} more' if clips[1:] else ''}: {reason}" for reason, clips in rows]
    others = len(lines) - _MAX_REASONS
    rest = [f"{others} other {'reason' if others == 1 else 'reasons'}"] if others > 0 else []
    return lines[:_MAX_REASONS] + rest
