"""Render Passes, with a stand-in for the toolkit that reports progress, fails, or hangs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Deliveries
from tests.hosts.entries import Desk, Report, load, start_in
from tests.hosts.resolve import FAILURES, Behaviour, Switch
from tests.hosts.resolve.ui import UIDispatcher
from tests.hosts.test_resolve_import import expected_stack, read_stack
from toolkit.documents import Turnover

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit

STAND_IN = """
import json, os, pathlib, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test suite in the background ignores it
record = pathlib.Path(sys.argv[0]).parent / "run.json"
record.write_text(json.dumps({"arguments": sys.argv[1:], "python": [k for k in os.environ if k.startswith("PYTHON")]}))
send = lambda **what: print(json.dumps(what), flush=True)
try:
    for done in (0, 12, 24):
        send(stage="sh010  FACE", done=done, total=24)
        time.sleep(0.02)
    print("output of a library", flush=True)
    BEHAVE
except KeyboardInterrupt:
    print("toolkit: stopped", file=sys.stderr)
    sys.exit(130)
"""
DELIVERS = "send(delivery=DELIVERY)"
FAILS = "print('warning', file=sys.stderr); print('toolkit: shot sh010: media offline', file=sys.stderr); sys.exit(3)"
HANGS = "time.sleep(60)"
IGNORES_SIGINT = "signal.signal(signal.SIGINT, signal.SIG_IGN); send(stage='waiting'); time.sleep(60)"


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Render Passes.py", tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def make_desk(deliver: Deliveries, at_home: Path) -> Callable[..., Desk]:
    return lambda behaviour=None, **changes: Desk(deliver, behaviour, **changes)


@pytest.fixture
def record_stand_in(tmp_path: Path, at_home: Path) -> Callable[[str, Desk], None]:
    """A function that records a stand-in with the given behaviour as the toolkit's command."""

    def record(behaviour: str, desk: Desk) -> None:
        script = tmp_path / "stand_in.py"
        script.write_text(
            STAND_IN.replace("BEHAVE", behaviour.replace("DELIVERY", repr(str(desk.path)))), encoding="utf-8"
        )
        command = {"command": [sys.executable, "-S", str(script)], "version": "0"}  # -S: it needs no other packages
        (at_home / ".toolkit").mkdir(exist_ok=True)
        (at_home / ".toolkit" / "toolkit.json").write_text(json.dumps(command), encoding="utf-8")

    return record


RecordStandIn = Callable[[str, Desk], None]


def render(entry: ModuleType, desk: Desk, folder: Path, *more: str) -> Report:
    report = start_in(entry, desk, "-o", str(folder), *more)
    assert desk.fake.misuse == []
    return report


