"""The fake Resolve as a Lua script sees it: userdata whose methods are called with a colon, lists that count from 1.

It proves that the Lua entry runs in a real Lua 5.1 and a real LuaJIT. It does not prove how Resolve's own binding hands
over its objects, beyond what is documented: a list with holes and a nil for None are reported, the rest is assumed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from tests.hosts.resolve import FakeResolve
from toolkit.install import bundle_lua

SCRIPTS = Path(__file__).resolve().parents[2] / "resolve_scripts"
IMPORT = "Toolkit Import Passes (Lua).lua"
LUA_ENTRIES = sorted(path.name for path in SCRIPTS.glob("*.lua"))
SANDBOXED = ("io", "os", "require", "package", "ffi", "debug")
"""Globals that menu scripts of the free edition lack from 21.1 on."""
LUAS = ("lua51", "luajit21")
"""Both kinds of Lua that a Resolve or a Fusion can have inside."""


class Userdata:
    """A handle of the fake in Lua."""

    __slots__ = ("_handle", "_lua", "_without")

    def __init__(self, handle: Any, lua: Any, without: tuple[str, ...] = ()) -> None:
        self._handle, self._lua, self._without = handle, lua, without

    def __getattr__(self, name: str) -> Any:
        if name in self._without:
            return None
        found = getattr(object.__getattribute__(self, "_handle"), name)
        return self._method(found) if callable(found) else found

    def _method(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(_itself: Userdata, *arguments: Any) -> Any:
            return self._to_lua(method(*(plain(one) for one in arguments)))

        return call

    def _to_lua(self, value: Any) -> Any:
        if isinstance(value, list):
            value = {place: one for place, one in enumerate(value, 1) if one is not None}
        if isinstance(value, dict):
            return self._lua.table_from({key: self._to_lua(one) for key, one in value.items()})
        return (
            value
            if value is None or isinstance(value, (bool, int, float, str))
            else Userdata(value, self._lua, self._without)
        )


def plain(value: Any) -> Any:
    """A value from Lua: tables with numbers from 1 on are lists, others dictionaries, userdata the fake's handles."""
    if isinstance(value, Userdata):
        return object.__getattribute__(value, "_handle")
    if type(value).__name__ != "_LuaTable":
        return value
    fields = {key: plain(one) for key, one in value.items()}
    return list(fields.values()) if list(fields) == list(range(1, len(fields) + 1)) else fields


@cache
def _bundled(entry: str) -> str:
    return bundle_lua(SCRIPTS, entry)


def new_lua(which: str, **options: Any) -> Any:
    """An empty Lua with nothing of Python in it."""
    module = importlib.import_module(f"lupa.{which}")
    return module.LuaRuntime(unpack_returned_tuples=True, register_eval=False, register_builtins=False, **options)


def run(lua: Any, fake: FakeResolve | None, **options: Any) -> list[str]:
    """Run an entry as Resolve's menu does; the lines it prints. See ``run_with_report``."""
    return run_with_report(lua, fake, **options)[0]


def run_with_report(
    lua: Any, fake: FakeResolve | None, *, entry: str = IMPORT, sandboxed: bool = True, without: tuple[str, ...] = ()
) -> tuple[list[str], dict[str, Any]]:
    """The same, and the report it returns. ``without``: methods that no object has."""
    printed: list[str] = []
    scope = lua.globals()
    scope.print = lambda *words: printed.append("\t".join(str(word) for word in words))
    for name in SANDBOXED if sandboxed else ():
        scope[name] = None
    injected = {} if fake is None else {"resolve": fake.handle, "fusion": fake.script_globals()["fusion"]}
    for name, value in injected.items():
        scope[name] = Userdata(value, lua, without)
    found = plain(lua.execute(_bundled(entry)))
    empty: dict[str, Any] = {"timeline": None, "done": None}
    return printed, empty | {key: list(one.values()) if isinstance(one, dict) else one for key, one in found.items()}
