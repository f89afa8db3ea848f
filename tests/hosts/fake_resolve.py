"""A DaVinci Resolve that never was: the part of its object graph that an import touches, silent failures included.

What it proves: that the script survives the behaviours publicly reported of versions 18.6 to 21.1 (each named in
``Behaviour``), that it measures instead of believing, and that it never calls a failure a success.

What it does not prove: that the real program behaves so, that a property is spelt as the real menus spell it, how a
placed picture looks, how long a call takes, or anything about dialogs beyond "every call answers None". It decodes no
picture: a sequence is as long as the numbered files on disk, a movie is what the test says it is.

Handles are new on every call and know no equality; an attribute that does not exist is a callable answering None.
"""

# ruff: noqa: N802 - the names are Resolve's

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import floor
from pathlib import Path
from typing import Any


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """How this Resolve differs from the friendliest one."""

    version: str = "21.0.2.4"
    end_frame: str = "exclusive"
    """``exclusive`` (18.6, 20, 21) or ``inclusive`` (19.1)."""
    sequences_count_from: str = "zero"
    """Whether startFrame of a sequence is 0-based (``zero``) or a file number (``files``)."""
    past_the_end: str = "clamped"
    """What happens to pictures asked for outside the media: ``clamped`` or ``refused``."""
    project_rate: str = "24"
    """New timelines and image sequences start with it."""
    project_size: tuple[int, int] = (1920, 1080)
    rate_locked: bool = False
    """Whether a timeline refuses a frame rate of its own."""
    size_locked: bool = False
    start_timecode_locked: bool = False
    sequence_rate_locked: bool = False
    alpha_refused: bool = False
    """SetClipProperty('Alpha mode') answers False and changes nothing."""
    alpha_lies: bool = False
    """… answers True and changes nothing."""
    imports: str = "items"
    """What ImportMedia answers: ``items``, ``None``, ``[]``, ``[None]``, or ``split`` (a sequence in two)."""
    reimports: bool = True
    """Whether media that the pool has already is imported again; else the answer is []."""
    tracks_added: bool = True
    track_names_kept: bool = True
    bins_made: bool = True
    bins_opened: bool = True
    timelines_made: bool = True
    hands_out_the_users_timeline: bool = False
    """CreateEmptyTimeline makes none and answers the one that is open."""
    hidden_timeline_names: tuple[str, ...] = ()
    """Names that are taken although no timeline shows them."""
    refuses: tuple[str, ...] = ()
    """Media whose clips are silently not placed (by file name prefix)."""
    answers_dead_items: bool = False
    """Whether a refused placement answers an item whose getters all say None, instead of [None]."""
    forgets: tuple[str, ...] = ()
    """Media whose clips are placed, read well at once, and are gone in the end."""
    shifts: int = 0
    """Frames by which every clip lands late."""
    slips: int = 0
    """Pictures by which every clip begins late in its media."""
    always_lands_on_first_track: bool = False
    hides_placed_items: bool = False
    """Whether AppendToTimeline places and answers None all the same."""
    deletions_that_fail: int = 0
    """How many of the first DeleteClips answer False and do nothing."""
    sets_speed: bool = False
    """Whether TimelineItem.SetSpeed exists (21.1)."""
    speed_sticks: bool = True
    keeps_open: str = ""
    """A timeline that comes back to the front after every SetCurrentTimeline."""
    wanders_after: int | None = None
    """After so many placements the user's timeline comes to the front by itself."""
    dialog_open: bool = False
    """A modal dialog: every call answers None."""
    raises_on: str = ""
    """A method that raises instead of answering."""


@dataclass(slots=True, kw_only=True)
class Movie:
    """A movie the test vouches for."""

    frames: int
    fps: float


