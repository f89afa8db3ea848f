"""The plan of one pass of one shot (``plan.json``): all decisions, no pixels."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Point, Rate, Value, json_lines
from toolkit.documents.bodies import BodyPoints
from toolkit.documents.faces import FaceState, Landmarks, Outline
from toolkit.frames import FramePath, FrameRange

Compression = Literal["zip", "zips", "piz", "dwaa", "dwab"]
"""How the pixels of a layer file are compressed."""
LOSSY_COMPRESSIONS: tuple[Compression, ...] = ("dwaa", "dwab")
"""Those that change pixels."""
LayerEncoding = Literal["plate", "linear", "acescg"]
"""``plate``: the plate's own; ``linear``: scene-linear Rec.709; ``acescg``."""
Affine = tuple[float, float, float, float, float, float]
"""2x3, row-major; pixel centres at integers."""


def _is_unset(value: object) -> bool:
    """For fields added later: an unset field is left out of the file, so that older content keys stay valid."""
    return value is None or value == ""


def _is_empty(value: object) -> bool:
    """The same for a tuple."""
    return value == ()


def _is_zero(value: object) -> bool:
    """The same for a count."""
    return value == 0


def _is_true(value: object) -> bool:
    return value is True


def _is_one(value: object) -> bool:
    """The same for ``opacity``: before that field nothing faded."""
    return value == 1


def _is_original(value: object) -> bool:
    """The same for ``masked_content``, which was always the plate before."""
    return value == "original"


def _is_zip(value: object) -> bool:
    """The same for ``compression``, which was always ZIP before."""
    return value == "zip"


class PassName(StrEnum):
    """The re-rendered layers, bottom to top."""

    BODY = "BODY"
    FACE = "FACE"


class ControlPlan(Value):
    """One ControlNet of a look."""

    kind: Literal["face", "body", "depth", "lineart", "softedge", "image"]
    """What its guide shows."""
    model: str
    """Name of the ControlNet in the engine."""
    weight: float
    """0..2."""
    start: float
    """Fraction of the steps at which it starts, 0..1."""
    end: float
    """Fraction of the steps at which it ends, 0..1."""


class GuidePlan(Value):
    """The sequence that a control's guide is read from."""

    path: str
    """The sequence as ``folder/depth.####.exr``, absolute."""
    offset: int
    """Added to the source frame number to get the number in the file name."""
    distances: bool
    """Whether the files hold distances from the camera, not images."""
    near: float
    """For distances: the one that becomes white; 0: the nearest of the shot."""
    far: float
    """For distances: the one that becomes black; 0: the farthest of the shot."""
    invert: bool
    """Whether black and white are swapped."""


class EstimatePlan(Value):
    """Depth that is estimated from the plate instead of read from a sequence."""

    estimator: str
    """The model: a folder, a name below ``diffusers.models``, or a name on the Hugging Face hub."""
    invert: bool
    """Whether black and white are swapped."""


class LoraPlan(Value):
    """One LoRA."""

    model: str
    """Name in the engine."""
    weight: float
    """Strength."""


class LookPlan(Value):
    """The settings of an engine that are the same for all images of a pass."""

    strength: float
    """Denoising strength 0..1."""
    model: str
    """Name of the checkpoint in the engine; empty: the one it has loaded."""
    vae: str
    """Name in the engine; empty: the checkpoint's own."""
    loras: tuple[LoraPlan, ...]
    negative: str
    """The negative prompt, unless a face has its own."""
    steps: int
    """Sampling steps of a full denoising."""
    guidance: float
    """CFG scale."""
    sampler: str
    """Name in the engine."""
    controls: tuple[ControlPlan, ...]
    masked_content: Literal["original", "fill", "latent noise", "latent nothing"] = Field(
        default="original", exclude_if=_is_original
    )
    """What denoising starts from inside the matte."""


class MaskBlurPlan(Value):
    """A matte made like AUTOMATIC1111's: the hard mask of the outline, blurred."""

    pixels: int
    """AUTOMATIC1111's "Mask blur", plate pixels."""
    version: Literal["1.3", "1.4"]
    """The blur of versions up to 1.3.2, or that of 1.4.0 and later."""


class MattePlan(Value):
    """The sequence that a face's matte is read from; frames without a file have the matte that is drawn."""

    face: int
    """As in the track."""
    path: str
    """The sequence as ``folder/matte_face0.####.exr``, absolute; its numbers are source frames."""
    objects: tuple[str, ...] = Field(default=(), exclude_if=_is_empty)
    """Names in the Cryptomatte of the files whose matte is the face's; empty: each file is the matte."""


