"""Fusion comps of a clip."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.hosts.resolve.handles import ApiObject, api_method
from tests.hosts.resolve.world import World


class FusionComp(ApiObject):
    """A comp, stored as text. Only the names of its tools are read from it."""

    handle_scope = "timeline"

    def __init__(self, world: World, *, name: str, text: str) -> None:
        super().__init__(world)
        self.name, self.text = name, text

    def tools(self) -> dict[str, str]:
        """Return the type of every tool, by name."""
        inside = self.text.partition("Tools")[2]
        return {
            name: kind for name, kind in re.findall(r"(\w+) = (\w+) \{", inside) if kind not in ("Input", "ordered")
        }

    @api_method("bool?", "str?")
    def GetToolList(self, selected: bool | None = None, kind: str | None = None) -> dict[int, str]:
        """Return tool names; the real method returns tool objects."""
        every = [] if selected else [name for name, one in self.tools().items() if kind in (None, one)]
        return dict(enumerate(every, 1))

    @api_method()
    def GetAttrs(self) -> dict[str, Any]:
        return {"COMPS_Name": self.name}


class HasComps(ApiObject):
    """An object with Fusion comps, numbered from 1."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.comps: list[FusionComp] = []

    def _add(self, text: str) -> FusionComp:
        taken = {comp.name for comp in self.comps}
        number = next(n for n in range(1, len(taken) + 2) if f"Composition {n}" not in taken)
        self.comps.append(FusionComp(self.world, name=f"Composition {number}", text=text))
        return self.comps[-1]

    def _find(self, name: str) -> FusionComp | None:
        return next((comp for comp in self.comps if comp.name == name), None)

    @api_method()
    def GetFusionCompCount(self) -> int:
        return len(self.comps)

    @api_method()
    def GetFusionCompNameList(self) -> list[str]:
        return [comp.name for comp in self.comps]

    @api_method("int")
    def GetFusionCompByIndex(self, compIndex: int) -> FusionComp | None:
        return self.comps[compIndex - 1] if 1 <= compIndex <= len(self.comps) else None

    @api_method("str")
    def GetFusionCompByName(self, compName: str) -> FusionComp | None:
        return self._find(compName)

    @api_method(writes=True)
    def AddFusionComp(self) -> FusionComp | None:
        return None if self.world.behaviour.refuses_comps else self._add("Composition { Tools = ordered() {} }")

    @api_method("str", writes=True)
    def ImportFusionComp(self, path: str) -> FusionComp | None:
        if self.world.behaviour.refuses_comps or not Path(path).is_file():
            return None
        text = Path(path).read_text(encoding="utf-8")
        return self._add(text) if re.match(r"\s*(Composition )?\{", text) and "Tools" in text else None

    @api_method("str", "int")
    def ExportFusionComp(self, path: str, compIndex: int) -> bool:
        comp = self.comps[compIndex - 1] if 1 <= compIndex <= len(self.comps) else None
        if comp is None or not Path(path).parent.is_dir():
            return False
        Path(path).write_text(comp.text, encoding="utf-8")
        return True

    @api_method("str", writes=True)
    def DeleteFusionCompByName(self, compName: str) -> bool:
        had = len(self.comps)
        self.comps = [comp for comp in self.comps if comp.name != compName]
        return len(self.comps) < had

    @api_method("str", "str", writes=True)
    def RenameFusionCompByName(self, oldName: str, newName: str) -> bool:
        comp = self._find(oldName)
        if comp is None or self._find(newName) is not None:
            return False
        comp.name = newName
        return True
