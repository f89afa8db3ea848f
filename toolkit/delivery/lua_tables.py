"""Write Lua tables as Fusion writes its compositions: ``Kind { item, key = value }``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
_RESERVED = re.compile(
    "(and|break|do|else|elseif|end|false|for|function|goto|if|in|local|nil|not|or|repeat|return|then|true|until|while)$"
)
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'} | {chr(code): f"\\{code:03d}" for code in (*range(0x20), 0x7F)})
_MAX_LINE = 100
"""Characters up to which a table stays on one line."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table, after the name of its Fusion constructor: ``Input { Value = 1 }``, ``ordered() { … }``."""

    kind: str = ""
    """Empty for a plain table."""
    items: tuple[LuaValue, ...] = ()
    """Values without keys, written first."""
    fields: Mapping[str, LuaValue] | Mapping[int, LuaValue] = field(default_factory=dict)
    """Values with keys, in this order; a number is written ``[8]``."""

    def text(self, margin: str = "") -> str:
        """The table as Lua; ``margin`` is the indentation of its first line.

        Raises ValueError for a number that is not finite.
        """
        inner = margin + "\t"
        parts = [_format_value(value, inner) for value in self.items]
        parts += [f"{_format_key(key)} = {_format_value(value, inner)}" for key, value in self.fields.items()]
        opening = f"{self.kind} {{" if self.kind else "{"
        line = ", ".join(parts)
        if len(line) < _MAX_LINE - 1 and "\n" not in line:
            return f"{opening} {line} }}" if parts else f"{opening} }}"
        return f"{opening}\n{inner}" + f",\n{inner}".join(parts) + f"\n{margin}}}"


LuaValue = str | bool | int | float | Table


def _format_value(value: LuaValue, margin: str) -> str:
    match value:
        case Table():
            return value.text(margin)
        case str():
            return _quote(value)
        case bool():
            return str(value).lower()
    return _format_number(value)


@lru_cache(maxsize=1024)
def _format_key(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return key if _NAME.match(key) and not _RESERVED.match(key) else f"[{_quote(key)}]"


def _quote(text: str) -> str:
    """A Lua string: quotes and backslashes escaped, control characters as decimal escapes, the rest unchanged."""
    return f'"{text.translate(_ESCAPES)}"'


def _format_number(value: float) -> str:
    """At most seven decimals: far less than a hundredth of a pixel, as a fraction of the largest frame."""
    if not isfinite(value):
        raise ValueError(f"{value} cannot be written into a Fusion comp")
    text = f"{value:.7f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
