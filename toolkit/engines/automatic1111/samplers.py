"""The sampler a look names, as one server takes it.

Until 1.8 the web UI listed a sampler once for each spacing of its steps: ``DPM++ 2M`` and ``DPM++ 2M Karras``. Since
1.9.0 the spacing is a field of its own, and one that nobody chose ("Automatic") is no longer even for every sampler:
``DPM++ 2M`` alone has become Karras. A look's name means what it meant first, here as in every engine.

Facts: sd_samplers.py, sd_samplers_kdiffusion.py and sd_schedulers.py of the web UI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from toolkit.engines.names import nearest

AUTOMATIC = "Automatic"
"""The spacing that the sampler has by itself."""
_EVEN = "uniform"
"""What the even spacing is called inside the server."""
_NEVER_EVEN = {"Restart"}
"""Samplers whose bare name has always meant the spacing that is now their automatic one."""

Row = Mapping[str, Any]


def sampler_and_schedule(
    wanted: str, samplers: Sequence[Row], schedules: Sequence[Row] | None, missing: list[str]
) -> tuple[str, str]:
    """``sampler_name`` and ``scheduler`` for the name in a look; where there is none, a line more in ``missing``.

    ``schedules`` None: a server that knows no spacings, whose samplers are those of old.
    """
    options = {row["name"]: row.get("options") for row in samplers}
    if wanted in options:
        even = next((row["label"] for row in schedules or () if row.get("name") == _EVEN), AUTOMATIC)
        own = options[wanted]
        spaced = isinstance(own, Mapping) and own.get("scheduler") and wanted not in _NEVER_EVEN
        return wanted, even if spaced else AUTOMATIC
    for label, word in _words(schedules or ()):
        bare = wanted.removesuffix(f" {word}")
        if bare != wanted and bare in options:
            return bare, label
    missing.append(f"no sampler '{wanted}' ({nearest(wanted, options)})")
    return "", ""


def _words(schedules: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """The label of each spacing with everything it is called behind a sampler's name."""
    for row in schedules:
        aliases = row.get("aliases")
        for word in (row["label"], row.get("name"), *(aliases if isinstance(aliases, list) else ())):
            yield row["label"], str(word)
