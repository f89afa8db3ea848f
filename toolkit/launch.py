"""Run a menu entry of After Effects from outside: a script for one run, and the file its report is written to.

After Effects does not report how a script ended: AfterFX.exe returns at once, with a meaningless exit code. So every
run gets its own folder, with a script that contains the whole entry and writes its report there. Only that report
counts.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toolkit.errors import InputError, ToolkitError
from toolkit.install import find_after_effects, launch_script

_POLL_S = 0.2
"""Interval at which the report is looked for, seconds."""
_GRACE_S = 5.0
"""How long the report may still take after osascript has returned, seconds."""

NO_ANSWER = (
    "close any open dialog there (missing fonts or footage, a licence, another script's report): it blocks scripts; "
    "and allow scripts to write files in Preferences > Scripting & Expressions"
)
"""What to do when a running After Effects does not answer."""

_OSASCRIPT = {
    "-1743": (
        "macOS does not allow this program to control After Effects; allow it in System Settings > Privacy & Security "
        "> Automation"
    ),
    "-1712": f"After Effects did not finish in time; {NO_ANSWER}",
    "-600": "After Effects is not running and cannot be started",
    "-10814": "macOS does not find this After Effects; use --app with the path of its folder",
}
"""What osascript's error numbers mean to the user."""


def run_entry(entry: str, values: Mapping[str, str], *, timeout: float, app: Path | None = None) -> dict[str, Any]:
    """Run the menu entry ``entry`` in After Effects and return its report.

    ``values`` become members of ``$.global``, which the entry reads instead of opening dialogs. ``app`` is the folder
    of one version (default: the newest installed), ``timeout`` is in seconds. Raises InputError when After Effects is
    not found, and ToolkitError when it may not be controlled, no report comes in time, or the script failed.
    """
    version = app if app is not None else _newest_version()
    folder = Path(tempfile.mkdtemp(prefix="toolkit-ae-"))
    script, report = folder / "run.jsx", folder / "report.json"
    script.write_text(launch_script(entry, values, report), encoding="utf-8", newline="\n")
    if sys.platform == "darwin":
        _run_osascript(version, script, timeout)
        answer = _wait_for_report(report, _GRACE_S, version.name)
    else:
        process = _run_afterfx(version, script)
        try:
            answer = _wait_for_report(report, timeout, version.name)
        finally:
            if process.poll() is None:
                process.returncode = 0  # it is After Effects itself and stays open: no warning that it still runs
    shutil.rmtree(folder, ignore_errors=True)  # on Windows the script may be open for a moment longer
    if answer.get("error") is not None:
        raise ToolkitError(f"{entry} stopped in After Effects: {answer['error']}")
    found: dict[str, Any] = json.loads(answer["report"])
    return found


def _newest_version() -> Path:
    found = list(find_after_effects().values())
    if not found:
        raise InputError("After Effects not found in the default location; use --app with the path of its folder")
    return found[-1]


def _run_afterfx(version: Path, script: Path) -> subprocess.Popen[bytes]:
    """Hand the script to the running After Effects, or start it; returns at once."""
    program = version / "Support Files" / "AfterFX.exe"
    if not program.is_file():
        raise InputError(f"{program} not found; use --app with the folder of an After Effects")
    try:
        return subprocess.Popen([program, "-r", script], stdin=subprocess.DEVNULL)
    except OSError as error:
        raise InputError(f"cannot start {program}: {error.strerror or error}") from error


def _run_osascript(version: Path, script: Path, timeout: float) -> None:
    """Run the script and return when it has ended or the time is up."""
    program = version if version.suffix == ".app" else version / f"{version.name}.app"
    lines = [
        f"with timeout of {max(1, round(timeout))} seconds",
        f"tell application {apple_text(str(program))} to DoScriptFile {apple_text(str(script))}",
        "end timeout",
    ]
    command = ["osascript", *(part for line in lines for part in ("-e", line))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout + _GRACE_S)
    except FileNotFoundError as error:
        raise InputError("osascript not found on the PATH; it is part of macOS") from error
    except subprocess.TimeoutExpired as error:
        raise ToolkitError(_OSASCRIPT["-1712"]) from error
    if done.returncode != 0:
        number = re.search(r"\((-\d+)\)\s*$", done.stderr)
        known = _OSASCRIPT.get(number[1]) if number else None
        raise ToolkitError(known or f"osascript: {done.stderr.strip() or f'exit code {done.returncode}'}")


def apple_text(text: str) -> str:
    """``text`` as an AppleScript string. Raises InputError for control characters, which it cannot hold safely."""
    if re.search(r"[\x00-\x1f]", text):
        raise InputError(f"After Effects cannot take a path with a control character: {text!r}; rename it")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _wait_for_report(report: Path, seconds: float, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while not report.is_file():
        if time.monotonic() >= deadline:
            raise ToolkitError(
                f"{name} sent no report within {seconds:g} seconds; {NO_ANSWER}; the script is in {report.parent}"
            )
        time.sleep(_POLL_S)
    answer: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return answer
