"""What a result has kept of the acting in its plate (``toolkit compare --json``)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, Value


class RegionReview(Value):
    """A region of a face that acts in the plate."""

    score: float
    """0 to 100: how much of its acting is kept."""
    weight: float
    """0 to 1: how much it acts, compared with a lively performance."""
    amplitude: float
    """How large its movements are: 1 as in the plate, 0 frozen."""
    delay_frames: float | None
    """How much later they are; None: the two do not move alike."""
    smoothness: float | None
    """Their speed for their amplitude: 1 as in the plate, less is smoothed, more is in steps or rough; None: the region
    does not move."""


class ActingReview(Value):
    """What is kept of one face's acting."""

    frames_compared: int
    """Frames in which the face was found in both clips."""
    score: float | None
    """0 to 100, the mean of the regions by their weights; None: nothing acts, or there are too few frames."""
    amplitude: float | None
    """The same mean of the regions' amplitudes."""
    delay_frames: float | None
    """Of all that acts."""
    smoothness: float | None
    """Of all that acts."""
    confidence: float
    """0 to 1: how much acting there is to judge by."""
    regions: dict[str, RegionReview]
    """Those that act in the plate, the least kept first."""
    unmeasured: tuple[str, ...]
    """Regions that do not act in the plate, and what no reading of a face shows."""
    worst_frames: tuple[int, ...]
    """Frames of the plate (source space) in which the result differs most, the worst first."""


class FaceReview(Value):
    """One face of the plate."""

    face: int
    """0 for the most present face of the shot."""
    acting: ActingReview


class ShotReview(Value):
    """The faces of one shot."""

    shot: str
    faces: tuple[FaceReview, ...]


class Review(Document):
    """What a result has kept of the acting in its plate."""

    made_by: ClassVar[str] = "toolkit compare PLATE RESULT --json"

    schema_: Literal["toolkit.review/1"] = Field(default="toolkit.review/1", alias="schema")
    toolkit: str
    """Version of the toolkit that made it."""
    plate: str
    """Its path, as it was given."""
    result: str
    """Its path, as it was given."""
    shots: tuple[ShotReview, ...]
    notes: tuple[str, ...] = ()
    """What could not be compared, one sentence each."""
