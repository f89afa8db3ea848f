"""Every user-visible default, with its unit and its reason; the defaults of the two passes are in ``looks``.

A setting is a field of one of the small classes below; its key is ``section.field`` (``face.strength``). The string
below a field is its help text (``toolkit engines --settings`` and the settings page of the docs). The classes check
themselves: whoever builds one, from TOML, ``--set`` or Python, gets a SettingsError for what does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any, Literal

from pydantic import Field, field_validator

from toolkit.frames import FrameRange, exact_rate
from toolkit.settings.base import Number, WholeNumber, number, refuse, settings_class
from toolkit.settings.looks import BodySettings, FaceSettings
from toolkit.settings.name_templates import template_problem
from toolkit.settings.shots import ShotValue

URL_FROM_CUT = "server.is_url_from_cut"

FORMATS = ("resolve", "xml", "edl", "fcpxml", "csv")
"""What ``delivery.formats`` may name."""


@settings_class
class CutSettings:
    """How a cut becomes shots."""

    handles: WholeNumber = number(0, 240, default=8)
    """Source frames kept beyond each end of the cut, where the media has them. For a retimed shot the number is
    multiplied by its speed, so that the editor can slip it just as far."""
    names: str = "{clip}"
    """Template of the shots' names, of ``{clip}``, ``{reel}``, ``{scene}``, ``{take}``, ``{track}``, ``{index}`` and
    ``{timecode}`` (of the timeline): ``ep01_{index:04d}``. The second shot of a name gets ``_2``. Shots of an output
    folder keep the names that they have."""
    share: bool = True
    """Whether several uses of the same frames of one media are tracked and rendered once. ``false``: each on its own,
    so that they can have different settings."""
    rate: Number = number(0.0, 1000.0, default=0.0)
    """Frames per second of a timeline whose file does not say, such as an EDL; 23.976 means 24000/1001. 0: guessed,
    and a note says so."""
    media: str = ""
    """Folders, separated by commas, that are searched for the media of a file that names none, such as an EDL.
    They may be relative to the cut."""
    detect: bool = False
    """Whether a single movie or sequence is divided into shots where its picture cuts (``--detect-cuts``). An EDL of
    the same name beside a movie is used instead."""
    detect_threshold: Number = number(1.0, 255.0, default=8.0)
    """Smallest change from one frame to the next that can be a cut: mean change of hue, saturation and value, 0..255.
    Lower finds cuts between shots that look alike, and more that are none."""
    at: str = ""
    """Where a single movie or sequence is divided, instead of looking for its cuts: the first frame of each shot but
    the first, separated by commas, as ``toolkit shots`` shows them. Empty: nowhere, or as ``cut.detect`` says."""

    @field_validator("at")
    @classmethod
    def _check_at(cls, text: str) -> str:
        for number_ in filter(None, map(str.strip, text.split(","))):
            try:
                int(number_)
            except ValueError:
                refuse((), f"'{number_}' is not the number of a frame; write them as 48, 96, 130")
        return text

    @property
    def boundaries(self) -> tuple[int, ...] | None:
        """``at``, ascending; None when it is empty."""
        frames = {int(one) for one in self.at.split(",") if one.strip()}
        return tuple(sorted(frames)) or None

    @field_validator("names")
    @classmethod
    def _check_names(cls, text: str) -> str:
        if problem := template_problem(text):
            refuse((), problem)
        return text

    @property
    def record_rate(self) -> Fraction | None:
        """``rate``, exact; None when it is 0."""
        return exact_rate(self.rate) if self.rate else None

    @property
    def media_folders(self) -> tuple[str, ...]:
        """``media``, folder by folder."""
        return tuple(filter(None, map(str.strip, self.media.split(","))))


@settings_class
class PlateSettings:
    """How plates are read."""

    layer: str = ""
    """Layer, or part, of EXR files that is the picture, or several names separated by commas: the first that a file
    has. Empty: R, G and B without a layer name, else a layer called Composite.Combined, Combined, beauty, rgba, rgb,
    primary, FinalImage or C, in this order. ``Main.Combined`` can be written as ``Combined``; case does not matter."""
    variable_rate: Literal["refuse", "time", "pictures"] = "refuse"
    """How a movie of variable frame rate is counted. ``refuse``: it is left out; transcode it to a constant rate.
    ``time``: as hosts do, at the rate that the cut gives it: each frame shows the picture that is up at its time.
    ``pictures``: picture by picture. The last two are a note."""
    rate: Number = number(0.0, 1000.0, default=0.0)
    """Frames per second of image sequences for which neither the cut nor their files give a rate; 23.976 means
    24000/1001. 0: the rate of the timeline; a single sequence gets 24, and a note says so."""

    @property
    def sequence_rate(self) -> Fraction | None:
        """``rate``, exact; None when it is 0."""
        return exact_rate(self.rate) if self.rate else None


@settings_class
class TrackSettings:
    """How faces are found and followed."""

    max_faces: WholeNumber = number(1, 16, default=4)
    """Maximum number of faces in the picture at once. The most prominent are kept: those that take up most of the
    picture over all frames of the shot. The notes say where faces are left out."""
    max_bodies: WholeNumber = number(1, 8, default=2)
    """Maximum number of people followed at once where a look has a ``body`` control; each adds a detection pass."""
    confidence: Number = number(0.05, 0.95, default=0.5)
    """Minimum detection and presence confidence, 0..1. The original recipe's value."""
    min_size: WholeNumber = number(8, 512, default=30)
    """Height of the smallest face that is rendered, pixels: smaller ones show no acting."""
    tiles: bool = True
    """Also search the frame at a higher resolution: finds smaller faces, but takes longer."""
    occluders: bool = False
    """Find hands, arms and what they hold in front of faces, and take them out of FACE. It fetches a model of 16 MB and
    takes a tenth of a second per face and frame."""
    hold: WholeNumber = number(0, 48, default=6)
    """A face or person missing for at most this many frames between two detections is HELD (interpolated); for longer,
    it is ABSENT. A face is HELD longer while something passes in front of it, and while it is seen but not read, as in
    profile."""
    smooth: WholeNumber = number(0, 12, default=2)
    """Frames on each side used to smooth centre, scale and roll of a face and the points of a body, without lag; 0 off.
    Where they move in steps, as in animation on twos, holds count instead of frames."""
    faces_from: str = ""
    """A file with the faces, from a 3D rig or another tracker (``--face-track``): no detector runs, and of this section
    only ``occluders`` and what is for bodies counts. Relative to the cut, with ``{shot}`` for the name of the shot."""


