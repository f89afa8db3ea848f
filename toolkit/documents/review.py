"""What a result has kept of the acting in its plate, and how well it fits (``review.json``)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PlainSerializer

from toolkit.documents.base import Document, FileName, Value, json_lines
from toolkit.frames import FrameRange

Curve = Annotated[
    tuple[float | None, ...],
    PlainSerializer(lambda values: [None if value is None else round(value, 3) for value in values], return_type=list),
]
"""One value per frame; None: not read there."""


class ClipName(StrEnum):
    """What is compared with the plate."""

    COMPOSITE = "COMPOSITE"
    """FACE over BODY, or over the plate where there is no BODY."""
    BODY = "BODY"
    RESULT = "RESULT"
    """The second clip of ``toolkit compare``."""


class RegionReview(Value):
    """A region of a face that acts in the plate."""

    score: float
    """0 to 100: how much of its acting is kept."""
    weight: float
    """0 to 1: how much it acts, compared with a lively performance, and how clearly above what may be noise."""
    amplitude: float
    """How large its movements are: 1 as in the plate, 0 frozen."""
    delay_frames: float | None
    """How much later they are; None: the two do not move alike."""
    smoothness: float | None
    """Their speed for their amplitude: 1 as in the plate, less is smoothed, more is in steps or rough; None: the region
    does not move."""


class BlinkReview(Value):
    """The blinks of one face, of both eyes or of one, counted one by one."""

    frames_compared: int
    """Frames in which at least one eye is seen well enough in both clips."""
    plate: int
    """Blinks of the plate."""
    kept: int
    """Those that the result has, too."""
    lost: int
    """Those that it has not. Where its eyes are not seen, a blink is neither kept nor lost."""
    added: int
    """Blinks of the result that the plate has not."""
    delay_frames: float | None
    """How much later those are that are kept, on average; None: none is kept."""
    worst_frame: int | None
    """The frame of the plate (source space) to look at: a blink that is lost, or added, or comes at another time. None:
    all are kept within a frame."""


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
    failing: tuple[FrameRange, ...] = ()
    """Where the result is farther from the plate than half of the plate's own deviation (source space), ascending."""
    blinks: BlinkReview | None = None
    """None: the eyes are too small, turned away or too noisy, or the review is from before blinks were counted."""
    slips: int = 0
    """Frames left out because the face of the result was read far from where it is in the others."""


class MeasureCurve(Value):
    """The measure that acts most in a region, over time."""

    region: str
    measure: str
    """``mouth open``, ``brow inner left``: left and right are the actor's."""
    plate: Curve
    """From its mean, percent of the face's height (of the eye's width for lids), per frame of the shot's range."""
    clips: dict[ClipName, Curve]
    """The same of each clip."""


class FaceReview(Value):
    """One face of the plate."""

    face: int
    """0 for the most prominent face of the shot."""
    acting: ActingReview
    """What the first of the compared clips keeps: that which the editor is to use."""
    passes: dict[ClipName, ActingReview]
    """The same of every compared clip."""
    alignment: dict[ClipName, float | None]
    """How far the rigid landmarks of the face are from those in the plate: the median over frames of their mean
    distance, percent of the face's width; None: not found. Two readings of one face are about 0.5 apart."""
    curves: tuple[MeasureCurve, ...]


class ClipReview(Value):
    """How the picture of one clip fits."""

    clip: ClipName
    seam: float | None = None
    """Step of colour along the edge of the faces' mattes that the plate has not, codes of 255; see
    ``toolkit.review.seams``. None: no matte."""
    seam_energy: float | None = None
    """Contrast along that edge, divided by the plate's: 1 as in the plate, more is a visible line, less a smear."""
    flicker: float | None = None
    """How much more it changes from frame to frame than the plate does where the plate moves to, codes of 255; see
    ``toolkit.review.flicker``. None: a single frame."""


class ShotReview(Value):
    """What was compared in one shot."""

    shot: FileName
    source_range: FrameRange
    """The frames that were compared (source space)."""
    key: str = Field(default="", exclude_if=lambda key: not key)
    """Digest of the track and of the layers that were compared; empty for clips of any origin."""
    layers: str = Field(default="", exclude_if=lambda digest: not digest)
    """Digest of the layers alone."""
    faces: tuple[FaceReview, ...]
    clips: tuple[ClipReview, ...] = ()
    notes: tuple[str, ...] = ()
    """What could not be judged, one sentence each."""


class Review(Document):
    """What results have kept of the acting in their plates."""

    made_by: ClassVar[str] = "toolkit review OUT"

    schema_: Literal["toolkit.review/1"] = Field(default="toolkit.review/1", alias="schema")
    toolkit: str
    """Version of the toolkit that made it."""
    plate: str = ""
    """Of ``toolkit compare``: its path, as it was given. Empty: the plates of the shots."""
    result: str = ""
    """The same; empty: the layers in the output folder."""
    notes: tuple[str, ...] = ()
    """Which shots could not be reviewed, and why, one sentence each."""
    shots: tuple[ShotReview, ...]

    def _text(self) -> Iterator[str]:
        """One line per shot."""
        yield self.model_dump_json(by_alias=True, indent=1, exclude={"shots"}).removesuffix("\n}")
        yield ',\n "shots": ['
        yield from json_lines(self.shots, margin=2)
        yield "\n ]\n}\n"
