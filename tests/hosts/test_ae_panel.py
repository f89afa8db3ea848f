"""The panel of After Effects: what it shows while the artist sends, renders with the real toolkit, and imports."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_bad_input import write_frames
from tests.hosts.users import Facts, Machine, comp, machine, project
from toolkit.faces import FaceModels
from toolkit.install import bundle

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit

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
def panel(machine: Machine, face_models: FaceModels) -> Panel:
    machine.environment["TOOLKIT_MODELS"] = str(
        face_models.finder.parent
    )  # the home is new: each render would download it
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
    assert started["texts"][2].endswith("Rendering. You can keep working.")
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
    assert ended["texts"][2].startswith("'main': imported 1 shot,")
    assert ended["texts"][1] == str(machine.out / "passes" / "delivery.json") and len(opened["undo"]) == 1


def test_of_two_open_panels_only_the_second_imports(panel: Panel) -> None:
    first, second = panel.session(["Render Passes"], ["wait"])
    assert second["panel"][-1]["tasks"] == 0 and first["undo"] == []
    assert second["panel"][-1]["texts"][2].startswith("'main': imported 1 shot,") and len(second["undo"]) == 1


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


# --- a render whose status the test writes ------------------------------------------------------------------------


class Followed(Panel):
    """A panel whose toolkit starts nothing; the status of the run is what the test writes."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        program = machine.folder / "nothing.py"
        program.write_text("", encoding="utf-8")
        record = {"command": [sys.executable, str(program)], "version": "0.1.0"}
        (machine.home / ".toolkit" / "toolkit.json").write_text(json.dumps(record), encoding="utf-8")

    def tells(self, **facts: Any) -> str:
        """The action in which the run writes its status."""
        usual = {"stage": "plate  FACE", "done": 1, "total": 3, "delivery": None, "exit_code": None, "message": ""}
        return self.writes(json.dumps({**usual, "alive_at": 1000, **facts}))

    def writes(self, text: str) -> str:
        """The action in which something is written as the status."""
        return f"write {self.machine.out}/render_status.json {text}"


@pytest.fixture
def followed(machine: Machine) -> Followed:
    return Followed(machine)


LOST = "The render stopped without a message. Finished frames are kept; choose Render Passes again to resume."


def test_a_render_without_signs_of_life_is_called_lost_after_half_a_minute(followed: Followed) -> None:
    dump = followed.use("Render Passes", followed.tells(), "watch 25", "watch 10")
    *_, before, after = dump["panel"]
    assert before["texts"][0] == "plate  FACE  1 of 3" and "Render Passes" not in before["enabled"]
    assert after["texts"][2].startswith(LOST)
    assert after["texts"][2].endswith(f"Full output: {followed.machine.out}/render_passes.log")
    assert "Render Passes" in after["enabled"] and "Cancel" not in after["enabled"]


def test_a_render_is_not_lost_because_the_computer_slept(followed: Followed) -> None:
    dump = followed.use(
        "Render Passes",
        followed.tells(),
        "watch 1",
        "sleep 36000",
        "watch 10",
        followed.tells(alive_at=40000),
        "watch 25",
    )
    assert dump["panel"][-1]["texts"][0] == "plate  FACE  1 of 3"
    assert "Cancel" in dump["panel"][-1]["enabled"]


@pytest.mark.parametrize("text", ["{}", "[]", "null", "nonsense", '{"exit_code": 0}'])
def test_a_status_that_makes_no_sense_is_no_sign_of_life(followed: Followed, text: str) -> None:
    dump = followed.use("Render Passes", followed.writes(text), "watch 5", "watch 40")
    assert "Cancel" in dump["panel"][2]["enabled"]
    assert dump["panel"][3]["texts"][2].startswith(LOST)


def test_a_render_that_goes_on_after_all_is_followed_again(followed: Followed) -> None:
    alive = followed.tells(alive_at=2000, done=2)
    failed = followed.tells(exit_code=3, message="toolkit: no")
    dump = followed.use("Render Passes", followed.tells(), "watch 40", alive, "watch 1", failed, "watch 1")
    assert dump["panel"][2]["texts"][2].startswith(LOST)
    assert dump["panel"][4]["texts"] == ["plate  FACE  2 of 3", "No delivery yet", "The render goes on."]
    assert dump["panel"][6]["texts"][2].startswith("Nothing was imported: toolkit: no")
    assert dump["panel"][6]["tasks"] == 0


