"""MediaPoolItem: movies, sequences, stills, and timelines in the media pool."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from tests.hosts.resolve import rates
from tests.hosts.resolve.handles import api_method
from tests.hosts.resolve.markers import HasColour, HasMarkers, HasMarkInOut
from tests.hosts.resolve.world import Footage, World

if TYPE_CHECKING:
    from tests.hosts.resolve.timeline import Timeline

MediaKind = Literal["movie", "sequence", "still", "timeline"]

INPUT_COLOUR_SPACES = ("Rec.709 Gamma 2.4", "Rec.709 (Scene)", "sRGB", "Linear", "ARRI LogC3", "ACEScct", "ACEScg")
"""Examples of a managed project's menu. They test that an exact name is required, not that it is this one."""
CHOICES = {"Alpha mode": ("None", "Straight", "Premultiplied"), "Data Level": ("Auto", "Video", "Full")}
READ_ONLY = ("File Path", "File Name", "Start", "End", "Frames", "Duration", "Type", "Resolution", "End TC", "Usage")


class MediaPoolItem(HasMarkers, HasMarkInOut, HasColour):
    """One item of the media pool."""

    handle_scope = "project"

    def __init__(
        self,
        world: World,
        *,
        path: str,
        kind: MediaKind,
        first: int,
        frames: int,
        footage: Footage,
        timeline: Timeline | None = None,
    ) -> None:
        super().__init__(world)
        self.path, self.kind, self.first, self.frames, self.footage = path, kind, first, frames, footage
        self.timeline = timeline
        self.metadata: dict[str, str] = {}
        self.third_party: dict[str, str] = {}
        rate = world.behaviour.project_rate if footage.fps is None else f"{footage.fps:g}"
        self.properties: dict[str, Any] = {
            "Clip Name": PurePath(path).name if timeline is None else timeline.name,
            "FPS": rates.parse_rate(rate),
            "Start TC": footage.start_timecode,
            "Alpha mode": footage.alpha,
            "Data Level": "Auto",
            "Input Color Space": "",
            "PAR": "Square",
            "Reel Name": "",
            "Super Scale": 1,
        }

    @property
    def name(self) -> str:
        """The name shown in the media pool."""
        return str(self.properties["Clip Name"] if self.timeline is None else self.timeline.name)

    @property
    def rate(self) -> float:
        """Frames per second."""
        return float(self.properties["FPS"])

    def all_properties(self) -> dict[str, Any]:
        """Return all clip properties, including computed ones; all are text except FPS and Super Scale."""
        timeline, start = self.timeline, self.properties["Start TC"]
        types = {"movie": "Video", "sequence": "Video", "still": "Still", "timeline": "Timeline"}
        if self.footage.audio:
            types["movie"] = "Video + Audio"
        drop = ";" in start
        end = rates.timecode_to_frame(start, self.rate) + self.frames
        return {
            **self.properties,
            "Clip Name": self.name,
            "File Name": "" if timeline else PurePath(self.path).name,
            "File Path": self.path,
            "Clip Directory": "" if timeline else str(PurePath(self.path).parent),
            "Start": str(self.first),
            "End": str(self.first + self.frames - 1),
            "Frames": str(self.frames),
            "Duration": rates.frame_to_timecode(self.frames, self.rate),
            "End TC": rates.frame_to_timecode(end, self.rate, drop=drop),
            "Drop frame": "1" if drop else "0",
            "Resolution": f"{self.footage.width}x{self.footage.height}",
            "Type": types[self.kind],
            "Clip Color": self.clip_colour,
            "Online Status": "Online",
            "In": "",
            "Out": "",
        }

    @api_method()
    def GetName(self) -> str:
        return self.name

    @api_method("str", since="20.2", writes=True)
    def SetName(self, name: str) -> bool:
        self.properties["Clip Name"] = name
        return bool(name)

    @api_method()
    def GetUniqueId(self) -> str:
        return self.uid

    @api_method()
    def GetMediaId(self) -> str:
        return f"media-{self.uid}"

    @api_method("str?")
    def GetClipProperty(self, propertyName: str | None = None) -> Any:
        every = self.all_properties()
        return every.get(propertyName, "") if propertyName else every

    @api_method("str", "any", writes=True)
    def SetClipProperty(self, propertyName: str, propertyValue: Any) -> bool:
        value = self._accept(propertyName, propertyValue)
        if value is None:
            return False
        if not (propertyName == "Alpha mode" and self.world.behaviour.ignores_alpha):
            self.properties[propertyName] = value
        return True

    def _accept(self, key: str, value: Any) -> Any:
        """Return the value to store, or None if it is rejected."""
        behaviour, project = self.world.behaviour, self.world.project
        if key not in self.properties or key in READ_ONLY or self.kind == "timeline":
            return None
        if key == "FPS":
            is_rate = re.fullmatch(r"\d+(\.\d+)?", str(value)) and not isinstance(value, bool)
            return rates.parse_rate(str(value)) if is_rate and not behaviour.locks_sequence_rate else None
        if key == "Super Scale":
            return value if value in (1, 2, 3, 4) else None
        if key == "Input Color Space":
            managed = project is not None and project.is_managed()
            return value if managed and value in INPUT_COLOUR_SPACES and not behaviour.refuses_colour_space else None
        if key in CHOICES:
            refused = key == "Alpha mode" and behaviour.refuses_alpha
            return value if value in CHOICES[key] and not refused else None
        return value if isinstance(value, str) else None

    @api_method("str?")
    def GetMetadata(self, metadataType: str | None = None) -> Any:
        return self.metadata.get(metadataType, "") if metadataType else dict(self.metadata)

    @api_method("str|dict", "str?", writes=True)
    def SetMetadata(self, metadataType: str | dict[str, str], metadataValue: str | None = None) -> bool:
        return _set_fields(self.metadata, metadataType, metadataValue)

    @api_method("str?", since="19.0.3")
    def GetThirdPartyMetadata(self, metadataType: str | None = None) -> Any:
        return self.third_party.get(metadataType, "") if metadataType else dict(self.third_party)

    @api_method("str|dict", "str?", since="19.0.3", writes=True)
    def SetThirdPartyMetadata(self, metadataType: str | dict[str, str], metadataValue: str | None = None) -> bool:
        return _set_fields(self.third_party, metadataType, metadataValue)

    @api_method(since="21.0.4")
    def GetTimeline(self) -> Timeline | None:
        return self.timeline


def _set_fields(fields: dict[str, str], key: str | dict[str, str], value: str | None) -> bool:
    new = key if isinstance(key, dict) else {key: value}
    if not new or not all(isinstance(one, str) for pair in new.items() for one in pair):
        return False
    fields.update({str(key): str(value) for key, value in new.items()})
    return True
