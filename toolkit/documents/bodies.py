"""The people of one shot over time (``body_track.json``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Value, one_per_line
from toolkit.documents.faces import FaceState
from toolkit.frames import FrameRange

BodyPoint = tuple[float, float, Annotated[float, Field(ge=0, le=1)]]
"""x, y in pixels (which picture's, its holder says), and how likely the point is in the picture and unhidden, 0..1."""

BodyPoints = Annotated[tuple[BodyPoint, ...], Field(min_length=33, max_length=33)]
"""The 33 points of MediaPipe's pose, in its order: nose, eyes, ears, mouth, then shoulders down to the feet, the
subject's left before the right. Points out of the picture or hidden are there too, as a guess of little visibility."""


class BodySample(Value):
    """One person in one frame."""

    body: int
    """Who it is: numbered from 0 in the order in which they come into the shot."""
    state: Literal[FaceState.FOUND, FaceState.HELD]
    """HELD: not seen in this frame, but shortly before and after it."""
    points: BodyPoints
    """In pixels of the display window, steadied over time without lag (interpolated when HELD)."""


class BodyFrame(Value):
    """The people in one frame; somebody who is absent is not among them."""

    source_frame: int
    people: tuple[BodySample, ...]
    """In the order of their numbers."""


class BodyTracks(Document):
    """All people of one shot."""

    made_by: ClassVar[str] = "toolkit track CUT -o OUT"

    schema_: Literal["toolkit.body_track/1"] = Field(default="toolkit.body_track/1", alias="schema")
    shot: FileName
    key: str
    """Digest of everything that determined this track: media, range, settings, model."""
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
        yield from one_per_line(self.frames, margin=2)
        yield "\n ]\n}\n"
