"""Run one command line of Topaz Video AI and follow it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.progress import Advance
from toolkit.topaz.program import NAME, Program

_STOP_S = 10.0
"""How long it may take to stop before it is killed, seconds."""
_UNLICENSED = re.compile(r"watermark will be|reauthentication is required", re.IGNORECASE)
"""What it says when nobody is logged in: it goes on, with its name across the picture."""
_LAST_LINES = 3
"""Of what it said, in an error."""


def run_command(program: Program, arguments: Sequence[str], folder: Path, advance: Advance) -> None:
    """Run it in ``folder`` until it has ended; it is stopped if this is interrupted.

    What it says is in ``topaz.log`` there. Raises EngineUnavailable if it cannot be started or nobody is logged in, and
    EngineFailed.
    """
    log = folder / "topaz.log"
    with log.open("wb") as said:
        try:
            process = subprocess.Popen(
                [str(program.ffmpeg), *arguments],
                cwd=folder,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            problem = f"{program.ffmpeg} cannot be started: {error.strerror or error}"
            raise EngineUnavailable(NAME, problem, remedy="give the path of its FFmpeg with --topaz-ffmpeg") from error
        with process:
            try:
                _follow(process.stdout or (), advance)
                code = process.wait()
            except BaseException:
                _stop(process)
                raise
    _check(code, log.read_text(encoding="utf-8", errors="replace"))


def _follow(lines: Iterable[str], advance: Advance) -> None:
    """Report ``frame=120`` among the ``lines`` of its progress."""
    done = 0
    for line in lines:
        found = re.match(r"frame=\s*(\d+)", line)
        if found and int(found[1]) > done:
            advance(int(found[1]) - done)
            done = int(found[1])


def _stop(process: subprocess.Popen[str]) -> None:
    """Let it end by itself, or else kill it: also when this is interrupted once more."""
    try:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_S)
    finally:
        process.kill()  # does nothing if it has ended


def _check(code: int, said: str) -> None:
    if _UNLICENSED.search(said):
        problem = "nobody is logged in, and its watermark would be in the picture"
        raise EngineUnavailable(NAME, problem, remedy="open it and log in, then run the same command")
    if code:
        lines = [line.strip() for line in said.splitlines() if line.strip()][-_LAST_LINES:]
        how = f"exit code {code}" if code > 0 else f"it was ended by signal {-code}"
        raise EngineFailed(NAME, ": ".join([how, " / ".join(lines)]) if lines else how)
