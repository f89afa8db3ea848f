"""The fake Resolve under a real Lua."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lupa
import pytest

from tests.hosts.resolve import lua_handles
from tests.hosts.resolve.open_project import OpenProject


@pytest.fixture
def run(open_project: Callable[..., OpenProject]) -> Callable[..., Any]:
    """A function that runs Lua in a Resolve with a movie on disk and returns its results."""

    def run_in(script: str, opened: OpenProject | None = None) -> Any:
        runtime = lupa.LuaRuntime()
        opened = opened or open_project()
        lua_handles.set_lua_globals(opened.fake, runtime)
        runtime.globals()["movie"] = opened.movie
        return runtime.execute(script)

    return run_in


def test_methods_are_called_with_a_colon(run: Callable[..., Any]) -> None:
    assert run("return resolve:GetProjectManager():GetCurrentProject():GetCurrentTimeline():GetName()") == "scene_04"
    assert run("return app:GetResolve():GetVersionString()") == "21.1.0.14"


def test_tables_are_converted_both_ways(run: Callable[..., Any], open_project: Callable[..., OpenProject]) -> None:
    opened = open_project()
    script = """
        local project = resolve:GetProjectManager():GetCurrentProject()
        local pool = project:GetMediaPool()
        local items = pool:ImportMedia({movie})
        pool:CreateEmptyTimeline("stack")
        local info = {mediaPoolItem = items[1], startFrame = 0, endFrame = 24, mediaType = 1, recordFrame = 86400}
        local placed = pool:AppendToTimeline({info, info})
        return #items, placed[1]:GetDuration(), placed[2] == nil, resolve.EXPORT_OTIO ~= nil, resolve.EXPORT_NEW == nil
    """
    assert run(script, opened) == (1, 24, True, True, True)
    assert opened.fake.misuse == []


def test_a_wrong_argument_kind_is_recorded(run: Callable[..., Any], open_project: Callable[..., OpenProject]) -> None:
    opened = open_project()
    run('resolve:OpenPage("Edit")', opened)
    assert "not page" in opened.fake.misuse[0]


def test_an_unknown_method_returns_nil(run: Callable[..., Any]) -> None:
    assert run("return resolve:GetTimelines() == nil") is True
