"""How a pass is rendered: the settings of BODY and FACE, their ControlNets, LoRAs and prompts."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import field_validator

from toolkit.frames import FramePath
from toolkit.settings.base import Number, WholeNumber, number, refuse, settings_class

EXPRESSION = "{expression}"
"""Placeholder in a prompt: becomes words for the facial expression in the frame."""
SHOT = "{shot}"
"""Placeholder in the source of a guide: becomes the name of the shot."""
FACE_NAME = r"[^\s0-9,!-][^\n,!]{0,39}"
"""Pattern of a face's name: at most 40 letters, which can stand in a list beside numbers."""

DEFAULT_CONTROLS = {
    "face": "control_v1p_sd15_mediapipe_face",
    "body": "control_v11p_sd15_openpose",
    "depth": "control_v11f1p_sd15_depth",
    "lineart": "control_v11p_sd15_lineart",
    "softedge": "control_v11p_sd15_softedge",
}
"""The default ControlNet for each kind of guide: the one trained on it."""
DRAWN_CONTROLS = ("face", "body")
"""The kinds of guide that are drawn from a track; all others are read from files or estimated."""


@settings_class
class ControlSettings:
    """One ControlNet and the guide picture that it follows."""

    kind: Literal["face", "body", "depth", "lineart", "softedge", "image"] = "face"
    """What the guide shows. ``face`` (mesh lines of ``mediapipe_face``) and ``body`` (OpenPose skeletons) are drawn
    from the tracks. ``depth`` (near is white), ``lineart`` and ``softedge`` (white lines on black) and ``image``
    (anything) are read from ``source``; ``depth`` can be estimated instead."""
    model: str = ""
    """The ControlNet, as the engine names it; for a server, the name without its hash is enough. Empty: the default
    for its kind."""
    weight: Number = number(0.0, 2.0, default=1.0)
    """Strength of the ControlNet; 1 is what it was trained for."""
    start: Number = number(0.0, 1.0, default=0.0)
    """Fraction of the steps at which it begins."""
    end: Number = number(0.0, 1.0, default=1.0)
    """Fraction of the steps at which it ends."""
    source: str = ""
    """The guide sequence from the 3D package, relative to the folder of the cut unless absolute. ``{shot}`` becomes the
    name of the shot. Empty: ``guides/{shot}/<kind>.####.exr``."""
    estimator: str = ""
    """The model that estimates ``depth`` from the plate when there is no sequence, such as
    ``depth-anything/Depth-Anything-V2-Small-hf``: a folder, a name below ``diffusers.models``, or one on the Hugging
    Face hub. Empty: nothing is estimated."""
    offset: WholeNumber = number(-10_000_000, 10_000_000, default=0)
    """Added to a source frame's number to get the number of its guide file."""
    near: Number = number(0.0, 1e9, default=0.0)
    """For ``depth`` in EXR files, which contain distances: the distance that becomes white, in scene units."""
    far: Number = number(0.0, 1e9, default=0.0)
    """The distance that becomes black; with both at 0, the nearest and farthest of the shot."""
    invert: bool = False
    """Swap black and white: for lines rendered black on white, or depth in which near is dark."""

    def __post_init__(self) -> None:
        """Fill in the defaults for the kind, then check how the fields fit together."""
        if not self.model:
            self._fill("model", DEFAULT_CONTROLS.get(self.kind, ""))
        if not self.model:
            refuse("model", f"the kind '{self.kind}' has no default ControlNet; set model")
        if self.start > self.end:
            refuse("start", f"{self.start:g} is after the end, {self.end:g}")
        if self.estimator:
            self._check_estimated()
        elif self.kind in DRAWN_CONTROLS:
            if self.source:
                refuse("source", f"the {self.kind} guide is drawn from the track; remove source")
        else:
            if not self.source:
                self._fill("source", f"guides/{SHOT}/{self.kind}.####.exr")
            self._check_sequence()

    def _fill(self, name: str, value: str) -> None:
        object.__setattr__(self, name, value)

    def _check_estimated(self) -> None:
        """An estimated depth has no files, and no unit in which a distance could be given."""
        if self.kind != "depth":
            refuse("estimator", f"only depth can be estimated, not {self.kind}")
        for name in ("source", "offset", "near", "far"):
            if getattr(self, name):
                refuse(name, f"{name} applies to a depth sequence; remove it or estimator")

    def _check_sequence(self) -> None:
        if not FramePath.is_pattern(self.source):
            refuse("source", f"'{self.source}' is not a sequence; write it as {self.kind}.####.exr")
        _check_placeholders("source", self.source, SHOT)
        if not (self.near or self.far):
            return
        if not (self.kind == "depth" and self.source.lower().endswith(".exr")):
            refuse("near", "near and far apply to depth in EXR files only")
        if not 0 < self.near < self.far:
            problem = f"{self.near:g} is not between 0 and far ({self.far:g}); to swap black and white, set invert"
            refuse("near", problem)


