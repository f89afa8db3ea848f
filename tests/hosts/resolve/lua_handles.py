"""The fake as a Lua script sees it: ``resolve:GetVersion()``, tables for lists and dictionaries, nil for None.

A None in a returned list is a hole in the table, where ``#`` and ``ipairs`` stop. Numbers are Lua numbers.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

from tests.hosts.resolve.fake import FakeResolve
from tests.hosts.resolve.handles import Handle


class LuaHandle:
    """A handle that converts arguments from Lua and results to Lua."""

    __slots__ = ("_handle", "_lua")

    def __init__(self, handle: Handle, lua: Any) -> None:
        self._handle, self._lua = handle, lua

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._handle, name)
        if not callable(found):
            return found

        def method(itself: LuaHandle, *arguments: Any) -> Any:
            return to_lua(found(*(from_lua(one) for one in arguments)), itself._lua)

        return MethodType(method, self)


def to_lua(value: Any, lua: Any) -> Any:
    """Convert a result of Resolve to Lua; ``lua`` is a lupa runtime."""
    if isinstance(value, Handle):
        return LuaHandle(value, lua)
    if isinstance(value, (list, tuple)):
        return lua.table_from({number: to_lua(one, lua) for number, one in enumerate(value, 1)})
    if isinstance(value, dict):
        return lua.table_from({key: to_lua(one, lua) for key, one in value.items()})
    return value


def from_lua(value: Any) -> Any:
    """Convert an argument from Lua: a table with keys from 1 is a list, and so is an empty one."""
    if isinstance(value, LuaHandle):
        return value._handle
    if type(value).__name__ != "_LuaTable":
        return value
    fields = {key: from_lua(one) for key, one in value.items()}
    if set(fields) == set(range(1, len(fields) + 1)):
        return [fields[number] for number in range(1, len(fields) + 1)]
    return fields


def set_lua_globals(fake: FakeResolve, lua: Any) -> None:
    """Set ``resolve``, ``fusion``, ``fu`` and ``app`` as globals of a Lua runtime."""
    names, given = lua.globals(), fake.script_globals()
    for name in ("resolve", "fusion", "fu"):
        names[name] = LuaHandle(given[name], lua)

    def get_resolve(*itself: Any) -> LuaHandle:
        return LuaHandle(given["app"].GetResolve(), lua)

    names["app"] = lua.table_from({"GetResolve": get_resolve})