@pytest.mark.parametrize("studio", [True, False], ids=["in a window", "on the console"])
def test_it_sends_renders_and_imports(
    entry: ModuleType, make_desk: Callable[..., Desk], record_stand_in: RecordStandIn, tmp_path: Path, *,
    studio: bool, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    desk = make_desk(Behaviour(version="20.3.2.9", studio=studio))
    record_stand_in(DELIVERS, desk)
    report = render(entry, desk, tmp_path / "to", "--", "--set", "face.strength=0.4")
    assert report["problems"] == report["by_hand"] == []
    assert report["timeline"] == "scene_04 v001" and len(report["placed"]) == 4
    turnover = tmp_path / "to" / "turnover.json"
    assert Turnover.read(turnover).name == "scene_04"
    recorded = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert recorded["arguments"] == [
        "run", str(turnover), "-o", str(tmp_path / "to" / "passes"), "--progress", "lines",
        "--set", "face.strength=0.4",
    ]  # fmt: skip
    assert len(desk.fake.windows) == studio  # the outcome is shown after a run from the menu only
    shown = capsys.readouterr().out
    assert ("sh010  FACE  24 of 24" in shown) != studio
    if studio:
        assert not desk.fake.windows[0].shown
        stage: Any = desk.fake.windows[0].GetItems()["Stage"]
        assert stage.Text.startswith("sh010  FACE")


def test_resolves_python_variables_are_not_passed_to_the_toolkit(
    entry: ModuleType,
    make_desk: Callable[..., Desk],
    record_stand_in: RecordStandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONHOME", "/somewhere")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    desk = make_desk()
    record_stand_in(DELIVERS, desk)
    assert render(entry, desk, tmp_path / "to")["problems"] == []
    assert json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["python"] == []


@pytest.mark.parametrize("switch", [pytest.param(one, id=one.name) for one in FAILURES])
def test_every_failure_ends_in_a_correct_stack_or_an_unchanged_project(
    entry: ModuleType, make_desk: Callable[..., Desk], record_stand_in: RecordStandIn, tmp_path: Path, switch: Switch
) -> None:
    desk = make_desk(switch.behaviour())
    record_stand_in(DELIVERS, desk)
    before = desk.fake.snapshot()
    report = render(entry, desk, tmp_path / "to")
    after = desk.fake.snapshot()
    if not report["problems"]:
        assert report["done"] and len(report["placed"]) == 4
        found = read_stack(desk.fake, report["timeline"])
        assert list(found.values()) == list(
            expected_stack(desk.path, plates="Video 1" if report["made_from"] else "PLATE").values()
        )
        return
    assert len(report["problems"]) == 1 and not report["done"] and not report.get("placed")
    if switch.name == "stuck_timeline":  # the fake itself makes that timeline current
        before, after = ({**one, "current_timeline": ""} for one in (before, after))
    assert after == before or desk.fake.world.modal or desk.fake.world.has_quit, report["problems"]


def test_a_failed_run_is_reported_with_the_toolkits_message_and_changes_nothing(
    entry: ModuleType, make_desk: Callable[..., Desk], record_stand_in: RecordStandIn, tmp_path: Path
) -> None:
    desk = make_desk()
    record_stand_in(FAILS, desk)
    before = desk.fake.snapshot()
    report = render(entry, desk, tmp_path / "to")
    assert report["problems"] == ["toolkit: shot sh010: media offline"] and not report["done"]
    assert desk.fake.snapshot() == before


def test_a_run_that_left_a_shot_out_is_imported(
    entry: ModuleType, make_desk: Callable[..., Desk], record_stand_in: RecordStandIn, tmp_path: Path
) -> None:
    desk = make_desk()
    record_stand_in(f"{DELIVERS}; print('toolkit: everything else is done, …', file=sys.stderr); sys.exit(5)", desk)
    report = render(entry, desk, tmp_path / "to")
    assert report["done"] and not report["problems"] and len(report["placed"]) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_run_that_the_system_kills_is_not_reported_with_its_last_line(
    entry: ModuleType, make_desk: Callable[..., Desk], record_stand_in: RecordStandIn, tmp_path: Path
) -> None:
    desk = make_desk()
    record_stand_in("print('toolkit: builtin paints', file=sys.stderr); os.kill(os.getpid(), signal.SIGKILL)", desk)
    (problem,) = render(entry, desk, tmp_path / "to")["problems"]
    assert problem.startswith("the toolkit was ended by the system, often because memory ran out")


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("pass", "ended without a delivery"),
        ("send(delivery='/nowhere/delivery.json')", "ended without a delivery"),
        ("sys.exit(4)", "exited with code 4"),
    ],
)
def test_a_run_without_a_delivery_is_reported_as_a_problem(
    entry: ModuleType,
    make_desk: Callable[..., Desk],
    record_stand_in: RecordStandIn,
    tmp_path: Path,
    behaviour: str,
    *,
    message: str,
) -> None:
    desk = make_desk()
    record_stand_in(behaviour, desk)
    assert message in render(entry, desk, tmp_path / "to")["problems"][0]