@settings_class
class LoraSettings:
    """One LoRA."""

    model: str = ""
    """As the engine names it."""
    weight: Number = number(-4.0, 4.0, default=1.0)
    """How strongly it is applied."""

    def __post_init__(self) -> None:
        """A LoRA without a name cannot be loaded."""
        if not self.model:
            refuse("model", "set model")


@settings_class
class PromptSettings:
    """Another prompt for some shots, or for one face in them.

    An entry for a face takes precedence over one for the whole shot. Among entries that match equally, the first one
    with a prompt sets the prompt, and the first one with a negative prompt sets that.
    """

    shot: str = "*"
    """Shell pattern of shot names."""
    face: WholeNumber = number(-1, 15, default=-1)
    """Number of the face in ``face_track.json``; -1: all faces."""
    prompt: str = ""
    """Replaces the prompt of the pass; empty keeps it."""
    negative: str = ""
    """Replaces the negative prompt of the pass; empty keeps it."""

    def __post_init__(self) -> None:
        """An entry that changes nothing is a mistake."""
        if not self.prompt and not self.negative:
            refuse((), "set prompt, negative, or both")
        _check_placeholders("prompt", self.prompt, EXPRESSION)


@settings_class
class Look:
    """How one pass is rendered. The ``builtin`` engine uses ``strength`` and ``seed`` only, ``flatten`` also the weight
    of a ``face`` control."""

    strength: Number = number(0.0, 1.0, default=0.5)
    """Denoising strength: 0 leaves the plate unchanged, 1 ignores it."""
    ease: Number = number(0.0, 1.0, default=0.0)
    """How much lower the strength is where the acting peaks, as a part of it: at 0.4, a strength of 0.5 falls to 0.3
    there and rises again where the face is at rest. In steps of one sampling step, over several frames. 0 off."""
    seed: WholeNumber = number(0, 2**31 - 1, default=20230407)
    """Base seed of the noise. The seed of a picture also depends on shot, pass, face and frame, never on the batch."""
    noise: Literal["frame", "shot", "flow"] = "frame"
    """``frame``: every frame has its own noise. ``shot``: all frames of a shot share one noise; steadier where the
    picture stands still, sticks to the screen where it moves (in FACE it moves with the crop). ``flow``: one noise that
    moves with the plate's motion from the first frame on; not available on servers."""
    overlap: WholeNumber = number(0, 4, default=0)
    """Frames on each side that are rendered too, moved along the plate's motion and averaged with the frame; 0 off.
    Steadier and softer: fine movement that only the rendered frames have is lost with the flicker."""
    on: Literal["ones", "twos", "threes", "auto"] = "ones"
    """Which frames are rendered, in an animator's words. ``ones``: all. ``twos``, ``threes``: every second or third,
    each of which lasts two or three frames of the plate; the host fills in the rest (``delivery.interpolation``).
    ``auto``: as few as keep ``keep`` of the acting, by prediction; all where no face is followed."""
    keep: Number = number(0.0, 100.0, default=90.0)
    """For ``on = "auto"``: how much of the acting must be left when the host has filled in the other frames, 0 to 100,
    as ``toolkit review`` measures it."""
    model: str = ""
    """The checkpoint, as the engine names it; empty: the one a server has loaded."""
    vae: str = ""
    """The VAE, as the engine names it; empty: the checkpoint's own."""
    loras: tuple[LoraSettings, ...] = ()
    """LoRAs to apply: ``--set 'face.loras=[{model="skin", weight=0.8}]'``."""
    prompt: str = ""
    """The prompt. ``{expression}`` becomes words for the facial expression in each frame: "mouth open, eyes closed"."""
    negative: str = ""
    """The negative prompt."""
    prompts: tuple[PromptSettings, ...] = ()
    """Other prompts for some shots or faces: ``[[face.prompts]]`` in toolkit.toml."""
    steps: WholeNumber = number(1, 150, default=30)
    """Sampling steps of a full denoising; an engine runs the fraction of them that ``strength`` asks for."""
    guidance: Number = number(0.0, 30.0, default=8.0)
    """CFG scale: how closely the prompt is followed. The original recipe's value."""
    sampler: str = "Euler"
    """The sampler, as the engine names it. The original recipe's value."""
    controls: tuple[ControlSettings, ...] = ()
    """ControlNets: ``[[face.controls]]`` in toolkit.toml, or ``--set 'face.controls=[{kind="face"}]'``."""

    @field_validator("prompt")
    @classmethod
    def _check_prompt(cls, prompt: str) -> str:
        _check_placeholders((), prompt, EXPRESSION)
        return prompt


