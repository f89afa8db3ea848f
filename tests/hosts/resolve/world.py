"""State shared by all objects of one Resolve: behaviour, constants, handle lifetimes, and misuse by the script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.hosts.resolve.behaviour import Behaviour
from tests.hosts.resolve.constants import CONSTANTS

if TYPE_CHECKING:
    from tests.hosts.resolve.app import Resolve
    from tests.hosts.resolve.project import Project
    from tests.hosts.resolve.timeline import Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """Media properties specified by a test, since no media is decoded: of a movie, a still or a first file."""

    frames: int = 1
    """Frames of a movie; a sequence has as many frames as there are numbered files."""
    fps: float | None = None
    """None: the project's rate."""
    start_timecode: str = "00:00:00:00"
    width: int = 1920
    height: int = 1080
    alpha: str = "None"
    """The alpha mode that Resolve detects."""
    audio: bool = False


class World:
    """State that is not part of the API."""

    def __init__(self, behaviour: Behaviour, footage: Mapping[str, Footage], probes: Iterable[str]) -> None:
        self.behaviour = behaviour
        self.footage = dict(footage)
        self.probes = frozenset(probes)
        self.misuse: list[str] = []
        self.called: list[str] = []
        self.page = behaviour.page
        self.modal = behaviour.modal_after == 0
        self.has_quit = behaviour.quits_after == 0
        self.project: Project | None = None
        self.resolve: Resolve
        """Set by ``FakeResolve``."""
        self.projects: list[Project] = []
        self.hidden_names: set[str] = set()
        self.failed_deletions = 0
        self.exported_timelines: dict[str, Timeline] = {}
        """The timelines in exported DRT files, by the text of the file."""
        self._changes, self._waited = 0, 0
        self._ages = {"application": 0, "project": 0, "timeline": 0}
        self._uids = 0

    def new_uid(self) -> str:
        """Return a new persistent id; another fake gives the same ids for the same steps."""
        self._uids += 1
        return f"{self._uids:08x}-0000-4000-8000-000000000000"

    def handle_generation(self, of: str) -> int:
        """Return the current generation of handles; older handles have expired."""
        return self._ages[of] + (self._ages["project"] if of == "timeline" else 0)

    def expire_handles(self, of: str) -> None:
        """Expire the handles of the previous ``project`` or ``timeline``."""
        self._ages[of] += 1

    def register_change(self) -> bool:
        """Count a call that changes something; return False if a window opens or the application quits instead."""
        behaviour = self.behaviour
        self.modal = self.modal or self._changes == behaviour.modal_after
        self.has_quit = self.has_quit or self._changes == behaviour.quits_after
        self._changes += 1
        return not self.is_blocked()

    def count_blocked_call(self) -> None:
        """Count a call blocked by a window, which the editor may close eventually."""
        self._waited += 1
        self.modal = self.modal and self._waited != self.behaviour.modal_lasts

    def is_blocked(self) -> bool:
        """Return whether every call returns None. Raises if the application quit with ``quits="loud"``."""
        if self.has_quit and self.behaviour.quits == "loud":
            raise RuntimeError("the connection to DaVinci Resolve is lost")
        return self.has_quit or self.modal

    def constant(self, owner: str, name: str) -> float | None:
        """Return an enumerated constant: a float on the application's handle, None if this version lacks it."""
        since, number = CONSTANTS.get(name, ("", None))
        known = owner == "Resolve" and number is not None and self.behaviour.has(since)
        return number if known and not self.is_blocked() else None
