"""What a host hands over (``turnover.json``): its own clip list, as it says it; the toolkit makes the shots of it."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, Value
from toolkit.documents.origin import HostColour


class HostMarker(Value):
    """A marker of a clip or of the timeline."""

    frame: float
    """From the first frame of the clip or timeline, 0-based, timeline frames."""
    name: str
    note: str
    colour: str
    """The host's own word."""


class HostClip(Value):
    """One clip on a video track; every number as the host says it, none computed."""

    name: str
    path: str
    """As the host says it: a movie, a still, or a sequence in the host's own spelling (``plate.[1001-1100].exr``)."""
    track: int
    """Video track, 1 at the bottom."""
    enabled: bool
    """False also when its track is switched off."""
    record_first: int
    """Timeline frames from the timeline's start, 0-based."""
    record_count: int
    source_first: float
    """Pictures between the start of the media and the first one shown; of a reversed clip, the last one shown."""
    source_count: float
    """Pictures of the media that it runs through, counted without direction."""
    speed: float
    """Pictures of the media per picture at plain speed: 1 plain, 2 double, negative reversed, 0 freeze."""
    remap: tuple[float, ...] = ()
    """Where the host remaps time: the picture shown in each timeline frame, from the media's start; else empty."""
    media_fps: float
    """0: the host does not say."""
    media_count: int
    """Pictures of the media; 0: the host does not say."""
    media_timecode: str
    """Label of the media's first picture; empty: the host does not say."""
    media_index: int = 0
    """Number in the name of a sequence's first file; 0 for a movie."""
    alpha: str = ""
    """The host's own word for its alpha mode."""
    colour: str = ""
    """The host's own word for its label."""
    input_colour_space: str = ""
    """Of a colour-managed host: what it takes the pictures for, in its own word; empty: it does not say."""
    markers: tuple[HostMarker, ...] = ()


class HostSkipped(Value):
    """Something on the timeline that is no clip of a file, and why."""

    name: str
    track: int
    record_first: int
    record_count: int
    reason: str


class Turnover(Document):
    """A timeline, a comp or a selection in a host."""

    made_by: ClassVar[str] = "Toolkit Send Turnover, in the host's menu"

    schema_: Literal["toolkit.turnover/1"] = Field(default="toolkit.turnover/1", alias="schema")
    host: Literal["resolve", "after effects"]
    host_version: str
    name: str
    """Of the timeline or comp."""
    timeline_id: str
    """What the host knows it by, for the way back; empty when it has no such name."""
    otio: str
    """The host's own export beside this file, for its transitions and effects; empty: there is none."""
    fps: float
    drop_frame: bool
    start_timecode: str
    start_frame: int
    """Label of the timeline's first frame."""
    record_count: int
    """Length of the timeline in frames."""
    width: int
    height: int
    colour: HostColour
    clips: tuple[HostClip, ...]
    skipped: tuple[HostSkipped, ...] = ()
    markers: tuple[HostMarker, ...] = ()