class Handle:
    """What a script holds: new on every call, with attributes for whatever name it is asked."""

    def __init__(self, thing: Any, behaviour: Behaviour) -> None:
        self._thing, self._behaviour = thing, behaviour

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(type(self._thing), name, None) if name[:1].isupper() else None

        def call(*arguments: Any) -> Any:
            if self._behaviour.raises_on == name:
                raise TypeError(f"{name} does not like that")
            if method is None or self._behaviour.dialog_open or getattr(self._thing, "dead", False):
                return None
            return self._wrap(method(self._thing, *(self._unwrap(one) for one in arguments)))

        return call

    def _wrap(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._wrap(one) for one in value]
        return (
            value
            if value is None or isinstance(value, (bool, int, float, str, dict))
            else Handle(value, self._behaviour)
        )

    def _unwrap(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._unwrap(one) for one in value]
        if isinstance(value, dict):
            return {key: self._unwrap(one) for key, one in value.items()}
        return value._thing if isinstance(value, Handle) else value


_serial = itertools.count(1)


@dataclass(slots=True, kw_only=True, eq=False)
class Thing:
    """Something with an id."""

    name: str = ""
    uid: str = field(default_factory=lambda: f"uid-{next(_serial)}")
    dead: bool = False

    def GetName(self) -> str:
        return self.name

    def GetUniqueId(self) -> str:
        return self.uid


@dataclass(slots=True, kw_only=True, eq=False)
class Item(Thing):
    """One clip on a timeline."""

    media: Media
    start: int
    duration: int
    left: int
    behaviour: Behaviour
    speed: float = 100.0
    looked_at: bool = False

    def GetStart(self) -> int:
        return self.start

    def GetEnd(self) -> int:
        return self.start + self.duration

    def GetDuration(self) -> int:
        return self.duration

    def GetLeftOffset(self) -> int:
        self.looked_at = True
        return self.left

    def GetMediaPoolItem(self) -> Media:
        return self.media

    def SetSpeed(self, options: dict[str, Any]) -> bool | None:
        if not self.behaviour.sets_speed:
            return None
        if self.behaviour.speed_sticks:
            self.speed = options["Percentage"]
        return True

    def GetSpeed(self) -> dict[str, Any] | None:
        return {"Percentage": self.speed, "PitchCorrection": False} if self.behaviour.sets_speed else None


@dataclass(slots=True, kw_only=True, eq=False)
class Media(Thing):
    """One item of the media pool."""

    path: str
    first: int
    frames: int
    is_sequence: bool
    properties: dict[str, Any]
    behaviour: Behaviour

    def GetMediaId(self) -> str:
        return f"media-{self.uid}"

    def GetClipProperty(self, key: str) -> Any:
        return self.properties.get(key, "")

    def SetClipProperty(self, key: str, value: Any) -> bool:
        if key == "Alpha mode":
            if self.behaviour.alpha_refused or value not in ("None", "Straight", "Premultiplied"):
                return False
            if self.behaviour.alpha_lies:
                return True
        elif key != "FPS" or self.behaviour.sequence_rate_locked:
            return False
        self.properties[key] = value
        return True


@dataclass(slots=True, kw_only=True, eq=False)
class Folder(Thing):
    """A bin."""

    folders: list[Folder] = field(default_factory=list)
    clips: list[Media] = field(default_factory=list)

    def GetSubFolderList(self) -> list[Folder]:
        return list(self.folders)

    def GetClipList(self) -> list[Media]:
        return list(self.clips)

    def everything(self) -> list[Media]:
        """All media in this bin and below."""
        return self.clips + [clip for folder in self.folders for clip in folder.everything()]


