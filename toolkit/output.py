"""The folder OUT: who writes into it, and where each document of a run lies."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from toolkit.documents import PassName, PassPlan, appearing
from toolkit.errors import MissingDocument, OutputBusy, OutputNotWritable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The documents and layers of one run under one root."""

    root: Path
    """The folder given with ``-o``."""

    @property
    def shots(self) -> Path:
        """The cut as shots."""
        return self.root / "shots.json"

    @property
    def delivery(self) -> Path:
        """What the host scripts read."""
        return self.root / "delivery.json"

    def face_track(self, shot_name: str) -> Path:
        """The faces of one shot."""
        return self.root / shot_name / "face_track.json"

    def body_track(self, shot_name: str) -> Path:
        """The people of one shot."""
        return self.root / shot_name / "body_track.json"

    def plan(self, plan: PassPlan) -> Path:
        """The plan of one pass, beside its frames."""
        return self.plan_of(plan.shot, plan.pass_name, plan.version)

    def plan_of(self, shot_name: str, pass_name: PassName, version: int) -> Path:
        """The same, by name."""
        return self.root / shot_name / pass_name / f"v{version:03d}" / "plan.json"


@contextmanager
def lock_output(root: Path, *, made_by: str = "") -> Iterator[Output]:
    """Hold ``root`` against other runs until the block ends, however it ends; a killed run holds nothing.

    Raises OutputBusy when another run holds it, OutputNotWritable when it cannot be made or written, and
    MissingDocument when it should have been made by the command ``made_by`` and is not there.
    """
    if made_by and not root.is_dir():
        raise MissingDocument(root, made_by)
    lock_path = root / ".toolkit.lock"
    try:
        root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise OutputNotWritable(root, error.strerror or str(error)) from error
    try:
        if not _lock(descriptor):
            owner = os.pread(descriptor, 200, 0).decode(errors="replace").strip() if hasattr(os, "pread") else ""
            raise OutputBusy(root, owner or "a process that has not said its name")
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        except OSError as error:
            raise OutputNotWritable(root, error.strerror or str(error)) from error
        yield Output(root=root)
    finally:
        os.close(descriptor)


def remember_delivery(delivery: Path) -> None:
    """Leave the path where the hosts' menu entries look first: ``~/.toolkit/last_delivery.txt``.

    A convenience, for which no run fails: where the home is read-only or missing, a warning says so.
    """
    try:
        with appearing(Path.home() / ".toolkit" / "last_delivery.txt") as temporary:
            temporary.write_text(f"{delivery.resolve()}\n", encoding="utf-8")
    except (OutputNotWritable, RuntimeError) as error:  # RuntimeError: nobody knows where the home is
        log.warning("%s; choose delivery.json by hand in the host", error)


def _lock(descriptor: int) -> bool:
    """An exclusive lock that the system itself drops when the process ends; False when another holds it."""
    if os.name == "nt":  # pragma: no cover  (exercised on Windows only)
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # typeshed: Windows only
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
