"""``toolkit doctor``: it checks everything that pyproject.toml names, and every remedy is a command that works."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as metadata_version
from pathlib import Path

import pytest

from toolkit import doctor
from toolkit.cli import run_command

PROJECT = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text(encoding="utf-8"))


def _names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w-]", line)[0] for line in requirements}


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes a package look as if it were not installed."""

    def hide_package(gone: str) -> None:
        def version(name: str) -> str:
            if name == gone:
                raise PackageNotFoundError(name)
            return metadata_version(name)

        monkeypatch.setattr(doctor, "version", version)

    return hide_package


def _findings() -> dict[str, doctor.Finding]:
    return {finding.what: finding for finding in doctor.check_installation()}


def test_every_dependency_is_checked_and_required() -> None:
    needed = {name for name, finding in _findings().items() if finding.required}
    assert _names(PROJECT["project"]["dependencies"]) <= needed


@pytest.mark.parametrize("extra", ["aep", "colour"])
def test_the_package_of_an_extra_is_checked_and_not_required(extra: str, without: Callable[[str], None]) -> None:
    (name,) = _names(PROJECT["project"]["optional-dependencies"][extra])
    there = _findings()[name]
    assert (there.ok, there.required) == (True, False)
    without(name)
    gone = _findings()[name]
    assert gone.row()["state"] == "not installed"
    assert f"pip install 'resolve-ae-toolkit[{extra}]'" in gone.detail


def test_a_missing_package_is_named_with_the_command_that_installs_it(without: Callable[[str], None]) -> None:
    without("av")
    assert _findings()["av"].row() == {"what": "av", "state": "MISSING", "detail": "pip install av"}


@pytest.mark.parametrize("library", ["cv2", "numpy", "pydantic", "httpx", "av", "mediapipe", "platformdirs"])
def test_the_doctor_reports_even_if_a_library_does_not_load(library: str) -> None:
    """OpenCV does not load without libGL, and users with that problem are told to run the doctor."""
    broken = f"import sys; sys.modules[{library!r}] = None; from toolkit.cli import main; main()"
    command = [sys.executable, "-c", broken, "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "Python" in [row["what"] for row in json.loads(done.stdout)]


def test_the_table_ends_with_a_verdict(without: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["doctor"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("All that is required is there.")
    without("av")
    assert run_command(["doctor"]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "MISSING: av. The toolkit does not work without; the table says what to do."


# --- Resolve's Python on macOS --------------------------------------------------------------------------------------


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Mac whose ``launchctl`` prints the first line of a file, with a folder for Python from python.org."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr("toolkit.install.resolve._FRAMEWORKS", tmp_path / "Versions")
    launchctl = tmp_path / "bin" / "launchctl"
    launchctl.parent.mkdir()
    launchctl.write_text(f'#!/bin/sh\n[ "$*" = "getenv PYTHON3HOME" ] && cat {shlex.quote(str(tmp_path / "home"))}\n')
    launchctl.chmod(0o755)
    (tmp_path / "home").touch()
    monkeypatch.setenv("PATH", f"{launchctl.parent}:/usr/bin:/bin")
    return tmp_path


def add_python(folder: Path) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python3").touch()
    return folder


def test_resolve_on_a_mac_finds_python_from_python_org_by_itself(mac: Path) -> None:
    add_python(mac / "Versions" / "3.11")
    found = _findings()["Resolve's Python"]
    assert (found.ok, found.detail) == (True, str(mac / "Versions" / "3.11"))


def test_resolve_on_a_mac_takes_python3home_if_it_has_bin_python3(mac: Path) -> None:
    add_python(mac / "Versions" / "3.11")
    (mac / "home").write_text(f"{mac / 'brew'}\n")
    found = _findings()["Resolve's Python"]
    assert not found.ok and f"{mac / 'brew'} has no bin/python3: launchctl setenv PYTHON3HOME" in found.detail
    add_python(mac / "brew")
    assert _findings()["Resolve's Python"].ok


def test_without_any_python_the_doctor_prints_the_line_to_run(mac: Path) -> None:
    detail = _findings()["Resolve's Python"].detail
    line = f"launchctl setenv PYTHON3HOME {sys.base_prefix}, then start Resolve again"
    assert detail == f"Resolve finds no Python: {line}"