@dataclass(slots=True, kw_only=True, eq=False)
class Timeline(Thing):
    """A timeline: video tracks of items, audio counted only."""

    behaviour: Behaviour
    settings: dict[str, str]
    start: int = 86400
    start_timecode: str = "01:00:00:00"
    tracks: list[list[Item]] = field(default_factory=lambda: [[]])
    track_names: list[str] = field(default_factory=lambda: ["Video 1"])
    audio_items: int = 0
    markers: list[str] = field(default_factory=list)
    """The notes of the markers."""

    def GetStartFrame(self) -> int:
        return self.start

    def GetStartTimecode(self) -> str:
        return self.start_timecode

    def SetStartTimecode(self, text: str) -> bool:
        if self.behaviour.start_timecode_locked:
            return False
        nominal = round(float(self.settings["timelineFrameRate"].split()[0]))
        hours, minutes, seconds, frames = (int(part) for part in text.replace(";", ":").split(":"))
        self.start = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
        if ";" in text:
            total = hours * 60 + minutes
            self.start -= nominal // 15 * (total - total // 10)
        self.start_timecode = text
        return True

    def GetSetting(self, key: str) -> str:
        return self.settings.get(key, "")

    def SetSetting(self, key: str, value: str) -> bool:
        if key != "useCustomSettings" and self.settings["useCustomSettings"] != "1":
            return False
        if key == "timelineFrameRate" and (self.behaviour.rate_locked or any(self.tracks)):
            return False
        if key.startswith("timelineResolution") and self.behaviour.size_locked:
            return False
        self.settings[key] = value
        return True

    def GetTrackCount(self, kind: str) -> int:
        return len(self.tracks) if kind == "video" else 1

    def AddTrack(self, kind: str) -> bool:
        if not self.behaviour.tracks_added:
            return False
        if kind == "video":
            self.tracks.append([])
            self.track_names.append(f"Video {len(self.tracks)}")
        return True

    def SetTrackName(self, kind: str, number: int, name: str) -> bool:
        if not self.behaviour.track_names_kept or not 1 <= number <= len(self.tracks):
            return False
        self.track_names[number - 1] = name
        return True

    def GetTrackName(self, kind: str, number: int) -> str | None:
        return self.track_names[number - 1] if 1 <= number <= len(self.tracks) else None

    def GetItemListInTrack(self, kind: str, number: int) -> list[Item] | None:
        if kind != "video" or not 1 <= number <= len(self.tracks):
            return None
        track = self.tracks[number - 1]
        track[:] = [item for item in track if not (item.looked_at and item.name.startswith(self.behaviour.forgets))]
        return sorted(track, key=lambda item: item.start)

    def DeleteClips(self, items: list[Item], ripple: bool = False) -> bool:
        if self.behaviour.deletions_that_fail > 0:
            self.behaviour.deletions_that_fail -= 1
            return False
        for track in self.tracks:
            track[:] = [item for item in track if item not in items]
        return bool(items)

    def AddMarker(self, frame: int, colour: str, name: str, note: str, duration: int) -> bool:
        if colour not in ("Red", "Green", "Blue") or frame < 0:
            return False
        self.markers.append(note)
        return True

    def rate(self) -> float:
        """Frames per second."""
        return float(self.settings["timelineFrameRate"].split()[0])


