"""TimelineItem: a clip on a timeline, with its source range and properties."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.hosts.resolve import rates
from tests.hosts.resolve.comps import HasComps
from tests.hosts.resolve.handles import api_method
from tests.hosts.resolve.markers import HasColour, HasMarkers
from tests.hosts.resolve.properties import PROPERTIES, accept_value, needs_studio
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


class TimelineItem(HasComps, HasMarkers, HasColour):
    """A clip on a track. Its handles expire when another timeline becomes current."""

    handle_scope = "timeline"

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
        """Timeline frame, counted from midnight."""
        self.duration = duration
        """In timeline frames."""
        self.left = left
        """Source frames between the start of the media and the in point (of a reversed clip, the out point)."""
        self.speed = speed
        """Percent; negative is reversed, 0 is a freeze frame."""
        self.name = media.name if media is not None else ""
        self.enabled = True
        self.grade = ""
        """Its colour grade, in words."""
        self.properties: dict[str, Any] = dict(PROPERTIES)
        self.linked: list[TimelineItem] = []
        self.was_read = False

    @property
    def source_span(self) -> float:
        """The number of source frames used."""
        if self.media is None or self.media.frames == 1:
            return float(self.duration)
        return self.duration * self.media.rate / self.timeline.rate * abs(self.speed) / 100

    def set_links(self, items: list[TimelineItem]) -> None:
        """Link it with the other items, and with nothing else."""
        self.linked = [one for one in items if one is not self]

    @api_method()
    def GetName(self) -> str:
        return self.name

    @api_method("str", since="20.2", writes=True)
    def SetName(self, name: str) -> bool:
        self.name = name
        return bool(name)

    @api_method()
    def GetUniqueId(self) -> str:
        return self.uid

    @api_method("bool?")
    def GetStart(self, subframe_precision: bool | None = None) -> float:
        return float(self.start) if subframe_precision else self.start

    @api_method("bool?")
    def GetEnd(self, subframe_precision: bool | None = None) -> float:
        end = self.start + self.duration
        return float(end) if subframe_precision else end

    @api_method("bool?")
    def GetDuration(self, subframe_precision: bool | None = None) -> float:
        return float(self.duration) if subframe_precision else self.duration

    @api_method("bool?")
    def GetLeftOffset(self, subframe_precision: bool | None = None) -> float:
        """Correct at 100 % only; in frames at the clip's speed if retimed, and from the end if reversed."""
        self.was_read = True
        offset = self.left
        if self.media is not None and self.speed < 0:
            offset = self.media.frames - self.left - self.source_span
        if self.speed != 0:
            offset = offset * 100 / abs(self.speed)
        return float(offset) if subframe_precision else int(offset)

    @api_method("bool?")
    def GetRightOffset(self, subframe_precision: bool | None = None) -> float:
        frames = self.media.frames if self.media is not None else self.duration
        offset = max(frames - self.left - self.source_span, 0)
        return float(offset) if subframe_precision else int(offset)

    @api_method(since="19.0.3")
    def GetSourceStartFrame(self) -> int | None:
        if self.media is None:
            return None
        if self.is_swapped:
            return self.last_source_frame
        return self.media.first + int(self.left) + self.world.behaviour.source_start_offset

    @api_method(since="19.0.3")
    def GetSourceEndFrame(self) -> int | None:
        if self.media is None:
            return None
        if self.is_swapped:
            return self.media.first + int(self.left)
        return self.last_source_frame

    @property
    def is_swapped(self) -> bool:
        """Whether the source start and end of this clip are returned the other way round."""
        return self.speed < 0 and self.world.behaviour.swaps_reversed_source

    @property
    def last_source_frame(self) -> int:
        """The end of the source range, as this Resolve counts it."""
        assert self.media is not None
        variation = self.world.behaviour.source_end
        base = self.media.first
        if variation == "timecode":
            base = rates.timecode_to_frame(self.media.properties["Start TC"], self.media.rate)
        return base + int(self.left + self.source_span) - (variation != "exclusive")

    @api_method(since="19.0.3")
    def GetSourceStartTime(self) -> float | None:
        return None if self.media is None else self.left / self.media.rate

    @api_method(since="19.0.3")
    def GetSourceEndTime(self) -> float | None:
        return None if self.media is None else (self.left + self.source_span) / self.media.rate

    @api_method()
    def GetMediaPoolItem(self) -> MediaPoolItem | None:
        return self.media if self.media is not None and not self.media.dead else None

    @api_method(since="19.0")
    def GetTrackTypeAndIndex(self) -> list[Any] | None:
        return self.timeline.find_track(self)

    @api_method(since="21.1")
    def GetType(self) -> str:
        return self.kind if self.media is not None else "generator"

    @api_method(since="18.5")
    def GetClipEnabled(self) -> bool:
        return self.enabled

    @api_method("bool", since="18.5", writes=True)
    def SetClipEnabled(self, Bool: bool) -> bool:
        self.enabled = Bool
        return True

    @api_method("[TimelineItem]", writes=True)
    def CopyGrades(self, tgtTimelineItems: list[TimelineItem]) -> bool:
        """Copy the grade to other clips of the same timeline."""
        targets = tgtTimelineItems
        if self.world.behaviour.refuses_grades or any(one.timeline is not self.timeline for one in targets):
            return False
        for one in targets:
            one.grade = self.grade
        return True

    @api_method(since="19.0")
    def GetLinkedItems(self) -> list[TimelineItem]:
        return [one for one in self.linked if not one.dead]

    @api_method("str?")
    def GetProperty(self, propertyKey: str | None = None) -> Any:
        every = {} if self.kind == "audio" else self.properties
        return every.get(propertyKey) if propertyKey else dict(every)

    @api_method("str|dict", "any?", writes=True)
    def SetProperty(self, propertyKey: str | dict[str, Any], propertyValue: Any = None) -> bool:
        values = propertyKey if isinstance(propertyKey, dict) else {propertyKey: propertyValue}
        return self._set_all(values)

    @api_method(since="21.1")
    def GetProperties(self) -> dict[str, Any]:
        return {} if self.kind == "audio" else dict(self.properties)

    @api_method("dict", since="21.1", writes=True)
    def SetProperties(self, properties: dict[str, Any]) -> bool:
        return self._set_all(properties)

    def _set_all(self, values: dict[str, Any]) -> bool:
        """Set all properties or none."""
        behaviour = self.world.behaviour
        new = {key: accept_value(key, value, behaviour) for key, value in values.items()}
        if behaviour.upsell and not behaviour.studio and needs_studio(values):
            self.world.modal = True
        if behaviour.refuses_properties or self.kind == "audio" or not new or None in new.values():
            return False
        if not behaviour.ignores_properties:
            self.properties.update(new)
        return True

    @api_method("str", since="18.5", writes=True, studio=True)
    def CreateMagicMask(self, mode: str) -> bool:
        """Return False: it needs strokes that only an editor can draw."""
        return False

    @api_method(since="18.5", writes=True, studio=True)
    def SmartReframe(self) -> bool:
        return True

    @api_method(since="21.1")
    def GetSpeed(self) -> dict[str, Any]:
        return {
            "Percentage": self.speed,
            "PitchCorrection": False,
            "StretchKeyframesToFit": False,
            "RippleTimeline": False,
        }

    @api_method("dict", since="21.1", writes=True)
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
            source_span = self.source_span
            self.speed = float(speedOptions["Percentage"])
            if speedOptions.get("RippleTimeline") and self.speed:
                self.duration = round(source_span * 100 / abs(self.speed) * self.timeline.rate / self.media.rate)
        return True
