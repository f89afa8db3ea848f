"""The toolkit, run in its own interpreter. It says one JSON object per line; this listens, and can interrupt it."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time

from toolkit_resolve.files import kept, read_json
from toolkit_resolve.host import Trouble

PATIENCE = 10.0
"""Seconds after which a cancelled run that does not stop is stopped harder."""


def recorded_command():
    """The command line that starts the toolkit, as 'toolkit install-scripts' recorded it. Raises Trouble."""
    path, install = kept("toolkit.json"), "run 'toolkit install-scripts resolve'"
    found = read_json(path)
    command = found.get("command") if isinstance(found, dict) else None
    if not isinstance(command, list) or not command or not all(isinstance(part, str) for part in command):
        raise Trouble("%s does not say where the toolkit is: %s" % (path, install))
    if not os.path.isfile(command[0]):
        raise Trouble("the toolkit has moved: %s is not there; %s again" % (command[0], install))
    return command


class Job:
    """A run. ``stage``, ``done`` and ``total`` tell how far it is, ``delivery`` where the result lies."""

    def __init__(self, command, stop_file):
        self.stage, self.done, self.total, self.delivery, self.stop_file = "starting", 0, 0, None, stop_file
        self.cancelled = self.stopped = None
        self.lines, self.errors = queue.Queue(), []
        # Resolve's own Python must not reach into the toolkit's
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        apart = {"start_new_session": True}
        if sys.platform == "win32":
            apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | 0x08000000}  # and no console of its own
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE, env=environment, **apart)
        except OSError as error:
            raise Trouble("the toolkit does not start: %s" % error)
        self.readers = [threading.Thread(target=self._read, args=pair, daemon=True) for pair in (
            (self.process.stdout, self.lines.put), (self.process.stderr, self.errors.append))]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, take):
        for line in stream:
            take(line.decode("utf-8", "replace").strip())
        stream.close()

    def poll(self):
        """Take in what was said; whether the run has ended."""
        if os.path.isfile(self.stop_file):
            self.cancel()
        self._press()
        ended = self.process.poll() is not None
        if ended:
            for reader in self.readers:
                reader.join(2.0)
        while not self.lines.empty():
            self._take(self.lines.get())
        return ended

    def _take(self, line):
        try:
            said = json.loads(line)
        except ValueError:
            return  # a library may print something of its own
        if isinstance(said, dict):
            self.stage = str(said.get("stage", self.stage))
            self.done, self.total = said.get("done", self.done), said.get("total", self.total)
            self.delivery = said.get("delivery", self.delivery)

    def cancel(self):
        """Interrupt as Ctrl-C in a terminal does; once."""
        if self.cancelled is None:
            self.cancelled = time.time()
            self._signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)

    def _press(self):
        """Terminate, then kill, what does not stop after an interrupt. Frames appear whole or not at all."""
        if self.cancelled is None or self.process.poll() is not None:
            return
        waited = time.time() - self.cancelled
        if waited > PATIENCE and self.stopped is None:
            self.stopped = time.time()
            self._signal(signal.SIGTERM)
        elif waited > 2 * PATIENCE:
            self.process.kill()

    def _signal(self, number):
        try:
            if sys.platform == "win32":
                self.process.send_signal(number)
            else:
                os.killpg(self.process.pid, number)
        except OSError:  # it has ended by itself, or a program without a console may not interrupt on Windows
            if self.process.poll() is None:
                self.process.terminate()

    def result(self):
        """The path of the delivery of a run that has ended. Raises Trouble with what it said."""
        if os.path.isfile(self.stop_file):
            os.remove(self.stop_file)
        if self.cancelled is not None:
            raise Trouble("cancelled; what is rendered is whole, and Render Passes goes on from there")
        said = [line for line in self.errors if line]
        if self.process.returncode != 0:
            raise Trouble(said[-1] if said else "the toolkit stopped with code %s" % self.process.returncode)
        if not isinstance(self.delivery, str) or not os.path.isfile(self.delivery):
            raise Trouble("the toolkit ended without a delivery (%s)" % (said[-1] if said else self.delivery))
        return self.delivery

    def progress(self):
        """How far it is, in one line."""
        count = "  %s of %s" % (self.done, self.total) if self.total else ""
        return ("stopping, " if self.cancelled else "") + self.stage + count


def watch_on_console(job):
    """Print each change of the progress until the job has ended; Ctrl-C cancels it."""
    print("rendering; to stop, make a file called %s" % job.stop_file)
    told = None
    while True:
        try:
            ended = job.poll()
            if job.progress() != told:
                told = job.progress()
                print("  " + told)
                sys.stdout.flush()
            if ended:
                return
            time.sleep(0.2)
        except KeyboardInterrupt:
            job.cancel()
