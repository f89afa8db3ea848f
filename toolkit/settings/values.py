"""Every user-visible default, in one place, with its unit and its reason.

A setting is a field of one of the small classes below; its key is ``section.field`` (``face.strength``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

EXPRESSION = "{expression}"
"""What a prompt may hold: it becomes words for what the face does in the frame."""
SHOT = "{shot}"
"""What the source of a guide may hold: it becomes the name of the shot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a setting may be; shown by errors and by ``toolkit engines --settings``."""

    least: float | None = None
    most: float | None = None
    one_of: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.one_of:
            return "one of " + ", ".join(self.one_of)
        least = "…" if self.least is None else f"{self.least:.10g}"
        return f"{least} to {'…' if self.most is None else f'{self.most:.10g}'}"


def _number(default: float, least: float, most: float) -> Any:
    return field(default=default, metadata={"limits": Limits(least=least, most=most)})


def _tables(of: type) -> Any:
    return field(default=(), metadata={"of": of})


def _choice(default: str, *names: str) -> Any:
    return field(default=default, metadata={"limits": Limits(one_of=names)})


@dataclass(frozen=True, slots=True, kw_only=True)
class CutSettings:
    """How a cut becomes shots."""

    handles: int = _number(8, 0, 240)
    """Source frames kept beyond each end of the cut, where the media has them, at plain speed; a retimed shot gets them
    times its speed: room for the editor to slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackSettings:
    """How faces are found and followed."""

    max_faces: int = _number(4, 1, 16)
    """Most faces followed in one shot; the longest-lived and largest are kept."""
    max_bodies: int = _number(2, 1, 8)
    """Most people followed at once, where a look has a ``body`` control: each one costs its own reading."""
    confidence: float = _number(0.5, 0.05, 0.95)
    """Least detection and presence confidence, 0..1: the value the founding recipe's FaceMesh used."""
    min_size: int = _number(30, 8, 512)
    """Smallest face worth a pass, pixels of its oval's height: below this there is no acting left to keep."""
    tiles: bool = True
    """Search overlapping tiles too: squares of the short side for further faces, smaller ones where none is known."""
    hold: int = _number(6, 0, 48)
    """A face or body lost for at most this many frames between two sightings is HELD (bridged); else ABSENT."""
    smooth: int = _number(2, 0, 12)
    """Frames each side of the local quadratic fit that steadies centre, scale and roll of a face and the points of a
    body (it has no lag); 0 off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatteSettings:
    """The soft shape that lays FACE over BODY."""

    grow: float = _number(0.06, 0.0, 0.5)
    """How far the matte reaches beyond the face oval, as a part of the face's height: covers the jaw line."""
    feather: float = _number(0.08, 0.0, 0.5)
    """Width of the soft edge, as a part of the face's height: scales with the face, so no edge breathes."""


