"""Matches the names that users write against the names that a server lists, and names the settings they wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

_MAX_SUGGESTIONS = 3


def setting_prefix(section: str, key: str, control: str = "") -> str:
    """``body.model: ``, or ``face.controls (depth): `` for one ``control``, to begin a message with.

    Empty without a section: it is not known where the look comes from.
    """
    return f"{section}.{key}{f' ({control})' if control else ''}: " if section else ""


def resolve_name(kind: str, wanted: str, known: Mapping[str, str], missing: list[str], setting: str = "") -> str:
    """The server's own name for ``wanted``, which may leave out the hash at the end (``face [9e397ea6]``).

    ``known`` maps every accepted spelling to the server's name. Without a match, appends a line to ``missing``, which
    begins with ``setting``, and returns an empty string.
    """
    for name, full_name in known.items():
        if wanted in {name, name.partition(" [")[0]}:
            return full_name
    missing.append(f"{setting}no {kind} '{wanted}' ({suggest_names(wanted, known)})")
    return ""


def suggest_names(wanted: str, known: Iterable[str]) -> str:
    """``similar: …`` with a few similar names, or else ``available: …`` with the first few."""
    by_case = {name.lower(): name for name in known}
    close = get_close_matches(wanted.lower(), by_case, n=_MAX_SUGGESTIONS, cutoff=0.4)
    similar = [by_case[name] for name in close]
    if similar:
        return "similar: " + ", ".join(similar)
    if not by_case:
        return "none available"
    more = ", …" if len(by_case) > _MAX_SUGGESTIONS else ""
    return "available: " + ", ".join(list(by_case.values())[:_MAX_SUGGESTIONS]) + more