class FacePlan(Value):
    """One face in a FACE frame."""

    face: int
    state: FaceState
    is_read: bool = Field(default=True, exclude_if=_is_true)
    """Whether it has a shape in ``FramePlan.meshes``; else only its place is known."""
    plate_to_canvas: Affine
    """From plate pixels to canvas pixels."""
    outline: tuple[Point, ...]
    """The outer edge of the matte in plate pixels, closed; with a ``mask_blur``, the edge of the mask."""
    feather: float
    """Width of the matte's soft edge inwards from the outline, plate pixels: no landmark of the face lies in it. Unused
    if the pass has a ``mask_blur``."""
    opacity: float = Field(default=1.0, exclude_if=_is_one)
    """0..1, what the matte is multiplied by in the layer: below 1 where the face comes or leaves. The engine gets the
    whole matte."""
    occluders: tuple[Outline, ...] = Field(default=(), exclude_if=_is_empty)
    """Outlines of what is in front of the face, plate pixels, which the layer leaves out. The engine gets the whole
    matte."""
    centre: Point
    """As in the track."""
    scale: float
    """As in the track."""
    roll: float
    """As in the track."""
    corners: tuple[Point, Point, Point, Point]
    """Corners of the crop in plate pixels: upper left, upper right, lower left, lower right as seen in the crop."""
    seed: int
    """Noise seed of this crop."""
    prompt: str
    """The prompt for this crop."""
    negative: str = Field(default="", exclude_if=_is_unset)
    """The negative prompt for this crop; empty: the look's."""
    strength: float | None = Field(default=None, exclude_if=_is_unset)
    """Denoising strength of this crop; None: the look's."""


class StepPlan(Value):
    """A pass of which only every ``step``-th frame is rendered: each file lasts ``step`` frames of the plate."""

    step: int
    """2: on twos; 3: on threes."""
    source_first: int
    """The source frame at which the first file begins. It is up to ``step - 1`` before the first frame to render, which
    the file then shows."""

    def source_frames(self, source_work_range: FrameRange) -> list[int]:
        """The frames of ``source_work_range`` that are rendered, ascending.

        The last file begins at the last frame or beyond it, and shows the last frame: a host can fill in all frames.
        """
        first, last = source_work_range.first, source_work_range.last
        return [min(max(begin, first), last) for begin in range(self.source_first, last + self.step, self.step)]


class FramePlan(Value):
    """One frame of a pass; a FACE frame without faces is written fully transparent."""

    source_frame: int
    shot_frame: int
    file_number: int | None = Field(default=None, exclude_if=_is_unset)
    """In a pass on twos or threes, the number of its file: they follow each other. None: ``shot_frame``."""
    seed: int
    """Noise seed of the whole frame (BODY)."""
    prompt: str = ""
    """The prompt for the whole frame (BODY)."""
    strength: float | None = Field(default=None, exclude_if=_is_unset)
    """Denoising strength of the whole frame (BODY); None: the look's."""
    faces: tuple[FacePlan, ...] = ()
    meshes: tuple[Landmarks, ...] = ()
    """If a control draws faces, or the engine wants them: the 478 points of each face in this frame, plate pixels; for
    FACE those of ``faces`` that are read, in their order."""
    mean_meshes: tuple[Landmarks, ...] = Field(default=(), exclude_if=_is_empty)
    """If the engine wants faces: the mean expression of each of ``meshes`` over the shot, in its pose in this frame."""
    bodies: tuple[BodyPoints, ...] = ()
    """If a control draws people: the 33 points of each person in this frame, plate pixels and visibility."""

    @property
    def number(self) -> int:
        """The number in the name of its file."""
        return self.shot_frame if self.file_number is None else self.file_number


