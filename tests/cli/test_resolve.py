"""``toolkit resolve``: the bundled entries, each in its own process, with a fake scripting module."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent.parent
MODULE = """
import sys
sys.path.insert(0, {repository!r})
from tests.hosts.resolve import Behaviour, FakeResolve

def scriptapp(name):
    return FakeResolve(Behaviour(studio={studio})).scriptapp(name)
"""


def resolve(api: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, with Resolve's scripting module in ``api``."""
    environment = {"HOME": str(api), "RESOLVE_SCRIPT_API": str(api), "PYTHONPATH": str(REPOSITORY), "PATH": ""}
    command = [sys.executable, "-m", "toolkit.cli", "resolve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def api(tmp_path: Path) -> Path:
    write_module(tmp_path, studio=True)
    return tmp_path


def write_module(api: Path, *, studio: bool) -> None:
    (api / "Modules").mkdir(exist_ok=True)
    text = MODULE.format(repository=str(REPOSITORY), studio=studio)
    (api / "Modules" / "DaVinciResolveScript.py").write_text(text, encoding="utf-8")


def test_an_entry_runs_with_resolves_module_and_its_own_options(api: Path) -> None:
    done = resolve(api, "self-check", "-o", str(api))
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((api / "toolkit_self_check.json").read_text(encoding="utf-8"))
    assert report["resolve"].startswith("21.1") and report["problems"] == []


def test_a_problem_is_an_exit_code_and_one_line(api: Path) -> None:
    done = resolve(api, "compare", "v002")
    assert done.returncode == 2
    assert "problem: 'scene_04' has no BODY or FACE tracks of the toolkit" in done.stdout and done.stderr == ""


def test_a_resolve_that_does_not_answer_is_reported_in_one_line(api: Path) -> None:
    write_module(api, studio=False)
    done = resolve(api, "send", "-o", str(api / "to"))
    assert done.returncode == 2 and "problem: Resolve does not answer" in done.stdout


def test_a_missing_scripting_module_is_reported(tmp_path: Path) -> None:
    done = resolve(tmp_path, "import", "delivery.json")
    assert done.returncode == 2 and "DaVinciResolveScript" in done.stdout and "Traceback" not in done.stderr


def test_every_entry_has_its_command() -> None:
    from toolkit.cli.resolve import ENTRIES

    there = {path.name.removeprefix("Toolkit ") for path in (REPOSITORY / "resolve_scripts").glob("*.py")}
    assert {entry for entry, _, _ in ENTRIES.values()} == there


def test_arguments_after_two_dashes_are_not_options_of_the_entry(api: Path) -> None:
    """The fake's clip is offline, so the entry stops after sending; the options it passes on are tested elsewhere."""
    (api / ".toolkit").mkdir()
    (api / ".toolkit" / "toolkit.json").write_text(json.dumps({"command": [sys.executable], "version": "0"}))
    done = resolve(api, "render", "-o", str(api / "to"), "--whole", "--", "--set", "face.strength=0.4", "--help")
    assert done.returncode == 2
    assert "user.mov is missing" in done.stdout
    assert "unknown option: --set" in resolve(api, "render", "--set", "face.strength=0.4").stdout
