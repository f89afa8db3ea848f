"""Running entries in After Effects from outside: the arguments of its programs, and that only a report counts.

The programs are fakes that record their arguments and, where the test says so, write the report that the script
names. They prove the command lines and the waiting, not that the real programs accept them.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.hosts.users import Machine, comp, machine, project
from toolkit.cli.ae import ae
from toolkit.errors import InputError, ToolkitError
from toolkit.install import launch_script
from toolkit.launch import apple_text, run_entry

__all__ = ["machine"]

ENTRY = "toolkit_send_turnover.jsx"
STAND_IN = """\
#!{python}
import json, pathlib, re, sys
here = pathlib.Path({here!r})
(here / "given.json").write_text(json.dumps(sys.argv[1:]))
words = [re.sub('.*DoScriptFile "|"$', "", argument) for argument in sys.argv]
script = next(word for word in words if word.endswith("run.jsx"))
text = pathlib.Path(script).read_text()
(here / "run.jsx").write_text(text)
answer = {answer!r}
if answer:
    path = pathlib.Path(script).with_name("report.json")
    assert json.dumps(str(path)) in text
    path.write_text(answer)
sys.stderr.write({says!r})
sys.exit({code})
"""


class Studio:
    """A machine of one platform whose After Effects is a stand-in."""

    def __init__(self, folder: Path, platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.platform = folder, platform
        self.version = folder / "Program Files" / "Adobe" / "Adobe After Effects 2026"
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(tempfile, "tempdir", str(folder / "temporary"))
        (folder / "temporary").mkdir()
        monkeypatch.setattr("toolkit.install.after_effects._programs", lambda: self.version.parent)
        monkeypatch.setattr("toolkit.launch._GRACE_S", 0.3)
        monkeypatch.setenv("PATH", str(folder / "bin"))
        (folder / "bin").mkdir()

    def stand_in(self, report: Any = None, *, error: str | None = None, says: str = "", code: int = 0) -> None:
        """The program notes its arguments; it answers when there is a ``report`` or an ``error``."""
        program = self.folder / "bin" / "osascript"
        if self.platform == "win32":
            program = self.version / "Support Files" / "AfterFX.exe"
        program.parent.mkdir(parents=True, exist_ok=True)
        self.version.mkdir(parents=True, exist_ok=True)
        answer = None
        if report is not None or error is not None:
            answer = json.dumps({"report": None if report is None else json.dumps(report), "error": error})
        text = STAND_IN.format(python=sys.executable, here=str(self.folder), answer=answer, says=says, code=code)
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)

    def run(self, timeout: float = 20) -> dict[str, Any]:
        return run_entry(ENTRY, {"TOOLKIT_TURNOVER": "/a/folder"}, timeout=timeout)

    @property
    def given(self) -> list[str]:
        """The arguments of the program."""
        found: list[str] = json.loads((self.folder / "given.json").read_text(encoding="utf-8"))
        return found

    @property
    def script(self) -> str:
        """The script of the run."""
        return (self.folder / "run.jsx").read_text(encoding="utf-8")

    @property
    def left(self) -> list[str]:
        """What still lies in the folder for temporary files."""
        return [path.name for path in (self.folder / "temporary").glob("*/*")]


@pytest.fixture(params=["win32", "darwin"])
def studio(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """Both systems that After Effects runs on."""
    return Studio(tmp_path, request.param, monkeypatch)


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    return Studio(tmp_path, "win32", monkeypatch)


@pytest.fixture
def mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    return Studio(tmp_path, "darwin", monkeypatch)


def test_the_report_is_returned_and_no_file_remains(studio: Studio) -> None:
    studio.stand_in({"clips": 2})
    assert studio.run() == {"clips": 2}
    assert studio.left == []


def test_the_script_of_a_run_contains_the_whole_entry_and_its_arguments(studio: Studio) -> None:
    studio.stand_in({})
    studio.run()
    assert '{ "TOOLKIT_TURNOVER": "/a/folder" }' in studio.script
    assert "//@include" not in studio.script
    assert studio.script.count("var toolkitJson =") == studio.script.count("var toolkitTurnover =") == 1


def test_the_exit_code_of_afterfx_is_ignored(windows: Studio) -> None:
    windows.stand_in({"clips": 2}, code=1)
    assert windows.run() == {"clips": 2}
    assert windows.given[0] == "-r" and windows.given[1].endswith("run.jsx") and len(windows.given) == 2


def test_osascript_gets_a_timeout_and_the_newest_version(mac: Studio) -> None:
    mac.stand_in({})
    (mac.version.parent / "Adobe After Effects 2024").mkdir()
    mac.run(timeout=42)
    assert mac.given[::2] == ["-e", "-e", "-e"]
    begin, tell, end = mac.given[1::2]
    assert (begin, end) == ("with timeout of 42 seconds", "end timeout")
    app = mac.version / "Adobe After Effects 2026.app"
    assert tell.startswith(f'tell application "{app}" to DoScriptFile "')


def test_without_a_report_the_error_suggests_closing_dialogs(studio: Studio) -> None:
    studio.stand_in()
    with pytest.raises(ToolkitError, match=r"sent no report within 0\.\d seconds; close any open") as caught:
        studio.run(timeout=0.4 if studio.platform == "win32" else 20)
    assert "allow scripts to write files" in str(caught.value)
    assert studio.left == ["run.jsx"]  # it may still be run once the window is closed


@pytest.mark.parametrize(
    ("says", "sentence"),
    [
        ("execution error: Not authorised to send Apple events. (-1743)\n", "Privacy & Security > Automation"),
        ("execution error: AppleEvent timed out. (-1712)\n", "did not finish in time; close any open dialog"),
        ("execution error: Application isn't running. (-600)\n", "is not running and cannot be started"),
        ("execution error: Can't get application. (-10814)\n", "use --app with the path of its folder"),
        ("execution error: something new (-99)\n", "osascript: execution error: something new"),
        ("", "osascript: exit code 1"),
    ],
)
def test_error_numbers_of_osascript_are_explained(mac: Studio, says: str, sentence: str) -> None:
    mac.stand_in(says=says, code=1)
    with pytest.raises(ToolkitError, match=sentence):
        mac.run()


def test_a_script_that_stopped_gives_the_reason(studio: Studio) -> None:
    studio.stand_in(error="File is not open (line 12)")
    with pytest.raises(ToolkitError, match=r"toolkit_send_turnover\.jsx stopped in After Effects: File is not open"):
        studio.run()


def test_a_missing_program_is_named(studio: Studio) -> None:
    studio.version.mkdir(parents=True)
    with pytest.raises(InputError, match=r"AfterFX\.exe not found|osascript not found on the PATH"):
        studio.run()


def test_without_after_effects_the_error_asks_for_a_folder(studio: Studio) -> None:
    with pytest.raises(InputError, match=r"After Effects not found.*--app"):
        studio.run()


@pytest.mark.parametrize(
    ("text", "literal"), [("/a b/c", '"/a b/c"'), ('a "b"', '"a \\"b\\""'), ("a\\b", '"a\\\\b"'), ("ü", '"ü"')]
)
def test_a_path_becomes_an_applescript_string(text: str, literal: str) -> None:
    assert apple_text(text) == literal


def test_a_newline_never_starts_a_line_of_applescript() -> None:
    with pytest.raises(InputError, match="control character"):
        apple_text('a"\ndo shell script "rm')


# --- the script itself --------------------------------------------------------------------------------------------


def test_a_run_sends_and_reports_and_clears_its_arguments(machine: Machine) -> None:
    user = project(comp({"source": "A001.mov", "out": 12}))
    odd = machine.folder / 'a "b" $c ü'
    script = launch_script(ENTRY, {"TOOLKIT_TURNOVER": str(odd)}, machine.folder / "report.json")
    told = machine.run_text(script, user, automated=False)
    answer = json.loads((machine.folder / "report.json").read_text(encoding="utf-8"))
    assert answer["error"] is None and json.loads(answer["report"])["clips"] == 1
    assert told["alerts"] == [] and told["dialogs"] == 0 and told["report"] is None
    assert (odd / "turnover.json").is_file()


def test_an_entry_that_stops_is_reported_too(machine: Machine) -> None:
    text = launch_script(ENTRY, {"TOOLKIT_TURNOVER": str(machine.out)}, machine.folder / "report.json")
    broken = text.replace("var given =", "null.member; var given =", 1)
    assert broken != text
    machine.run_text(broken, project(comp()), automated=False)
    answer = json.loads((machine.folder / "report.json").read_text(encoding="utf-8"))
    assert answer["report"] is None and "null" in answer["error"]


def test_an_entry_that_does_not_exist_is_an_internal_error(tmp_path: Path) -> None:
    with pytest.raises(ToolkitError, match=r"ae_scripts/toolkit_gone\.jsx"):
        launch_script("toolkit_gone.jsx", {}, tmp_path / "report.json")


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_prints_the_report_and_exits_with_1_if_it_has_problems(windows: Studio) -> None:
    windows.stand_in({"problems": [], "clips": 1})
    done = CliRunner().invoke(ae, ["send", "sent"], standalone_mode=False)
    assert (done.return_value, json.loads(done.output)["clips"]) == (0, 1)
    assert json.dumps(str(Path("sent").resolve())) in windows.script
    windows.stand_in({"problems": ["open a comp"]})
    assert CliRunner().invoke(ae, ["send", "sent"], standalone_mode=False).return_value == 1
