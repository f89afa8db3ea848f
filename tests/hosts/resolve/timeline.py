"""Timeline: tracks, settings and clips."""

# ruff: noqa: N802, N803 - the names are Resolve's

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.hosts.resolve import exports, rates
from tests.hosts.resolve.handles import api_method
from tests.hosts.resolve.item import TimelineItem
from tests.hosts.resolve.markers import HasMarkers, HasMarkInOut
from tests.hosts.resolve.settings import TIMELINE_SETTINGS, is_valid_setting, read_settings
from tests.hosts.resolve.world import World

if TYPE_CHECKING:
    from tests.hosts.resolve.media import MediaPoolItem
    from tests.hosts.resolve.project import Project


@dataclass(slots=True, kw_only=True, eq=False)
class Track:
    """A track of a timeline."""

    name: str
    subtype: str = ""
    enabled: bool = True
    locked: bool = False
    items: list[TimelineItem] = field(default_factory=list)


class Timeline(HasMarkers, HasMarkInOut):
    """A timeline, which is also an item of the media pool."""

    handle_scope = "project"

    def __init__(self, world: World, project: Project, name: str) -> None:
        super().__init__(world)
        self.project, self.name = project, name
        self.custom_settings: dict[str, str] = {}
        """Its own settings, used while ``useCustomSettings`` is 1."""
        self.tracks: dict[str, list[Track]] = {
            "video": [Track(name="Video 1")],
            "audio": [Track(name="Audio 1", subtype="stereo")],
            "subtitle": [],
        }
        self.start_timecode = world.behaviour.start_timecode
        if self.is_drop:
            self.start_timecode = ";".join(self.start_timecode.rsplit(":", 1))
        self.playhead = self.start
        self.selected: list[TimelineItem] = []
        self.media: MediaPoolItem | None = None
        """Its item in the media pool."""

    # for other parts of the fake

    def get_setting(self, key: str) -> str:
        """Return the effective setting: the timeline's own, or the project's."""
        own = self.custom_settings.get("useCustomSettings") == "1"
        return self.custom_settings[key] if own and key in self.custom_settings else self.project.settings[key]

    @property
    def is_drop(self) -> bool:
        """Whether it uses drop frame timecode."""
        return "DF" in self.get_setting("timelineFrameRate")

    @property
    def rate(self) -> float:
        """Frames per second as Resolve writes it: 23.976."""
        return rates.parse_rate(self.get_setting("timelineFrameRate"))

    @property
    def start(self) -> int:
        """Its first frame, counted from midnight."""
        return rates.timecode_to_frame(self.start_timecode, self.rate)

    @property
    def end(self) -> int:
        """The frame after its last clip, counted from midnight."""
        return max([item.start + item.duration for item in self.items()], default=self.start)

    def items(self, kind: str | None = None) -> list[TimelineItem]:
        """Return the clips of all tracks, or of all tracks of a kind."""
        kinds = [kind] if kind else ["video", "audio", "subtitle"]
        return [item for one in kinds for track in self.tracks[one] for item in track.items]

    def track(self, kind: str, number: int) -> Track | None:
        """Return a track, counted from 1."""
        if number < 1:
            self.world.misuse.append(f"{kind} track {number}: tracks count from 1")
        return self.tracks[kind][number - 1] if 1 <= number <= len(self.tracks[kind]) else None

    def find_track(self, item: TimelineItem) -> list[Any] | None:
        """Return [kind, number] of an item's track."""
        for kind, tracks in self.tracks.items():
            for number, track in enumerate(tracks, 1):
                if item in track.items:
                    return [kind, number]
        return None

    def delete_items(self, items: list[TimelineItem]) -> None:
        """Remove clips."""
        for track in (track for tracks in self.tracks.values() for track in tracks):
            track.items = [item for item in track.items if item not in items]
        for item in items:
            item.dead = True

    def is_absolute(self, frame: float) -> bool:
        return frame >= self.start > 0 and frame > self.end - self.start

    # the API: itself

    @api_method()
    def GetName(self) -> str:
        return self.name

    @api_method("str", writes=True)
    def SetName(self, timelineName: str) -> bool:
        if not timelineName or self.project.is_name_taken(timelineName):
            return False
        self.name = timelineName
        return True

    @api_method()
    def GetUniqueId(self) -> str:
        return self.uid

    @api_method(since="19.1")
    def GetMediaPoolItem(self) -> MediaPoolItem | None:
        return self.media

    @api_method()
    def GetStartFrame(self) -> int:
        return self.start

    @api_method()
    def GetEndFrame(self) -> int:
        return self.end

    @api_method()
    def GetStartTimecode(self) -> str:
        return self.start_timecode

    @api_method("str", writes=True)
    def SetStartTimecode(self, timecode: str) -> bool:
        try:
            rates.timecode_to_frame(timecode, self.rate)
        except ValueError:
            return False
        if self.world.behaviour.start_timecode_locked or (";" in timecode and not self.is_drop):
            return False
        before, self.start_timecode = self.start, timecode
        for item in self.items():
            item.start += self.start - before
        return True

    @api_method()
    def GetCurrentTimecode(self) -> str:
        return rates.frame_to_timecode(self.playhead, self.rate, drop=self.is_drop)

    @api_method("str", writes=True)
    def SetCurrentTimecode(self, timecode: str) -> bool:
        try:
            self.playhead = rates.timecode_to_frame(timecode, self.rate)
        except ValueError:
            return False
        return True

    @api_method()
    def GetCurrentVideoItem(self) -> TimelineItem | None:
        under = [item for item in self.items("video") if item.start <= self.playhead < item.start + item.duration]
        return under[-1] if under else None

    @api_method("str?")
    def GetSetting(self, settingName: str | None = None) -> Any:
        every = {key: self.get_setting(key) for key in TIMELINE_SETTINGS}
        every["useCustomSettings"] = self.custom_settings.get("useCustomSettings", "0")
        return read_settings(every, settingName, self.world.behaviour)

    @api_method("str", "str", writes=True)
    def SetSetting(self, settingName: str, settingValue: str) -> bool:
        behaviour = self.world.behaviour
        if settingName == "useCustomSettings":
            self.custom_settings["useCustomSettings"] = settingValue
            return settingValue in ("0", "1")
        if self.custom_settings.get("useCustomSettings") != "1" or settingName not in TIMELINE_SETTINGS:
            return False
        if settingName == "timelineFrameRate" and (behaviour.rate_locked or self.items()):
            return False
        if settingName.startswith("timelineResolution") and behaviour.size_locked:
            return False
        if not is_valid_setting(settingName, settingValue):
            return False
        drop = self.is_drop
        self.custom_settings[settingName] = settingValue
        if drop != self.is_drop:
            sign = ";" if self.is_drop else ":"
            self.start_timecode = sign.join(self.start_timecode.replace(";", ":").rsplit(":", 1))
        return True

    @api_method(since="21.1")
    def GetSettings(self) -> dict[str, Any]:
        return dict(self.GetSetting())

    @api_method("dict", since="21.1", writes=True)
    def SetSettings(self, settings: dict[str, Any]) -> bool:
        """Set one after another; settings before a failing one stay set."""
        return all(isinstance(value, str) and self.SetSetting(key, value) for key, value in settings.items())

    # the API: tracks

    @api_method("track")
    def GetTrackCount(self, trackType: str) -> int:
        return len(self.tracks[trackType])

    @api_method("track", "str|dict?", since="18.5", writes=True)
    def AddTrack(self, trackType: str, subTrackType: str | dict[str, Any] | None = None) -> bool:
        """Add a track on top, or at ``index`` (a dict is accepted from 19.0)."""
        behaviour, tracks = self.world.behaviour, self.tracks[trackType]
        options = subTrackType if isinstance(subTrackType, dict) else {"audioType": subTrackType}
        index: Any = options.get("index", len(tracks) + 1)
        if set(options) - {"audioType", "index"} or type(index) is not int:
            self.world.misuse.append(f"AddTrack: {options}")
            return False
        too_old = options is subTrackType and not behaviour.has("19.0")
        if too_old or behaviour.refuses_tracks or not 1 <= index <= len(tracks) + 1:
            return False
        if behaviour.ignores_track_index:
            index = len(tracks) + 1
        subtype = str(options.get("audioType") or "mono") if trackType == "audio" else ""
        tracks.insert(index - 1, Track(name=f"{trackType.title()} {len(tracks) + 1}", subtype=subtype))
        return True

    @api_method("track", "int", since="18.5", writes=True)
    def DeleteTrack(self, trackType: str, trackIndex: int) -> bool:
        track = self.track(trackType, trackIndex)
        if track is None:
            return False
        self.delete_items(track.items)
        self.tracks[trackType].remove(track)
        return True

    @api_method("track", "int")
    def GetTrackName(self, trackType: str, trackIndex: int) -> str | None:
        track = self.track(trackType, trackIndex)
        return None if track is None else track.name

    @api_method("track", "int", "str", writes=True)
    def SetTrackName(self, trackType: str, trackIndex: int, name: str) -> bool:
        track = self.track(trackType, trackIndex)
        if track is None or self.world.behaviour.refuses_track_names:
            return False
        track.name = name
        return True

    @api_method("track", "int", since="19.0")
    def GetTrackSubType(self, trackType: str, trackIndex: int) -> str:
        track = self.track(trackType, trackIndex)
        return "" if track is None else track.subtype

    @api_method("track", "int", since="18.5")
    def GetIsTrackEnabled(self, trackType: str, trackIndex: int) -> bool:
        track = self.track(trackType, trackIndex)
        return track is not None and track.enabled

    @api_method("track", "int", "bool", since="18.5", writes=True)
    def SetTrackEnable(self, trackType: str, trackIndex: int, Bool: bool) -> bool:
        track = self.track(trackType, trackIndex)
        if track is not None:
            track.enabled = Bool
        return track is not None

    @api_method("track", "int", since="18.5")
    def GetIsTrackLocked(self, trackType: str, trackIndex: int) -> bool:
        track = self.track(trackType, trackIndex)
        return track is not None and track.locked

    @api_method("track", "int", "bool", since="18.5", writes=True)
    def SetTrackLock(self, trackType: str, trackIndex: int, Bool: bool) -> bool:
        track = self.track(trackType, trackIndex)
        if track is not None:
            track.locked = Bool
        return track is not None

    # the API: clips

    @api_method("track", "int")
    def GetItemListInTrack(self, trackType: str, index: int) -> list[TimelineItem] | None:
        track = self.track(trackType, index)
        if track is None:
            return None
        lost = self.world.behaviour.lost_media
        track.items = [item for item in track.items if not (item.was_read and lost and item.name.startswith(lost))]
        return sorted(track.items, key=lambda item: item.start)

    @api_method(since="21.0.4")
    def GetSelectedClips(self) -> list[TimelineItem]:
        return [item for item in self.selected if not item.dead]

    @api_method("[TimelineItem]", "bool?", since="18.5", writes=True)
    def DeleteClips(self, timelineItems: list[TimelineItem], Bool: bool | None = None) -> bool:
        """Delete clips: on the Edit page only, not always at the first attempt, and without linked clips."""
        behaviour = self.world.behaviour
        if self.world.page != "edit" or not timelineItems or any(one not in self.items() for one in timelineItems):
            return False
        if any(
            track.locked for kind in self.tracks.values() for track in kind if set(track.items) & set(timelineItems)
        ):
            return False
        if self.world.failed_deletions < behaviour.deletions_that_fail:
            self.world.failed_deletions += 1
            return False
        self.delete_items(timelineItems)
        for removed in timelineItems if Bool else []:
            for item in self.items():
                item.start -= removed.duration if item.start > removed.start else 0
        return True

    @api_method("[TimelineItem]", "bool", since="18.5", writes=True)
    def SetClipsLinked(self, timelineItems: list[TimelineItem], Bool: bool) -> bool:
        if self.world.behaviour.refuses_links or any(item not in self.items() for item in timelineItems):
            return False
        for item in timelineItems:
            item.set_links(timelineItems if Bool else [])
        return bool(timelineItems)

    # the API: copies

    @api_method("str?", writes=True)
    def DuplicateTimeline(self, timelineName: str | None = None) -> Timeline | None:
        behaviour = self.world.behaviour
        name = timelineName or f"{self.name} copy"
        if behaviour.refuses_duplicates or self.project.is_name_taken(name):
            return None
        twin = exports.duplicate_timeline(self, name)
        if behaviour.duplicates_lose_clips:
            twin.delete_items(twin.items()[-1:])
        if behaviour.selects_duplicates:
            self.project.set_current(twin)
        return twin

    @api_method("dict?", since="18.5", writes=True, studio=True)
    def CreateSubtitlesFromAudio(self, autoCaptionSettings: dict[str, Any] | None = None) -> bool:
        return False

    @api_method("str", "number", "number?")
    def Export(self, fileName: str, exportType: float, exportSubtype: float | None = None) -> bool:
        return exports.export_timeline(self, fileName, exportType)