@settings_class
class MatteSettings:
    """The soft matte that FACE is cut with."""

    shape: Literal["face", "batch-face-swap"] = "face"
    """``face``: the outline of the tracked face, with ``grow``, ``forehead`` and ``feather``. ``batch-face-swap``: the
    mask that this extension of AUTOMATIC1111 made in April 2023, from each frame's own landmarks and without those.
    Set ``face.mask_blur`` to a hundredth of the plate's height with it, as it did."""
    grow: Number = number(0.0, 0.5, default=0.04)
    """How far the matte is opaque beyond the outline of the face, as a fraction of the face's height: covers the jaw
    line, also of a mouth that opens."""
    forehead: Number = number(0.0, 0.5, default=0.1)
    """How much is added above the tracked outline, as a fraction of the face's height: it ends below the hairline."""
    feather: Number = number(0.0, 0.5, default=0.08)
    """Width of the matte's soft edge, outwards from where it is opaque, as a fraction of the face's height: it scales
    with the face."""
    fade: WholeNumber = number(0, 48, default=4)
    """Frames over which the matte of a face that comes or leaves within a shot fades in or out; 0: at once. At the ends
    of a shot, and where the media cut to another face, nothing fades."""
    cryptomatte: str = ""
    """Name of the object that is the face in a Cryptomatte: its matte is used instead of the drawn one. Objects of one
    face are joined by ``+``, and those of several faces separated by commas, face 0 first: ``hero_head+hero_hair,
    villain_head``. Read from ``guides/<shot>/cryptomatte.####.exr`` beside the cut, or else from the plate's own EXR
    files. Empty: none."""

    @property
    def objects(self) -> dict[int, tuple[str, ...]]:
        """The objects that ``cryptomatte`` names, by face."""
        faces = [tuple(filter(None, map(str.strip, face.split("+")))) for face in self.cryptomatte.split(",")]
        return {number: names for number, names in enumerate(faces) if names}


