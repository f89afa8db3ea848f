"""Settings of single shots: ``[shots."sh02*"]`` in a ``toolkit.toml``, in front of everything that counts for all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SECTIONS = ("track", "matte", "body", "face")
"""What may differ from shot to shot: how it is tracked and how its passes look."""

_KEY = re.compile(r"""shots\.(?:"(?P<quoted>[^"]+)"|'(?P<single>[^']+)'|(?P<plain>[^."']+))\.(?P<key>\w+\.\w+)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotValue:
    """One setting of some shots."""

    pattern: str
    """Shell pattern of shot names."""
    key: str
    """``face.strength``."""
    value: Any

    @property
    def name(self) -> str:
        """As it is written in a dotted key: ``shots."sh02*".face.strength``."""
        return f'shots."{self.pattern}".{self.key}'


def flatten_shots(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The table ``shots`` of a TOML document by dotted keys."""
    for pattern, sections in table.items():
        if not isinstance(sections, Mapping):
            yield f"shots.{pattern}", sections
            continue
        for section, values in sections.items():
            if not isinstance(values, Mapping):
                yield f'shots."{pattern}".{section}', values
                continue
            yield from ((f'shots."{pattern}".{section}.{name}', value) for name, value in values.items())


def parse_shot_key(dotted: str) -> tuple[str, str] | None:
    """The pattern and the key of ``shots."sh02*".face.strength``; None if ``dotted`` is written in another way."""
    match = _KEY.fullmatch(dotted)
    if match is None:
        return None
    return match["quoted"] or match["single"] or match["plain"], match["key"]