@settings_class
class BodySettings(Look):
    """The BODY pass: the whole frame."""

    strength: Number = number(0.0, 1.0, default=0.65)
    """Denoising strength. The original recipe's value for the body."""
    size: WholeNumber = number(0, 2048, default=0)
    """Shorter side of what the engine renders, pixels: a multiple of 8, at least 64. 0: the plate's own size. Stable
    Diffusion 1.5 was trained at 512: far above that it is slow and repeats figures. 576 makes 16:9 exactly 1024 x 576.
    The layer is scaled back to the plate's size and is no sharper than it was rendered."""

    @field_validator("size")
    @classmethod
    def _check_size(cls, size: int) -> int:
        return _multiple_of_8(size)

    def __post_init__(self) -> None:
        """BODY is one picture: it has no faces to address."""
        for index, entry in enumerate(self.prompts):
            if entry.face >= 0:
                refuse(("prompts", index, "face"), "BODY is rendered as a whole; use face.prompts, or remove face")


@settings_class
class FaceSettings(Look):
    """The FACE pass: each face in its own crop."""

    only: str = ""
    """Numbers or names of the faces that FACE has, as ``toolkit faces`` shows them: ``0,2`` or ``Anna``; or of those
    that it does not have: ``!1``. Empty: all. Names are given with ``toolkit edit name``."""
    crop: Literal["upright", "a1111"] = "upright"
    """``upright``: fixed to the face for the whole shot. ``a1111``: cut from each frame's mask, never rotated, as
    AUTOMATIC1111's "Only masked" does; it changes size with the mask."""
    canvas: WholeNumber = number(64, 2048, default=512)
    """Side of the square that the engine renders, pixels, a multiple of 8: 512 is what Stable Diffusion 1.5 was trained
    on."""
    padding: WholeNumber = number(0, 512, default=32)
    """Plate pixels around the matte in the crop, as context for the engine: AUTOMATIC1111's "only masked padding"."""
    mask_blur: WholeNumber = number(0, 64, default=0)
    """AUTOMATIC1111's "Mask blur", plate pixels: the matte is the hard outline blurred in 8 bits. 0: the soft edge of
    ``matte.feather``."""
    mask_blur_version: Literal["1.3", "1.4"] = "1.3"
    """The version of AUTOMATIC1111 whose blur is used. ``1.3``: Pillow's blur, as when the original recipe was made.
    ``1.4``: the blur of 1.4.0 and later. They differ by up to 9 of 255, more at the plate's edge, and with
    ``crop = "a1111"`` so do the crops."""
    masked_content: Literal["original", "fill", "latent noise", "latent nothing"] = "original"
    """What denoising starts from inside the matte, in AUTOMATIC1111's words: the plate, its surroundings smeared over
    it, noise, or nothing. All but ``original`` need a strength near 1."""
    roll_threshold: Number = number(0.0, 180.0, default=20.0)
    """A face tilted by more degrees than this is rotated upright in its crop: models render upright faces best. Not
    with ``crop = "a1111"``, which never rotates."""

    @field_validator("canvas")
    @classmethod
    def _check_canvas(cls, canvas: int) -> int:
        return _multiple_of_8(canvas)

    @field_validator("only")
    @classmethod
    def _check_only(cls, only: str) -> str:
        entries = [entry.strip() for entry in only.split(",")] if only.strip() else []
        is_mixed = len({entry.startswith("!") for entry in entries}) > 1
        if is_mixed or not all(_FACE_ENTRY.fullmatch(entry) for entry in entries):
            refuse((), "must be numbers or names of faces such as 0,2 or Anna, or !1 to leave one out", only)
        return ",".join(entries)

    def has_face(self, face: int, name: str = "") -> bool:
        """Whether FACE has the face of this number, or of this name; the case of letters does not matter."""
        entries = {entry.lstrip("!").strip().casefold() for entry in self.only.split(",") if entry}
        is_named = any(
            int(entry) == face if entry[0] in "0123456789" else entry == name.casefold() for entry in entries
        )
        return not entries or is_named != self.only.startswith("!")


_FACE_ENTRY = re.compile(rf"!?\s*([0-9]+|{FACE_NAME})")
_LEAST_SIDE = 64
"""Shortest side of a rendered picture, pixels: eight pixels of a latent."""


def _multiple_of_8(side: int) -> int:
    if side % 8 or 0 < side < _LEAST_SIDE:
        refuse((), f"must be a multiple of 8, at least {_LEAST_SIDE}, not {side}", side)
    return side


def _check_placeholders(field: str | tuple[Any, ...], text: str, allowed: str) -> None:
    for name in re.findall(r"\{\w*\}", text):
        if name != allowed:
            refuse(field, f"unknown placeholder {name}; available: {allowed}", text)
