"""Names as people write them, found among those that a server has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

_FEW = 3
"""Most names that a message offers instead of one that is not there."""


def found(what: str, wanted: str, known: Mapping[str, str], missing: list[str]) -> str:
    """The server's own name for ``wanted``, with or without the hash behind it; else a line more in ``missing``.

    ``known`` holds the server's names by everything they may be called.
    """
    for name, full in known.items():
        if wanted in {name, name.partition(" [")[0]}:
            return full
    missing.append(f"no {what} '{wanted}' ({nearest(wanted, known)})")
    return ""


def nearest(wanted: str, known: Iterable[str]) -> str:
    """A few names to choose from: near ones, else the first."""
    by_case = {name.lower(): name for name in known}
    near = [by_case[name] for name in get_close_matches(wanted.lower(), by_case, n=_FEW, cutoff=0.4)]
    if near:
        return "near: " + ", ".join(near)
    if not by_case:
        return "it has none"
    return "it has: " + ", ".join(list(by_case.values())[:_FEW]) + (", …" if len(by_case) > _FEW else "")
