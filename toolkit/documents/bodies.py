"""The people of one shot over time (``body_track.json``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Value, json_lines
from toolkit.documents.faces import FaceState
from toolkit.frames import FrameRange

BodyPoint = tuple[float, float, Annotated[float, Field(ge=0, le=1)]]
"""x, y in pixels of the image that the containing field names, and visibility 0..1: how likely the point is inside the
image and not occluded."""

BodyPoints = Annotated[tuple[BodyPoint, ...], Field(min_length=33, max_length=33)]
"""The 33 points of MediaPipe's pose, in its order: nose, eyes, ears, mouth, then shoulders down to the feet, the
subject's left before the right. Points outside the image or occluded are included as guesses with low visibility."""


class BodySample(Value):
    """One person in one frame."""

    body: int
    """Number of the person, from 0 in order of appearance in the shot."""
    state: Literal[FaceState.FOUND, FaceState.HELD]
    """HELD: not detected in this frame, but shortly before and after it."""
    points: BodyPoints
    """In pixels of the display window, smoothed over time without lag (interpolated when HELD)."""


class BodyFrame(Value):
    """The people in one frame; absent people are left out."""

    source_frame: int
    people: tuple[BodySample, ...]
    """In the order of their numbers."""


class BodyTracks(Document):
    """All people of one shot."""

    made_by: ClassVar[str] = "toolkit track CUT -o OUT"

    schema_: Literal["toolkit.body_track/1"] = Field(default="toolkit.body_track/1", alias="schema")
    shot: FileName
    key: str
    """Digest of everything that determines this track: media, range, settings, model."""
    width: int
    """Of the display window, pixels, rotation applied."""
    height: int
    source_range: FrameRange
    """The work range that was analysed (source space)."""
    frames: tuple[BodyFrame, ...]
    """Exactly one per frame of the work range, in order."""

    def _text(self) -> Iterator[str]:
        """One line per frame."""
        yield self.model_dump_json(by_alias=True, indent=1, exclude={"frames"}).removesuffix("\n}")
        yield ',\n "frames": ['
        yield from json_lines(self.frames, margin=2)
        yield "\n ]\n}\n"
