"""Lua tables as text, the way Fusion writes its compositions: ``Kind { item, key = value }``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
_RESERVED = re.compile(
    "(and|break|do|else|elseif|end|false|for|function|goto|if|in|local|nil|not|or|repeat|return|then|true|until|while)$"
)
_LINE = 100
"""A table that fits into so many characters stays on one line."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, with the function in front that Fusion calls on it: ``Input { Value = 1 }``, ``ordered() { … }``."""

    kind: str = ""
    """Empty for a plain table."""
    items: tuple[LuaValue, ...] = ()
    """Values without a key; they come first."""
    fields: Mapping[str, LuaValue] | Mapping[int, LuaValue] = field(default_factory=dict)
    """Values with a key, in this order; a number becomes ``[8]``."""

    def text(self, margin: str = "") -> str:
        """The table as Lua; ``margin`` is the indentation of the line it begins on.

        Raises ValueError for a number that is not finite.
        """
        inner = margin + "\t"
        parts = [_text(value, inner) for value in self.items]
        parts += [f"{_key(key)} = {_text(value, inner)}" for key, value in self.fields.items()]
        opening = f"{self.kind} {{" if self.kind else "{"
        if sum(len(part) + 2 for part in parts) <= _LINE and not any("\n" in part for part in parts):
            return f"{opening} {', '.join(parts)} }}" if parts else f"{opening} }}"
        return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{margin}}}"


LuaValue = str | bool | int | float | Table


def _text(value: LuaValue, margin: str) -> str:
    match value:
        case Table():
            return value.text(margin)
        case str():
            return _quoted(value)
        case bool():
            return str(value).lower()
    return _number(value)


def _key(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return key if _NAME.match(key) and not _RESERVED.match(key) else f"[{_quoted(key)}]"


def _quoted(text: str) -> str:
    """Quotes and backslashes escaped, control characters by their number, everything else as it is."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\{ord(found[0]):03d}", escaped) + '"'


def _number(value: float) -> str:
    """Seven decimals at most: far below a hundredth of a pixel as a part of the largest picture."""
    if not isfinite(value):
        raise ValueError(f"{value} cannot be written into a Fusion comp")
    text = f"{value:.7f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
