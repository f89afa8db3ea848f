"""The output folder OUT: its lock, and the path of each document in it."""

from __future__ import annotations

import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from toolkit.documents import FaceEdits, FaceTracks, PassName, PassPlan, write_atomically
from toolkit.errors import MissingDocument, OutputBusy, OutputNotWritable
from toolkit.faces import EditedFaces, apply_edits

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The documents and layers of one run under one root."""

    root: Path
    """The folder given with ``-o``."""
    cut: str = ""
    """The cut that was added to the folder under that name; empty: the one that it was made for."""

    @property
    def suffix(self) -> str:
        """What the names of the documents of this cut end in, before the extension. No cut's name has a dot."""
        return f".{self.cut}" if self.cut else ""

    @property
    def shots(self) -> Path:
        """Path of the cut's shots."""
        return self.root / f"shots{self.suffix}.json"

    @property
    def delivery(self) -> Path:
        """Path of the delivery, which the host scripts read."""
        return self.root / f"delivery{self.suffix}.json"

    @property
    def return_timeline(self) -> Path:
        """Path of the timeline with the layers."""
        return self.root / f"return{self.suffix}.otio"

    @property
    def review(self) -> Path:
        """Path of what is left of the acting."""
        return self.root / f"review{self.suffix}.json"

    @property
    def tuning(self) -> Path:
        """Path of what was tried to keep the acting."""
        return self.root / f"tuning{self.suffix}.json"

    @property
    def trials(self) -> Path:
        """Folder of the frames that were rendered for trials."""
        return self.root / "trials"

    @property
    def finished(self) -> Path:
        """Path of the folder of finished movies. Raises OutputNotWritable if it is a symbolic link."""
        return self._folder("finished")

    @property
    def report(self) -> Path:
        """Path of the folder of the report. Raises OutputNotWritable if it is a symbolic link."""
        return self._folder(f"report{self.suffix}")

    @property
    def report_page(self) -> Path:
        """Path of the report's page. Raises what ``report`` raises."""
        return self.report / "index.html"

    @property
    def contact_sheet(self) -> Path:
        """Path of the report's contact sheet. Raises what ``report`` raises."""
        return self.report / "contact.png"

    def cuts(self) -> list[Output]:
        """The same folder for each cut in it: the one that it was made for, then those added, by name."""
        names = sorted(path.stem.removeprefix("shots.") for path in self.root.glob("shots.?*.json"))
        return [one for one in (Output(root=self.root, cut=name) for name in ("", *names)) if one.shots.exists()]

    def face_track(self, shot_name: str) -> Path:
        """Path of the faces of one shot, as detected. Raises OutputNotWritable if its folder is a symbolic link."""
        return self._folder(shot_name) / "face_track.json"

    def edits(self, shot_name: str) -> Path:
        """Path of the edits of one shot's faces by hand. Raises OutputNotWritable if its folder is a symbolic link."""
        return self._folder(shot_name) / "edits.json"

    def read_faces(self, shot_name: str) -> FaceTracks:
        """The faces of one shot as everything uses them: as tracked, with the edits by hand.

        Raises MissingDocument when the shot is not tracked, Unreadable and DocumentError.
        """
        return self.apply_edits(FaceTracks.read(self.face_track(shot_name))).tracks

    def apply_edits(self, tracks: FaceTracks) -> EditedFaces:
        """``tracks``, as detected, with the edits of that shot. Raises Unreadable and DocumentError."""
        return apply_edits(tracks, self.read_edits(tracks.shot))

    def read_edits(self, shot_name: str) -> FaceEdits:
        """The edits of one shot; none if nobody made any. Raises Unreadable and DocumentError."""
        path = self.edits(shot_name)
        return FaceEdits.read(path) if path.exists() else FaceEdits(shot=shot_name)

    def track_preview(self, shot_name: str) -> Path:
        """Path of the movie of one shot's face tracks. Raises OutputNotWritable if its folder is a symbolic link."""
        return self._folder(shot_name) / "track_preview.mp4"

    def occluders(self, shot_name: str) -> Path:
        """Path of what is in front of one shot's faces. Raises OutputNotWritable if its folder is a symbolic link."""
        return self._folder(shot_name) / "occluders.json"

    def body_track(self, shot_name: str) -> Path:
        """Path of the body tracks of one shot. Raises OutputNotWritable if its folder is a symbolic link."""
        return self._folder(shot_name) / "body_track.json"

    def plan(self, plan: PassPlan) -> Path:
        """Path of the plan of one pass, next to its frames."""
        return self.plan_of(plan.shot, plan.pass_name, plan.version)

    def plan_of(self, shot_name: str, pass_name: PassName, version: int) -> Path:
        """The same, for a shot, pass and version. Raises OutputNotWritable if a folder of it is a symbolic link."""
        return self._folder(shot_name, pass_name, f"v{version:03d}") / PassPlan.file_name

    def versions(self, shot_name: str, pass_name: PassName) -> list[int]:
        """The planned versions of one pass, ascending."""
        folders = (path.parent.name for path in (self.root / shot_name / pass_name).glob(f"v*/{PassPlan.file_name}"))
        return sorted(int(name[1:]) for name in folders if re.fullmatch(r"v\d{3}", name, re.ASCII))

    def _folder(self, *names: str) -> Path:
        """A folder below the root; never a symbolic link, which may lead anywhere: OUT may come from somebody else."""
        folder = self.root
        for name in names:
            folder /= name
            if folder.is_symlink():
                raise OutputNotWritable(folder, "it is a symbolic link; put the folder itself there, or move OUT")
        return folder


