"""The media pool: bins, and what is made, moved and deleted in them."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.hosts.resolve import exports, importing, placing
from tests.hosts.resolve.handles import Thing, call
from tests.hosts.resolve.item import TimelineItem
from tests.hosts.resolve.media import MediaPoolItem
from tests.hosts.resolve.timeline import Timeline
from tests.hosts.resolve.world import World

if TYPE_CHECKING:
    from tests.hosts.resolve.project import Project


class Folder(Thing):
    """A bin."""

    lives_with = "project"

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world)
        self.name = name
        self.folders: list[Folder] = []
        self.clips: list[MediaPoolItem] = []

    def everything(self) -> list[MediaPoolItem]:
        """All items in this bin and below."""
        return self.clips + [clip for folder in self.folders for clip in folder.everything()]

    def all_folders(self) -> list[Folder]:
        """This bin and all below."""
        return [self, *(one for folder in self.folders for one in folder.all_folders())]

    def drop(self, clips: list[MediaPoolItem]) -> None:
        """Take items out, wherever below they are."""
        for folder in self.all_folders():
            folder.clips = [clip for clip in folder.clips if clip not in clips]

    @call()
    def GetName(self) -> str:
        return self.name

    @call()
    def GetUniqueId(self) -> str:
        return self.uid

    @call()
    def GetClipList(self) -> list[MediaPoolItem]:
        """Timelines are among them."""
        return list(self.clips)

    @call()
    def GetSubFolderList(self) -> list[Folder]:
        return list(self.folders)


class MediaPool(Thing):
    """The pool of a project."""

    lives_with = "project"

    def __init__(self, world: World, project: Project) -> None:
        super().__init__(world)
        self.project = project
        self.root = Folder(world, "Master")
        self.current = self.root
        self.selected: list[MediaPoolItem] = []
        self.placements: list[dict[str, Any]] = []
        """Every clip info that AppendToTimeline was given."""

    # bins

    @call()
    def GetUniqueId(self) -> str:
        return self.uid

    @call()
    def GetRootFolder(self) -> Folder:
        return self.root

    @call()
    def GetCurrentFolder(self) -> Folder:
        return self.current

    @call("Folder", writes=True)
    def SetCurrentFolder(self, folder: Folder) -> bool:
        if self.world.behaviour.bins_stay_shut or folder not in self.root.all_folders():
            return False
        self.current = folder
        return True

    @call("Folder", "str", writes=True)
    def AddSubFolder(self, folder: Folder, name: str) -> Folder | None:
        """The current bin stays the current one."""
        if self.world.behaviour.refuses_bins or not name or name in [one.name for one in folder.folders]:
            return None
        folder.folders.append(Folder(self.world, name))
        return folder.folders[-1]

    @call("[Folder]", writes=True)
    def DeleteFolders(self, subfolders: list[Folder]) -> bool:
        """With all that is in them, timelines too."""
        known = self.root.all_folders()
        if not subfolders or any(folder not in known or folder is self.root for folder in subfolders):
            return False
        for folder in subfolders:
            self._delete(folder.everything())
            for parent in known:
                parent.folders = [one for one in parent.folders if one is not folder]
            for one in folder.all_folders():
                one.dead = True
        if self.current.dead:
            self.current = self.root
        return True

    @call("[Folder]", "Folder", writes=True)
    def MoveFolders(self, folders: list[Folder], targetFolder: Folder) -> bool:
        if any(targetFolder in folder.all_folders() for folder in folders):
            return False
        for parent in self.root.all_folders():
            parent.folders = [one for one in parent.folders if one not in folders]
        targetFolder.folders.extend(folders)
        return True

    @call()
    def RefreshFolders(self) -> bool:
        return True

    # items

    @call("[str]|[dict]", writes=True)
    def ImportMedia(self, items: list[Any]) -> Any:
        return importing.import_media(self, items)

    @call("[MediaPoolItem]", writes=True)
    def DeleteClips(self, clips: list[MediaPoolItem]) -> bool:
        if not clips or any(clip not in self.root.everything() for clip in clips):
            return False
        self._delete(clips)
        return True

    def _delete(self, clips: list[MediaPoolItem]) -> None:
        """Media that a timeline uses is offline there afterwards."""
        for clip in clips:
            if clip.timeline is not None:
                self.project.remove(clip.timeline)
            clip.dead = True
        self.root.drop(clips)

    @call("[MediaPoolItem]", "Folder", writes=True)
    def MoveClips(self, clips: list[MediaPoolItem], targetFolder: Folder) -> bool:
        if not clips or any(clip not in self.root.everything() for clip in clips):
            return False
        self.root.drop(clips)
        targetFolder.clips.extend(clips)
        return True

    @call("[MediaPoolItem]", "str", writes=True)
    def RelinkClips(self, mediaPoolItem: list[MediaPoolItem], folderPath: str) -> bool:
        moved = {clip: str(Path(folderPath) / Path(clip.path).name) for clip in mediaPoolItem}
        if not moved or not all(importing.is_there(clip, path) for clip, path in moved.items()):
            return False
        for clip, path in moved.items():
            clip.path = path
        return True

    @call(since="19.0.3")
    def GetSelectedClips(self) -> list[MediaPoolItem]:
        return [clip for clip in self.selected if not clip.dead]

    @call("MediaPoolItem", since="19.0.3", writes=True)
    def SetSelectedClip(self, mediaPoolItem: MediaPoolItem) -> bool:
        self.selected = [mediaPoolItem]
        return True

    # timelines

    @call("str", writes=True)
    def CreateEmptyTimeline(self, name: str) -> Timeline | None:
        """It is in the current bin and in front afterwards."""
        behaviour = self.world.behaviour
        if behaviour.refuses_timelines or not name or self.project.has_timeline(name):
            return None
        if behaviour.hands_out_the_users_timeline and self.project.timelines:
            return self.project.timelines[0]
        timeline = self.project.new_timeline(name)
        self.project.show(timeline)
        return timeline

    @call("[Timeline]", writes=True)
    def DeleteTimelines(self, timeline: list[Timeline]) -> bool:
        if not timeline or any(one not in self.project.timelines for one in timeline):
            return False
        for one in timeline:
            self.project.remove(one)
        return True

    @call("str", "dict?", writes=True)
    def ImportTimelineFromFile(self, filePath: str, importOptions: dict[str, Any] | None = None) -> Timeline | None:
        """A DRT of this session only, which brings its own name along."""
        if not Path(filePath).is_file():
            return None
        kept = self.world.kept.get(Path(filePath).read_text(encoding="utf-8", errors="replace"))
        if kept is None:
            self.world.misuse.append(f"ImportTimelineFromFile: the fake does not read {filePath}")
        if kept is None or self.project.has_timeline(kept.name):
            return None
        timeline = exports.copy(kept, kept.name)
        self.project.show(timeline)
        return timeline

    @call("[dict]|[MediaPoolItem]|MediaPoolItem", "*MediaPoolItem", writes=True)
    def AppendToTimeline(self, clips: Any, *more: MediaPoolItem) -> list[TimelineItem | None] | None:
        return placing.append(self, [*clips, *more] if isinstance(clips, list) else [clips, *more])
