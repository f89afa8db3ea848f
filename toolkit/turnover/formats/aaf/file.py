"""What the OpenTimelineIO adapter for AAF leaves out, read from the file itself with pyaaf2."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolkit.editorial.adapters import explain_failure, quiet_libraries
from toolkit.errors import UnreadableCut
from toolkit.turnover.formats.aaf.curves import POSITION_MAP, SPEED_POSITIONS, Curve, read_curve

CurveId = tuple[str, int, tuple[tuple[float, float], ...]]
"""Parameter name, length of its effect in frames, times and values of its keys: what the adapter keeps of a curve."""

_READ_KINDS = frozenset({"Picture", "LegacyPicture", "Timecode", "LegacyTimecode"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AafFacts:
    """Facts of an AAF file."""

    used_mobs: frozenset[str]
    """Ids of the mobs that compositions show."""
    drop_frame: Mapping[str, bool]
    """Whether the timecode of a composition is drop frame, by its id; absent when it has none."""
    curves: Mapping[CurveId, Curve | None]
    """The curves of retimes that have handles; None when two differ only in these, which the adapter drops."""


def read_aaf_facts(path: Path) -> AafFacts:
    """The facts of the AAF file at ``path``. Raises UnreadableCut."""
    import aaf2

    try:
        with quiet_libraries(), aaf2.open(str(path)) as file:
            return _read_facts(file)
    except Exception as error:  # pyaaf2 raises KeyError, struct.error, AssertionError, ... for damaged files
        raise UnreadableCut(path, explain_failure(error)) from error


def copy_pictures(path: Path, copy: Path) -> None:
    """Write the AAF file at ``path`` to ``copy``, its clips and compositions without sound, markers and data.

    Raises UnreadableCut.
    """
    import aaf2

    try:
        shutil.copyfile(path, copy)
        with quiet_libraries(), aaf2.open(str(copy), "rw") as file:
            for mob in (*file.content.compositionmobs(), *file.content.mastermobs()):
                kinds = [slot.segment.media_kind for slot in mob.slots]
                for index in reversed(range(len(kinds))):
                    if kinds[index] not in _READ_KINDS:
                        mob.slots.pop(index)
    except Exception as error:  # as above
        raise UnreadableCut(path, explain_failure(error)) from error


def _read_facts(file: Any) -> AafFacts:
    used: set[str] = set()
    drop_frame: dict[str, bool] = {}
    curves: dict[CurveId, Curve | None] = {}
    for mob in file.content.compositionmobs():
        for slot in mob.slots:
            for component in _components(slot.segment):
                _add_component(component, used, curves)
        timecode = _primary_timecode(mob)
        if timecode is not None:
            drop_frame[str(mob.mob_id)] = bool(timecode.getvalue("Drop"))
    return AafFacts(used_mobs=frozenset(used), drop_frame=drop_frame, curves=curves)


def _add_component(component: Any, used: set[str], curves: dict[CurveId, Curve | None]) -> None:
    from aaf2 import components, misc

    if isinstance(component, components.SourceClip):
        used.add(str(component.mob_id))
    elif isinstance(component, components.OperationGroup):
        for parameter in component.parameters:
            if isinstance(parameter, misc.VaryingValue) and _has_handles(parameter):
                points = tuple((float(point.time), float(point.value)) for point in parameter["PointList"].value)
                key = (parameter.name, int(component.length), points)
                curve = read_curve(parameter, int(component.length))
                curves[key] = curve if curves.setdefault(key, curve) == curve else None


def _has_handles(parameter: Any) -> bool:
    """Whether ``parameter`` is the curve of a retime between whose keys there is not a line."""
    from aaf2 import misc

    lines = (misc.LinearInterp, misc.ConstantInterp)
    return parameter.name in (POSITION_MAP, SPEED_POSITIONS) and parameter.interpolationdef.auid not in lines


def _components(component: Any) -> Iterator[Any]:
    """``component`` and all that it holds, depth first."""
    from aaf2 import components

    yield component
    held: list[Any] = []
    if isinstance(component, components.Sequence):
        held = list(component.components)
    elif isinstance(component, components.OperationGroup):
        held = list(component.getvalue("InputSegments") or [])
    elif isinstance(component, components.NestedScope):
        held = list(component.slots)
    elif isinstance(component, components.Selector):
        held = [component.getvalue("Selected"), *(component.getvalue("Alternates") or [])]
    for child in held:
        yield from _components(child)


def _primary_timecode(mob: Any) -> Any:
    """The timecode on the first timecode track of ``mob``, the one whose start the adapter reads; None without one."""
    from aaf2 import components

    for slot in mob.slots:
        if slot.getvalue("PhysicalTrackNumber") == 1:
            for component in _components(slot.segment):
                if isinstance(component, components.Timecode):
                    return component
    return None
