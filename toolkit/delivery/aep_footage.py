"""Import footage into a generated After Effects project, each file once, interpreted as the delivery says."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.delivery.clip_timing import ClipMedia, clip_media
from toolkit.documents import DeliveryClip
from toolkit.errors import MissingFrames, MissingMedia, UnsupportedMedia
from toolkit.frames import FramePath, FrameRange

if TYPE_CHECKING:
    from py_aep import FolderItem, FootageItem, ImportOptions, Project

_SAME_RATE = 0.001
"""Frames per second: an .aep stores 23.976 as 23.97603."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """The footage items of a project, by file."""

    project: Project
    folder: FolderItem
    root: Path
    """The delivery's folder."""
    notes: list[str] = field(default_factory=list)
    """What the user of the project should know."""
    _items: dict[ClipMedia, FootageItem] = field(default_factory=dict)

    def item(self, clip: DeliveryClip) -> FootageItem:
        """The item of ``clip``; a plate that py-aep cannot import becomes a placeholder and a note.

        Raises MissingMedia, MissingFrames, and UnsupportedMedia for a layer that cannot be imported.
        """
        key = clip_media(clip)
        if key not in self._items:
            item = self._import(clip)
            item.name = clip.name
            item.parent_folder = self.folder
            self._items[key] = item
        return self._items[key]

    def _import(self, clip: DeliveryClip) -> FootageItem:
        path = self.root / clip.path
        try:
            item = self.project.import_file(self._import_options(clip, path))
        except (ValueError, NotImplementedError) as error:
            if clip.version is not None:
                raise UnsupportedMedia(path, str(error)) from error
            return self._add_placeholder(clip, str(error))
        self._interpret(item, clip)
        return item

    def _import_options(self, clip: DeliveryClip, path: Path) -> ImportOptions:
        import py_aep

        options = py_aep.ImportOptions(path)
        if clip.pattern:
            numbers = FrameRange(first=clip.start_index, last=clip.end_index)
            on_disk = FramePath.parse(path.parent / clip.pattern).frames_on_disk()
            if missing := sorted(set(numbers) - set(on_disk)):
                raise MissingFrames(path, missing)
            if len(numbers) > 1:
                options.sequence = True
                options.range_start, options.range_end = numbers.first, numbers.last
        elif not path.is_file():
            raise MissingMedia(path, "repeat 'toolkit run' with its new path; nothing is rendered again")
        return options

    def _add_placeholder(self, clip: DeliveryClip, problem: str) -> FootageItem:
        self.notes.append(f"{clip.name} is a placeholder ({problem}): Replace Footage > File… with {clip.path}")
        seconds = (clip.end_index - clip.start_index + 1) / clip.fps
        return self.project.import_placeholder(clip.name, clip.width, clip.height, clip.fps, seconds)

    def _interpret(self, item: FootageItem, clip: DeliveryClip) -> None:
        import py_aep

        source = item.main_source
        if not source.is_still and (clip.pattern or abs(source.display_frame_rate - clip.fps) > _SAME_RATE):
            source.conform_frame_rate = clip.fps
        if (item.width, item.height) != (clip.width, clip.height):
            size = f"{item.width}x{item.height} instead of {clip.width}x{clip.height}"
            self.notes.append(f"py-aep reads {clip.name} as {size}: check it in After Effects")
        if clip.alpha == "premultiplied":
            source.alpha_mode = py_aep.AlphaMode.PREMULTIPLIED
            source.premul_color = [0.0, 0.0, 0.0]
