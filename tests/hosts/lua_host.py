"""The fake Resolve as a Lua script sees it: userdata whose methods are called with a colon, lists that count from 1.

It proves that the Lua entry runs in a real Lua 5.1 and a real LuaJIT. It does not prove how Resolve's own binding hands
over its objects, beyond what is documented: a list with holes and a nil for None are reported, the rest is assumed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.hosts.resolve import FakeResolve

SCRIPT = Path(__file__).resolve().parents[2] / "resolve_scripts" / "Toolkit Import Passes (Lua).lua"
LUAS = ("lua51", "luajit21")
"""Both kinds of Lua that a Resolve or a Fusion can have inside."""

_START = "return main()\n"


class Userdata:
    """A handle of the fake in Lua."""

    __slots__ = ("_handle", "_lua")

    def __init__(self, handle: Any, lua: Any) -> None:
        self._handle, self._lua = handle, lua

    def __getattr__(self, name: str) -> Any:
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
        return value if value is None or isinstance(value, (bool, int, float, str)) else Userdata(value, self._lua)


def plain(value: Any) -> Any:
    """A value from Lua: tables with numbers from 1 on are lists, others dictionaries, userdata the fake's handles."""
    if isinstance(value, Userdata):
        return object.__getattribute__(value, "_handle")
    if type(value).__name__ != "_LuaTable":
        return value
    fields = {key: plain(one) for key, one in value.items()}
    return list(fields.values()) if list(fields) == list(range(1, len(fields) + 1)) else fields


def new_lua(which: str, **options: Any) -> Any:
    """An empty Lua with nothing of Python in it."""
    module = importlib.import_module(f"lupa.{which}")
    return module.LuaRuntime(unpack_returned_tuples=True, register_eval=False, register_builtins=False, **options)


def parts(lua: Any, *names: str) -> Any:
    """The functions of the script by these names, without running it."""
    text = SCRIPT.read_text(encoding="utf-8")
    assert text.endswith(_START)
    wanted = ", ".join(f"{name} = {name}" for name in names)
    return lua.execute(f"{text.removesuffix(_START)}return {{{wanted}}}")


def run(lua: Any, fake: FakeResolve | None, **instead: Any) -> list[str]:
    """Run the script as Resolve's menu does, with other globals ``instead``; the lines it prints."""
    printed: list[str] = []
    scope = lua.globals()
    scope.print = lambda *words: printed.append("\t".join(str(word) for word in words))
    injected = {} if fake is None else {"resolve": fake.handle, "fusion": fake.script_globals()["fusion"]}
    for name, value in {**injected, **instead}.items():
        scope[name] = None if value is None else Userdata(value, lua)
    lua.execute(SCRIPT.read_text(encoding="utf-8"))
    return printed
