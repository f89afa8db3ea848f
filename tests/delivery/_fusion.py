"""Read a Fusion comp with a real Lua interpreter: each kind of table is a function, as in Fusion.

This proves that the text is Lua with the right values. It does not prove that Fusion knows the tools and their inputs
by these names, or that it draws them as intended.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lupa.lua51 import LuaRuntime, lua_type

_KINDS = """
Composition Loader Clip MediaIn MediaOut Merge Transform XYPath BezierSpline PolylineMask Polyline Input FuID
OperatorInfo
"""
_FUSION = """
local kinds = ...
for kind in kinds:gmatch("%a+") do
  _G[kind] = function(fields) fields.__kind = kind; return fields end
end
function ordered() return function(fields) return fields end end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comp:
    """A comp as dictionaries; lists are dictionaries with keys from 1, and ``__kind`` is the constructor's name."""

    tree: dict[Any, Any]

    @property
    def tools(self) -> dict[str, dict[Any, Any]]:
        tools: dict[str, dict[Any, Any]] = self.tree["Tools"]
        return tools

    def source(self, name: str, key: str) -> str:
        """The tool connected to the input ``key`` of the tool ``name``."""
        tool: str = self.tools[name]["Inputs"][key]["SourceOp"]
        return tool

    def curve(self, name: str) -> dict[float, dict[Any, Any]]:
        """The keys of a BezierSpline by time."""
        assert self.tools[name]["__kind"] == "BezierSpline"
        keys: dict[float, dict[Any, Any]] = self.tools[name]["KeyFrames"]
        return keys

    def values(self, name: str) -> dict[float, float]:
        """The values of a BezierSpline by time."""
        return {time: key[1] for time, key in sorted(self.curve(name).items())}


def read_comp(path: Path) -> Comp:
    """The comp at ``path``. Raises LuaError when it is not Lua."""
    lua = LuaRuntime(unpack_returned_tuples=True, register_eval=False)
    lua.execute(_FUSION, _KINDS)
    return Comp(tree=_plain(lua.execute(f"return {path.read_text(encoding='utf-8')}")))


def _plain(value: Any) -> Any:
    return {key: _plain(one) for key, one in value.items()} if lua_type(value) == "table" else value
