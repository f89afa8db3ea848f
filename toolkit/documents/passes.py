"""The plan of one pass of one shot (``plan.json``): all decisions, no pixels."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Point, Rate, Value, one_per_line
from toolkit.documents.bodies import BodyPoints
from toolkit.documents.faces import FaceState, Landmarks
from toolkit.frames import FramePath

LayerEncoding = Literal["plate", "linear", "acescg"]
"""``plate``: the plate's own; ``linear``: scene-linear Rec.709; ``acescg``."""
Affine = tuple[float, float, float, float, float, float]
"""2x3, row-major; pixel centres at integers."""


def _says_nothing(value: object) -> bool:
    """For fields that came later: left out of the file, and so of content keys, where they change nothing."""
    return value is None or value == ""


def _is_original(value: object) -> bool:
    """The same for what denoising starts from: the plate, as before there was a choice."""
    return value == "original"


class PassName(StrEnum):
    """The re-rendered layers, bottom to top."""

    BODY = "BODY"
    FACE = "FACE"


class ControlPlan(Value):
    """One guide of a look."""

    kind: Literal["face", "body", "depth", "lineart", "softedge", "image"]
    """What its picture shows."""
    model: str
    """The ControlNet, as the engine knows it."""
    weight: float
    """0..2."""
    start: float
    """Part of the steps at which it begins, 0..1."""
    end: float
    """Part of the steps at which it ends, 0..1."""


class GuidePlan(Value):
    """Where the picture of a control is read from."""

    path: str
    """The sequence as ``folder/depth.####.exr``, absolute."""
    offset: int
    """What is added to a source frame's number to get the number of its file."""
    distances: bool
    """Whether the files hold distances from the camera, not pictures."""
    near: float
    """Of distances: the one that becomes white; 0: the nearest of the shot."""
    far: float
    """The one that becomes black; 0: the farthest of the shot."""
    invert: bool
    """Whether black and white are exchanged."""


class EstimatePlan(Value):
    """Depth that is estimated from the plate, where there is no sequence of it."""

    estimator: str
    """The model: a folder, a name below ``diffusers.models``, or one on the Hugging Face hub."""
    invert: bool
    """Whether black and white are exchanged."""


class LoraPlan(Value):
    """One addition to the checkpoint."""

    model: str
    """As the engine knows it."""
    weight: float
    """How much of it is added."""


class LookPlan(Value):
    """What an engine is told about every picture of a pass."""

    strength: float
    """Denoising strength 0..1."""
    model: str
    """The checkpoint, as the engine knows it; empty: the one it has loaded."""
    vae: str
    """As the engine knows it; empty: the checkpoint's own."""
    loras: tuple[LoraPlan, ...]
    negative: str
    """What not to paint, where a face does not say otherwise."""
    steps: int
    """Of a whole denoising."""
    guidance: float
    """CFG scale."""
    sampler: str
    """Name, as the engine knows it."""
    controls: tuple[ControlPlan, ...]
    masked_content: Literal["original", "fill", "latent noise", "latent nothing"] = Field(
        default="original", exclude_if=_is_original
    )
    """What denoising starts from where a matte lets the picture change."""


class MaskBlurPlan(Value):
    """A matte as AUTOMATIC1111 makes one: the hard mask of the outline, blurred."""

    pixels: int
    """Its "Mask blur", plate pixels."""
    version: Literal["1.3", "1.4"]
    """Whose blur it is: that of all versions to 1.3.2, or that of 1.4.0 and later."""


class FacePlan(Value):
    """One face inside a FACE frame."""

    face: int
    state: FaceState
    plate_to_canvas: Affine
    """From plate pixels to canvas pixels."""
    outline: tuple[Point, ...]
    """The grown face oval in plate pixels, closed."""
    feather: float
    """Width of the matte's soft edge, inwards from the outline, plate pixels, where the pass has no ``mask_blur``."""
    centre: Point
    """As in the track."""
    scale: float
    """As in the track."""
    roll: float
    """As in the track."""
    corners: tuple[Point, Point, Point, Point]
    """Of the crop in plate pixels: upper left, upper right, lower left, lower right as the upright face sees them."""
    seed: int
    """Start of this crop's noise."""
    prompt: str
    """What to paint in this crop."""
    negative: str = Field(default="", exclude_if=_says_nothing)
    """What not to paint in this crop; empty: what the look says."""


