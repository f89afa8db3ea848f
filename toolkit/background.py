"""Render in the background for a caller that cannot wait: a supervisor runs the toolkit and reports in a file.

A script in After Effects can start a program only by waiting for it, so it starts a supervisor, which outlives that
call. Everything is in one folder: ``render_status.json``, replaced as the run proceeds; ``render_passes.log``, what the
run printed; and ``stop``, a file whose creation cancels the run.

``render_status.json`` has ``stage``, ``done`` and ``total`` (the run's progress), ``delivery`` (the path of the
result, or null), ``alive_at`` (seconds since 1970, at most ``ALIVE_EVERY_S`` old while the run lasts), ``exit_code``
(null until the end) and ``message`` (the error, for people; empty when there is none).
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from toolkit.documents import write_atomically
from toolkit.errors import InputError, OutputNotWritable

_PROGRESS = ("stage", "done", "total", "delivery")
ALIVE_EVERY_S = 5.0
"""The longest time between two writes of the status while a run lasts."""
_WRITE_EVERY_S = 0.5
_POLL_S = 0.1
_ESCALATE_S = 10.0
"""How long a cancelled run may take to stop before it is terminated, and again before it is killed, seconds."""


def start_background(arguments: Sequence[str], folder: Path) -> None:
    """Start ``toolkit ARGUMENTS`` under a supervisor and return at once; its progress is in ``folder``.

    Raises InputError when a run in ``folder`` has not ended, and OutputNotWritable when ``folder`` cannot be written.
    """
    if _is_running(folder):
        raise InputError(f"a run in {folder} has not ended; cancel it or wait")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "stop").unlink(missing_ok=True)
    except OSError as error:
        raise OutputNotWritable(folder, error.strerror or str(error)) from error
    _Status(folder).write()
    command = [sys.executable, "-m", "toolkit.cli", "background", "--wait", str(folder), "--", *arguments]
    nothing = subprocess.DEVNULL  # an inherited pipe would keep the caller waiting
    process = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, **_own_group())
    process.returncode = 0  # it is meant to outlive this process: no warning that it still runs


def supervise(arguments: Sequence[str], folder: Path) -> int:
    """Run ``toolkit ARGUMENTS`` and keep ``folder`` up to date until it has ended; returns its exit code.

    Progress is seen when the arguments include ``--progress lines``.
    """
    status = _Status(folder)
    with (folder / "render_passes.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "toolkit.cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            **_own_group(),
        )
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        assert process.stdout is not None  # it is a pipe
        reader = threading.Thread(target=_read_lines, args=(process.stdout, lines), daemon=True)
        reader.start()
        stopper = _Stopper(process, folder / "stop")
        while process.poll() is None:
            stopper.poll()
            _take_lines(lines, status, log)
            status.write_if_due()
            time.sleep(_POLL_S)
        reader.join(_ESCALATE_S)
        _take_lines(lines, status, log)
    status.end(process.returncode, is_cancelled=stopper.since is not None)
    return process.returncode


def _own_group() -> dict[str, Any]:
    """So that a signal to the new process reaches its workers, and nothing that happens to its parent does."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _is_running(folder: Path) -> bool:
    """Whether a supervisor wrote to ``folder`` lately and has not ended."""
    try:
        status = json.loads((folder / "render_status.json").read_text(encoding="utf-8"))
        return status["exit_code"] is None and time.time() - status["alive_at"] < 3 * ALIVE_EVERY_S
    except (OSError, ValueError, KeyError, TypeError):  # no status, or none of ours
        return False


def _read_lines(stream: IO[str], lines: queue.SimpleQueue[str]) -> None:
    for line in stream:
        lines.put(line)


def _take_lines(lines: queue.SimpleQueue[str], status: _Status, log: IO[str]) -> None:
    while not lines.empty():
        line = lines.get()
        if not status.read_progress(line):
            log.write(line)
            log.flush()


class _Status:
    """The contents of ``render_status.json``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "render_status.json"
        self._facts: dict[str, Any] = {
            "stage": "starting",
            "done": 0,
            "total": 0,
            "delivery": None,
            "exit_code": None,
            "message": "",
        }
        self._last_line = ""
        self._is_changed = True
        self._written_at = 0.0

    def read_progress(self, line: str) -> bool:
        """Whether ``line`` of the run's output reports progress; any other line may be the error message."""
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        if isinstance(found, dict):
            self._facts |= {name: found[name] for name in _PROGRESS if name in found}
            self._is_changed = True
            return True
        if line.startswith("toolkit: ") or not self._last_line.startswith("toolkit: "):
            self._last_line = line.strip() or self._last_line
        return False

    def write_if_due(self) -> None:
        """Write progress twice a second, and a sign of life without any."""
        age = time.monotonic() - self._written_at
        if age > ALIVE_EVERY_S or (self._is_changed and age > _WRITE_EVERY_S):
            self.write()

    def end(self, exit_code: int, *, is_cancelled: bool) -> None:
        """Record the end of the run."""
        message = "" if exit_code == 0 else self._last_line or f"the toolkit exited with code {exit_code}"
        if is_cancelled and exit_code != 0:
            message = "cancelled; rendered frames are kept, and the next run resumes from there"
        self._facts |= {"exit_code": exit_code, "message": message}
        self.write()

    def write(self) -> None:
        """Replace the file."""
        with write_atomically(self._path) as temporary:
            temporary.write_text(json.dumps(self._facts | {"alive_at": time.time()}) + "\n", encoding="utf-8")
        self._written_at, self._is_changed = time.monotonic(), False


class _Stopper:
    """Stops a run once its stop file exists: an interrupt as by Ctrl-C, then terminate, then kill."""

    def __init__(self, process: subprocess.Popen[str], file: Path) -> None:
        self._process, self._file, self._sent = process, file, 0
        self.since: float | None = None

    def poll(self) -> None:
        """Send what is due."""
        if self.since is None and self._file.exists():
            self.since = time.monotonic()
        if self.since is None:
            return
        if self._sent == 0:
            self._interrupt()
        elif self._sent == 1 and time.monotonic() - self.since > _ESCALATE_S:
            self._process.terminate()
        elif self._sent == 2 and time.monotonic() - self.since > 2 * _ESCALATE_S:
            self._process.kill()
        else:
            return
        self._sent += 1

    def _interrupt(self) -> None:
        if sys.platform == "win32":
            self._process.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            os.killpg(self._process.pid, signal.SIGINT)
