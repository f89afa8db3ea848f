"""The cut: what editorial handed over, as shots (``shots.json``)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Rate, Value
from toolkit.documents.origin import Origin
from toolkit.frames import FrameMap, FramePath, FrameRange


class MediaKind(StrEnum):
    """Kind of media."""

    MOVIE = "movie"
    SEQUENCE = "sequence"


class Media(Value):
    """One source on disk."""

    kind: MediaKind
    path: str
    """The movie file, or the sequence as ``folder/name.####.exr``; absolute if it was found on disk."""
    source_range: FrameRange | None
    """Its frames (source space): probed if the media is online, else as stated in the cut; None: unknown."""
    rate: Rate
    """Frames per second of the media."""
    is_rate_assumed: bool = False
    """Whether nothing says at which rate the files of a sequence are played."""
    timecode_first: int | None
    """Timecode of its first frame, in frames after 00:00:00:00 at the rounded ``rate``: from the cut, else from the
    media; None: unknown."""
    drop_frame: bool = False
    """Whether its timecode is drop frame."""
    online: bool
    """Whether it was found on disk."""
    frame_step: int = 1
    """Of a sequence: how far apart the numbers of its files are. Its frames are the files: with a step of 2, and
    ``step_origin`` 1001, source frame 1002 is file 1003."""
    step_origin: int = 0
    """With a ``frame_step``: the file whose number is its source frame."""
    by_time: bool = False
    """Of a movie of variable frame rate: whether its source frames are moments at ``rate``, not its pictures."""
    layer: str | None = None
    """The layer, or the part, of EXR files that is the picture; empty: R, G and B without a layer name; None: not an
    EXR, or not on disk."""
    notes: tuple[str, ...] = ()
    """What was chosen, guessed or left out when it was read, one sentence each."""

    @property
    def sequence(self) -> FramePath:
        """The numbered files of a sequence (ValueError for a movie)."""
        if self.kind is not MediaKind.SEQUENCE:
            raise ValueError(f"{self.path} is a movie")
        return FramePath.parse(self.path)

    def file_number(self, source_frame: int) -> int:
        """The number of the file that shows ``source_frame`` of a sequence."""
        return self.step_origin + (source_frame - self.step_origin) * self.frame_step


class SourceShot(Value):
    """What several uses of the same frames of one media are tracked and rendered as."""

    name: FileName
    """That of the first use."""
    source_work_range: FrameRange
    """The frames of all uses, handles included (source space)."""


class Shot(Value):
    """One use of one source in the cut.

    ``frame_map`` (``map`` in JSON) has the speed and converts between source, shot and record frames.
    """

    name: FileName
    """Unique in the cut and safe as a file name."""
    clip_name: str
    """Name of the clip in the timeline; of a clip inside a compound clip ``compound/clip``."""
    media: Media
    source_range: FrameRange
    """The frames visible in the edit (source space)."""
    source_work_range: FrameRange
    """The frames to render: ``source_range`` plus the handles that the media has (source space)."""
    record_range: FrameRange
    """Position on the timeline (record space, 0-based from the timeline's start). Smaller than ``clip_record_range``
    where the clip's media lack frames."""
    frame_map: FrameMap = Field(validation_alias="map", serialization_alias="map")
    """Converts between source, shot and record frames, for the whole clip."""
    track_index: int
    """Video track, 0 at the bottom."""
    clip_index: int
    """Index among the items of its track, gaps and transitions included."""
    source_shot: SourceShot | None = None
    """What it is tracked and rendered as, together with other uses of its media; None: as itself."""
    inside: tuple[tuple[int, int], ...] = ()
    """Of a clip inside compound clips, from the outermost: the track, 0 at the bottom, and its index on it; then
    ``clip_index`` is the index of the outermost compound."""
    input_colour_space: str = ""
    """Input colour space of the plate in a colour-managed host, by the host's name; empty: unknown."""

    @property
    def clip_record_range(self) -> FrameRange:
        """Position of the whole clip on the timeline, the frames that its media lack included (record space)."""
        return FrameRange.of(self.frame_map.record_first, self.frame_map.record_count)

    @property
    def rendered_name(self) -> str:
        """Name of the shot whose tracks and layers it uses."""
        return self.source_shot.name if self.source_shot is not None else self.name

    @property
    def rendered_range(self) -> FrameRange:
        """The frames of those tracks and layers (source space)."""
        return self.source_shot.source_work_range if self.source_shot is not None else self.source_work_range

    @property
    def is_part(self) -> bool:
        """Whether it is only a part of its clip, whose media lack frames."""
        return self.record_range != self.clip_record_range

    @property
    def shot_range(self) -> FrameRange:
        """The frame numbers of the layer files, handles included (shot space)."""
        return FrameRange.of(self.frame_map.shot_frame(self.rendered_range.first), len(self.rendered_range))

    def is_rendered_beyond(self, end: Literal["start", "end"]) -> bool:
        """Whether its layers have all of ``source_work_range`` at its ``end`` on the timeline: a transition needs it.

        They may lack some only if the cut was edited after they were rendered.
        """
        is_first = (end == "start") == (self.frame_map.speed >= 0)
        work, rendered = self.source_work_range, self.rendered_range
        return rendered.first <= work.first if is_first else rendered.last >= work.last

    @property
    def handles(self) -> tuple[int, int]:
        """Source frames before and after ``source_range``, those under a transition included."""
        work, cut = self.source_work_range, self.source_range
        return cut.first - work.first, work.last - cut.last


