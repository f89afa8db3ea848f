"""One process for one device: it opens the engine, and answers one call after another.

Python's own ``ProcessPoolExecutor`` would do, but up to Python 3.11.5 closing it never returns when the process died
while a large request was on its way to it.
"""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from toolkit.engines.diffusers_local.engine import DiffusersEngine
from toolkit.errors import ToolkitError
from toolkit.settings import DiffusersSettings


class ProcessDied(Exception):
    """The process ended before it answered: it was killed, or the machine ran out of memory."""


class DeviceProcess:
    """A process with a DiffusersEngine of its own. Every ``send`` is followed by one ``receive``; close it."""

    def __init__(self, settings: DiffusersSettings) -> None:
        """Start the process; the engine opens while this one goes on."""
        spawn = get_context("spawn")  # CUDA cannot be used in a forked process
        self._connection, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_answer_calls, args=(theirs, settings))
        self._process.start()
        theirs.close()  # so that the process's death ends every wait for it

    @property
    def pid(self) -> int | None:
        """Its number in the system."""
        return self._process.pid

    def send(self, function: Callable[..., Any], *arguments: object) -> None:
        """Have the process call ``function`` with its engine and ``arguments``, all of which can be pickled."""
        try:
            self._connection.send((function, arguments))
        except OSError as error:
            raise ProcessDied from error

    def receive(self) -> Any:
        """What the function returned, or the exception that it raised. Raises ProcessDied."""
        try:
            return self._connection.recv()
        except (EOFError, OSError) as error:
            raise ProcessDied from error

    def close(self) -> None:
        """End the process, whatever it is doing, which releases everything it holds."""
        self._process.terminate()
        self._process.join()
        self._connection.close()


# --- in the process ----------------------------------------------------------------------------------------------


def _answer_calls(connection: Connection, settings: DiffusersSettings) -> None:
    """Open the engine and answer until the other end is closed; an engine that does not open answers every call."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the parent ends the others
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    engine: DiffusersEngine | Exception
    try:
        engine = DiffusersEngine(settings)
    except Exception as error:
        engine = _explain(error)
    while True:
        try:
            function, arguments = connection.recv()
        except EOFError:
            return
        connection.send(engine if isinstance(engine, Exception) else _call(function, engine, arguments))


def _call(function: Callable[..., Any], engine: DiffusersEngine, arguments: tuple[object, ...]) -> Any:
    try:
        return function(engine, *arguments)
    except Exception as error:
        return _explain(error)


def _explain(error: Exception) -> Exception:
    """``error`` with the place in this process where it was raised, unless its message is for the user."""
    if not isinstance(error, ToolkitError):
        error.add_note(traceback.format_exc())
    return error


def _exit_with_parent() -> None:
    """Exit when the parent is killed, also in the middle of a call that lasts for minutes."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
