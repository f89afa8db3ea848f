"""Fusion comps of a clip."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.hosts.resolve.handles import Thing, call
from tests.hosts.resolve.world import World


class FusionComp(Thing):
    """A comp, known by its text. It is never rendered, and only the names of its tools are read out of it."""

    lives_with = "timeline"

    def __init__(self, world: World, *, name: str, text: str) -> None:
        super().__init__(world)
        self.name, self.text = name, text

    def tools(self) -> dict[str, str]:
        """The kind of every tool, by name."""
        inside = self.text.partition("Tools")[2]
        return {
            name: kind for name, kind in re.findall(r"(\w+) = (\w+) \{", inside) if kind not in ("Input", "ordered")
        }

    @call("bool?", "str?")
    def GetToolList(self, selected: bool | None = None, kind: str | None = None) -> dict[int, str]:
        """Its answer here are names, where the real one hands out tools."""
        every = [] if selected else [name for name, one in self.tools().items() if kind in (None, one)]
        return dict(enumerate(every, 1))

    @call()
    def GetAttrs(self) -> dict[str, Any]:
        return {"COMPS_Name": self.name}


class Comps(Thing):
    """Something with comps, counted from 1."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.comps: list[FusionComp] = []

    def _add(self, text: str) -> FusionComp:
        taken = {comp.name for comp in self.comps}
        number = next(n for n in range(1, len(taken) + 2) if f"Composition {n}" not in taken)
        self.comps.append(FusionComp(self.world, name=f"Composition {number}", text=text))
        return self.comps[-1]

    def _named(self, name: str) -> FusionComp | None:
        return next((comp for comp in self.comps if comp.name == name), None)

    @call()
    def GetFusionCompCount(self) -> int:
        return len(self.comps)

    @call()
    def GetFusionCompNameList(self) -> list[str]:
        return [comp.name for comp in self.comps]

    @call("int")
    def GetFusionCompByIndex(self, compIndex: int) -> FusionComp | None:
        return self.comps[compIndex - 1] if 1 <= compIndex <= len(self.comps) else None

    @call("str")
    def GetFusionCompByName(self, compName: str) -> FusionComp | None:
        return self._named(compName)

    @call(writes=True)
    def AddFusionComp(self) -> FusionComp | None:
        return None if self.world.behaviour.refuses_comps else self._add("Composition { Tools = ordered() {} }")

    @call("str", writes=True)
    def ImportFusionComp(self, path: str) -> FusionComp | None:
        if self.world.behaviour.refuses_comps or not Path(path).is_file():
            return None
        text = Path(path).read_text(encoding="utf-8")
        return self._add(text) if re.match(r"\s*(Composition )?\{", text) and "Tools" in text else None

    @call("str", "int")
    def ExportFusionComp(self, path: str, compIndex: int) -> bool:
        comp = self.comps[compIndex - 1] if 1 <= compIndex <= len(self.comps) else None
        if comp is None or not Path(path).parent.is_dir():
            return False
        Path(path).write_text(comp.text, encoding="utf-8")
        return True

    @call("str", writes=True)
    def DeleteFusionCompByName(self, compName: str) -> bool:
        had = len(self.comps)
        self.comps = [comp for comp in self.comps if comp.name != compName]
        return len(self.comps) < had

    @call("str", "str", writes=True)
    def RenameFusionCompByName(self, oldName: str, newName: str) -> bool:
        comp = self._named(oldName)
        if comp is None or self._named(newName) is not None:
            return False
        comp.name = newName
        return True