@settings_class
class ServerSettings:
    """How the servers of an engine are reached."""

    url: str = ""
    """Address of the server, or several separated by commas; empty: the engine's default address on this machine."""
    timeout: Number = number(0.1, 86400.0, default=600.0)
    """Longest wait for one picture, seconds."""
    reconnect: Number = number(0.0, 86400.0, default=120.0)
    """How long to wait for a server that stops answering during the work, which may be restarting, seconds."""
    workflow: str = ""
    """For ``comfyui``: a workflow of your own in API format, with placeholders such as ``{{plate}}``; a path relative
    to the current folder. Empty: the workflow that the toolkit builds."""
    is_url_from_cut: bool = Field(default=False, exclude=True)
    """Not a setting: whether only a file beside the cut names ``url``. Such a server gets no credentials unless they
    name its host."""
    unproven_controls: bool = False
    """For ``automatic1111``: accept pictures of a server that does not show that it applied their controls. By default
    such a picture is an error, because a failed ControlNet looks just like that."""


@settings_class
class DiffusersSettings:
    """How the ``diffusers`` engine, and depth estimation for any engine, run in this process."""

    models: str = ""
    """A studio's folder of models: a name in a look is searched for in it first, at any depth; empty: none."""
    device: str = "auto"
    """``cuda``, ``cuda:1``, ``mps`` or ``cpu``; ``auto``: the first of these that is available. Several devices,
    separated by commas, or ``all`` CUDA devices, share the work, one process each; depth is estimated on the first."""
    precision: Literal["auto", "float16", "bfloat16", "float32"] = "auto"
    """Number format of the UNet and the ControlNets. ``auto``: float16 on a GPU, because Stable Diffusion 1.5 was made
    for it and it rounds eight times finer than bfloat16; float32 on the CPU. The VAE always runs in float32."""
    batch: WholeNumber = number(0, 256, default=0)
    """Maximum number of pictures denoised at once; 0: as many as fit into free memory. Halved, for the rest of the run,
    when memory runs out."""
    compile: bool = False
    """Compile the networks for each size: minutes at the start, faster pictures afterwards."""
    compat: Literal["none", "a1111"] = "none"
    """``a1111``: steps, noise levels and mask blending of AUTOMATIC1111 (30 steps at 0.65 run 20); ``none``: those of
    the diffusers pipelines (19)."""


