"""Render Passes of After Effects: sent, rendered by a command in a real shell, imported; or said how to do it by hand.

The toolkit is a stand-in that checks what it is given and puts a finished delivery where it is told to.
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

__all__ = ["machine"]

ENTRY = "toolkit_render_passes.jsx"
USER = project(comp({"source": "A001.mov", "out": 24}))
TOOLKIT = """\
import json, os, pathlib, sys
pathlib.Path({given!r}).write_text(json.dumps(sys.argv[1:]))
print("rendering")
print({says!r}, file=sys.stderr)
if {code} == 0 and {delivers}:
    os.symlink({delivery!r}, sys.argv[sys.argv.index("-o") + 1])
sys.exit({code})
"""


class Desk:
    """A machine on which the toolkit is recorded, with a delivery that it will have made."""

    def __init__(self, machine: Machine, delivery: Path) -> None:
        self.machine, self.delivery = machine, delivery

    def record(self, *, code: int = 0, says: str = "", delivers: bool = True) -> None:
        """Write down a toolkit that ends with ``code`` and says something on its standard error."""
        program = self.machine.folder / "the toolkit.py"
        facts = {"given": str(self.machine.folder / "given.json"), "delivery": str(self.delivery.parent)}
        text = TOOLKIT.format(says=says, code=code, delivers=delivers, **facts)
        program.write_text(text, encoding="utf-8")
        self.write_record({"command": [sys.executable, str(program)], "version": "0.1.0"})

    def write_record(self, record: Any) -> None:
        (self.machine.home / ".toolkit" / "toolkit.json").write_text(json.dumps(record), encoding="utf-8")

    def run(self, *, automated: bool = True, **quirks: Any) -> Facts:
        return self.machine.run(ENTRY, USER, automated=automated, movies=movies(self.delivery), **quirks)

    @property
    def given(self) -> list[str] | None:
        """The arguments of the toolkit; None when it was not run."""
        path = self.machine.folder / "given.json"
        found: list[str] | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        return found


@pytest.fixture
def desk(machine: Machine, pictured: Deliveries) -> Desk:
    return Desk(machine, pictured())


def comps(told: Facts) -> list[str]:
    return [item["name"] for item in told["items"] if item["kind"] == "CompItem"]


def test_a_comp_goes_out_and_comes_back_as_layers(desk: Desk) -> None:
    desk.record()
    told = desk.run()
    out = desk.machine.out
    assert told["report"]["problems"] == []
    assert desk.given == ["run", f"{out}/turnover.json", "-o", f"{out}/passes"]
    assert Turnover.read(out / "turnover.json").clips[0].name == "A001.mov"
    assert "scene_04" in comps(told) and told["report"]["done"] == "built"
    assert len(told["undo"]) == 1
    assert told["alerts"] == told["prompts"] == told["confirms"] == []
    assert (out / "render_passes.log").read_text(encoding="utf-8").split() == ["rendering"]


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "$HOME", "a & touch pwned", "100%", "ü €", "two\nlines"])
def test_no_name_of_a_folder_means_anything_to_the_shell(machine: Machine, pictured: Deliveries, name: str) -> None:
    folder = machine.folder / name
    (folder / "home" / ".toolkit").mkdir(parents=True)
    desk = Desk(Machine(folder=folder), pictured())
    desk.record()
    assert desk.run()["report"]["problems"] == []
    assert desk.given == ["run", f"{folder}/sent/turnover.json", "-o", f"{folder}/sent/passes"]
    assert not list(machine.folder.rglob("pwned"))


def test_from_the_menu_it_asks_first_and_sums_up_last(desk: Desk) -> None:
    desk.record()
    told = desk.run(automated=False)
    (asked,) = told["confirms"]
    assert "After Effects is blocked" in asked and "render_passes.log" in asked
    assert len(told["alerts"]) == 1 and "'scene_04'" in told["alerts"][0]


def test_who_says_no_gets_the_command_to_copy(desk: Desk) -> None:
    desk.record()
    told = desk.run(automated=False, confirms=False)
    assert desk.given is None and told["items"] == []
    ((_, shown),) = told["prompts"]
    assert shown.endswith(f"'run' '{desk.machine.out}/turnover.json' '-o' '{desk.machine.out}/passes'")
    assert shown.startswith(f"'{sys.executable}' '")


@pytest.mark.parametrize(
    ("recorded", "quirks", "says"),
    [
        pytest.param(False, {}, "the location of the toolkit is not recorded", id="nothing recorded"),
        pytest.param(True, {"runsCommands": False}, "scripts cannot run commands", id="no callSystem"),
    ],
)
def test_where_no_command_can_be_run_it_shows_the_one_to_run(
    desk: Desk, recorded: bool, quirks: Facts, says: str
) -> None:
    if recorded:
        desk.record()
    told = desk.run(automated=False, **quirks)
    assert says in told["report"]["problems"][0]
    assert len(told["prompts"]) == 1 and told["prompts"][0][1].endswith("/passes'")
    assert told["confirms"] == told["commands"] == told["items"] == []
    assert (desk.machine.out / "turnover.json").is_file()


def test_the_toolkits_last_words_are_the_reason(desk: Desk) -> None:
    desk.record(code=3, says="toolkit: shot sh010: /plates/a.mov is not there\n")
    told = desk.run()
    (problem,) = told["report"]["problems"]
    assert problem.startswith("toolkit: shot sh010: /plates/a.mov is not there (full output: ")
    assert told["items"] == [] and told["undo"] == []


def test_a_run_that_leaves_no_delivery_is_no_success(desk: Desk) -> None:
    desk.record(delivers=False)
    assert "finished but did not write" in desk.run()["report"]["problems"][0]


def test_a_program_that_is_gone_is_said(desk: Desk) -> None:
    desk.write_record({"command": ["/no/such/python"], "version": "0.1.0"})
    (problem,) = desk.run()["report"]["problems"]
    assert "/no/such/python" in problem


@pytest.mark.parametrize("record", [None, {}, {"command": []}, {"command": "python"}, {"command": ["python", 3]}, 7])
def test_a_record_without_a_command_is_said(desk: Desk, record: Any) -> None:
    desk.write_record(record)
    (problem,) = desk.run()["report"]["problems"]
    assert "contains no command; run 'toolkit install-scripts ae' again" in problem


def test_a_record_that_is_no_json_is_named(desk: Desk) -> None:
    record = desk.machine.home / ".toolkit" / "toolkit.json"
    record.write_text("{", encoding="utf-8")
    (problem,) = desk.run()["report"]["problems"]
    assert problem.startswith(f"{record} cannot be read (not JSON") and "install-scripts ae" in problem


def test_on_windows_one_cmd_runs_it_without_an_open_name(desk: Desk) -> None:
    """The answer is made up: what is held here is the line that cmd.exe would get."""
    desk.record()
    (desk.machine.out / "passes").parent.mkdir(parents=True)
    (desk.machine.out / "passes").symlink_to(desk.delivery.parent)
    environment = {"USERPROFILE": str(desk.machine.home)}
    windows = Machine(folder=desk.machine.folder, environment=environment)
    told = windows.run(ENTRY, USER, movies=movies(desk.delivery), answer="toolkit:done\r\n", system="Windows/64 10.0")
    assert told["report"]["problems"] == []
    (line,) = told["commands"]
    out = desk.machine.out
    assert line.startswith(f'cmd.exe /d /v:off /s /c ""{sys.executable}" "')
    assert line.endswith(
        f'"run" "{out}/turnover.json" "-o" "{out}/passes" > "{out}/render_passes.log" 2>&1'
        ' && echo toolkit:done || echo toolkit:failed"'
    )


def test_a_dialog_that_is_cancelled_does_nothing(desk: Desk) -> None:
    desk.record()
    told = desk.run(automated=False, cancelled=True)
    assert desk.given is None and told["report"] is None and told["alerts"] == told["confirms"] == []
