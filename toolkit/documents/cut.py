"""The cut: what editorial handed over, as shots (``shots.json``)."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Rate, Value
from toolkit.documents.origin import Origin
from toolkit.frames import FrameMap, FramePath, FrameRange


class MediaKind(StrEnum):
    """What a plate is made of."""

    MOVIE = "movie"
    SEQUENCE = "sequence"


class Media(Value):
    """One source on disk."""

    kind: MediaKind
    path: str
    """The movie file, or the sequence as ``folder/name.####.exr``; absolute where it was found."""
    source_range: FrameRange | None
    """The frames it has (source space): probed when the media is online, else as the cut claims; None unknown."""
    rate: Rate
    """Frames per second of the media."""
    timecode_first: int | None
    """Label of its first frame, in frames after 00:00:00:00 at ``rate`` rounded: as the cut says, else as the media
    carries it; None when neither says."""
    drop_frame: bool = False
    """Whether its timecode is drop frame."""
    online: bool
    """Whether it was found on disk."""

    @property
    def sequence(self) -> FramePath:
        """The numbered files of a sequence (ValueError for a movie)."""
        if self.kind is not MediaKind.SEQUENCE:
            raise ValueError(f"{self.path} is a movie")
        return FramePath.parse(self.path)


class Shot(Value):
    """One use of one source in the cut."""

    name: FileName
    """Unique in the cut and safe as a file name."""
    clip_name: str
    """What the editor called it."""
    media: Media
    source_range: FrameRange
    """What the edit shows (source space)."""
    source_work_range: FrameRange
    """What is rendered: ``source_range`` plus the handles the media has (source space)."""
    record_range: FrameRange
    """Where it sits (record space, 0-based from the timeline's start)."""
    map: FrameMap
    """Source, shot and record frames, one into another."""
    track_index: int
    """Video track, 0 at the bottom."""
    clip_index: int
    """Position among the children of its track, gaps and transitions included."""
    input_colour_space: str = ""
    """What a colour-managed host takes its plate for, in the host's own word; empty: it did not say."""

    @property
    def shot_range(self) -> FrameRange:
        """The numbers of our files, handles included (shot space)."""
        return FrameRange.of(self.map.shot_frame(self.source_work_range.first), len(self.source_work_range))

    @property
    def handles(self) -> tuple[int, int]:
        """Source frames before and after what the edit shows, those under a transition included."""
        work, cut = self.source_work_range, self.source_range
        return cut.first - work.first, work.last - cut.last


class Skipped(Value):
    """A clip, or a part of one, that this run leaves alone, and why."""

    clip_name: str
    track_index: int
    record_range: FrameRange | None
    reason: str


class Cut(Document):
    """What editorial handed over, as shots."""

    made_by: ClassVar[str] = "toolkit track CUT -o OUT"

    schema_: Literal["toolkit.shots/1"] = Field(default="toolkit.shots/1", alias="schema")
    name: str
    """Name of the timeline, or of the file when the timeline has none."""
    path: str
    """The file it was read from, absolute."""
    record_rate: Rate
    """Frames per second of the timeline."""
    record_start: int
    """Label of the timeline's first frame, in frames after 00:00:00:00."""
    drop_frame: bool = False
    """Whether the timeline counts drop frame."""
    record_count: int
    """Length of the timeline in frames."""
    shots: tuple[Shot, ...]
    skipped: tuple[Skipped, ...]
    origin: Origin | None = None
    """None: the cut came from a file, not from a host's menu."""
    notes: tuple[str, ...] = ()
    """Where what the host said and what it exported do not agree, one sentence each."""