class PassPlan(Document):
    """Everything decided about one pass of one shot: a pure function of shot, track and settings."""

    made_by: ClassVar[str] = "toolkit plan OUT"
    file_name: ClassVar[str] = "plan.json"

    schema_: Literal["toolkit.pass_plan/1"] = Field(default="toolkit.pass_plan/1", alias="schema")
    shot: FileName
    pass_name: PassName
    version: int
    engine: str
    look: LookPlan
    guides: tuple[GuidePlan | EstimatePlan | None, ...] = ()
    """One per control of the look: the sequence to read or the model that estimates it; null if drawn from a track."""
    overlap: int = 0
    """Neighbouring frames on each side that are blended into a frame."""
    noise_flows: bool = False
    """Whether the noise moves with the plate, starting at the first frame."""
    settings: str
    """Digest of the settings that affect the pixels of this pass."""
    encoding: LayerEncoding
    compression: Compression = Field(default="zip", exclude_if=_is_zip)
    """Of the layer files; only ``dwaa`` and ``dwab`` change pixels."""
    width: int
    """Of the plate and of every layer file, pixels."""
    height: int
    canvas: tuple[int, int]
    """Width and height of the engine's images, pixels."""
    plate_to_canvas: Affine | None = Field(default=None, exclude_if=_is_unset)
    """For a BODY that is not the size of the plate: from plate pixels to canvas pixels. None: the canvas is the plate,
    its edge repeated to the right and bottom."""
    mask_blur: MaskBlurPlan | None = Field(default=None, exclude_if=_is_unset)
    """For FACE: the blur of the mattes, instead of the faces' feathers."""
    mattes: tuple[MattePlan, ...] = Field(default=(), exclude_if=_is_empty)
    """For FACE: the mattes that are read from files; of several for one face, the first that has a file for a frame."""
    rate: Rate
    """Frames per second of the plate."""
    stepping: StepPlan | None = Field(default=None, exclude_if=_is_unset)
    """Which frames are rendered; None: all of them, on ones."""
    left_out: int = Field(default=0, exclude_if=_is_zero)
    """For FACE: faces that were followed but not planned, at least in some frames: more than ``track.max_faces``."""
    unchosen: tuple[int, ...] = Field(default=(), exclude_if=_is_empty)
    """For FACE: the faces of the track that it was told not to have."""
    track_notes: tuple[str, ...] = Field(default=(), exclude_if=_is_empty)
    """For FACE: the ``notes`` of the track."""
    timecode_first: int
    """Timecode of the first planned frame, in frames after 00:00:00:00."""
    drop_frame: bool
    frames: tuple[FramePlan, ...]

    def _text(self) -> Iterator[str]:
        """One line per frame."""
        yield self.model_dump_json(by_alias=True, indent=1, exclude={"frames"}).removesuffix("\n}")
        yield ',\n "frames": ['
        yield from json_lines(self.frames, margin=2)
        yield "\n ]\n}\n"

    def digest(self) -> str:
        """Digest of all but what is only told, and guides and mattes from files, which may move: 32 hex digits.

        The content keys cover what such files show."""
        text = sha256()
        left_aside = {"guides": (), "mattes": (), "left_out": 0, "unchosen": (), "track_notes": ()}
        facts = self.without_lossless_compression().model_copy(update=left_aside)
        for piece in facts._text():
            text.update(piece.encode())
        return text.hexdigest()[:32]

    def without_lossless_compression(self) -> PassPlan:
        """The same plan for digests: a compression that keeps every pixel is none of its facts."""
        is_lossy = self.compression in LOSSY_COMPRESSIONS
        return self if is_lossy or self.compression == "zip" else self.model_copy(update={"compression": "zip"})

    @property
    def looks(self) -> tuple[LookPlan, ...]:
        """The look, and again with each negative prompt of a single face."""
        negatives = dict.fromkeys(face.negative for frame in self.frames for face in frame.faces if face.negative)
        return (self.look, *(self.look.model_copy(update={"negative": negative}) for negative in negatives))

    @property
    def step(self) -> int:
        """How many frames of the plate a file lasts: 1, or 2 on twos."""
        return self.stepping.step if self.stepping is not None else 1

    @property
    def source_first(self) -> int:
        """The source frame at which the first file begins."""
        return self.stepping.source_first if self.stepping is not None else self.frames[0].source_frame

    @property
    def file_rate(self) -> Fraction:
        """Files per second: the rate at which the layer is played to last as long as its plate."""
        return self.rate / self.step

    @property
    def file_timecode_first(self) -> int:
        """Timecode of the first file, counted in files after 00:00:00:00."""
        return self.timecode_first // self.step

    def shows(self, source_work_range: FrameRange) -> bool:
        """Whether its frames are those that a shot with these frames needs."""
        wanted = list(source_work_range) if self.stepping is None else self.stepping.source_frames(source_work_range)
        return [frame.source_frame for frame in self.frames] == wanted

    def spans(self) -> Iterator[tuple[FramePlan, range]]:
        """Each frame with the source frames that its file lasts over; those of the first and last may be none of the
        shot's."""
        for index, frame in enumerate(self.frames):
            begin = frame.source_frame if self.stepping is None else self.source_first + index * self.step
            yield frame, range(begin, begin + self.step)

    def frame_at(self, source_frame: int) -> FramePlan:
        """The frame whose file lasts over ``source_frame``, one of the shot's."""
        return self.frames[(source_frame - self.source_first) // self.step]

    def frames_in(self, only: FrameRange | None) -> list[FramePlan]:
        """The frames whose numbers are in ``only`` (shot space); all when None."""
        return [frame for frame in self.frames if only is None or frame.shot_frame in only]

    @property
    def label(self) -> str:
        """``FACE v001``: the track name and, with an underscore, part of every file name."""
        return f"{self.pass_name} v{self.version:03d}"

    def with_version(self, version: int) -> PassPlan:
        """The same plan for another version: the same pixels in files of another name."""
        return self if version == self.version else self.model_copy(update={"version": version})

    def files(self, root: Path) -> FramePath:
        """``root/sh010/FACE/v001/sh010_FACE_v001.####.exr``."""
        version = f"v{self.version:03d}"
        return FramePath(
            folder=root / self.shot / self.pass_name / version,
            prefix=f"{self.shot}_{self.pass_name}_{version}.",
            padding=4,
            suffix=".exr",
        )


class FrameKeys(Document):
    """What the last render of a pass wanted (``frame_keys.json`` beside its plan): a frame with another key is old."""

    made_by: ClassVar[str] = "toolkit render OUT"
    file_name: ClassVar[str] = "frame_keys.json"

    schema_: Literal["toolkit.frame_keys/1"] = Field(default="toolkit.frame_keys/1", alias="schema")
    plan: str
    """Digest of the plan that was rendered, without its guides."""
    keys: tuple[str, ...]
    """The content key of each of its frames, in their order."""
    delivered: bool = False
    """Whether a delivery has named these frames: a host may hold them."""