class Skipped(Value):
    """A clip, or a part of one, that is left out, and why."""

    clip_name: str
    track_index: int
    record_range: FrameRange | None
    reason: str
    shot: str = ""
    """Name of the shot that it is missing from, or that it would have been; empty: it never was to be rendered."""


class MediaMatch(Value):
    """How the media of one event was found, in a cut whose format names no files, such as an EDL."""

    event: str
    """Number of the event, as the list writes it."""
    clip: str
    """Name of the clip in the timeline."""
    path: str
    """The file, or the sequence as ``folder/name.####.exr``; empty: none was found."""
    by: str
    """What it was found by, such as ``clip name`` or ``reel without suffix and timecode``; empty: it was not."""


class ReadOptions(Value):
    """What a user chose for reading a cut's file; it is read again in the same way when the passes are put back."""

    record_rate: Rate | None = None
    """Frames per second of a timeline whose file does not say, such as an EDL; None: guessed, with a note."""
    media: tuple[str, ...] = ()
    """Folders, absolute, that are searched for the media of a file that names none, such as an EDL."""
    detect_cuts: bool = False
    """Whether a single movie or sequence is divided into shots where its picture cuts."""
    detect_threshold: float = 8.0
    """Mean change of hue, saturation and value, 0..255, from one frame to the next, below which nothing is a cut."""
    boundaries: tuple[int, ...] | None = None
    """Where a single movie or sequence is divided: the first frame of each shot but the first (source space),
    ascending. None: nobody has said, and none have been looked for."""


class Cut(Document):
    """What editorial handed over, as shots."""

    made_by: ClassVar[str] = "toolkit track CUT -o OUT"

    schema_: Literal["toolkit.shots/1"] = Field(default="toolkit.shots/1", alias="schema")
    name: str
    """Name of the timeline, or of the file when the timeline has none."""
    path: str
    """The file it was read from, absolute."""
    digest: str = ""
    """SHA-256 of an OpenTimelineIO file: while it stays, nothing in the timeline can have changed since it was read;
    empty: the cut is of another kind."""
    read_options: ReadOptions = ReadOptions()
    record_rate: Rate
    """Frames per second of the timeline."""
    record_start: int
    """Timecode of the timeline's first frame, in frames after 00:00:00:00."""
    drop_frame: bool = False
    """Whether the timeline's timecode is drop frame."""
    record_count: int
    """Length of the timeline in frames."""
    shots: tuple[Shot, ...]
    skipped: tuple[Skipped, ...]
    media_matches: tuple[MediaMatch, ...] = ()
    """How media was found, event by event; empty for a cut whose file names its media."""
    origin: Origin | None = None
    """None: the cut was read from a file, not sent from a host."""
    frames_to_render: int = 0
    """Source frames of all shots, handles included, each once; those of offline media too."""
    notes: tuple[str, ...] = ()
    """What was guessed or left out, and differences between the host's clip list and its export, one sentence each."""

    def source_shots(self) -> tuple[Shot, ...]:
        """What is tracked and rendered: one shot for all uses of the same frames, which shows the frames of all."""
        uses: dict[str, list[Shot]] = {}
        for shot in self.shots:
            uses.setdefault(shot.rendered_name, []).append(shot)
        return tuple(_join(name, group) for name, group in uses.items())


def _join(name: str, uses: Sequence[Shot]) -> Shot:
    """The use called ``name``, or another one under that name if it is gone, with the frames that all ``uses`` show."""
    first = next((shot for shot in uses if shot.name == name), uses[0])
    shown = [shot.source_range for shot in uses]
    source_range = FrameRange(first=min(one.first for one in shown), last=max(one.last for one in shown))
    return first.model_copy(
        update={"name": name, "source_range": source_range, "source_work_range": first.rendered_range}
    )
