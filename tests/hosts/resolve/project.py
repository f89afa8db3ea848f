"""Project and ProjectManager."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.hosts.resolve import rates
from tests.hosts.resolve.handles import ApiObject, api_method
from tests.hosts.resolve.item import TimelineItem
from tests.hosts.resolve.media import MediaPoolItem
from tests.hosts.resolve.pool import MediaPool
from tests.hosts.resolve.settings import default_settings, is_valid_setting, read_settings
from tests.hosts.resolve.timeline import Timeline
from tests.hosts.resolve.world import Footage, World

UNTITLED = "Untitled Project"


class Project(ApiObject):
    """A project: settings, timelines, media pool."""

    handle_scope = "project"

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world)
        self.name = name
        self.settings = default_settings(world.behaviour)
        self.timelines: list[Timeline] = []
        self.current: Timeline | None = None
        self.pool = MediaPool(world, self)
        self.unsaved: list[TimelineItem] = []
        """Clips that disappear at the next save."""

    def drop_unsaved(self) -> None:
        """Remove the clips that a save does not keep."""
        for timeline in self.timelines:
            timeline.delete_items([item for item in self.unsaved if item.timeline is timeline])
        self.unsaved.clear()

    def is_managed(self) -> bool:
        """Return whether clips have an input colour space."""
        return self.settings["colorScienceMode"].startswith("davinciYRGBColorManaged")

    def is_name_taken(self, name: str) -> bool:
        """Return whether a name is taken, even if no timeline shows it."""
        world = self.world
        if len(world.hidden_names) < world.behaviour.hidden_names:
            world.hidden_names.add(name)
        return name in world.hidden_names or name in [one.name for one in self.timelines]

    def create_timeline(self, name: str) -> Timeline:
        """Create a timeline with its item in the current bin, without making it current."""
        timeline = Timeline(self.world, self, name)
        footage = Footage(
            fps=rates.parse_rate(self.settings["timelineFrameRate"]), start_timecode=timeline.start_timecode
        )
        timeline.media = MediaPoolItem(
            self.world, path="", kind="timeline", first=0, frames=0, footage=footage, timeline=timeline
        )
        self.timelines.append(timeline)
        self.pool.current.clips.append(timeline.media)
        return timeline

    def set_current(self, timeline: Timeline | None) -> None:
        """Make a timeline current. If it changes, the handles of clips expire."""
        if timeline is not self.current:
            self.world.expire_handles("timeline")
        self.current = timeline

    def delete_timeline(self, timeline: Timeline) -> None:
        """Delete a timeline and its item in the media pool."""
        timeline.dead = True
        self.timelines.remove(timeline)
        if timeline.media is not None:
            self.pool.root.remove_clips([timeline.media])
        if self.current is timeline:
            self.set_current(None)

    @api_method()
    def GetName(self) -> str:
        return self.name

    @api_method("str", writes=True)
    def SetName(self, projectName: str) -> bool:
        if not projectName or projectName in [one.name for one in self.world.projects]:
            return False
        self.name = projectName
        return True

    @api_method()
    def GetUniqueId(self) -> str:
        return self.uid

    @api_method()
    def GetMediaPool(self) -> MediaPool:
        return self.pool

    @api_method()
    def GetTimelineCount(self) -> int:
        return len(self.timelines)

    @api_method("int")
    def GetTimelineByIndex(self, idx: int) -> Timeline | None:
        if idx < 1:
            self.world.misuse.append(f"GetTimelineByIndex({idx}): timelines count from 1")
        return self.timelines[idx - 1] if 1 <= idx <= len(self.timelines) else None

    @api_method()
    def GetCurrentTimeline(self) -> Timeline | None:
        stubborn = [one for one in self.timelines if one.name == self.world.behaviour.stuck_timeline]
        if stubborn:
            self.set_current(stubborn[0])
        return self.current

    @api_method("Timeline", writes=True)
    def SetCurrentTimeline(self, timeline: Timeline) -> bool:
        if timeline not in self.timelines:
            return False
        self.set_current(timeline)
        return True

    @api_method("str?")
    def GetSetting(self, settingName: str | None = None) -> Any:
        return read_settings(self.settings, settingName, self.world.behaviour)

    @api_method("str", "str", writes=True)
    def SetSetting(self, settingName: str, settingValue: str) -> bool:
        if settingName not in self.settings or not is_valid_setting(settingName, settingValue):
            return False
        if settingName == "timelineFrameRate" and self.timelines:
            return False
        self.settings[settingName] = settingValue
        return True

    @api_method(since="21.1")
    def GetSettings(self) -> dict[str, Any]:
        return dict(read_settings(self.settings, None, self.world.behaviour))

    @api_method("dict", since="21.1", writes=True)
    def SetSettings(self, settings: dict[str, Any]) -> bool:
        """Set one after another; settings before a failing one stay set."""
        return all(isinstance(value, str) and self.SetSetting(key, value) for key, value in settings.items())


class ProjectManager(ApiObject):
    """The projects of the open database, all in one folder."""

    @api_method()
    def GetCurrentProject(self) -> Project | None:
        return self.world.project

    @api_method()
    def GetProjectListInCurrentFolder(self) -> list[str]:
        return [project.name for project in self.world.projects if project.name != UNTITLED]

    @api_method("str", "str?", writes=True)
    def CreateProject(self, projectName: str, mediaLocationPath: str | None = None) -> Project | None:
        if projectName in self.GetProjectListInCurrentFolder():
            return None
        self.world.projects.append(Project(self.world, projectName))
        return self.LoadProject(projectName)

    @api_method("str", writes=True)
    def LoadProject(self, projectName: str) -> Project | None:
        """Open a project; all handles of the previous one expire."""
        found = next((project for project in self.world.projects if project.name == projectName), None)
        if found is not None and found is not self.world.project:
            self.world.project = found
            self.world.expire_handles("project")
        return found

    @api_method("Project", writes=True)
    def CloseProject(self, project: Project) -> bool:
        if project is not self.world.project:
            return False
        self.world.project = None
        self.world.expire_handles("project")
        return True

    @api_method()
    def SaveProject(self) -> bool:
        project = self.world.project
        if project is not None and project.name == UNTITLED:
            self.world.misuse.append("SaveProject of a project that was never saved hangs")
        if project is not None:
            project.drop_unsaved()
        return project is not None and project.name != UNTITLED

    @api_method("str", "str", "bool?")
    def ExportProject(self, projectName: str, filePath: str, withStillsAndLUTs: bool | None = None) -> bool:
        if projectName not in self.GetProjectListInCurrentFolder() or not Path(filePath).parent.is_dir():
            return False
        Path(filePath).write_text(f"DRP of the fake: {projectName}\n", encoding="utf-8")
        return True
