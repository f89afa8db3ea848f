"""Why a clip is left alone."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_REASONS = 4
"""Reasons an empty cut names on its one line."""


class Skip(Exception):
    """This clip is not rendered; the text says why. It becomes a row of ``Cut.skipped`` and never leaves the room."""


def summary(skipped: Iterable[tuple[str, str]]) -> list[str]:
    """Clip names and reasons, each reason once with how many clips it holds for, the most frequent first."""
    names: dict[str, list[str]] = {}
    for name, reason in skipped:
        names.setdefault(reason, []).append(name)
    rows = sorted(names.items(), key=lambda item: -len(item[1]))
    lines = [f"{clips[0]}{f' and {len(clips) - 1} more' if clips[1:] else ''}: {reason}" for reason, clips in rows]
    more = [f"{len(lines) - _MOST_REASONS} other reasons"] if len(lines) > _MOST_REASONS else []
    return lines[:_MOST_REASONS] + more