@pytest.mark.parametrize("event", [("Cancel", "Clicked"), ("ToolkitWindow", "Close")])
@pytest.mark.parametrize("behaviour", [HANGS, IGNORES_SIGINT], ids=["hangs", "ignores the interrupt"])
def test_cancel_interrupts_then_terminates_and_changes_nothing(
    entry: ModuleType, make_desk: Callable[..., Desk], record_stand_in: RecordStandIn, tmp_path: Path, *,
    behaviour: str, event: tuple[str, str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(entry.__dict__, "TERMINATE_AFTER", 0.5)
    desk = make_desk()
    record_stand_in(behaviour, desk)
    desk.fake.ui.actions = [event]
    before = desk.fake.snapshot()
    report = render(entry, desk, tmp_path / "to")
    assert report["problems"] == ["cancelled. Frames already rendered are complete; run Render Passes again to resume"]
    assert desk.fake.snapshot() == before


def test_without_a_window_a_file_named_stop_cancels(
    entry: ModuleType,
    make_desk: Callable[..., Desk],
    record_stand_in: RecordStandIn,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    desk = make_desk(Behaviour(version="20.3.2.9", studio=False))
    record_stand_in(f"(pathlib.Path({str(tmp_path / 'to')!r}) / 'stop').touch(); {HANGS}", desk)
    report = render(entry, desk, tmp_path / "to")
    assert report["problems"][0].startswith("cancelled")
    assert f"create a file named {tmp_path / 'to' / 'stop'}" in capsys.readouterr().out
    assert not (tmp_path / "to" / "stop").exists()


@pytest.mark.parametrize(
    ("recorded", "message"),
    [
        (None, "does not contain the path of the toolkit: run 'toolkit install-scripts resolve'"),
        ("{", "does not contain the path of the toolkit"),
        ('{"command": []}', "does not contain the path of the toolkit"),
        ('{"command": "toolkit"}', "does not contain the path of the toolkit"),
        ('{"command": ["/gone/python", "-m", "toolkit.cli"]}', "the toolkit has moved, /gone/python is missing"),
    ],
)
def test_without_an_installed_toolkit_nothing_is_sent(
    entry: ModuleType,
    make_desk: Callable[..., Desk],
    at_home: Path,
    tmp_path: Path,
    recorded: str | None,
    *,
    message: str,
) -> None:
    if recorded is not None:
        (at_home / ".toolkit").mkdir()
        (at_home / ".toolkit" / "toolkit.json").write_text(recorded, encoding="utf-8")
    assert message in render(entry, make_desk(), tmp_path / "to")["problems"][0]
    assert not (tmp_path / "to").exists()


def test_layers_are_not_imported_into_another_project(
    entry: ModuleType, make_desk: Callable[..., Desk], record_stand_in: RecordStandIn, tmp_path: Path
) -> None:
    desk = make_desk()
    record_stand_in(DELIVERS, desk)
    manager = desk.fake.application.manager
    watch = entry.__dict__["watch_in_window"]

    def watch_and_switch_project(*arguments: object) -> Any:
        process = watch(*arguments)
        manager.CreateProject("Another film")
        return process

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(entry.__dict__, "watch_in_window", watch_and_switch_project)
        report = render(entry, desk, tmp_path / "to")
    assert "another project is open now" in report["problems"][0] and str(desk.path) in report["problems"][0]
    assert desk.fake.project.name == "Another film" and desk.fake.project.timelines == []


def test_if_the_window_cannot_be_built_nothing_is_rendered_unseen(
    entry: ModuleType, make_desk: Callable[..., Desk], record_stand_in: RecordStandIn, tmp_path: Path
) -> None:
    desk = make_desk()
    record_stand_in(DELIVERS, desk)

    def fail(*arguments: Any) -> Any:
        raise RuntimeError("no window")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UIDispatcher, "AddWindow", fail)
        report = render(entry, desk, tmp_path / "to")
    assert "no window" in report["problems"][0]
    assert not (tmp_path / "run.json").exists()


def test_if_the_window_breaks_the_run_is_cancelled(
    entry: ModuleType, make_desk: Callable[..., Desk], record_stand_in: RecordStandIn, tmp_path: Path
) -> None:
    desk = make_desk()
    record_stand_in(HANGS, desk)

    def fail(itself: Any) -> Any:
        for _ in range(500):
            if (tmp_path / "run.json").exists():
                break
            time.sleep(0.02)
        raise RuntimeError("the loop broke")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UIDispatcher, "RunLoop", fail)
        start = time.monotonic()
        report = render(entry, desk, tmp_path / "to")
    assert "the loop broke" in report["problems"][0]
    assert time.monotonic() - start < 50, "the run was not waited for"
