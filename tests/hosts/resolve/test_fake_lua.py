"""The fake Resolve under a real Lua."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lupa
import pytest

from tests.hosts.resolve import lua as lua_side
from tests.hosts.resolve.opened import Opened


@pytest.fixture
def run(opened: Callable[..., Opened]) -> Callable[..., Any]:
    """Run Lua in a Resolve with a movie on disk; what it returns."""

    def run_in(script: str, there: Opened | None = None) -> Any:
        runtime = lupa.LuaRuntime()
        there = there or opened()
        lua_side.give(there.fake, runtime)
        runtime.globals()["movie"] = there.movie
        return runtime.execute(script)

    return run_in


def test_methods_are_called_with_a_colon(run: Callable[..., Any]) -> None:
    assert run("return resolve:GetProjectManager():GetCurrentProject():GetCurrentTimeline():GetName()") == "scene_04"
    assert run("return app:GetResolve():GetVersionString()") == "21.1.0.14"


def test_tables_go_in_and_come_out(run: Callable[..., Any], opened: Callable[..., Opened]) -> None:
    there = opened()
    script = """
        local project = resolve:GetProjectManager():GetCurrentProject()
        local pool = project:GetMediaPool()
        local items = pool:ImportMedia({movie})
        pool:CreateEmptyTimeline("stack")
        local info = {mediaPoolItem = items[1], startFrame = 0, endFrame = 24, mediaType = 1, recordFrame = 86400}
        local placed = pool:AppendToTimeline({info, info})
        return #items, placed[1]:GetDuration(), placed[2] == nil, resolve.EXPORT_OTIO ~= nil, resolve.EXPORT_NEW == nil
    """
    assert run(script, there) == (1, 24, True, True, True)
    assert there.fake.misuse == []


def test_a_wrong_kind_is_recorded_all_the_same(run: Callable[..., Any], opened: Callable[..., Opened]) -> None:
    there = opened()
    run('resolve:OpenPage("Edit")', there)
    assert "not page" in there.fake.misuse[0]


def test_an_unknown_method_answers_nil(run: Callable[..., Any]) -> None:
    assert run("return resolve:GetTimelines() == nil") is True
