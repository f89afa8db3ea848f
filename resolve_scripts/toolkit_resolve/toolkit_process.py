"""Run the toolkit in its own Python interpreter, read its progress (one JSON object per line) and cancel it."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time

from toolkit_resolve.files import read_json, state_path
from toolkit_resolve.host import HostError

SHOTS_LEFT_OUT = 5
"""Exit code of a run that has delivered everything but some shots, which the delivery's notes name."""

TERMINATE_AFTER = 10.0
"""Seconds between cancelling a run and terminating it; after as many again it is killed."""


def read_toolkit_command():
    """Return the command line of the toolkit, recorded by 'toolkit install-scripts'. Raises HostError."""
    path, install = state_path("toolkit.json"), "run 'toolkit install-scripts resolve'"
    found = read_json(path)
    command = found.get("command") if isinstance(found, dict) else None
    if not isinstance(command, list) or not command or not all(isinstance(part, str) for part in command):
        raise HostError("%s does not contain the path of the toolkit: %s" % (path, install))
    if not os.path.isfile(command[0]):
        raise HostError("the toolkit has moved, %s is missing: %s again" % (command[0], install))
    return command


class ToolkitProcess:
    """One run. ``stage``, ``done`` and ``total`` are its progress, ``delivery`` is the path of the result."""

    def __init__(self, command, stop_file):
        self.stage, self.done, self.total, self.delivery, self.stop_file = "starting", 0, 0, None, stop_file
        self.cancelled_at = self.terminated_at = None
        self.lines, self.errors = queue.Queue(), []
        # Resolve's own Python variables must not affect the toolkit's Python
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        group = {"start_new_session": True}  # so that a signal reaches the child's workers and not Resolve
        if sys.platform == "win32":
            group = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | 0x08000000}  # CREATE_NO_WINDOW
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE, env=environment, **group)
        except OSError as error:
            raise HostError("the toolkit did not start: %s" % error)
        self.readers = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in (
            (self.process.stdout, self.lines.put), (self.process.stderr, self.errors.append))]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, handle_line):
        for line in stream:
            handle_line(line.decode("utf-8", "replace").strip())
        stream.close()

    def poll(self):
        """Read new output; return whether the run has ended."""
        if os.path.isfile(self.stop_file):
            self.cancel()
        self._escalate()
        ended = self.process.poll() is not None
        if ended:
            for reader in self.readers:
                reader.join(2.0)
        while not self.lines.empty():
            self._parse_line(self.lines.get())
        return ended

    def _parse_line(self, line):
        try:
            message = json.loads(line)
        except ValueError:
            return  # other output, from a library
        if isinstance(message, dict):
            self.stage = str(message.get("stage", self.stage))
            self.done, self.total = message.get("done", self.done), message.get("total", self.total)
            self.delivery = message.get("delivery", self.delivery)

    def cancel(self):
        """Interrupt the run, as Ctrl-C in a terminal does; once."""
        if self.cancelled_at is None:
            self.cancelled_at = time.time()
            self._signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)

    def _escalate(self):
        """Terminate, then kill, a run that does not stop after the interrupt. Frames are written atomically."""
        if self.cancelled_at is None or self.process.poll() is not None:
            return
        waited = time.time() - self.cancelled_at
        if waited > TERMINATE_AFTER and self.terminated_at is None:
            self.terminated_at = time.time()
            self._signal(signal.SIGTERM)
        elif waited > 2 * TERMINATE_AFTER:
            self.process.kill()

    def _signal(self, number):
        try:
            if sys.platform == "win32":
                self.process.send_signal(number)
            else:
                os.killpg(self.process.pid, number)
        except OSError:  # already ended, or Windows, where a program without a console may not interrupt another
            if self.process.poll() is None:
                self.process.terminate()

    def result(self):
        """Return the delivery's path after the run has ended. Raises HostError with the toolkit's message."""
        if os.path.isfile(self.stop_file):
            os.remove(self.stop_file)
        if self.cancelled_at is not None:
            raise HostError("cancelled. Frames already rendered are complete; run Render Passes again to resume")
        errors = [line for line in self.errors if line]
        if self.process.returncode < 0:
            raise HostError("the toolkit was ended by the system, often because memory ran out; finished frames are "
                            "kept, run Render Passes again to resume")
        if self.process.returncode not in (0, SHOTS_LEFT_OUT):
            raise HostError(errors[-1] if errors else "the toolkit exited with code %s" % self.process.returncode)
        if not isinstance(self.delivery, str) or not os.path.isfile(self.delivery):
            raise HostError("the toolkit ended without a delivery (%s)" % (errors[-1] if errors else self.delivery))
        return self.delivery

    def progress(self):
        """Return the progress as one line of text."""
        count = "  %s of %s" % (self.done, self.total) if self.total else ""
        return ("stopping, " if self.cancelled_at else "") + self.stage + count


def watch_on_console(process):
    """Print the progress whenever it changes, until the run has ended; Ctrl-C cancels it. Return the run."""
    print("rendering; to stop, create a file named %s" % process.stop_file)
    printed = None
    while True:
        try:
            ended = process.poll()
            if process.progress() != printed:
                printed = process.progress()
                print("  " + printed)
                sys.stdout.flush()
            if ended:
                return process
            time.sleep(0.2)
        except KeyboardInterrupt:
            process.cancel()
