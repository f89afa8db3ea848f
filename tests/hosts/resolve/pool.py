"""MediaPool and Folder: create, move and delete bins, clips and timelines."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.hosts.resolve import exports, media_import, placement
from tests.hosts.resolve.handles import ApiObject, api_method
from tests.hosts.resolve.item import TimelineItem
from tests.hosts.resolve.media import MediaPoolItem
from tests.hosts.resolve.timeline import Timeline
from tests.hosts.resolve.world import World

if TYPE_CHECKING:
    from tests.hosts.resolve.project import Project


class Folder(ApiObject):
    """A bin."""

    handle_scope = "project"

    def __init__(self, world: World, name: str) -> None:
        super().__init__(world)
        self.name = name
        self.folders: list[Folder] = []
        self.clips: list[MediaPoolItem] = []

    def all_clips(self) -> list[MediaPoolItem]:
        """Return all items in this bin and its subfolders."""
        return self.clips + [clip for folder in self.folders for clip in folder.all_clips()]

    def all_folders(self) -> list[Folder]:
        """Return this bin and all subfolders."""
        return [self, *(one for folder in self.folders for one in folder.all_folders())]

    def remove_clips(self, clips: list[MediaPoolItem]) -> None:
        """Remove items from this bin and all subfolders."""
        for folder in self.all_folders():
            folder.clips = [clip for clip in folder.clips if clip not in clips]

    @api_method()
    def GetName(self) -> str:
        return self.name

    @api_method()
    def GetUniqueId(self) -> str:
        return self.uid

    @api_method()
    def GetClipList(self) -> list[MediaPoolItem]:
        """List clips, including timelines."""
        return list(self.clips)

    @api_method()
    def GetSubFolderList(self) -> list[Folder]:
        return list(self.folders)


class MediaPool(ApiObject):
    """The media pool of a project."""

    handle_scope = "project"

    def __init__(self, world: World, project: Project) -> None:
        super().__init__(world)
        self.project = project
        self.root = Folder(world, "Master")
        self.current = self.root
        self.selected: list[MediaPoolItem] = []
        self.placements: list[dict[str, Any]] = []
        """Every clip info passed to AppendToTimeline."""

    # bins

    @api_method()
    def GetUniqueId(self) -> str:
        return self.uid

    @api_method()
    def GetRootFolder(self) -> Folder:
        return self.root

    @api_method()
    def GetCurrentFolder(self) -> Folder:
        return self.current

    @api_method("Folder", writes=True)
    def SetCurrentFolder(self, folder: Folder) -> bool:
        if self.world.behaviour.refuses_current_bin or folder not in self.root.all_folders():
            return False
        self.current = folder
        return True

    @api_method("Folder", "str", writes=True)
    def AddSubFolder(self, folder: Folder, name: str) -> Folder | None:
        """Create a bin, without making it current."""
        if self.world.behaviour.refuses_bins or not name or name in [one.name for one in folder.folders]:
            return None
        folder.folders.append(Folder(self.world, name))
        return folder.folders[-1]

    @api_method("[Folder]", writes=True)
    def DeleteFolders(self, subfolders: list[Folder]) -> bool:
        """Delete bins with their contents, including timelines."""
        known = self.root.all_folders()
        if not subfolders or any(folder not in known or folder is self.root for folder in subfolders):
            return False
        for folder in subfolders:
            self._delete(folder.all_clips())
            for parent in known:
                parent.folders = [one for one in parent.folders if one is not folder]
            for one in folder.all_folders():
                one.dead = True
        if self.current.dead:
            self.current = self.root
        return True

    @api_method("[Folder]", "Folder", writes=True)
    def MoveFolders(self, folders: list[Folder], targetFolder: Folder) -> bool:
        if any(targetFolder in folder.all_folders() for folder in folders):
            return False
        for parent in self.root.all_folders():
            parent.folders = [one for one in parent.folders if one not in folders]
        targetFolder.folders.extend(folders)
        return True

    @api_method()
    def RefreshFolders(self) -> bool:
        return True

    # items

    @api_method("[str]|[dict]", writes=True)
    def ImportMedia(self, items: list[Any]) -> Any:
        return media_import.import_media(self, items)

    @api_method("[MediaPoolItem]", writes=True)
    def DeleteClips(self, clips: list[MediaPoolItem]) -> bool:
        if not clips or any(clip not in self.root.all_clips() for clip in clips):
            return False
        self._delete(clips)
        return True

    def _delete(self, clips: list[MediaPoolItem]) -> None:
        """Delete items; timelines that use them show them as offline."""
        for clip in clips:
            if clip.timeline is not None:
                self.project.delete_timeline(clip.timeline)
            clip.dead = True
        self.root.remove_clips(clips)

    @api_method("[MediaPoolItem]", "Folder", writes=True)
    def MoveClips(self, clips: list[MediaPoolItem], targetFolder: Folder) -> bool:
        if not clips or any(clip not in self.root.all_clips() for clip in clips):
            return False
        self.root.remove_clips(clips)
        targetFolder.clips.extend(clips)
        return True

    @api_method("[MediaPoolItem]", "str", writes=True)
    def RelinkClips(self, mediaPoolItem: list[MediaPoolItem], folderPath: str) -> bool:
        moved = {clip: str(Path(folderPath) / Path(clip.path).name) for clip in mediaPoolItem}
        if not moved or not all(media_import.has_files(clip, path) for clip, path in moved.items()):
            return False
        for clip, path in moved.items():
            clip.path = path
        return True

    @api_method(since="19.0.3")
    def GetSelectedClips(self) -> list[MediaPoolItem]:
        return [clip for clip in self.selected if not clip.dead]

    @api_method("MediaPoolItem", since="19.0.3", writes=True)
    def SetSelectedClip(self, mediaPoolItem: MediaPoolItem) -> bool:
        self.selected = [mediaPoolItem]
        return True

    # timelines

    @api_method("str", writes=True)
    def CreateEmptyTimeline(self, name: str) -> Timeline | None:
        """Create a timeline in the current bin and make it current."""
        behaviour = self.world.behaviour
        if behaviour.refuses_timelines or not name or self.project.is_name_taken(name):
            return None
        if behaviour.returns_existing_timeline and self.project.timelines:
            return self.project.timelines[0]
        timeline = self.project.create_timeline(name)
        self.project.set_current(timeline)
        return timeline

    @api_method("[Timeline]", writes=True)
    def DeleteTimelines(self, timeline: list[Timeline]) -> bool:
        if not timeline or any(one not in self.project.timelines for one in timeline):
            return False
        for one in timeline:
            self.project.delete_timeline(one)
        return True

    @api_method("str", "dict?", writes=True)
    def ImportTimelineFromFile(self, filePath: str, importOptions: dict[str, Any] | None = None) -> Timeline | None:
        """Import a DRT exported in this session, under its own name."""
        if not Path(filePath).is_file():
            return None
        original = self.world.exported_timelines.get(Path(filePath).read_text(encoding="utf-8", errors="replace"))
        if original is None:
            self.world.misuse.append(f"ImportTimelineFromFile: the fake does not read {filePath}")
        if original is None or self.project.is_name_taken(original.name):
            return None
        timeline = exports.duplicate_timeline(original, original.name)
        self.project.set_current(timeline)
        return timeline

    @api_method("[dict]|[MediaPoolItem]|MediaPoolItem", "*MediaPoolItem", writes=True)
    def AppendToTimeline(self, clips: Any, *more: MediaPoolItem) -> list[TimelineItem | None] | None:
        return placement.append_clips(self, [*clips, *more] if isinstance(clips, list) else [clips, *more])