@settings_class
class OutputSettings:
    """The layer files."""

    version: WholeNumber = number(0, 999, default=0)
    """Version of the passes: 1 is v001. 0: the newest of each pass, and a new one instead of changing one that has been
    delivered."""
    overwrite: bool = False
    """Whether to change the frames of a version that has been delivered. Hosts may go on showing the old ones."""
    encoding: Literal["plate", "linear", "acescg"] = "plate"
    """Pixel encoding of the layers. ``plate``: the plate's own, or the one that the host of a turnover needs.
    ``linear``: scene-linear Rec.709. ``acescg``: ACEScg."""
    compression: Literal["zip", "zips", "piz", "dwaa", "dwab"] = "zip"
    """Of the EXR files. ``zip``, ``zips`` and ``piz`` keep every pixel: ``zips`` lets a host read single lines, ``piz``
    suits grain. ``dwaa`` and ``dwab`` take less than half the space and change pixels: by 0.5 codes of 255 on average
    and by up to 7, measured on the demo; alpha stays exact. A layer of unchanged pixels then shows on its plate."""
    passes: Literal["BODY+FACE", "BODY", "FACE"] = "BODY+FACE"
    """Which passes are rendered, bottom to top."""
    mattes: bool = False
    """Whether the matte of each face is also written as a sequence of its own, beside the frames of FACE: white on
    black, numbered like the plate."""
    frames: str = ""
    """Render only these frames of each shot, for a test before a long run: ``1010-1020``, or ``1010``, by the numbers
    of the layer files, which begin at 1001 with the head handle. Nothing is delivered then. Empty: all."""
    writers: WholeNumber = number(1, 64, default=2)
    """Threads that compress and write EXR frames."""

    @field_validator("frames")
    @classmethod
    def _check_frames(cls, text: str) -> str:
        try:
            _parse_frames(text)
        except ValueError:
            refuse((), f"'{text}' is not a range of frames, such as 1010-1020")
        return text

    @property
    def frame_range(self) -> FrameRange | None:
        """The ``frames`` to render (shot space); None: all."""
        return _parse_frames(self.frames)


def _parse_frames(text: str) -> FrameRange | None:
    """``1010-1020`` or ``1010``. Raises ValueError."""
    if not text.strip():
        return None
    numbers = re.fullmatch(r"(\d+)(?:-(\d+))?", text.strip(), re.ASCII)
    if numbers is None:
        raise ValueError(text)
    return FrameRange(first=int(numbers[1]), last=int(numbers[2] or numbers[1]))


@settings_class
class DeliverySettings:
    """What hosts get besides the layers; nothing here changes a layer's pixels."""

    interpolation: Literal["host", "nearest", "blend", "flow"] = "host"
    """How a host fills in frames on a retimed layer. ``host``: as it is set up; on twos and threes (``body.on``) by
    optical flow. ``nearest``: by repeating frames. ``blend``: by frame blending. ``flow``: by optical flow.
    Interpolation smooths motion and flattens acting, so it is the editor's choice."""
    motion: Literal[
        "host",
        "standard faster",
        "standard better",
        "enhanced faster",
        "enhanced better",
        "speed warp faster",
        "speed warp better",
    ] = "host"
    """For ``flow``: Resolve's motion estimation mode, by Resolve's own name. ``host``: as the project is set up."""
    bake: Literal["varying", "retimed"] = "varying"
    """Which layers come with their retime in them, as one file for each timeline frame that plays at 100 %.
    ``varying``: those whose speed varies, which no host can be told. ``retimed``: also those of any other speed than
    100 %, of media at another rate than the timeline, and on twos, for a host that would show other frames."""
    fusion: bool = True
    """Write a Fusion comp for each FACE layer."""
    keyframes: bool = True
    """Write the faces as text that can be pasted into After Effects as keyframes."""
    aep: bool = False
    """Write an After Effects project. Experimental: not tested in After Effects."""
    formats: str = "resolve,xml,csv"
    """Formats for other applications, beside ``return.otio`` and ``delivery.json``, separated by commas. ``resolve``:
    ``return_resolve.otio``, as Resolve exports it. ``xml``: ``return.xml`` for Premiere, Resolve and After Effects.
    ``edl``: a CMX 3600 list of each track. ``fcpxml``: ``return.fcpxml`` for Final Cut Pro, which needs movies of the
    layers. ``csv``: ``return.csv``, a shot list. Empty: none."""
    checksums: bool = False
    """Write the SHA-256 of every delivered file: ``checksums.json`` for ``toolkit verify``, ``checksums.sha256`` for
    ``sha256sum -c``. All layers are read for it."""
    relative: bool = True
    """Whether ``return.otio``, and every other format that can, names the files in the output folder relative to it, so
    that the folder can be moved as a whole. ``false``: absolute paths, for an application that looks for relative ones
    elsewhere. With ``map`` they are absolute."""
    map: str = ""
    """Folders that the hosts' machines see elsewhere, separated by commas: ``/mnt/show=Z:/show``. Paths in what is
    delivered begin with the second instead of the first; empty: hosts see what this machine sees."""

    @property
    def format_names(self) -> tuple[str, ...]:
        """``formats``, one by one."""
        return tuple(filter(None, map(str.strip, self.formats.split(","))))

    @field_validator("formats")
    @classmethod
    def _check_formats(cls, text: str) -> str:
        for name in filter(None, map(str.strip, text.split(","))):
            if name not in FORMATS:
                refuse((), f"'{name}' is no format; choose from {', '.join(FORMATS)}")
        return text

    @field_validator("map")
    @classmethod
    def _check_map(cls, text: str) -> str:
        for pair in filter(None, map(str.strip, text.split(","))):
            if not all(part.strip() for part in pair.split("=")) or pair.count("=") != 1:
                refuse((), f"'{pair}' is not FROM=TO, such as /mnt/show=Z:/show")
        return text


