"""What all things of one Resolve share: its behaviour, its constants, its age, and what a script did wrong."""

from __future__ import annotations

import itertools
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
    """What a test vouches for, since no picture is decoded: of a movie, a still or a sequence's first file."""

    frames: int = 1
    """Pictures of a movie; a sequence is as long as its numbered files on disk."""
    fps: float | None = None
    """None: as the project."""
    start_timecode: str = "00:00:00:00"
    width: int = 1920
    height: int = 1080
    alpha: str = "None"
    """The alpha mode that Resolve guesses."""
    audio: bool = False


class World:
    """The state that is no object of the API."""

    def __init__(self, behaviour: Behaviour, footage: Mapping[str, Footage], probes: Iterable[str]) -> None:
        self.behaviour = behaviour
        self.footage = dict(footage)
        self.probes = frozenset(probes)
        self.misuse: list[str] = []
        self.called: list[str] = []
        self.page = behaviour.page
        self.modal = behaviour.modal_after == 0
        self.gone = behaviour.dies_after == 0
        self.project: Project | None = None
        self.resolve: Resolve
        """Set by who builds the application."""
        self.projects: list[Project] = []
        self.unseen_names: set[str] = set()
        self.failed_deletions = 0
        self.kept: dict[str, Timeline] = {}
        """The timelines in the DRT files that were written, by the text in the file."""
        self._changes, self._waited = 0, 0
        self._ages = {"application": 0, "project": 0, "timeline": 0}
        self._serial = itertools.count(1)

    def new_uid(self) -> str:
        """An id that stays; the same for the same steps in another fake."""
        return f"{next(self._serial):08x}-0000-4000-8000-000000000000"

    def age(self, of: str) -> int:
        """What a handle compares with its birth."""
        return self._ages[of] + (self._ages["project"] if of == "timeline" else 0)

    def turn(self, of: str) -> None:
        """Another ``project`` or ``timeline`` is in front: the handles that live with the old one die."""
        self._ages[of] += 1

    def survives_a_change(self) -> bool:
        """Count one more call that changes something: a window may open instead, or the application end."""
        behaviour = self.behaviour
        self.modal = self.modal or self._changes == behaviour.modal_after
        self.gone = self.gone or self._changes == behaviour.dies_after
        self._changes += 1
        return not self.is_blocked()

    def wait_for_the_editor(self) -> None:
        """Count a call that was blocked by a window, which the editor may close in the end."""
        self._waited += 1
        self.modal = self.modal and self._waited != self.behaviour.modal_lasts

    def is_blocked(self) -> bool:
        """Whether calls answer None, whatever they are. Raises where the application is gone loudly."""
        if self.gone and self.behaviour.dies == "loud":
            raise RuntimeError("the connection to DaVinci Resolve is lost")
        return self.gone or self.modal

    def constant(self, owner: str, name: str) -> float | None:
        """An enumerated number: a float on the application's handle, None where this version does not know it."""
        since, number = CONSTANTS.get(name, ("", None))
        known = owner == "Resolve" and number is not None and self.behaviour.has(since)
        return number if known and not self.is_blocked() else None
