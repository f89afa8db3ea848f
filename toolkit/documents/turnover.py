"""The turnover from a host (``turnover.json``): its clip list, uninterpreted; the toolkit makes shots from it."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, Value
from toolkit.documents.origin import HostColour


class HostMarker(Value):
    """A marker on a clip or on the timeline."""

    frame: float
    """Timeline frames from the start of the clip or timeline, 0-based."""
    name: str
    note: str
    colour: str
    """The host's name for it."""


class HostClip(Value):
    """One clip on a video track; every number as reported by the host, none computed."""

    name: str
    path: str
    """As reported by the host: a movie, a still, or a sequence in the host's notation (``plate.[1001-1100].exr``)."""
    track: int
    """Video track, 1 at the bottom."""
    enabled: bool
    """Also False if its track is disabled."""
    record_first: int
    """Timeline frames from the timeline's start, 0-based."""
    record_count: int
    source_first: float
    """Media frames before the first visible one; of a reversed clip, before the last visible one."""
    source_count: float
    """Media frames used, positive in either direction."""
    speed: float
    """1 normal, 2 double speed, negative reversed, 0 freeze."""
    remap: tuple[float, ...] = ()
    """For time remapping: the media frame visible in each timeline frame, from the media's start; else empty."""
    media_fps: float
    """0: unknown."""
    media_count: int
    """Length of the media in frames; 0: unknown."""
    media_timecode: str
    """Timecode of the media's first frame; empty: unknown."""
    media_index: int = 0
    """Number in the name of a sequence's first file; 0 for a movie."""
    alpha: str = ""
    """The host's name for its alpha mode."""
    colour: str = ""
    """The host's name for its label colour."""
    input_colour_space: str = ""
    """Input colour space in a colour-managed host, by the host's name; empty: unknown."""
    markers: tuple[HostMarker, ...] = ()
    is_in_export_only: bool = False
    """Whether only the host's export says which frames it shows, as of a speed ramp or a compound clip; ``path`` is
    empty for the latter."""


class HostSkipped(Value):
    """An item on the timeline that is not a clip of a media file, and why it is left out."""

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
    """The host's ID for it, used when importing the passes; empty: none."""
    otio: str
    """The host's export next to this file, for its transitions and effects; empty: none."""
    fps: float
    drop_frame: bool
    start_timecode: str
    start_frame: int
    """Timecode of the timeline's first frame as a frame count."""
    record_count: int
    """Length of the timeline in frames."""
    width: int
    height: int
    colour: HostColour
    clips: tuple[HostClip, ...]
    skipped: tuple[HostSkipped, ...] = ()
    markers: tuple[HostMarker, ...] = ()
