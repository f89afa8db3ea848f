"""Media of the pool: movies, sequences, stills, and the items that stand for timelines."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal

from tests.hosts.resolve import rates
from tests.hosts.resolve.handles import call
from tests.hosts.resolve.marks import Coloured, InAndOut, Marked
from tests.hosts.resolve.world import Footage, World

if TYPE_CHECKING:
    from tests.hosts.resolve.timeline import Timeline

MediaKind = Literal["movie", "sequence", "still", "timeline"]

INPUT_COLOUR_SPACES = ("Rec.709 Gamma 2.4", "Rec.709 (Scene)", "sRGB", "Linear", "ARRI LogC3", "ACEScct", "ACEScg")
"""Stand-ins for the menu of a managed project: they prove that a spelling is demanded, not that it is this one."""
CHOICES = {"Alpha mode": ("None", "Straight", "Premultiplied"), "Data Level": ("Auto", "Video", "Full")}
READ_ONLY = ("File Path", "File Name", "Start", "End", "Frames", "Duration", "Type", "Resolution", "End TC", "Usage")


class MediaPoolItem(Marked, InAndOut, Coloured):
    """One item of the media pool."""

    lives_with = "project"

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
            "FPS": rates.fps(rate),
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
        """As the pool shows it."""
        return str(self.properties["Clip Name"] if self.timeline is None else self.timeline.name)

    @property
    def rate(self) -> float:
        """Pictures per second."""
        return float(self.properties["FPS"])

    def everything(self) -> dict[str, Any]:
        """All clip properties, the computed ones included; texts but for the rate and the super scale."""
        timeline, start = self.timeline, self.properties["Start TC"]
        types = {"movie": "Video", "sequence": "Video", "still": "Still", "timeline": "Timeline"}
        if self.footage.audio:
            types["movie"] = "Video + Audio"
        drop = ";" in start
        end = rates.frame_of(start, self.rate) + self.frames
        return {
            **self.properties,
            "Clip Name": self.name,
            "File Name": "" if timeline else PurePath(self.path).name,
            "File Path": self.path,
            "Clip Directory": "" if timeline else str(PurePath(self.path).parent),
            "Start": str(self.first),
            "End": str(self.first + self.frames - 1),
            "Frames": str(self.frames),
            "Duration": rates.timecode_of(self.frames, self.rate),
            "End TC": rates.timecode_of(end, self.rate, drop=drop),
            "Drop frame": "1" if drop else "0",
            "Resolution": f"{self.footage.width}x{self.footage.height}",
            "Type": types[self.kind],
            "Clip Color": self.clip_colour,
            "Online Status": "Online",
            "In": "",
            "Out": "",
        }

    @call()
    def GetName(self) -> str:
        return self.name

    @call("str", since="20.2", writes=True)
    def SetName(self, name: str) -> bool:
        self.properties["Clip Name"] = name
        return bool(name)

    @call()
    def GetUniqueId(self) -> str:
        return self.uid

    @call()
    def GetMediaId(self) -> str:
        return f"media-{self.uid}"

    @call("str?")
    def GetClipProperty(self, propertyName: str | None = None) -> Any:
        every = self.everything()
        return every.get(propertyName, "") if propertyName else every

    @call("str", "any", writes=True)
    def SetClipProperty(self, propertyName: str, propertyValue: Any) -> bool:
        value = self._settable(propertyName, propertyValue)
        if value is None:
            return False
        if not (propertyName == "Alpha mode" and self.world.behaviour.ignores_alpha):
            self.properties[propertyName] = value
        return True

    def _settable(self, key: str, value: Any) -> Any:
        """What is kept for a value that is taken; None for one that is not."""
        behaviour, project = self.world.behaviour, self.world.project
        if key not in self.properties or key in READ_ONLY or self.kind == "timeline":
            return None
        if key == "FPS":
            is_rate = re.fullmatch(r"\d+(\.\d+)?", str(value)) and not isinstance(value, bool)
            return rates.fps(str(value)) if is_rate and not behaviour.sequence_rate_locked else None
        if key == "Super Scale":
            return value if value in (1, 2, 3, 4) else None
        if key == "Input Color Space":
            managed = project is not None and project.is_managed()
            return value if managed and value in INPUT_COLOUR_SPACES and not behaviour.refuses_colour_space else None
        if key in CHOICES:
            refused = key == "Alpha mode" and behaviour.refuses_alpha
            return value if value in CHOICES[key] and not refused else None
        return value if isinstance(value, str) else None

    @call("str?")
    def GetMetadata(self, metadataType: str | None = None) -> Any:
        return self.metadata.get(metadataType, "") if metadataType else dict(self.metadata)

    @call("str|dict", "str?", writes=True)
    def SetMetadata(self, metadataType: str | dict[str, str], metadataValue: str | None = None) -> bool:
        return _set(self.metadata, metadataType, metadataValue)

    @call("str?", since="19.0.3")
    def GetThirdPartyMetadata(self, metadataType: str | None = None) -> Any:
        return self.third_party.get(metadataType, "") if metadataType else dict(self.third_party)

    @call("str|dict", "str?", since="19.0.3", writes=True)
    def SetThirdPartyMetadata(self, metadataType: str | dict[str, str], metadataValue: str | None = None) -> bool:
        return _set(self.third_party, metadataType, metadataValue)

    @call(since="21.0.4")
    def GetTimeline(self) -> Timeline | None:
        return self.timeline


def _set(fields: dict[str, str], key: str | dict[str, str], value: str | None) -> bool:
    new = key if isinstance(key, dict) else {key: value}
    if not new or not all(isinstance(one, str) for pair in new.items() for one in pair):
        return False
    fields.update({str(key): str(value) for key, value in new.items()})
    return True