@contextmanager
def lock_output(root: Path, *, cut: str = "", made_by: str = "") -> Iterator[Output]:
    """Lock ``root``, for its ``cut``, for this run until the block ends; the system releases that of a killed run.

    Creates the folder, unless the command ``made_by`` should have done so. Raises OutputBusy if another run holds the
    lock, OutputNotWritable if the folder cannot be created or written or has gone at the end, and MissingDocument if
    ``made_by`` is given and the folder does not exist.
    """
    if made_by and not root.is_dir():
        raise MissingDocument(root, made_by)
    lock_path = root / ".toolkit.lock"
    descriptor = _lock_file(root, lock_path)
    try:
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        except OSError as error:
            raise OutputNotWritable(root, error.strerror or str(error)) from error
        _remove_leftovers(root)
        yield Output(root=root, cut=cut)
        if not _is_open_file(descriptor, lock_path):
            raise OutputNotWritable(root, "it was removed or replaced during the work; what was written may be lost")
    finally:
        _remove_lock(descriptor, lock_path)


def _lock_file(root: Path, lock_path: Path) -> int:
    """Create the file, if need be, and lock it; returns its descriptor. Raises OutputBusy and OutputNotWritable."""
    while True:
        descriptor = _open_lock(root, lock_path)
        try:
            if not take_lock(descriptor):
                owner = os.pread(descriptor, 200, 0).decode(errors="replace").strip() if hasattr(os, "pread") else ""
                raise OutputBusy(root, owner or "an unknown process")
            if _is_open_file(descriptor, lock_path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        # Its holder removed it after it was opened here. A third run may have locked a new one: try again.
        os.close(descriptor)


def _open_lock(root: Path, lock_path: Path) -> int:
    try:
        root.mkdir(parents=True, exist_ok=True)
        if lock_path.is_symlink():  # it would be emptied, whatever it is
            raise OutputNotWritable(lock_path, "it is a symbolic link; delete it")
        return os.open(lock_path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    except FileExistsError as error:
        raise OutputNotWritable(root, "it is a file, not a folder") from error
    except OSError as error:
        raise OutputNotWritable(root, error.strerror or str(error)) from error


def _remove_lock(descriptor: int, lock_path: Path) -> None:
    """Remove the lock file while it is still locked, so that it is no other run's, and close it.

    Windows removes no open file, and so none that another run has opened: there it is closed first.
    """
    is_ours = _is_open_file(descriptor, lock_path)
    if os.name == "nt":  # pragma: no cover  (exercised on Windows only)
        os.close(descriptor)
    with suppress(OSError):  # the folder became read-only, or Windows: an empty file does no harm
        if is_ours:
            lock_path.unlink()
    if os.name != "nt":
        os.close(descriptor)


def _is_open_file(descriptor: int, path: Path) -> bool:
    """Whether ``path`` is still the file that is open as ``descriptor``: not deleted, nor on a disk that has gone."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _remove_leftovers(root: Path) -> None:
    """Remove the unfinished files of killed runs; see ``write_atomically``. Only while ``root`` is locked."""
    for pattern in (".*.part", "*/.*.part", "*/*/*/.*.part", "*/*/*/*/.*.part"):
        for path in root.glob(pattern):
            if re.search(r"\.\d+\.part$", path.name):
                path.unlink(missing_ok=True)


def record_last_delivery(delivery: Path) -> None:
    """Record the path of the last delivery for the hosts' menu entries: ``~/.toolkit/last_delivery.txt`` and ``.lua``.

    Only a convenience: if the home folder is read-only or missing, this logs a warning and the run continues.
    """
    path = str(delivery.resolve())
    quoted = "".join(f"\\{byte:03d}" for byte in path.encode())  # a Lua text of any path, which a script may execute
    try:
        folder = Path.home() / ".toolkit"
        for name, text in (("last_delivery.txt", f"{path}\n"), ("last_delivery.lua", f'return "{quoted}"\n')):
            with write_atomically(folder / name) as temporary:
                temporary.write_text(text, encoding="utf-8")
    except (OutputNotWritable, RuntimeError) as error:  # RuntimeError: the home folder is unknown
        log.warning("%s; choose delivery.json yourself in the host", error)


def take_lock(descriptor: int) -> bool:
    """Take an exclusive lock, released by the system when the process ends; False if another process holds it."""
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