@dataclass(slots=True, kw_only=True, eq=False)
class MediaPool(Thing):
    """The media pool of the one project."""

    project: Project
    behaviour: Behaviour
    movies: dict[str, Movie]
    root: Folder = field(default_factory=lambda: Folder(name="Master"))
    current: Folder | None = None
    appended: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Every clip info that AppendToTimeline was given."""

    def GetRootFolder(self) -> Folder:
        return self.root

    def GetCurrentFolder(self) -> Folder:
        return self.current or self.root

    def SetCurrentFolder(self, folder: Folder) -> bool:
        if self.behaviour.bins_opened:
            self.current = folder
        return self.behaviour.bins_opened

    def AddSubFolder(self, folder: Folder, name: str) -> Folder | None:
        if not self.behaviour.bins_made or any(one.name == name for one in folder.folders):
            return None
        folder.folders.append(Folder(name=name))
        return folder.folders[-1]

    def DeleteFolders(self, folders: list[Folder]) -> bool:
        self.root.folders = [folder for folder in self.root.folders if folder not in folders]
        return True

    def CreateEmptyTimeline(self, name: str) -> Timeline | None:
        taken = {timeline.name for timeline in self.project.timelines} | set(self.behaviour.hidden_timeline_names)
        if not self.behaviour.timelines_made or name in taken:
            return None
        width, height = self.behaviour.project_size
        settings = {
            "useCustomSettings": "0",
            "timelineFrameRate": self.behaviour.project_rate,
            "timelineResolutionWidth": str(width),
            "timelineResolutionHeight": str(height),
        }
        if self.behaviour.hands_out_the_users_timeline:
            return self.project.timelines[0]
        timeline = Timeline(name=name, behaviour=self.behaviour, settings=settings)
        self.project.timelines.append(timeline)
        self.project.current = timeline
        return timeline

    def DeleteTimelines(self, timelines: list[Timeline]) -> bool:
        self.project.timelines = [one for one in self.project.timelines if one not in timelines]
        if self.project.current in timelines:
            self.project.current = None
        return True

    def ImportMedia(self, wanted: list[Any]) -> Any:
        answers = {"None": None, "[]": [], "[None]": [None]}
        if self.behaviour.imports in answers:
            return answers[self.behaviour.imports]
        made = [media for one in wanted for media in self._media(one)]
        have = {media.path for media in self.root.everything()}
        made = [media for media in made if self.behaviour.reimports or media.path not in have]
        self.GetCurrentFolder().clips.extend(made)
        return made

    def _media(self, wanted: Any) -> list[Media]:
        if isinstance(wanted, str):
            movie = self.movies.get(wanted)
            if not Path(wanted).is_file():
                return []
            if movie is None:  # one picture
                return [self._one(wanted, 0, 1, False, self.behaviour.project_rate)]
            return [self._one(wanted, 0, movie.frames, False, f"{movie.fps:g}")]
        first, last = wanted["StartIndex"], wanted["EndIndex"]
        pattern = Path(wanted["FilePath"])
        if not all((pattern.parent / (pattern.name % number)).is_file() for number in range(first, last + 1)):
            return []
        middle = (first + last) // 2
        runs = [(first, middle), (middle + 1, last)] if self.behaviour.imports == "split" else [(first, last)]
        return [self._one(*self._named(pattern, *run), True, self.behaviour.project_rate) for run in runs]

    @staticmethod
    def _named(pattern: Path, first: int, last: int) -> tuple[str, int, int]:
        """``name.[1001-1064].exr``, as Resolve calls a sequence."""
        span = re.sub(r"%0(\d)d", lambda padding: f"[{first:0{padding[1]}d}-{last:0{padding[1]}d}]", pattern.name)
        return str(pattern.parent / span), first, last - first + 1

    def _one(self, path: str, first: int, frames: int, is_sequence: bool, rate: str) -> Media:
        properties = {
            "File Path": path,
            "Start": str(first),
            "Frames": str(frames),
            "FPS": rate.split(maxsplit=1)[0],
            "Alpha mode": "None",
        }
        return Media(
            name=Path(path).name,
            path=path,
            first=first,
            frames=frames,
            is_sequence=is_sequence,
            properties=properties,
            behaviour=self.behaviour,
        )

    def AppendToTimeline(self, infos: list[dict[str, Any]]) -> Any:
        placed = [self._append(self.project.GetCurrentTimeline(), info) for info in infos]
        self.appended += 1
        if self.behaviour.wanders_after is not None and self.appended >= self.behaviour.wanders_after:
            self.project.current = self.project.timelines[0]
        return None if self.behaviour.hides_placed_items else placed

    def _append(self, timeline: Timeline | None, info: dict[str, Any]) -> Item | None:
        self.requests.append(info)
        if timeline is None:
            return None
        media: Media = info["mediaPoolItem"]
        if media.name.startswith(self.behaviour.refuses):
            return self._refusal(media)
        base = media.first if media.is_sequence and self.behaviour.sequences_count_from == "files" else 0
        first = info.get("startFrame", base) - base
        last = media.frames - 1
        if "startFrame" in info and "endFrame" in info:
            last = info["endFrame"] - base - (self.behaviour.end_frame == "exclusive")
        if media.frames == 1:
            last = first + max(last - first, 0)
        elif self.behaviour.past_the_end == "refused" and not 0 <= first <= last < media.frames:
            return self._refusal(media)
        if media.frames > 1:
            first, last = max(first + self.behaviour.slips, 0), min(last + self.behaviour.slips, media.frames - 1)
        duration = floor((last - first + 1) * timeline.rate() / float(media.properties["FPS"]) + 1e-6)
        track = timeline.tracks[self._track_index(timeline, info)]
        start = info["recordFrame"] + self.behaviour.shifts
        if duration < 1 or any(start < one.start + one.duration and one.start < start + duration for one in track):
            return self._refusal(media)
        if info.get("mediaType") != 1:
            timeline.audio_items += 1
        track.append(
            Item(name=media.name, media=media, start=start, duration=duration, left=first, behaviour=self.behaviour)
        )
        return track[-1]

    def _track_index(self, timeline: Timeline, info: dict[str, Any]) -> int:
        number = info.get("trackIndex", 1)
        outside = not 1 <= number <= len(timeline.tracks)
        return 0 if outside or self.behaviour.always_lands_on_first_track else number - 1

    def _refusal(self, media: Media) -> Item | None:
        if not self.behaviour.answers_dead_items:
            return None
        return Item(name="", media=media, start=0, duration=0, left=0, behaviour=self.behaviour, dead=True)


@dataclass(slots=True, kw_only=True, eq=False)
class Project(Thing):
    """The open project, with a timeline of the user's in it."""

    behaviour: Behaviour
    timelines: list[Timeline] = field(default_factory=list)
    current: Timeline | None = None
    pool: MediaPool | None = None

    def GetMediaPool(self) -> MediaPool | None:
        return self.pool

    def GetTimelineCount(self) -> int:
        return len(self.timelines)

    def GetTimelineByIndex(self, number: int) -> Timeline | None:
        return self.timelines[number - 1] if 1 <= number <= len(self.timelines) else None

    def GetCurrentTimeline(self) -> Timeline | None:
        if self.behaviour.keeps_open:
            return next(timeline for timeline in self.timelines if timeline.name == self.behaviour.keeps_open)
        return self.current

    def SetCurrentTimeline(self, timeline: Timeline | None) -> bool:
        if timeline not in self.timelines:
            return False
        self.current = timeline
        return True


