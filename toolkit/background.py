"""Render in the background for a caller that cannot wait: a supervisor runs the toolkit and reports in a file.

A script in After Effects can start a program only by waiting for it, so it starts a supervisor, which outlives that
call. Everything is in one folder: ``render_status.json``, replaced as the run proceeds; ``render_passes.log``, what the
run printed; ``stop``, a file whose creation cancels the run; and ``.render.lock``, which the supervisor locks for its
lifetime.

A file that cannot be written at the moment (on Windows, one that another program reads) never ends the run: it is
written a little later.

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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from toolkit.documents import write_atomically
from toolkit.errors import InputError, OutputBusy, OutputNotWritable, ToolkitError
from toolkit.output import take_lock

_FIRST_STAGE = "starting"
_LAST_EXIT_CODE = 255
"""The last one that a program chooses itself: a signal is negative, and an exception on Windows is larger."""
_PROGRESS = ("stage", "done", "total", "delivery")
ALIVE_EVERY_S = 5.0
"""The longest time between two writes of the status while a run lasts."""
_WRITE_EVERY_S = 0.5
_POLL_S = 0.1
_ESCALATE_S = 10.0
"""How long a cancelled run may take to stop before it is terminated, and again before it is killed, seconds."""
_START_S = 15.0
"""How long a supervisor may take to start, seconds: until then it holds no lock."""
_FIRST_WRITE_S = 2.0
_LAST_WRITE_S = 10.0
"""How long to retry the first and the last write of the status, seconds; any other is retried by the next one."""


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
    _retry(_Status(folder).write, _FIRST_WRITE_S)
    command = [sys.executable, "-m", "toolkit.cli", "background", "--wait", str(folder), "--", *arguments]
    nothing = subprocess.DEVNULL  # an inherited pipe would keep the caller waiting
    process = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, **_own_group())
    process.returncode = 0  # it is meant to outlive this process: no warning that it still runs


def supervise(arguments: Sequence[str], folder: Path) -> int:
    """Run ``toolkit ARGUMENTS`` and keep ``folder`` up to date until it has ended; returns its exit code.

    Progress is seen when the arguments include ``--progress lines``. Raises OutputBusy when ``folder`` has another
    supervisor, whose status is left alone; and OutputNotWritable, which the status tells as far as it can be written.
    """
    status = _Status(folder)
    try:
        with _lock_folder(folder):
            return _run(arguments, folder, status)
    except OutputBusy:
        raise
    except ToolkitError as error:
        status.fail(error)
        raise
    except OSError as error:
        status.fail(ToolkitError(f"the render cannot be started: {error.strerror or error}"))
        raise


def _run(arguments: Sequence[str], folder: Path, status: _Status) -> int:
    log = _Log(folder / "render_passes.log")
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
        log.write_if_possible()
        status.write_if_due()
        time.sleep(_POLL_S)
    reader.join(_ESCALATE_S)
    _take_lines(lines, status, log)
    log_problem = log.finish()
    status.end(process.returncode, is_cancelled=stopper.since is not None, log_problem=log_problem)
    return process.returncode


def _own_group() -> dict[str, Any]:
    """So that a signal to the new process reaches its workers, and nothing that happens to its parent does."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _retry(write: Callable[[], None], seconds: float) -> None:
    """Call ``write`` until it succeeds, for some seconds at most. Raises OutputNotWritable."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return write()
        except OutputNotWritable:
            if time.monotonic() > deadline:
                raise
        time.sleep(_POLL_S)


# --- one supervisor in a folder --------------------------------------------------------------------------------


@contextmanager
def _lock_folder(folder: Path, *, wait_s: float = 1.0) -> Iterator[None]:
    """Hold the supervisor's lock of ``folder``. Raises OutputBusy when another process has it, and OutputNotWritable.

    It waits a moment, since ``_is_running`` takes the lock to see whether it is free.
    """
    path = folder / ".render.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputNotWritable(path, error.strerror or str(error)) from error
    try:
        if not _can_lock(descriptor, path, wait_s):
            raise OutputBusy(folder, "another run in the background")
        yield
    finally:
        os.close(descriptor)


def _can_lock(descriptor: int, path: Path, wait_s: float) -> bool:
    deadline = time.monotonic() + wait_s
    try:
        while not take_lock(descriptor):
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_S)
    except OSError as error:  # a file system without locks
        raise OutputNotWritable(path, error.strerror or str(error)) from error
    return True


def _is_running(folder: Path) -> bool:
    """Whether a supervisor holds the lock of ``folder``, or was started a moment ago and will take it."""
    if not folder.is_dir():
        return False
    try:
        with _lock_folder(folder, wait_s=0):
            return _was_just_started(folder)
    except OutputBusy:
        return True


def _was_just_started(folder: Path) -> bool:
    """Whether the status is the one that a supervisor finds when it starts. The clock decides only this moment."""
    try:
        status = json.loads((folder / "render_status.json").read_text(encoding="utf-8"))
        is_first = status["exit_code"] is None and status["stage"] == _FIRST_STAGE
        return bool(is_first and 0 <= time.time() - status["alive_at"] < _START_S)
    except (OSError, ValueError, KeyError, TypeError):  # no status, or none of ours
        return False


# --- what the run prints ---------------------------------------------------------------------------------------


def _read_lines(stream: IO[str], lines: queue.SimpleQueue[str]) -> None:
    with stream:
        for line in stream:
            lines.put(line)


def _take_lines(lines: queue.SimpleQueue[str], status: _Status, log: _Log) -> None:
    while not lines.empty():
        line = lines.get()
        if not status.read_progress(line):
            log.add(line)


class _Log:
    """``render_passes.log``: lines that cannot be written now are written with those that follow."""

    def __init__(self, path: Path) -> None:
        """Begin an empty log. Raises OutputNotWritable."""
        self._path, self._pending = path, ""
        _retry(self._clear, _FIRST_WRITE_S)

    def add(self, line: str) -> None:
        """Add a line to what is to be written."""
        self._pending += line

    def write_if_possible(self) -> None:
        """Write what is pending, or keep it."""
        with suppress(OutputNotWritable):
            self.write()

    def finish(self) -> str:
        """Write what is pending, now or soon; a sentence when it cannot be written."""
        try:
            _retry(self.write, _LAST_WRITE_S)
        except OutputNotWritable as error:
            return f"; {error}"
        return ""

    def write(self) -> None:
        """Write what is pending. Raises OutputNotWritable."""
        if self._pending:
            self._open("a", self._pending)
        self._pending = ""

    def _clear(self) -> None:
        self._open("w", "")

    def _open(self, mode: str, text: str) -> None:
        try:
            with self._path.open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise OutputNotWritable(self._path, error.strerror or str(error)) from error


class _Status:
    """The contents of ``render_status.json``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "render_status.json"
        self._facts: dict[str, Any] = {
            "stage": _FIRST_STAGE,
            "done": 0,
            "total": 0,
            "delivery": None,
            "exit_code": None,
            "message": "",
        }
        self._last_line = ""
        self._is_changed = True
        self._tried_at = 0.0

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
        age = time.monotonic() - self._tried_at
        if age > ALIVE_EVERY_S or (self._is_changed and age > _WRITE_EVERY_S):
            with suppress(OutputNotWritable):  # still changed: the next write is due soon
                self.write()

    def end(self, exit_code: int, *, is_cancelled: bool, log_problem: str) -> None:
        """Record the end of the run. Raises OutputNotWritable."""
        message = "" if exit_code == 0 else self._last_line or f"the toolkit exited with code {exit_code}"
        if not 0 <= exit_code <= _LAST_EXIT_CODE:
            message = "the render was ended by the system, often because memory ran out; finished frames are kept"
        if is_cancelled and exit_code != 0:
            message = "cancelled; rendered frames are kept, and the next run resumes from there"
        self._end(exit_code, message + log_problem)

    def fail(self, error: ToolkitError) -> None:
        """Record that the supervisor itself failed. Raises OutputNotWritable."""
        self._end(error.exit_code, f"toolkit: {error}")

    def _end(self, exit_code: int, message: str) -> None:
        self._facts |= {"exit_code": exit_code, "message": message}
        _retry(self.write, _LAST_WRITE_S)

    def write(self) -> None:
        """Replace the file. Raises OutputNotWritable."""
        self._tried_at, self._is_changed = time.monotonic(), True
        with write_atomically(self._path) as temporary:
            temporary.write_text(json.dumps(self._facts | {"alive_at": time.time()}) + "\n", encoding="utf-8")
        self._is_changed = False


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
