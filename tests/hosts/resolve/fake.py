"""The fake Resolve as tests use it."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Mapping
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
    """A Resolve with an open project, in which the user has a timeline with one clip."""

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        footage: Mapping[str, Footage] | None = None,
        *,
        probes: Iterable[str] = (),
    ) -> None:
        """Build the fake. ``footage``: media properties by path. ``probes``: methods such as ``TimelineItem.GetSpeed``
        that a script may call on a version without them, to find that out.
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

    # for the script

    @property
    def handle(self) -> Handle:
        """The object ``resolve``."""
        return Handle(self.application, self.world)

    def script_globals(self) -> dict[str, Any]:
        """Return the globals that Resolve injects into a menu script."""
        fusion = Handle(self.application.fusion, self.world)
        bmd = SimpleNamespace(UIDispatcher=UIDispatcher, scriptapp=self.scriptapp)
        app = SimpleNamespace(GetResolve=lambda: self.handle)
        return {"resolve": self.handle, "fusion": fusion, "fu": fusion, "bmd": bmd, "app": app}

    def scriptapp(self, name: str) -> Handle | None:
        """Return what DaVinciResolveScript returns to an external program: None on the free edition."""
        return self.handle if self.behaviour.studio and name == "Resolve" else None

    def module(self) -> ModuleType:
        """Return the module ``DaVinciResolveScript``, for an external script."""
        module = ModuleType("DaVinciResolveScript")
        module.__dict__["scriptapp"] = self.scriptapp
        return module

    def lists_python_scripts(self) -> bool:
        """Return whether the menu lists Python scripts: from 21.1 on Studio only."""
        return self.behaviour.studio or not self.behaviour.has("21.1")

    # for tests

    def frozen(self) -> Callable[[], FakeResolve]:
        """Return what makes this Resolve again as it is now, for tests that go on from one state in many ways."""
        state = pickle.dumps(self)
        return lambda: pickle.loads(state)

    # the editor's project

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
        """The file dialogs; a test sets the chosen files: ``fake.fusion.chosen``."""
        return self.application.fusion

    @property
    def ui(self) -> UIManager:
        """The windows; a test sets the editor's actions: ``fake.ui.actions``."""
        return self.application.fusion.ui

    @property
    def windows(self) -> list[Window]:
        """Every window opened so far."""
        return self.ui.windows

    def timeline(self, name: str) -> Timeline:
        """Return the timeline of that name. Raises StopIteration."""
        return next(one for one in self.project.timelines if one.name == name)

    def add_timeline(self, name: str, *, start_timecode: str | None = None) -> Timeline:
        """Add a timeline of the user's in the root bin, without making it current."""
        timeline = self.project.create_timeline(name)
        timeline.start_timecode = start_timecode or timeline.start_timecode
        return timeline

    def add_media(self, path: str, footage: Footage | None = None, *, first: int = 0) -> MediaPoolItem:
        """Add media in the root bin; ``name.[1001-1064].exr`` is a sequence and ``first`` its first file number."""
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
        """Add a clip of the user's, ``at`` frames from the timeline's start; missing tracks are added."""
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

    # for assertions

    @property
    def misuse(self) -> list[str]:
        """Every call that is wrong in any Resolve; a test asserts that it is empty."""
        return self.world.misuse

    @property
    def page(self) -> str:
        """The open page, which is not part of ``snapshot``."""
        return self.world.page

    @property
    def called(self) -> list[str]:
        """Every call, such as ``MediaPool.ImportMedia``, in order, including failed ones."""
        return self.world.called

    def snapshot(self) -> dict[str, Any]:
        """Return the open project as plain data; if it is equal before and after, nothing was changed."""
        return snapshot.project(self.world.project)
