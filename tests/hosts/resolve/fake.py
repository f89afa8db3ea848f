"""The fake as a test holds it: built, looked into, and handed to a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

from tests.hosts.resolve import snapshot
from tests.hosts.resolve.app import Fusion, Resolve
from tests.hosts.resolve.behaviour import Behaviour
from tests.hosts.resolve.handles import Handle
from tests.hosts.resolve.item import TimelineItem
from tests.hosts.resolve.media import MediaKind, MediaPoolItem
from tests.hosts.resolve.pool import MediaPool
from tests.hosts.resolve.project import Project
from tests.hosts.resolve.timeline import Timeline
from tests.hosts.resolve.ui import UIDispatcher, UIManager, Window
from tests.hosts.resolve.world import Footage, World

USERS_MOVIE = "/somewhere/user.mov"


class FakeResolve:
    """A Resolve with a project open, in which the user has a timeline of one clip."""

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        footage: Mapping[str, Footage] | None = None,
        *,
        probes: Iterable[str] = (),
    ) -> None:
        """``footage``: what the test vouches for, by path; ``probes``: methods, as ``TimelineItem.GetSpeed``, that a
        script may call on a version that lacks them, to learn that it does.
        """
        self.behaviour = behaviour or Behaviour()
        self.world = World(self.behaviour, footage or {}, probes)
        self.application = Resolve(self.world)
        self.world.resolve = self.application
        self.world.project = Project(self.world, self.behaviour.project_name)
        self.world.projects.append(self.world.project)
        self.users = self.add_timeline("scene_04")
        self.add_item(self.users, self.add_media(USERS_MOVIE, Footage(frames=100)), duration=100)
        self.project.current = self.users

    # what a script gets

    @property
    def handle(self) -> Handle:
        """``resolve``."""
        return Handle(self.application, self.world)

    def script_globals(self) -> dict[str, Any]:
        """What Resolve puts among the globals of a menu script."""
        fusion = Handle(self.application.fusion, self.world)
        bmd = SimpleNamespace(UIDispatcher=UIDispatcher, scriptapp=self.scriptapp)
        app = SimpleNamespace(GetResolve=lambda: self.handle)
        return {"resolve": self.handle, "fusion": fusion, "fu": fusion, "bmd": bmd, "app": app}

    def scriptapp(self, name: str) -> Handle | None:
        """What DaVinciResolveScript answers to a program outside: None on the free edition."""
        return self.handle if self.behaviour.studio and name == "Resolve" else None

    def module(self) -> ModuleType:
        """``DaVinciResolveScript``, for a script outside."""
        module = ModuleType("DaVinciResolveScript")
        module.__dict__["scriptapp"] = self.scriptapp
        return module

    def lists_python_scripts(self) -> bool:
        """Whether its menu shows Python at all: from 21.1 on Studio only."""
        return self.behaviour.studio or not self.behaviour.has("21.1")

    # what the editor has

    @property
    def project(self) -> Project:
        """The open project."""
        assert self.world.project is not None
        return self.world.project

    @property
    def pool(self) -> MediaPool:
        """Its media pool."""
        return self.project.pool

    @property
    def fusion(self) -> Fusion:
        """Where a test says which file is chosen: ``fake.fusion.chosen``."""
        return self.application.fusion

    @property
    def ui(self) -> UIManager:
        """Where a test says what the editor clicks: ``fake.ui.does``."""
        return self.application.fusion.ui

    @property
    def windows(self) -> list[Window]:
        """Every window that was opened."""
        return self.ui.windows

    def timeline(self, name: str) -> Timeline:
        """The timeline of that name. Raises StopIteration."""
        return next(one for one in self.project.timelines if one.name == name)

    def add_timeline(self, name: str, *, start_timecode: str | None = None) -> Timeline:
        """A timeline of the user's, in the root bin; it does not come to the front."""
        timeline = self.project.new_timeline(name)
        timeline.start_timecode = start_timecode or timeline.start_timecode
        return timeline

    def add_media(self, path: str, footage: Footage | None = None, *, first: int = 0) -> MediaPoolItem:
        """Media in the root bin; ``name.[1001-1064].exr`` is a sequence, whose ``first`` is its file number."""
        footage = footage or self.world.footage.get(path, Footage())
        kind: MediaKind = "sequence" if "[" in path else "still" if footage.frames == 1 else "movie"
        made = MediaPoolItem(self.world, path=path, kind=kind, first=first, frames=footage.frames, footage=footage)
        self.pool.root.clips.append(made)
        return made

    def add_item(
        self,
        timeline: Timeline,
        media: MediaPoolItem | None,
        *,
        duration: int,
        at: int = 0,
        track: int = 1,
        kind: str = "video",
        left: float = 0,
        speed: float = 100.0,
    ) -> TimelineItem:
        """A clip of the user's, ``at`` frames from the timeline's first; tracks are added as needed."""
        while timeline.GetTrackCount(kind) < track:
            timeline.AddTrack(kind)
        item = TimelineItem(
            self.world,
            timeline=timeline,
            kind=kind,
            media=media,
            start=timeline.start + at,
            duration=duration,
            left=left,
            speed=speed,
        )
        timeline.tracks[kind][track - 1].items.append(item)
        return item

    # what a test looks at

    @property
    def misuse(self) -> list[str]:
        """Everything a script did that no Resolve would understand: a test asserts that it is empty."""
        return self.world.misuse

    @property
    def page(self) -> str:
        """The page that is open, which ``snapshot`` leaves out."""
        return self.world.page

    @property
    def called(self) -> list[str]:
        """Every call that was let in or not, as ``MediaPool.ImportMedia``, in order."""
        return self.world.called

    def snapshot(self) -> dict[str, Any]:
        """The open project as plain data; equal before and after means that nothing was touched."""
        return snapshot.project(self.world.project)