def test_an_end_without_a_delivery_is_a_failure(followed: Followed) -> None:
    text = followed.use("Render Passes", followed.tells(exit_code=0), "watch 1")["panel"][-1]["texts"][2]
    assert text.startswith("Nothing was imported: the toolkit finished without a delivery\n\nFull output: ")


def test_sending_into_another_folder_does_not_lose_the_render(followed: Followed, tmp_path: Path) -> None:
    other = tmp_path / "other"
    _, _, opened = followed.session(
        ["Render Passes", "close"],
        ["Send Turnover", "close"],
        ["watch 1"],
        folders=[followed.machine.out, other, other],
    )
    assert (other / "turnover.json").is_file()
    assert opened["panel"][0]["texts"][0] == "starting" and "Cancel" in opened["panel"][0]["enabled"]


@pytest.mark.parametrize(
    ("end", "text"),
    [
        ({"exit_code": 3, "message": "toolkit: no room"}, "Nothing was imported: toolkit: no room\n\nFull output: "),
        (
            {"exit_code": 0, "delivery": "/d/delivery.json"},
            "Rendered while the panel was closed. Choose Import Passes to import the result.",
        ),
        (
            {"exit_code": 5, "delivery": "/d/delivery.json", "message": "toolkit: everything else is done, …"},
            "Rendered while the panel was closed. Choose Import Passes to import the result.",
        ),
    ],
)
def test_the_end_of_a_render_that_no_panel_saw_is_told_once(followed: Followed, end: Facts, text: str) -> None:
    ended = ["Render Passes", "close", followed.tells(**end), "watch 5"]
    closed, opened, again = followed.session(ended, ["watch 1", "close"], ["watch 1"])
    assert closed["panel"][-1]["tasks"] == 0 and closed["items"] == []
    assert opened["panel"][0]["texts"][2].startswith(text)
    assert opened["panel"][0]["texts"][1] == end.get("delivery", "No delivery yet")
    assert again["panel"][0]["texts"] == ["Nothing is being rendered", "No delivery yet", ""]


def test_a_render_that_was_lost_while_the_panel_was_closed_is_told_once(followed: Followed) -> None:
    _, opened, again = followed.session(
        ["Render Passes", followed.tells(), "close"], ["watch 40", "close"], ["watch 1"]
    )
    assert opened["panel"][0]["texts"][2].startswith(LOST)
    assert again["panel"][0]["texts"] == ["Nothing is being rendered", "No delivery yet", ""]


# --- the comp that was sent ---------------------------------------------------------------------------------------


def test_a_comp_that_was_renamed_meanwhile_is_the_comp_that_was_sent(panel: Panel) -> None:
    dump = panel.use("Render Passes", "rename the comp to main v2", "wait")
    assert dump["panel"][-1]["texts"][2].startswith("'main': imported 1 shot,")


def test_another_project_of_the_same_template_does_not_get_the_import(panel: Panel) -> None:
    """Its comp has the same id and the same name."""
    dump = panel.use("Render Passes", "open another project", "wait")
    assert dump["panel"][-1]["texts"][2].startswith(
        "Rendered. The comp that was sent was deleted, or its project was closed"
    )
    assert dump["items"] == []


def test_if_scripts_may_not_write_the_panel_says_what_to_allow(panel: Panel) -> None:
    for button in ("Send Turnover", "Render Passes"):
        ((_, _, text),) = texts(panel.use(button, mayWrite=False))
        assert "allow scripts to write files in Preferences" in text and not panel.machine.out.exists()


def test_without_a_place_in_after_effects_it_is_a_window(panel: Panel) -> None:
    assert panel.use("Send Turnover", docked=False)["panel"][0]["shown"]
    assert not panel.use("Send Turnover")["panel"][0]["shown"]


def test_a_comp_that_was_deleted_meanwhile_is_not_looked_for_in_another_project(followed: Followed) -> None:
    end = followed.tells(exit_code=0, delivery="/d/delivery.json")
    dump = followed.use("Render Passes", "delete the comp", end, "watch 1")
    assert dump["panel"][-1]["texts"][2] == (
        "Rendered. The comp that was sent was deleted, or its project was closed: open the project that the result is "
        "for, then choose Import Passes."
    )


