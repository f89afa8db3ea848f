"""Vary one number of the settings: ``face.strength=0.2..0.7``, ``face.controls[0].weight=0.5..1.2``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from toolkit.errors import SettingsError
from toolkit.settings.shots import ShotValue
from toolkit.settings.values import Settings

_TEXT = re.compile(r"(?P<key>(?:body|face)\.[a-z_]+(?:\[\d+\]\.[a-z_]+)?)=(?P<low>[\d.]+?)\.\.(?P<high>[\d.]+)")
_KEY = re.compile(r"(?P<section>\w+)\.(?P<field>\w+)(?:\[(?P<index>\d+)\]\.(?P<inner>\w+))?")
_SOURCE = "--vary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """A number of one pass that is to be varied, and its limits."""

    key: str
    """``face.strength`` or ``face.controls[0].weight``."""
    low: float
    """The first limit, in the unit of the setting."""
    high: float
    """The second, above it."""

    @classmethod
    def parse(cls, text: str, settings: Settings) -> Variation:
        """Raises SettingsError for what is no number of ``settings``, and for limits that do not fit it."""
        match = _TEXT.fullmatch(text.replace(" ", ""))
        if match is None:
            raise SettingsError(text, "write it as face.strength=0.2..0.7", source=_SOURCE)
        try:
            found = cls(key=match["key"], low=float(match["low"]), high=float(match["high"]))
        except ValueError:
            raise SettingsError(text, "its limits are no numbers", source=_SOURCE) from None
        if not found.low < found.high:
            raise SettingsError(text, "its first limit must be below its second", source=_SOURCE)
        for limit in (found.low, found.high):
            found.apply(settings, limit)
        return found

    @property
    def section(self) -> str:
        """``face`` or ``body``."""
        return self.key.partition(".")[0]

    def round(self, settings: Settings, value: float) -> float:
        """``value`` as the setting takes it: whole numbers for steps."""
        return float(round(value)) if isinstance(self._read(settings), int) else round(value, 3)

    def apply(self, settings: Settings, value: float) -> Settings:
        """``settings`` with ``value``. Raises SettingsError."""
        one = self.for_shot("*", settings, value)
        section, _, field = one.key.partition(".")
        return replace(settings, **{section: replace(getattr(settings, section), **{field: one.value})})

    def for_shot(self, pattern: str, settings: Settings, value: float) -> ShotValue:
        """``value`` as a setting of the shots that match ``pattern``, whose other ``settings`` stay."""
        found, number = self._match(), self.round(settings, value)
        given: Any = int(number) if isinstance(self._read(settings), int) else number
        field = f"{found['section']}.{found['field']}"
        if found["index"] is None:
            return ShotValue(pattern=pattern, key=field, value=given)
        tables = [asdict(one) for one in getattr(getattr(settings, found["section"]), found["field"])]
        tables[int(found["index"])][found["inner"]] = given
        return ShotValue(pattern=pattern, key=field, value=tuple(tables))

    def _match(self) -> Mapping[str, str]:
        match = _KEY.fullmatch(self.key)
        if match is None:
            raise SettingsError(self.key, "write it as face.strength or face.controls[0].weight", source=_SOURCE)
        return match.groupdict()

    def _read(self, settings: Settings) -> float:
        found = self._match()
        value = getattr(getattr(settings, found["section"]), found["field"], None)
        if found["index"] is not None:
            tables = value if isinstance(value, tuple) else ()
            table = tables[int(found["index"])] if int(found["index"]) < len(tables) else None
            value = getattr(table, found["inner"], None)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SettingsError(self.key, "it is no number of these settings", source=_SOURCE)
        return value
