"""Running a menu entry of After Effects from outside: a script made for one run, and the file it answers in.

After Effects says nothing useful when it ends a script: AfterFX.exe leaves at once, with a code that means nothing. So
every run has a folder of its own with a script that holds the whole entry and writes its report there; that report is
the only sign of life that is believed.
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
from toolkit.install import find_after_effects, launched

_EVERY = 0.2
"""Seconds between two looks at whether the report is there."""
_GRACE = 5.0
"""Seconds that a report may still take after osascript has come back."""

SILENT = (
    "a window that is open there holds up every script (missing fonts or footage, a licence, another script's report), "
    "and Preferences > Scripting & Expressions must allow scripts to write files"
)
"""Why an After Effects that runs does not answer."""

_OSASCRIPT = {
    "-1743": "macOS does not let this program control After Effects: System Settings > Privacy & Security > Automation",
    "-1712": f"After Effects did not finish in time; {SILENT}",
    "-600": "After Effects does not run and cannot be started",
    "-10814": "macOS knows of no such After Effects; name the folder of one with --app",
}
"""What osascript's error numbers mean for the person at the keyboard."""


def run_entry(entry: str, given: Mapping[str, str], *, timeout: float, app: Path | None = None) -> dict[str, Any]:
    """Run the menu entry ``entry`` in After Effects and wait for its report.

    ``given``: values of ``$.global`` that it reads instead of opening dialogs. ``app``: the folder of one version (by
    default the newest where they are usually installed). ``timeout`` in seconds. Raises InputError when there is no
    After Effects, ToolkitError when it may not be controlled, no report comes in time, or the script itself failed.
    """
    version = app if app is not None else _newest()
    folder = Path(tempfile.mkdtemp(prefix="toolkit-ae-"))
    script, report = folder / "run.jsx", folder / "report.json"
    script.write_text(launched(entry, given, report), encoding="utf-8", newline="\n")
    if sys.platform == "darwin":
        _through_osascript(version, script, timeout)
        answer = _wait(report, _GRACE, version.name)
    else:
        process = _through_afterfx(version, script)
        try:
            answer = _wait(report, timeout, version.name)
        finally:
            process.poll()  # takes note of one that handed the script on and left
    shutil.rmtree(folder, ignore_errors=True)  # Windows may hold on to a script that is just ending
    if answer.get("error") is not None:
        raise ToolkitError(f"{entry} stopped in After Effects: {answer['error']}")
    found: dict[str, Any] = json.loads(answer["report"])
    return found


def _newest() -> Path:
    found = list(find_after_effects().values())
    if not found:
        raise InputError("no After Effects where it is usually installed; name its folder with --app")
    return found[-1]


def _through_afterfx(version: Path, script: Path) -> subprocess.Popen[bytes]:
    """Hands the script to the After Effects that runs, or starts one; comes back at once."""
    program = version / "Support Files" / "AfterFX.exe"
    if not program.is_file():
        raise InputError(f"{program} is not there; name the folder of one After Effects with --app")
    try:
        return subprocess.Popen([program, "-r", script], stdin=subprocess.DEVNULL)
    except OSError as error:
        raise InputError(f"{program} does not start: {error.strerror or error}") from error


def _through_osascript(version: Path, script: Path, timeout: float) -> None:
    """Runs the script and comes back when it has ended, or when the time is over."""
    program = version if version.suffix == ".app" else version / f"{version.name}.app"
    lines = [
        f"with timeout of {max(1, round(timeout))} seconds",
        f"tell application {apple_text(str(program))} to DoScriptFile {apple_text(str(script))}",
        "end timeout",
    ]
    command = ["osascript", *(part for line in lines for part in ("-e", line))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout + _GRACE)
    except FileNotFoundError as error:
        raise InputError("osascript is not on the PATH; it comes with macOS") from error
    except subprocess.TimeoutExpired as error:
        raise ToolkitError(_OSASCRIPT["-1712"]) from error
    if done.returncode != 0:
        number = re.search(r"\((-\d+)\)\s*$", done.stderr)
        said = _OSASCRIPT.get(number[1]) if number else None
        raise ToolkitError(said or f"osascript: {done.stderr.strip() or f'it left with code {done.returncode}'}")


def apple_text(text: str) -> str:
    """``text`` as a string of AppleScript. Raises InputError for line ends, which it cannot hold safely."""
    if re.search(r"[\x00-\x1f]", text):
        raise InputError(f"a path with a line end in it cannot be given to After Effects: {text!r}")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _wait(report: Path, seconds: float, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while not report.is_file():
        if time.monotonic() >= deadline:
            raise ToolkitError(f"{name} gave no report in {seconds:g} seconds; {SILENT}; its script is {report.parent}")
        time.sleep(_EVERY)
    answer: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return answer
