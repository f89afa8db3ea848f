"""The application object ``resolve``, the media storage, and ``fusion``."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.hosts.resolve import media_import
from tests.hosts.resolve.handles import ApiObject, api_method
from tests.hosts.resolve.media import MediaPoolItem
from tests.hosts.resolve.pool import MediaPool
from tests.hosts.resolve.project import Project, ProjectManager
from tests.hosts.resolve.timeline import Timeline
from tests.hosts.resolve.ui import UIManager
from tests.hosts.resolve.world import World


class MediaStorage(ApiObject):
    """MediaStorage: the disks."""

    @api_method()
    def GetMountedVolumeList(self) -> list[str]:
        return ["/"]

    @api_method("str")
    def GetSubFolderList(self, folderPath: str) -> list[str]:
        folder = Path(folderPath)
        return sorted(str(one) for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []

    @api_method("str")
    def GetFileList(self, folderPath: str) -> list[str]:
        """List files; a sequence is one entry."""
        folder = Path(folderPath)
        if not folder.is_dir():
            return []
        runs: dict[tuple[str, str], list[str]] = {}
        for name in sorted(one.name for one in folder.iterdir() if one.is_file()):
            numbered = re.fullmatch(r"(.*?)(\d+)(\.\w+)", name)
            runs.setdefault((numbered[1], numbered[3]) if numbered else (name, ""), []).append(name)
        return [str(folder / self._fold_name(*key, names)) for key, names in sorted(runs.items())]

    @staticmethod
    def _fold_name(head: str, tail: str, names: list[str]) -> str:
        if len(names) == 1:
            return names[0]
        first, last = (name[len(head) : -len(tail)] for name in (names[0], names[-1]))
        return f"{head}[{first}-{last}]{tail}"

    @api_method("[str]|str", "*str", writes=True)
    def AddItemListToMediaPool(self, items: Any, *more: str) -> list[MediaPoolItem]:
        project = self.world.project
        paths = [*items, *more] if isinstance(items, list) else [items, *more]
        return [] if project is None else media_import.import_media(project.pool, paths)


class Fusion(ApiObject):
    """The object ``fusion``: file dialogs and, on Studio or before 19.1, windows."""

    attributes = ("UIManager",)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.ui = UIManager(world)
        self.chosen: list[str | None] = []
        """The editor's choices in the next file dialogs; None, or an empty list, is Cancel."""
        self.dialog_folders: list[str] = []
        """The start folder of each file dialog."""
        self.environment: dict[str, str] = {}
        """Environment variables, which scripts can read even in the sandbox."""

    @property
    def UIManager(self) -> UIManager | None:
        """Studio only since 19.1; on the free edition the access may open an advert."""
        behaviour = self.world.behaviour
        if behaviour.studio or not behaviour.has("19.1"):
            return self.ui
        self.world.modal = self.world.modal or behaviour.upsell
        return None

    @api_method("str?", "str?", "dict?")
    def RequestFile(self, folder: str | None = None, name: str | None = None, options: Any = None) -> str | None:
        self.dialog_folders.append(folder or "")
        return self.chosen.pop(0) if self.chosen else None

    @api_method("str?")
    def RequestDir(self, folder: str | None = None) -> str | None:
        return self.RequestFile(folder)

    @api_method("str")
    def GetEnv(self, name: str) -> str | None:
        return self.environment.get(name)

    @api_method()
    def GetResolve(self) -> Resolve:
        return self.world.resolve


class Resolve(ApiObject):
    """The object ``resolve``."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.manager, self.storage, self.fusion = ProjectManager(world), MediaStorage(world), Fusion(world)

    @api_method()
    def Fusion(self) -> Fusion:
        return self.fusion

    @api_method()
    def GetMediaStorage(self) -> MediaStorage:
        return self.storage

    @api_method()
    def GetProjectManager(self) -> ProjectManager:
        return self.manager

    @api_method()
    def GetProductName(self) -> str:
        return "DaVinci Resolve Studio" if self.world.behaviour.studio else "DaVinci Resolve"

    @api_method()
    def GetVersion(self) -> list[Any]:
        return [*(int(part) for part in self.world.behaviour.version.split(".")), ""]

    @api_method()
    def GetVersionString(self) -> str:
        return self.world.behaviour.version

    @api_method(since="21.1")
    def IsStudio(self) -> bool:
        return self.world.behaviour.studio

    @api_method()
    def GetCurrentPage(self) -> str:
        return self.world.page

    @api_method("page")
    def OpenPage(self, pageName: str) -> bool:
        if not self.world.behaviour.refuses_pages:
            self.world.page = pageName
        return not self.world.behaviour.refuses_pages

    @api_method(since="21.1")
    def GetCurrentProject(self) -> Project | None:
        return self.world.project

    @api_method(since="21.1")
    def GetCurrentTimeline(self) -> Timeline | None:
        return None if self.world.project is None else self.world.project.GetCurrentTimeline()

    @api_method(since="21.1")
    def GetMediaPool(self) -> MediaPool | None:
        return None if self.world.project is None else self.world.project.pool

    @api_method()
    def Quit(self) -> None:
        self.world.misuse.append("a menu entry quits Resolve")