class FramePlan(Value):
    """What one frame of a pass is made of; a FACE frame without regions is fully transparent and still written."""

    source_frame: int
    shot_frame: int
    seed: int
    """Start of the whole frame's noise (BODY)."""
    prompt: str = ""
    """What to paint in the whole frame (BODY)."""
    faces: tuple[FacePlan, ...] = ()
    meshes: tuple[Landmarks, ...] = ()
    """Where a control draws faces: the 478 points of each face of this frame, plate pixels; in FACE as in ``faces``."""
    bodies: tuple[BodyPoints, ...] = ()
    """Where a control draws people: the 33 points of each person in this frame, plate pixels and visibility."""


class PassPlan(Document):
    """Everything decided, no pixel read: a pure function of shot, track and settings."""

    made_by: ClassVar[str] = "toolkit plan OUT"

    schema_: Literal["toolkit.pass_plan/1"] = Field(default="toolkit.pass_plan/1", alias="schema")
    shot: FileName
    pass_name: PassName
    version: int
    engine: str
    look: LookPlan
    guides: tuple[GuidePlan | EstimatePlan | None, ...] = ()
    """Beside each control of the look: where it is read from, or what estimates it; null for one that is drawn from the
    track."""
    overlap: int = 0
    """Frames on each side whose paintings are averaged with a frame's own."""
    noise_flows: bool = False
    """Whether the noise goes with the motion of the plate, from the first frame on."""
    settings: str
    """Digest of the settings that can change a pixel of this pass."""
    encoding: LayerEncoding
    width: int
    """Of the plate and of every layer file, pixels."""
    height: int
    canvas: tuple[int, int]
    """Width and height of what the engine paints, pixels."""
    plate_to_canvas: Affine | None = Field(default=None, exclude_if=_says_nothing)
    """Of BODY painted in another size than the plate's: as in a face. Without it the canvas is the plate, its edge
    repeated to the right and below."""
    mask_blur: MaskBlurPlan | None = Field(default=None, exclude_if=_says_nothing)
    """Of FACE: makes the mattes, instead of the faces' feathers."""
    rate: Rate
    """Frames per second of the plate."""
    timecode_first: int
    """Label of the first planned frame, in frames after 00:00:00:00."""
    drop_frame: bool
    frames: tuple[FramePlan, ...]

    def _text(self) -> Iterator[str]:
        """One line per frame."""
        yield self.model_dump_json(by_alias=True, indent=1, exclude={"frames"}).removesuffix("\n}")
        yield ',\n "frames": ['
        yield from one_per_line(self.frames, margin=2)
        yield "\n ]\n}\n"

    @property
    def looks(self) -> tuple[LookPlan, ...]:
        """The look, and once more with each negative prompt that a face has for itself."""
        negatives = dict.fromkeys(face.negative for frame in self.frames for face in frame.faces if face.negative)
        return (self.look, *(self.look.model_copy(update={"negative": negative}) for negative in negatives))

    @property
    def label(self) -> str:
        """``FACE v001``: the track name and, with an underscore, a part of every file name."""
        return f"{self.pass_name} v{self.version:03d}"

    def files(self, root: Path) -> FramePath:
        """``root/sh010/FACE/v001/sh010_FACE_v001.####.exr``."""
        version = f"v{self.version:03d}"
        return FramePath(
            folder=root / self.shot / self.pass_name / version,
            prefix=f"{self.shot}_{self.pass_name}_{version}.",
            padding=4,
            suffix=".exr",
        )
