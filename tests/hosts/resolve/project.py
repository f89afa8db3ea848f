"""Projects and who manages them."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.hosts.resolve import rates
from tests.hosts.resolve.handles import Thing, call
from tests.hosts.resolve.media import MediaPoolItem
from tests.hosts.resolve.pool import MediaPool
from tests.hosts.resolve.settings import answered, first_settings, settable
from tests.hosts.resolve.timeline import Timeline
from tests.hosts.resolve.world import Footage, World

UNTITLED = "Untitled Project"


class Project(Thing):
    """A project: its settings, its timelines, its pool."""

    lives_with = "project"

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world)
        self.name = name
        self.settings = first_settings(world.behaviour)
        self.timelines: list[Timeline] = []
        self.current: Timeline | None = None
        self.pool = MediaPool(world, self)

    def is_managed(self) -> bool:
        """Whether clips have an input colour space."""
        return self.settings["colorScienceMode"].startswith("davinciYRGBColorManaged")

    def has_timeline(self, name: str) -> bool:
        """Whether a name is taken, seen or unseen."""
        world = self.world
        if len(world.unseen_names) < world.behaviour.unseen_names:
            world.unseen_names.add(name)
        return name in world.unseen_names or name in [one.name for one in self.timelines]

    def new_timeline(self, name: str) -> Timeline:
        """A timeline that nobody looks at yet; what stands for it is put into the current bin."""
        timeline = Timeline(self.world, self, name)
        footage = Footage(fps=rates.fps(self.settings["timelineFrameRate"]), start_timecode=timeline.start_timecode)
        timeline.media = MediaPoolItem(
            self.world, path="", kind="timeline", first=0, frames=0, footage=footage, timeline=timeline
        )
        self.timelines.append(timeline)
        self.pool.current.clips.append(timeline.media)
        return timeline

    def show(self, timeline: Timeline | None) -> None:
        """Bring a timeline to the front. The handles of clips die when it is another than before."""
        if timeline is not self.current:
            self.world.turn("timeline")
        self.current = timeline

    def remove(self, timeline: Timeline) -> None:
        """Delete a timeline, and what stands for it in the pool."""
        timeline.dead = True
        self.timelines.remove(timeline)
        if timeline.media is not None:
            self.pool.root.drop([timeline.media])
        if self.current is timeline:
            self.show(None)

    @call()
    def GetName(self) -> str:
        return self.name

    @call("str", writes=True)
    def SetName(self, projectName: str) -> bool:
        if not projectName or projectName in [one.name for one in self.world.projects]:
            return False
        self.name = projectName
        return True

    @call()
    def GetUniqueId(self) -> str:
        return self.uid

    @call()
    def GetMediaPool(self) -> MediaPool:
        return self.pool

    @call()
    def GetTimelineCount(self) -> int:
        return len(self.timelines)

    @call("int")
    def GetTimelineByIndex(self, idx: int) -> Timeline | None:
        if idx < 1:
            self.world.misuse.append(f"GetTimelineByIndex({idx}): timelines count from 1")
        return self.timelines[idx - 1] if 1 <= idx <= len(self.timelines) else None

    @call()
    def GetCurrentTimeline(self) -> Timeline | None:
        stubborn = [one for one in self.timelines if one.name == self.world.behaviour.keeps_open]
        if stubborn:
            self.show(stubborn[0])
        return self.current

    @call("Timeline", writes=True)
    def SetCurrentTimeline(self, timeline: Timeline) -> bool:
        if timeline not in self.timelines:
            return False
        self.show(timeline)
        return True

    @call("str?")
    def GetSetting(self, settingName: str | None = None) -> Any:
        return answered(self.settings, settingName, self.world.behaviour)

    @call("str", "str", writes=True)
    def SetSetting(self, settingName: str, settingValue: str) -> bool:
        if settingName not in self.settings or not settable(settingName, settingValue):
            return False
        if settingName == "timelineFrameRate" and self.timelines:
            return False
        self.settings[settingName] = settingValue
        return True

    @call(since="21.1")
    def GetSettings(self) -> dict[str, Any]:
        return dict(answered(self.settings, None, self.world.behaviour))

    @call("dict", since="21.1", writes=True)
    def SetSettings(self, settings: dict[str, Any]) -> bool:
        """What was set before one that fails stays set."""
        return all(isinstance(value, str) and self.SetSetting(key, value) for key, value in settings.items())


class ProjectManager(Thing):
    """The projects of the open database, in one folder."""

    @call()
    def GetCurrentProject(self) -> Project | None:
        return self.world.project

    @call()
    def GetProjectListInCurrentFolder(self) -> list[str]:
        return [project.name for project in self.world.projects]

    @call("str", "str?", writes=True)
    def CreateProject(self, projectName: str, mediaLocationPath: str | None = None) -> Project | None:
        if projectName in self.GetProjectListInCurrentFolder():
            return None
        self.world.projects.append(Project(self.world, projectName))
        return self.LoadProject(projectName)

    @call("str", writes=True)
    def LoadProject(self, projectName: str) -> Project | None:
        """Everything that was held of the project before is dead then."""
        found = next((project for project in self.world.projects if project.name == projectName), None)
        if found is not None and found is not self.world.project:
            self.world.project = found
            self.world.turn("project")
        return found

    @call("Project", writes=True)
    def CloseProject(self, project: Project) -> bool:
        if project is not self.world.project:
            return False
        self.world.project = None
        self.world.turn("project")
        return True

    @call()
    def SaveProject(self) -> bool:
        project = self.world.project
        if project is not None and project.name == UNTITLED:
            self.world.misuse.append("SaveProject of a project that was never saved hangs")
        return project is not None and project.name != UNTITLED

    @call("str", "str", "bool?")
    def ExportProject(self, projectName: str, filePath: str, withStillsAndLUTs: bool | None = None) -> bool:
        if projectName not in self.GetProjectListInCurrentFolder() or not Path(filePath).parent.is_dir():
            return False
        Path(filePath).write_text(f"DRP of the fake: {projectName}\n", encoding="utf-8")
        return True
