"""Translates the sampler of a look for one server.

Until 1.8 the web UI listed a sampler once for each spacing of its steps: ``DPM++ 2M`` and ``DPM++ 2M Karras``. Since
1.9.0 the spacing is a field of its own, the schedule type, and its default ("Automatic") is not uniform for every
sampler: plain ``DPM++ 2M`` has become Karras. The name in a look keeps its original meaning, as in every engine.

Facts: sd_samplers.py, sd_samplers_kdiffusion.py and sd_schedulers.py of the web UI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from toolkit.engines.names import suggest_names

AUTOMATIC = "Automatic"
"""The schedule type that is the sampler's own default."""
_UNIFORM = "uniform"
"""The server's internal name for uniform spacing."""
_NEVER_UNIFORM = {"Restart"}
"""Samplers whose plain name has always meant the spacing that is now their automatic one."""

Row = Mapping[str, Any]


def choose_sampler(
    wanted: str, samplers: Sequence[Row], schedules: Sequence[Row] | None, missing: list[str], setting: str = ""
) -> tuple[str, str]:
    """``sampler_name`` and ``scheduler`` for the name in a look.

    ``schedules`` None: the server is older than 1.9.0 and has no schedule types. For an unknown sampler, appends a line
    to ``missing``, which begins with ``setting``, and returns empty strings.
    """
    options = {row["name"]: row.get("options") for row in samplers}
    if wanted in options:
        uniform = next((row["label"] for row in schedules or () if row.get("name") == _UNIFORM), AUTOMATIC)
        own = options[wanted]
        has_other_default = isinstance(own, Mapping) and own.get("scheduler") and wanted not in _NEVER_UNIFORM
        return wanted, uniform if has_other_default else AUTOMATIC
    for label, name in _schedule_names(schedules or ()):
        sampler = wanted.removesuffix(f" {name}")
        if sampler != wanted and sampler in options:
            return sampler, label
    missing.append(f"{setting}no sampler '{wanted}' ({suggest_names(wanted, options)})")
    return "", ""


def _schedule_names(schedules: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """The label of each schedule type with each of its names, as they follow the name of a sampler."""
    for row in schedules:
        aliases = row.get("aliases")
        for name in (row["label"], row.get("name"), *(aliases if isinstance(aliases, list) else ())):
            yield row["label"], str(name)
