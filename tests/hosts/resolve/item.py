"""One clip on a timeline: where it lies, what it shows of its media, and what can be set on it."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.hosts.resolve import rates
from tests.hosts.resolve.comps import Comps
from tests.hosts.resolve.handles import call
from tests.hosts.resolve.marks import Coloured, Marked
from tests.hosts.resolve.properties import PROPERTIES, needs_studio, settled
from tests.hosts.resolve.world import World

if TYPE_CHECKING:
    from tests.hosts.resolve.media import MediaPoolItem
    from tests.hosts.resolve.timeline import Timeline

SPEED_OPTIONS: dict[str, Any] = {
    "Percentage": (int, float),
    "PitchCorrection": bool,
    "StretchKeyframesToFit": bool,
    "RippleTimeline": bool,
}


class TimelineItem(Comps, Marked, Coloured):
    """A clip of a track. Its handles die with another timeline in front."""

    lives_with = "timeline"

    def __init__(
        self,
        world: World,
        *,
        timeline: Timeline,
        kind: str,
        media: MediaPoolItem | None,
        start: int,
        duration: int,
        left: float,
        speed: float = 100.0,
    ) -> None:
        super().__init__(world)
        self.timeline, self.kind, self.media = timeline, kind, media
        self.start = start
        """Timeline frames from midnight."""
        self.duration = duration
        """Timeline frames."""
        self.left = left
        """Pictures between the start of the media and the first one shown; of a reversed clip, the last one shown."""
        self.speed = speed
        """Per cent; negative reversed, 0 frozen."""
        self.name = media.name if media is not None else ""
        self.enabled = True
        self.properties: dict[str, Any] = dict(PROPERTIES)
        self.linked: list[TimelineItem] = []
        self.was_read = False

    @property
    def span(self) -> float:
        """Pictures of the media that it runs through."""
        if self.media is None or self.media.frames == 1:
            return float(self.duration)
        return self.duration * self.media.rate / self.timeline.rate * abs(self.speed) / 100

    def is_linked_with(self, items: list[TimelineItem]) -> None:
        """Link it with the others of a group, and with nothing else."""
        self.linked = [one for one in items if one is not self]

    @call()
    def GetName(self) -> str:
        return self.name

    @call("str", since="20.2", writes=True)
    def SetName(self, name: str) -> bool:
        self.name = name
        return bool(name)

    @call()
    def GetUniqueId(self) -> str:
        return self.uid

    @call("bool?")
    def GetStart(self, subframe_precision: bool | None = None) -> float:
        return float(self.start) if subframe_precision else self.start

    @call("bool?")
    def GetEnd(self, subframe_precision: bool | None = None) -> float:
        end = self.start + self.duration
        return float(end) if subframe_precision else end

    @call("bool?")
    def GetDuration(self, subframe_precision: bool | None = None) -> float:
        return float(self.duration) if subframe_precision else self.duration

    @call("bool?")
    def GetLeftOffset(self, subframe_precision: bool | None = None) -> float:
        """True at plain speed; a retimed clip answers in frames of its own speed, a reversed one from the far end."""
        self.was_read = True
        offset = self.left
        if self.media is not None and self.speed < 0:
            offset = self.media.frames - self.left - self.span
        if self.speed != 0:
            offset = offset * 100 / abs(self.speed)
        return float(offset) if subframe_precision else int(offset)

    @call("bool?")
    def GetRightOffset(self, subframe_precision: bool | None = None) -> float:
        frames = self.media.frames if self.media is not None else self.duration
        offset = max(frames - self.left - self.span, 0)
        return float(offset) if subframe_precision else int(offset)

    @call(since="19.0.3")
    def GetSourceStartFrame(self) -> int | None:
        if self.media is None:
            return None
        return self.media.first + int(self.left) + self.world.behaviour.source_start_slips

    @call(since="19.0.3")
    def GetSourceEndFrame(self) -> int | None:
        if self.media is None:
            return None
        way = self.world.behaviour.source_end
        base = self.media.first
        if way == "timecode":
            base = rates.frame_of(self.media.properties["Start TC"], self.media.rate)
        return base + int(self.left + self.span) - (way != "exclusive")

    @call(since="19.0.3")
    def GetSourceStartTime(self) -> float | None:
        return None if self.media is None else self.left / self.media.rate

    @call(since="19.0.3")
    def GetSourceEndTime(self) -> float | None:
        return None if self.media is None else (self.left + self.span) / self.media.rate

    @call()
    def GetMediaPoolItem(self) -> MediaPoolItem | None:
        return self.media if self.media is not None and not self.media.dead else None

    @call(since="19.0")
    def GetTrackTypeAndIndex(self) -> list[Any] | None:
        return self.timeline.track_of(self)

    @call(since="21.1")
    def GetType(self) -> str:
        return self.kind if self.media is not None else "generator"

    @call(since="18.5")
    def GetClipEnabled(self) -> bool:
        return self.enabled

    @call("bool", since="18.5", writes=True)
    def SetClipEnabled(self, Bool: bool) -> bool:
        self.enabled = Bool
        return True

    @call(since="19.0")
    def GetLinkedItems(self) -> list[TimelineItem]:
        return [one for one in self.linked if not one.dead]

    @call("str?")
    def GetProperty(self, propertyKey: str | None = None) -> Any:
        every = {} if self.kind == "audio" else self.properties
        return every.get(propertyKey) if propertyKey else dict(every)

    @call("str|dict", "any?", writes=True)
    def SetProperty(self, propertyKey: str | dict[str, Any], propertyValue: Any = None) -> bool:
        wanted = propertyKey if isinstance(propertyKey, dict) else {propertyKey: propertyValue}
        return self._set_all(wanted)

    @call(since="21.1")
    def GetProperties(self) -> dict[str, Any]:
        return {} if self.kind == "audio" else dict(self.properties)

    @call("dict", since="21.1", writes=True)
    def SetProperties(self, properties: dict[str, Any]) -> bool:
        return self._set_all(properties)

    def _set_all(self, wanted: dict[str, Any]) -> bool:
        """All of them or none."""
        behaviour = self.world.behaviour
        new = {key: settled(key, value, behaviour) for key, value in wanted.items()}
        if behaviour.upsell and not behaviour.studio and needs_studio(wanted):
            self.world.modal = True
        if behaviour.refuses_properties or self.kind == "audio" or not new or None in new.values():
            return False
        if not behaviour.ignores_properties:
            self.properties.update(new)
        return True

    @call("str", since="18.5", writes=True, studio=True)
    def CreateMagicMask(self, mode: str) -> bool:
        """False: it needs strokes that only an editor can make."""
        return False

    @call(since="18.5", writes=True, studio=True)
    def SmartReframe(self) -> bool:
        return True

    @call(since="21.1")
    def GetSpeed(self) -> dict[str, Any]:
        return {
            "Percentage": self.speed,
            "PitchCorrection": False,
            "StretchKeyframesToFit": False,
            "RippleTimeline": False,
        }

    @call("dict", since="21.1", writes=True)
    def SetSpeed(self, speedOptions: dict[str, Any]) -> bool:
        for key, value in speedOptions.items():
            kind = SPEED_OPTIONS.get(key)
            if kind is None or not isinstance(value, kind):
                self.world.misuse.append(f"SetSpeed: {key!r} = {value!r}")
                return False
        behaviour = self.world.behaviour
        if behaviour.refuses_speed or "Percentage" not in speedOptions or self.media is None:
            return False
        if not behaviour.ignores_speed:
            span = self.span
            self.speed = float(speedOptions["Percentage"])
            if speedOptions.get("RippleTimeline") and self.speed:
                self.duration = round(span * 100 / abs(self.speed) * self.timeline.rate / self.media.rate)
        return True
