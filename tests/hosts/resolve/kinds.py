"""Kinds of arguments, in short words: what a method declares, and whether a value is one."""

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
"""Kinds that are one of a few words."""


def fits(kind: str, value: Any, class_name: str | None) -> bool:
    """Whether a value is of the kind.

    A kind is a word of PLAIN or WORDS, ``any``, the name of a class of Resolve's, ``[kind]`` for a list of it, or
    several of these with ``|`` between. ``class_name`` is what the value is a handle of, None for a plain value.
    """
    if "|" in kind:
        return any(fits(one, value, class_name) for one in kind.split("|"))
    if kind == "any":
        return value is not None
    if kind.startswith("["):
        return isinstance(value, list) and all(fits(kind[1:-1], one, class_of(one)) for one in value)
    if kind in WORDS:
        return isinstance(value, str) and value in WORDS[kind]
    if kind in PLAIN:
        return isinstance(value, PLAIN[kind]) and isinstance(value, bool) == (kind == "bool")
    return class_name == kind


def class_of(value: Any) -> str | None:
    """Of which class of Resolve's a value is a handle; None: of none."""
    thing = getattr(type(value), "thing_of", None)
    return type(thing(value)).__name__ if thing is not None else None


def misfit(kinds: tuple[str, ...], arguments: tuple[Any, ...]) -> str:
    """What is wrong with the arguments for the kinds a method declares; empty when nothing is.

    ``kind?`` may be left out or None, ``*kind`` takes any number.
    """
    least = _least(kinds)
    rest = kinds[-1][1:] if kinds and kinds[-1].startswith("*") else None
    most = len(arguments) if rest else len(kinds)
    if not least <= len(arguments) <= most:
        return f"{len(arguments)} arguments instead of {', '.join(kinds) or 'none'}"
    for number, value in enumerate(arguments):
        kind = rest if rest and number >= len(kinds) - 1 else kinds[number]
        optional = kind.endswith("?")
        if not (optional and value is None) and not fits(kind.removesuffix("?"), value, class_of(value)):
            return f"argument {number + 1} is {value!r}, not {kind}"
    return ""


@cache
def _least(kinds: tuple[str, ...]) -> int:
    """How many arguments may not be left out."""
    return sum(not kind.endswith("?") and not kind.startswith("*") for kind in kinds)