def test_after_effects_was_started_again(followed: Followed) -> None:
    """The panel of the session before is not there any more, and with it the comp."""
    end = followed.tells(exit_code=0, delivery="/d/delivery.json")
    forget = "$.global.TOOLKIT_PANEL = undefined;"
    _, opened = followed.session(
        ["Render Passes", followed.tells(), "close"], ["watch 1", end, "watch 1"], edits=["", forget]
    )
    assert opened["panel"][-1]["texts"][2].startswith("Rendered. After Effects was started again since the comp was")
    assert opened["items"] == []


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ({"exit_code": 1}, "the toolkit ended with exit code 1 and without a message"),
        ({"exit_code": 0}, "the toolkit finished without a delivery"),
        ({"exit_code": 1, "message": "toolkit: no room"}, "toolkit: no room"),
    ],
)
def test_an_end_is_told_as_it_was(followed: Followed, end: Facts, reason: str) -> None:
    dump = followed.use("Render Passes", followed.tells(**end), "watch 1")
    assert dump["panel"][-1]["texts"][2].startswith(f"Nothing was imported: {reason}\n\nFull output: ")


# --- the turnover of a running render -----------------------------------------------------------------------------


def test_the_turnover_of_a_running_render_is_not_replaced(followed: Followed) -> None:
    turnover = followed.machine.out / "turnover.json"
    mark = f"write {turnover} the one that is rendered"
    dump = followed.use("Render Passes", followed.tells(), "watch 1", mark, "Send Turnover")
    assert dump["panel"][-1]["texts"][2] == (
        f"Nothing was sent: a render in {followed.machine.out} has not ended: wait for it, cancel it in the panel, or "
        "choose another folder"
    )
    assert turnover.read_text(encoding="utf-8") == "the one that is rendered"


@pytest.mark.parametrize("button", ["Send Turnover", "Render Passes"])
def test_the_turnover_of_a_render_that_somebody_else_follows_is_not_replaced(followed: Followed, button: str) -> None:
    out = followed.machine.out
    out.mkdir()
    (out / "turnover.json").write_text("the one that is rendered", encoding="utf-8")
    dump = followed.use(followed.tells(alive_at=time.time()), button)
    assert f"a render in {out} has not ended" in dump["panel"][-1]["texts"][2]
    assert (out / "turnover.json").read_text(encoding="utf-8") == "the one that is rendered"
    if button == "Send Turnover":
        told = followed.machine.run("toolkit_send_turnover.jsx", followed.user)
        assert "has not ended" in told["report"]["problems"][0]


@pytest.mark.parametrize("facts", [{"alive_at": 1000}, {"exit_code": 0}], ids=["silent", "ended"])
def test_the_turnover_of_a_render_that_has_ended_is_replaced(followed: Followed, facts: Facts) -> None:
    followed.machine.out.mkdir()
    dump = followed.use(followed.tells(**{"alive_at": time.time(), **facts}), "Send Turnover")
    assert dump["panel"][-1]["texts"][2].startswith("1 clip of 'main' written to ")


# --- which delivery -----------------------------------------------------------------------------------------------


def wrote(machine: Machine, path: Path) -> str:
    """The action in which a run in a terminal records its delivery."""
    return f"write {machine.home}/.toolkit/last_delivery.txt {path}"


def test_a_delivery_that_a_terminal_wrote_meanwhile_is_shown_before_it_is_imported(panel: Panel) -> None:
    old, new = panel.machine.folder / "old.json", panel.machine.folder / "new.json"
    dump = panel.use(
        wrote(panel.machine, old), "Send Turnover", wrote(panel.machine, new), "Import Passes", "Import Passes"
    )
    _, sent, _, shown, imported = dump["panel"]
    assert sent["texts"][1] == str(old)
    assert shown["texts"][1] == str(new)
    assert shown["texts"][2].startswith("The toolkit has written another delivery, which is shown now.")
    assert imported["texts"][1] == str(new) and imported["texts"][2].startswith("Nothing was imported")


def test_while_a_render_is_followed_the_last_delivery_is_always_shown(followed: Followed, tmp_path: Path) -> None:
    dump = followed.use("Render Passes", followed.tells(), wrote(followed.machine, tmp_path / "new.json"), "watch 1")
    assert dump["panel"][-1]["texts"][1] == str(tmp_path / "new.json")


def test_the_delivery_that_the_artist_chose_stays(panel: Panel) -> None:
    dump = panel.use("Choose...", wrote(panel.machine, Path("/new.json")), "Import Passes")
    assert [shown["texts"][1] for shown in dump["panel"]] == [str(panel.machine.out)] * 3
    assert dump["panel"][-1]["texts"][2].startswith("Nothing was imported")
