"""Argument kinds: the short names used in method declarations, and checking values against them."""

from __future__ import annotations

from functools import cache
from typing import Any

PLAIN: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "number": (int, float),
    "dict": (dict,),
}
WORDS = {
    "track": ("video", "audio", "subtitle"),
    "page": ("media", "cut", "edit", "fusion", "color", "fairlight", "deliver"),
    "marks": ("video", "audio", "all"),
}
"""Kinds with a fixed set of values."""


def matches_kind(kind: str, value: Any, class_name: str | None) -> bool:
    """Return whether a value is of a kind.

    A kind is a key of PLAIN or WORDS, ``any``, a Resolve class name, ``[kind]`` for a list of it, or several joined
    with ``|``. ``class_name`` is the class of a handle, None for a plain value.
    """
    if "|" in kind:
        return any(matches_kind(one, value, class_name) for one in kind.split("|"))
    if kind == "any":
        return value is not None
    if kind.startswith("["):
        return isinstance(value, list) and all(matches_kind(kind[1:-1], one, handle_class(one)) for one in value)
    if kind in WORDS:
        return isinstance(value, str) and value in WORDS[kind]
    if kind in PLAIN:
        return isinstance(value, PLAIN[kind]) and isinstance(value, bool) == (kind == "bool")
    return class_name == kind


def handle_class(value: Any) -> str | None:
    """Return the Resolve class that a handle refers to; None if the value is not a handle."""
    target = getattr(type(value), "target", None)
    return type(target(value)).__name__ if target is not None else None


def find_argument_error(kinds: tuple[str, ...], arguments: tuple[Any, ...]) -> str:
    """Return what is wrong with the arguments of a method; empty if nothing is.

    ``kind?`` may be omitted or None; ``*kind`` accepts any number.
    """
    least = _least(kinds)
    rest = kinds[-1][1:] if kinds and kinds[-1].startswith("*") else None
    most = len(arguments) if rest else len(kinds)
    if not least <= len(arguments) <= most:
        return f"{len(arguments)} arguments instead of {', '.join(kinds) or 'none'}"
    for number, value in enumerate(arguments):
        kind = rest if rest and number >= len(kinds) - 1 else kinds[number]
        optional = kind.endswith("?")
        if not (optional and value is None) and not matches_kind(kind.removesuffix("?"), value, handle_class(value)):
            return f"argument {number + 1} is {value!r}, not {kind}"
    return ""


@cache
def _least(kinds: tuple[str, ...]) -> int:
    """Return the number of required arguments."""
    return sum(not kind.endswith("?") and not kind.startswith("*") for kind in kinds)
