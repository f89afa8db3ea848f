"""Render Passes of After Effects: sends, renders by a command in a real shell, and imports; or shows the command.

The toolkit is a stub that records its arguments and puts a finished delivery at the output path.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.after_effects import movies
from tests.hosts.delivered import Deliveries
from tests.hosts.users import Facts, Machine, comp, machine, project
from toolkit.documents import Turnover

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit

__all__ = ["machine"]

ENTRY = "toolkit_render_passes.jsx"
USER = project(comp({"source": "A001.mov", "out": 24}))
TOOLKIT = """\
import json, os, pathlib, sys
pathlib.Path({given!r}).write_text(json.dumps(sys.argv[1:]))
print("rendering")
print({stderr!r}, file=sys.stderr)
if {code} == 0 and {delivers}:
    os.symlink({delivery!r}, sys.argv[sys.argv.index("-o") + 1])
sys.exit({code})
"""


class Desk:
    """A machine with a stub toolkit, and the delivery that the stub produces."""

    def __init__(self, machine: Machine, delivery: Path) -> None:
        self.machine, self.delivery = machine, delivery

    def install_stub(self, *, code: int = 0, stderr: str = "", delivers: bool = True) -> None:
        """Install and record a stub toolkit that prints ``stderr`` and exits with ``code``."""
        program = self.machine.folder / "the toolkit.py"
        paths = {"given": str(self.machine.folder / "given.json"), "delivery": str(self.delivery.parent)}
        text = TOOLKIT.format(stderr=stderr, code=code, delivers=delivers, **paths)
        program.write_text(text, encoding="utf-8")
        self.write_record({"command": [sys.executable, str(program)], "version": "0.1.0"})

    def write_record(self, record: Any) -> None:
        (self.machine.home / ".toolkit" / "toolkit.json").write_text(json.dumps(record), encoding="utf-8")

    def run(self, *, automated: bool = True, **quirks: Any) -> Facts:
        return self.machine.run(ENTRY, USER, automated=automated, movies=movies(self.delivery), **quirks)

    @property
    def arguments(self) -> list[str] | None:
        """The arguments passed to the stub; None when it was not run."""
        path = self.machine.folder / "given.json"
        found: list[str] | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        return found


@pytest.fixture
def desk(machine: Machine, pictured: Deliveries) -> Desk:
    return Desk(machine, pictured())


def comp_names(dump: Facts) -> list[str]:
    return [item["name"] for item in dump["items"] if item["kind"] == "CompItem"]


def test_a_comp_is_sent_rendered_and_imported(desk: Desk) -> None:
    desk.install_stub()
    dump = desk.run()
    out = desk.machine.out
    assert dump["report"]["problems"] == []
    assert desk.arguments == ["run", f"{out}/turnover.json", "-o", f"{out}/passes"]
    assert Turnover.read(out / "turnover.json").clips[0].name == "A001.mov"
    assert "scene_04" in comp_names(dump) and dump["report"]["done"] == "built"
    assert len(dump["undo"]) == 1
    assert dump["alerts"] == dump["prompts"] == dump["confirms"] == []
    assert (out / "render_passes.log").read_text(encoding="utf-8").split() == ["rendering"]


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "$HOME", "a & touch pwned", "100%", "ü €", "two\nlines"])
def test_folder_names_are_not_interpreted_by_the_shell(machine: Machine, pictured: Deliveries, name: str) -> None:
    folder = machine.folder / name
    (folder / "home" / ".toolkit").mkdir(parents=True)
    desk = Desk(Machine(folder=folder), pictured())
    desk.install_stub()
    assert desk.run()["report"]["problems"] == []
    assert desk.arguments == ["run", f"{folder}/sent/turnover.json", "-o", f"{folder}/sent/passes"]
    assert not list(machine.folder.rglob("pwned"))


def test_from_the_menu_it_asks_before_and_summarises_after(desk: Desk) -> None:
    desk.install_stub()
    dump = desk.run(automated=False)
    (question,) = dump["confirms"]
    assert "After Effects is blocked" in question and "render_passes.log" in question
    assert len(dump["alerts"]) == 1 and "'scene_04'" in dump["alerts"][0]


def test_declining_shows_the_command_to_copy(desk: Desk) -> None:
    desk.install_stub()
    dump = desk.run(automated=False, confirms=False)
    assert desk.arguments is None and dump["items"] == []
    ((_, command),) = dump["prompts"]
    assert command.endswith(f"'run' '{desk.machine.out}/turnover.json' '-o' '{desk.machine.out}/passes'")
    assert command.startswith(f"'{sys.executable}' '")


@pytest.mark.parametrize(
    ("recorded", "quirks", "message"),
    [
        pytest.param(False, {}, "the location of the toolkit is not recorded", id="no record"),
        pytest.param(True, {"runsCommands": False}, "scripts cannot run commands", id="no callSystem"),
    ],
)
def test_if_no_command_can_be_run_the_command_is_shown(desk: Desk, recorded: bool, quirks: Facts, message: str) -> None:
    if recorded:
        desk.install_stub()
    dump = desk.run(automated=False, **quirks)
    assert message in dump["report"]["problems"][0]
    assert len(dump["prompts"]) == 1 and dump["prompts"][0][1].endswith("/passes'")
    assert dump["confirms"] == dump["commands"] == dump["items"] == []
    assert (desk.machine.out / "turnover.json").is_file()


def test_the_toolkits_error_message_is_shown(desk: Desk) -> None:
    desk.install_stub(code=3, stderr="toolkit: shot sh010: /plates/a.mov is not there\n")
    dump = desk.run()
    (problem,) = dump["report"]["problems"]
    assert problem.startswith("toolkit: shot sh010: /plates/a.mov is not there (full output: ")
    assert dump["items"] == [] and dump["undo"] == []


def test_a_run_without_a_delivery_is_a_failure(desk: Desk) -> None:
    desk.install_stub(delivers=False)
    assert "finished but did not write" in desk.run()["report"]["problems"][0]


def test_a_missing_program_is_reported(desk: Desk) -> None:
    desk.write_record({"command": ["/no/such/python"], "version": "0.1.0"})
    (problem,) = desk.run()["report"]["problems"]
    assert "/no/such/python" in problem


@pytest.mark.parametrize("record", [None, {}, {"command": []}, {"command": "python"}, {"command": ["python", 3]}, 7])
def test_a_record_without_a_command_is_reported(desk: Desk, record: Any) -> None:
    desk.write_record(record)
    (problem,) = desk.run()["report"]["problems"]
    assert "contains no command; run 'toolkit install-scripts ae' again" in problem


def test_an_invalid_record_is_named(desk: Desk) -> None:
    record = desk.machine.home / ".toolkit" / "toolkit.json"
    record.write_text("{", encoding="utf-8")
    (problem,) = desk.run()["report"]["problems"]
    assert problem.startswith(f"{record} cannot be read (not JSON") and "install-scripts ae" in problem


def test_on_windows_one_quoted_cmd_line_runs_it(desk: Desk) -> None:
    """The command's answer is simulated; the test checks the line passed to cmd.exe."""
    desk.install_stub()
    (desk.machine.out / "passes").parent.mkdir(parents=True)
    (desk.machine.out / "passes").symlink_to(desk.delivery.parent)
    environment = {"USERPROFILE": str(desk.machine.home)}
    windows = Machine(folder=desk.machine.folder, environment=environment)
    dump = windows.run(ENTRY, USER, movies=movies(desk.delivery), answer="toolkit:done\r\n", system="Windows/64 10.0")
    assert dump["report"]["problems"] == []
    (line,) = dump["commands"]
    out = desk.machine.out
    assert line.startswith(f'cmd.exe /d /v:off /s /c ""{sys.executable}" "')
    assert line.endswith(
        f'"run" "{out}/turnover.json" "-o" "{out}/passes" > "{out}/render_passes.log" 2>&1'
        ' && echo toolkit:done || echo toolkit:failed"'
    )


def test_a_cancelled_dialog_does_nothing(desk: Desk) -> None:
    desk.install_stub()
    dump = desk.run(automated=False, cancelled=True)
    assert desk.arguments is None and dump["report"] is None and dump["alerts"] == dump["confirms"] == []