@settings_class
class ReportSettings:
    """The page that shows what was rendered and what is left of the acting: ``OUT/report/index.html``."""

    write: bool = True
    """Whether the page is written at the end of a run."""
    size: Number = number(1.0, 100_000.0, default=60.0)
    """Most that the report may take, megabytes: the longer the cut, the smaller and coarser its pictures."""
    video: Literal["auto", "h264", "jpeg"] = "auto"
    """What the player plays. ``h264``: a small movie of each shot. ``jpeg``: one file for each frame, for a browser
    that does not play H.264; smaller pictures in the same size. ``auto``: the movie, and as many JPEG files as fit
    into a third of its size for a browser without H.264; only files if PyAV on this machine has no H.264 encoder."""


@settings_class
class Settings:
    """All settings."""

    engine: str = "builtin"
    """Rendering engine (list: ``toolkit engines``)."""
    strict: bool = False
    """Stop when a shot cannot be rendered, in whole or in part, or a result looks wrong. By default it is left out or
    reported, and the rest of the cut goes on."""
    cut: CutSettings = CutSettings()
    plate: PlateSettings = PlateSettings()
    track: TrackSettings = TrackSettings()
    matte: MatteSettings = MatteSettings()
    body: BodySettings = BodySettings()
    face: FaceSettings = FaceSettings()
    server: ServerSettings = ServerSettings()
    diffusers: DiffusersSettings = DiffusersSettings()
    output: OutputSettings = OutputSettings()
    delivery: DeliverySettings = DeliverySettings()
    report: ReportSettings = ReportSettings()
    shots: tuple[ShotValue, ...] = Field(default=(), exclude=True)
    """Settings of single shots, each in front of those before it: see ``for_shot``."""

    def __post_init__(self) -> None:
        """Check the values of every pattern."""
        for pattern in {one.pattern for one in self.shots}:
            self._with(one for one in self.shots if one.pattern == pattern)

    def for_shot(self, name: str) -> Settings:
        """The settings of the shot ``name``, which has no others any more."""
        if not self.shots:
            return self
        return self._with(one for one in self.shots if fnmatchcase(name, one.pattern))

    def variants(self) -> Iterator[Settings]:
        """These settings without those of single shots, and with those of each pattern."""
        yield self._with(())
        for pattern in dict.fromkeys(one.pattern for one in self.shots):
            yield self._with(one for one in self.shots if one.pattern == pattern)

    def _with(self, values: Iterable[ShotValue]) -> Settings:
        changed: dict[str, dict[str, Any]] = {}
        for one in values:
            section, _, field = one.key.partition(".")
            changed.setdefault(section, {})[field] = one.value
        sections = {section: replace(getattr(self, section), **fields) for section, fields in changed.items()}
        return replace(self, **{**sections, "shots": ()})