class FakeResolve(Thing):
    """The application; ``handle`` is what a script gets, the rest is for the test to look at."""

    def __init__(self, behaviour: Behaviour, movies: dict[str, Movie]) -> None:
        super().__init__(name="DaVinci Resolve")
        self.behaviour = behaviour
        self.project: Project | None = Project(name="A film", behaviour=behaviour)
        self.pool = MediaPool(project=self.project, behaviour=behaviour, movies=movies)
        self.project.pool = self.pool
        self.users = Timeline(
            name="scene_04",
            behaviour=behaviour,
            settings={"useCustomSettings": "0", "timelineFrameRate": behaviour.project_rate},
        )
        footage = self.pool._one("/somewhere/user.mov", 0, 100, False, "24")
        self.pool.root.clips.append(footage)
        self.users.tracks[0].append(
            Item(name="user.mov", media=footage, start=86400, duration=100, left=0, behaviour=behaviour)
        )
        self.project.timelines.append(self.users)
        self.project.current = self.users

    @property
    def handle(self) -> Handle:
        """What Resolve injects as ``resolve``."""
        return Handle(self, self.behaviour)

    def GetProjectManager(self) -> FakeResolve:
        return self

    def GetCurrentProject(self) -> Project | None:
        return self.project

    def GetVersionString(self) -> str:
        return self.behaviour.version

    def OpenPage(self, name: str) -> bool:
        return name == "edit"

    @property
    def made(self) -> Timeline | None:
        """The timeline that is not the user's."""
        assert self.project is not None
        return next((timeline for timeline in self.project.timelines if timeline is not self.users), None)
