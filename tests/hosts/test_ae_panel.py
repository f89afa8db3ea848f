"""The panel of After Effects: what it shows while the artist sends, renders with the real toolkit, and imports."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_bad_input import write_frames
from tests.hosts.users import Facts, Machine, comp, machine, project
from toolkit.install import bundle

__all__ = ["machine"]

SCRIPTS = Path(__file__).resolve().parents[2] / "ae_scripts"


class Panel:
    """The panel on a machine with the toolkit, and a project with one sequence of ``count`` frames."""

    def __init__(self, machine: Machine, count: int = 3) -> None:
        self.machine = machine
        write_frames(machine.folder / "plates", range(1001, 1001 + count))
        plate = {"path": str(machine.folder / "plates" / "plate.1001.png"), "frames": count, "width": 128, "height": 72}
        layer = comp({"source": "plate", "out": count}, frames=count, width=128, height=72)
        self.user = project(layer, footage={"plate": plate})
        record = {"command": [sys.executable, "-m", "toolkit.cli"], "version": "0.1.0"}
        (machine.home / ".toolkit" / "toolkit.json").write_text(json.dumps(record), encoding="utf-8")

    def use(self, *actions: str, **how: Any) -> Facts:
        """Open the panel and do ``actions``: buttons to click, "wait", "wait for TEXT" and "close"."""
        (dump,) = self.session(list(actions), **how)
        return dump

    def session(self, *panels: list[str], **how: Any) -> list[Facts]:
        """Open the panel once for each list of actions, in one session of After Effects."""
        text = bundle(SCRIPTS, "toolkit_panel.jsx")
        return self.machine.run_session([text] * len(panels), self.user, automated=False, actions=list(panels), **how)


@pytest.fixture
def panel(machine: Machine) -> Panel:
    return Panel(machine)


def texts(dump: Facts) -> list[list[str]]:
    """Stage, delivery and report after each action."""
    return [shown["texts"] for shown in dump["panel"]]


def test_at_first_there_is_nothing_to_import(panel: Panel) -> None:
    dump = panel.use("wait")
    (shown,) = dump["panel"]
    assert shown["texts"] == ["Nothing is being rendered", "No delivery yet", ""]
    assert shown["enabled"] == ["Send Turnover", "Render Passes", "Choose..."]
    assert (shown["progress"], shown["tasks"]) == (0, 0)
    assert dump["alerts"] == dump["undo"] == [] and dump["dialogs"] == 0


def test_a_comp_is_sent(panel: Panel) -> None:
    dump = panel.use("Send Turnover")
    ((_, _, text),) = texts(dump)
    assert text == f"1 clip of 'main' written to {panel.machine.out}/turnover.json"
    assert dump["alerts"] == []


def test_a_comp_is_rendered_in_the_background_and_imported(panel: Panel) -> None:
    dump = panel.use("Render Passes", "wait")
    started, ended = dump["panel"]
    assert started["texts"][2].endswith("Rendering. After Effects can be used meanwhile.")
    assert started["enabled"] == ["Send Turnover", "Cancel", "Choose..."]
    delivery = panel.machine.out / "passes" / "delivery.json"
    assert ended["texts"][:2] == ["Nothing is being rendered", str(delivery)]
    assert ended["texts"][2].startswith("'main': imported 1 shot,")
    assert ended["tasks"] == 0 and "Import Passes" in ended["enabled"]
    names = [item["name"] for item in dump["items"] if item["kind"] == "CompItem"]
    assert names == ["plate", "main"] and len(dump["undo"]) == 1
    assert dump["report"]["problems"] == []


def test_the_last_delivery_of_the_machine_is_offered(panel: Panel) -> None:
    panel.use("Render Passes", "wait")
    dump = panel.use("Import Passes")
    assert texts(dump)[0][2].startswith("'main': imported 1 shot,") and dump["dialogs"] == 0


def test_another_delivery_can_be_chosen(panel: Panel) -> None:
    chosen = panel.use("Choose...")["panel"][0]
    assert chosen["texts"][1] == str(panel.machine.out)
    assert panel.use("Choose...", cancelled=True)["panel"][0]["texts"][1] == "No delivery yet"


def test_a_delivery_that_cannot_be_read_is_an_error_in_the_panel(panel: Panel) -> None:
    panel.machine.out.write_text("{", encoding="utf-8")
    dump = panel.use("Choose...", "Import Passes")
    assert texts(dump)[1][2].startswith("Nothing was imported")
    assert dump["items"] == [] and dump["alerts"] == []


def test_a_render_can_be_cancelled(machine: Machine) -> None:
    panel = Panel(machine, count=400)
    dump = panel.use("Render Passes", "wait for  of 400", "Cancel", "wait")
    _, running, cancelled, ended = dump["panel"]
    assert running["texts"][0].startswith("plate  ") and running["texts"][0].endswith(" of 400")
    assert cancelled["texts"][2] == "Stopping; this can take a few seconds."
    assert ended["texts"][2].startswith("Nothing was imported: cancelled; rendered frames are kept")
    assert ended["tasks"] == 0 and dump["items"] == []


def test_a_render_goes_on_without_its_panel_and_the_next_one_follows_it(machine: Machine) -> None:
    panel = Panel(machine, count=100)
    closed, opened = panel.session(["Render Passes", "close", "wait"], ["wait for  of 100", "wait"])
    assert closed["panel"][-1]["tasks"] == 0 and closed["items"] == []
    running, ended = opened["panel"]
    assert running["texts"][0].endswith(" of 100") and "Cancel" in running["enabled"]
    assert ended["texts"][2].startswith("Rendered. The comp that was sent is not in the open project")
    assert ended["texts"][1] == str(machine.out / "passes" / "delivery.json") and opened["items"] == []


def test_of_two_open_panels_only_the_second_imports(panel: Panel) -> None:
    _, second = panel.session(["Render Passes"], ["wait"])
    assert second["panel"][-1]["tasks"] == 0
    assert second["panel"][-1]["texts"][2].startswith("Rendered.") and second["items"] == []


@pytest.mark.parametrize(
    ("record", "message"),
    [
        pytest.param(None, "the location of the toolkit is not recorded: run 'toolkit install-scripts ae'", id="none"),
        pytest.param(["/no/such/python"], "/no/such/python", id="gone"),
    ],
)
def test_a_toolkit_that_cannot_be_started_is_reported(panel: Panel, record: list[str] | None, message: str) -> None:
    path = panel.machine.home / ".toolkit" / "toolkit.json"
    path.unlink() if record is None else path.write_text(json.dumps({"command": record}), encoding="utf-8")
    ((_, _, text),) = texts(panel.use("Render Passes"))
    assert message in text


def test_the_toolkits_error_is_shown(panel: Panel) -> None:
    (panel.machine.folder / "plates" / "plate.1002.png").write_bytes(b"no picture")
    (_, (_, _, text)) = texts(panel.use("Render Passes", "wait"))
    assert text.startswith("Nothing was imported: toolkit: ") and "plate.1002.png" in text
    assert text.endswith(f"Full output: {panel.machine.out}/render_passes.log")


def test_without_a_place_in_after_effects_it_is_a_window(panel: Panel) -> None:
    assert panel.use("Send Turnover", docked=False)["panel"][0]["shown"]
    assert not panel.use("Send Turnover")["panel"][0]["shown"]
