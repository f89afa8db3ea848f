"""The Lua entries Send Turnover and Self Check in a real Lua on a fake Resolve, with and without a sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.hosts.lua_host import LUAS, new_lua, run_with_report
from tests.hosts.resolve import VERSIONS, Behaviour, FakeResolve

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit

SEND, SELF_CHECK = "Toolkit Send Turnover (Lua).lua", "Toolkit Self Check (Lua).lua"


@pytest.fixture(params=LUAS)
def lua(request: pytest.FixtureRequest) -> Any:
    return new_lua(request.param)


@pytest.mark.parametrize("sandboxed", [True, False])
@pytest.mark.parametrize("version", VERSIONS.values())
def test_send_exports_the_open_timeline(lua: Any, tmp_path: Path, version: str, sandboxed: bool) -> None:
    fake = FakeResolve(Behaviour(version=version, studio=False))
    fake.users.name = "reel: 1/2"
    before = fake.snapshot()
    fake.fusion.chosen.append(f"{tmp_path}/")
    _, report = run_with_report(lua, fake, entry=SEND, sandboxed=sandboxed)
    assert report["problems"] == [] and fake.snapshot() == before and fake.misuse == []
    path = tmp_path / "reel_ 1_2.otio"
    assert report["done"].endswith(f'next: toolkit run "{path}" -o out')
    assert path.is_file()


def test_send_without_dialogs_exports_to_the_home_folder(lua: Any, tmp_path: Path) -> None:
    fake = FakeResolve()
    fake.fusion.environment["USERPROFILE"] = str(tmp_path)
    _, report = run_with_report(lua, fake, entry=SEND, without=("RequestDir",))
    assert (tmp_path / "scene_04.otio").is_file(), report


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (Behaviour(refuses_exports=True), "did not export 'scene_04'"),
        (Behaviour(modal_after=0), "an open dialog blocks all calls"),
    ],
)
def test_a_failed_export_is_never_reported_as_done(
    lua: Any, tmp_path: Path, behaviour: Behaviour, message: str
) -> None:
    fake = FakeResolve(behaviour)
    fake.fusion.chosen.append(str(tmp_path))
    _, report = run_with_report(lua, fake, entry=SEND)
    assert report["done"] is None and message in report["problems"][0]


def test_without_a_timeline_or_a_folder_it_says_so(lua: Any, tmp_path: Path) -> None:
    fake = FakeResolve()
    assert run_with_report(lua, fake, entry=SEND)[1]["problems"] == ["no folder was selected"]
    fake.project.current = None
    assert run_with_report(lua, fake, entry=SEND)[1]["problems"] == ["no timeline is open"]


@pytest.mark.parametrize("sandboxed", [True, False])
def test_self_check_reports_what_is_there(lua: Any, sandboxed: bool) -> None:
    fake = FakeResolve(Behaviour(version=VERSIONS["21.1"], studio=False))
    before = fake.snapshot()
    printed, report = run_with_report(lua, fake, entry=SELF_CHECK, sandboxed=sandboxed)
    lines = [line.strip().removeprefix("note: ") for line in printed]
    assert report["problems"] == [] and fake.snapshot() == before and fake.misuse == []
    assert f"io: {'nil' if sandboxed else 'table'}" in lines and "dofile: function" in lines
    assert "bmd.wait: an error" in lines and "DaVinci Resolve 21.1.0.14" in lines
