"""The same Resolve as a Lua script sees it: ``resolve:GetVersion()``, tables for lists and dictionaries, nil for None.

A hole in an answered list is a hole in the table, where ``#`` and ``ipairs`` stop. Numbers are Lua's own.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

from tests.hosts.resolve.fake import FakeResolve
from tests.hosts.resolve.handles import Handle


class LuaHandle:
    """A handle, with Lua's values going in and coming out."""

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
    """An answer of Resolve's in Lua's values; ``lua`` is a runtime of lupa's."""
    if isinstance(value, Handle):
        return LuaHandle(value, lua)
    if isinstance(value, (list, tuple)):
        return lua.table_from({number: to_lua(one, lua) for number, one in enumerate(value, 1)})
    if isinstance(value, dict):
        return lua.table_from({key: to_lua(one, lua) for key, one in value.items()})
    return value


def from_lua(value: Any) -> Any:
    """An argument of a Lua script: a table that counts from 1 is a list, an empty one too."""
    if isinstance(value, LuaHandle):
        return value._handle
    if type(value).__name__ != "_LuaTable":
        return value
    fields = {key: from_lua(one) for key, one in value.items()}
    if set(fields) == set(range(1, len(fields) + 1)):
        return [fields[number] for number in range(1, len(fields) + 1)]
    return fields


def give(fake: FakeResolve, lua: Any) -> None:
    """Put ``resolve``, ``fusion``, ``fu`` and ``app`` among the globals of a Lua runtime."""
    names, given = lua.globals(), fake.script_globals()
    for name in ("resolve", "fusion", "fu"):
        names[name] = LuaHandle(given[name], lua)

    def get_resolve(*itself: Any) -> LuaHandle:
        return LuaHandle(given["app"].GetResolve(), lua)

    names["app"] = lua.table_from({"GetResolve": get_resolve})
