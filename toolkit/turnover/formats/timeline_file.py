"""What a reader of a timeline format returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.documents import MediaMatch

if TYPE_CHECKING:
    from opentimelineio import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineFile:
    """A timeline as it was read from a file of any format.

    The caller must keep it: OpenTimelineIO frees the children of a timeline that is garbage-collected.
    """

    timeline: schema.Timeline
    """Its ``global_start_time`` has the rate of the timeline, unless the file gives none."""
    text: str = ""
    """The text of an OpenTimelineIO file, which return.otio keeps as it is; empty: of another kind of file, or with
    parts that OpenTimelineIO does not know."""
    digest: str = ""
    """SHA-256 of an OpenTimelineIO file; empty: of another kind of file."""
    drop_frame: bool | None = None
    """Whether its timecode is drop frame; None: the file does not say."""
    media_matches: tuple[MediaMatch, ...] = ()
    """How the media of a file that names none was found."""
    notes: tuple[str, ...] = ()
    """What was guessed or could not be carried, one sentence each."""