USUAL_CONTROLS = {
    "face": "control_v1p_sd15_mediapipe_face",
    "body": "control_v11p_sd15_openpose",
    "depth": "control_v11f1p_sd15_depth",
    "lineart": "control_v11p_sd15_lineart",
    "softedge": "control_v11p_sd15_softedge",
}
"""The ControlNet that was trained on each kind of guide."""
DRAWN_CONTROLS = ("face", "body")
"""The kinds of guide that are drawn from a track; all others are read from files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSettings:
    """One guide that holds the engine to the plate: a ControlNet and the picture it is shown."""

    kind: str = _choice("face", "face", "body", "depth", "lineart", "softedge", "image")
    """What the picture shows: ``face``, the mesh lines of ``mediapipe_face``, and ``body``, the skeletons of OpenPose,
    are drawn from the tracks; the others are read from ``source``: ``depth`` the distance from the camera, ``lineart``
    and ``softedge`` white lines on black, ``image`` anything, as it is. ``depth`` can be estimated instead."""
    model: str = "control_v1p_sd15_mediapipe_face"
    """The ControlNet, as the engine knows it; for a server, its name without the hash is enough. In a table that names
    none, the kind's usual one."""
    weight: float = _number(1.0, 0.0, 2.0)
    """How much it is heeded: 1 is what it was trained for."""
    start: float = _number(0.0, 0.0, 1.0)
    """Part of the steps at which it begins."""
    end: float = _number(1.0, 0.0, 1.0)
    """Part of the steps at which it ends."""
    source: str = ""
    """The sequence that the 3D package rendered, such as ``guides/{shot}/depth.####.exr``: in the folder of the cut,
    unless it says where. In a table that names none, exactly that with the name of the kind."""
    estimator: str = ""
    """Of ``depth`` without a sequence: the model that estimates it from the plate, such as
    ``depth-anything/Depth-Anything-V2-Small-hf``: a folder, a name below ``diffusers.models``, or one on the Hugging
    Face hub. Empty: nothing is estimated."""
    offset: int = _number(0, -10_000_000, 10_000_000)
    """What is added to a source frame's number to get the number of its file."""
    near: float = _number(0.0, 0.0, 1e9)
    """Of ``depth`` in EXR files, which hold distances: the one that becomes white, in the scene's unit."""
    far: float = _number(0.0, 0.0, 1e9)
    """The one that becomes black; with both at 0, the nearest and farthest of the shot."""
    invert: bool = False
    """Exchange black and white: lines that were rendered black on white; depth in which near is dark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraSettings:
    """A small addition to the checkpoint."""

    model: str = ""
    """As the engine knows it."""
    weight: float = _number(1.0, -4.0, 4.0)
    """How much of it is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSettings:
    """Other words for some shots, or for one face in them.

    An entry for a face goes before one for the whole shot; of several such that fit, the first one that has a prompt
    gives the prompt, and the first one that has a negative prompt gives that.
    """

    shot: str = "*"
    """Shell pattern of the names of shots."""
    face: int = _number(-1, -1, 15)
    """Number of the face in ``face_track.json``; -1: all of them."""
    prompt: str = ""
    """Instead of the pass's own; empty leaves that."""
    negative: str = ""
    """Instead of the pass's own; empty leaves that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an engine is told to paint; one per pass. ``builtin`` heeds ``strength`` and ``seed`` alone."""

    strength: float = _number(0.5, 0.0, 1.0)
    """Denoising strength: 0 leaves the plate untouched, 1 forgets it."""
    seed: int = _number(20230407, 0, 2**31 - 1)
    """Start of the noise; shot, pass, face and source frame are mixed in, never a batch number."""
    noise: str = _choice("frame", "frame", "shot", "flow")
    """``frame``: each frame has its own noise. ``shot``: all frames of a shot have the same, which is steadier where
    the picture stands still and sticks to the screen where it moves; in FACE it goes with the crop. ``flow``: the same
    noise carried along the plate's motion, frame by frame from the first on; not on a server."""
    overlap: int = _number(0, 0, 4)
    """Frames on each side whose paintings are averaged with a frame's own, carried along the plate's motion: steadier
    and softer; 0 off. Small movements that only the painting has are lost with the flicker."""
    model: str = ""
    """The checkpoint, as the engine knows it; empty takes the one that a server has loaded."""
    vae: str = ""
    """What turns pictures into the model's own numbers and back, as the engine knows it; empty: the checkpoint's."""
    loras: tuple[LoraSettings, ...] = _tables(LoraSettings)
    """Additions to the checkpoint, any number: ``--set 'face.loras=[{model="skin", weight=0.8}]'``."""
    prompt: str = ""
    """What to paint. ``{expression}`` becomes words for what the face does in the frame: "mouth open, eyes closed"."""
    negative: str = ""
    """What not to paint."""
    prompts: tuple[PromptSettings, ...] = _tables(PromptSettings)
    """Other words for some shots or faces, any number: ``[[face.prompts]]`` in toolkit.toml."""
    steps: int = _number(30, 1, 150)
    """Sampling steps of a whole denoising; an engine runs the part of them that ``strength`` asks for."""
    guidance: float = _number(8.0, 0.0, 30.0)
    """CFG scale: how closely the prompt is followed. The founding recipe's value."""
    sampler: str = "Euler"
    """Name of the sampler, as the engine knows it. The founding recipe's."""
    controls: tuple[ControlSettings, ...] = _tables(ControlSettings)
    """Guides, any number: ``[[face.controls]]`` in toolkit.toml, or ``--set 'face.controls=[{kind="face"}]'``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySettings(Look):
    """The BODY pass: the whole frame."""

    strength: float = _number(0.65, 0.0, 1.0)
    """Denoising strength of the founding recipe's body."""
    size: int = _number(0, 0, 2048)
    """Shorter side of what the engine paints, pixels, a multiple of 8 from 64 on; 0: the plate's own, pixel for pixel.
    Stable Diffusion 1.5 was trained at 512: far above that it is slow and repeats figures. 576 makes 16:9 exactly
    1024 x 576. The layer comes back in the plate's size, no sharper than it was painted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceSettings(Look):
    """The FACE pass: each face in its own crop."""

    crop: str = _choice("upright", "upright", "a1111")
    """``upright``: fixed to the face for the whole shot. ``a1111``: cut from each frame's mask, level, as
    AUTOMATIC1111's "Only masked" did; it breathes with the mask."""
    canvas: int = _number(512, 64, 2048)
    """Side of the square the engine paints, pixels, a multiple of 8: what Stable Diffusion 1.5 was trained on."""
    padding: int = _number(32, 0, 512)
    """Plate pixels kept around the matte in the crop: the engine's context, as 'only masked padding' gives it."""
    mask_blur: int = _number(0, 0, 64)
    """AUTOMATIC1111's "Mask blur", plate pixels: the hard mask of the outline is blurred in 8 bits, and that is the
    matte. 0: our own soft edge, ``matte.feather``."""
    mask_blur_version: str = _choice("1.3", "1.3", "1.4")
    """Whose blur: ``1.3``, Pillow's, as in the founding recipe's month, or ``1.4``, that of 1.4.0 and later. They
    differ by up to 9 of 255, more at the plate's edge, and so does where ``crop = "a1111"`` cuts."""
    masked_content: str = _choice("original", "original", "fill", "latent noise", "latent nothing")
    """What denoising starts from inside the matte, in AUTOMATIC1111's words: the plate, its surroundings smeared over
    it, noise, or nothing. All but ``original`` need a strength near 1."""
    roll_threshold: float = _number(20.0, 0.0, 180.0)
    """A face tilted more than this many degrees is turned upright in its crop: models paint upright faces best.
    Not with ``crop = "a1111"``, which never turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Where an engine that runs elsewhere is reached."""

    url: str = ""
    """Address of the server, several with commas between them; empty takes the engine's usual one on this machine."""
    timeout: float = _number(600.0, 1.0, 86400.0)
    """Longest wait for one picture, seconds."""
    workflow: str = ""
    """For ``comfyui``: a workflow of your own in the API format, with slots such as ``{{plate}}``; a path, from the
    folder that the command is run in. Empty: ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffusersSettings:
    """How the ``diffusers`` engine, and what estimates depth for any engine, run in this process."""

    models: str = ""
    """A studio's folder of models: a name in a look is first looked for in it, at any depth; empty: none."""
    device: str = "auto"
    """``cuda``, ``cuda:1``, ``mps`` or ``cpu``; ``auto`` takes the first of these that is there. Several with commas
    between them, or ``all`` CUDA devices, share the work, one process each; depth is estimated on the first."""
    precision: str = _choice("auto", "auto", "float16", "bfloat16", "float32")
    """Of the UNet and the ControlNets; ``auto``: float16 on a GPU, which Stable Diffusion 1.5 was made to run in and
    which rounds eight times finer than bfloat16, and float32 on the CPU. The VAE always runs in float32."""
    batch: int = _number(0, 0, 256)
    """Most pictures denoised at once; 0 asks how much memory is free. Halved, for the run, when it runs out."""
    compile: bool = False
    """Compile the networks for each size: minutes at the start, faster pictures after it."""
    compat: str = _choice("none", "none", "a1111")
    """``a1111`` takes the steps, noise levels and mask blending of AUTOMATIC1111 (30 steps at 0.65 evaluate 20 times);
    ``none`` those of the diffusers pipelines (19 times)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSettings:
    """The files."""

    version: int = _number(1, 1, 999)
    """Version of the passes: v001."""
    encoding: str = _choice("plate", "plate", "linear", "acescg")
    """Pixel encoding of the layers: the plate's own (or what the host of a turnover is known to need instead, decision
    010), scene-linear Rec.709, or ACEScg."""
    passes: str = _choice("BODY+FACE", "BODY+FACE", "BODY", "FACE")
    """Which passes are rendered, bottom to top."""
    writers: int = _number(2, 1, 64)
    """Threads that compress and write EXR frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """What the hosts are told beside where things lie; nothing here changes a layer's pixels."""

    interpolation: str = _choice("host", "host", "nearest", "blend", "flow")
    """How a host makes the pictures between those of a retimed layer: as it is set up itself, by repeating, mixing or
    warping. Interpolation smooths motion and flattens acting, so it is the editor's choice, never ours."""
    motion: str = _choice(
        "host",
        "host",
        "standard faster",
        "standard better",
        "enhanced faster",
        "enhanced better",
        "speed warp faster",
        "speed warp better",
    )
    """For ``flow``: how Resolve finds out what moved where, by its own names; as it is set up itself, unless named."""
    fusion: bool = True
    """Write a Fusion comp for each FACE layer."""
    keyframes: bool = True
    """Write the faces as text that After Effects pastes as keyframes."""
    aep: bool = False
    """Write an After Effects project: experimental, nobody has seen one opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of them."""

    engine: str = "builtin"
    """Name of the engine that paints; see ``toolkit engines``."""
    cut: CutSettings = field(default_factory=CutSettings)
    track: TrackSettings = field(default_factory=TrackSettings)
    matte: MatteSettings = field(default_factory=MatteSettings)
    body: BodySettings = field(default_factory=BodySettings)
    face: FaceSettings = field(default_factory=FaceSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    diffusers: DiffusersSettings = field(default_factory=DiffusersSettings)
    output: OutputSettings = field(default_factory=OutputSettings)
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
