"""The delivery (``delivery.json``): everything that the host scripts place, with all numbers final."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Point, Position, Rate, Value
from toolkit.documents.cut import MediaKind
from toolkit.documents.faces import FaceState
from toolkit.documents.origin import Origin
from toolkit.documents.passes import PassName

Interpolation = Literal["host", "nearest", "blend", "flow"]
"""How a host fills in frames of a retimed clip: by its own setting, repeating, blending or optical flow."""

Motion = Literal[
    "host",
    "standard faster",
    "standard better",
    "enhanced faster",
    "enhanced better",
    "speed warp faster",
    "speed warp better",
]
"""Resolve's motion estimation modes, by its own names."""


class DeliveryClip(Value):
    """One clip to place; every number is final, so that no host has to compute anything."""

    name: str
    """``sh010_FACE_v001`` for a layer, the editor's clip name for a plate."""
    shot: FileName
    kind: MediaKind
    """A single still is a movie of one frame here: hosts import it as one file."""
    path: str
    """First file. For a layer relative to delivery.json, with forward slashes; for a plate as in the cut."""
    pattern: str
    """``name.%04d.exr`` of a sequence (same folder as ``path``); empty for a movie.

    The last ``%0Nd`` is the number; any percent sign before it is part of the name. It is no printf format.
    """
    start_index: int
    """Number in the first file's name; 0 for a movie."""
    end_index: int
    """Number in the last file's name; the last frame of a movie."""
    in_frame: int
    """Media frames before the lowest visible one."""
    in_position: Position
    """Where the clip starts, exactly: between two media frames if its time falls there. A reversed clip ends there."""
    off_by_one: int = 0
    """Timeline frames that would show a neighbouring picture if the clip started at ``in_frame`` instead."""
    frame_count: int
    """Media frames used: differs from ``record_count`` if the clip is retimed."""
    record_first: int
    """First timeline frame, 0-based."""
    record_count: int
    """Timeline frames."""
    rate: Rate
    """Frames per second of the media."""
    fps: float
    """The same, for hosts that take a float."""
    speed: float
    """1 normal; 2 double speed; negative reversed; 0 freeze."""
    timecode: str
    """Timecode of the media's first frame."""
    width: int
    height: int
    alpha: Literal["premultiplied", "straight", "none"]
    """How its colours are stored; a layer is never straight."""
    encoding: str
    """How the pixels are encoded: ``display`` (the plate's own codes), ``linear`` (Rec.709), ``acescg``."""
    version: int | None = None
    """Of a layer: 1 for v001; None for a plate."""
    opacity: float = 100.0
    """Percent."""
    interpolation: Interpolation = "host"
    """Of a retimed clip, or one on twos; a plate keeps its own."""
    motion: Motion = "host"
    """Motion estimation for ``flow``, in hosts that have such a setting."""
    input_colour_space: str = ""
    """Input colour space to set in a colour-managed host, by the host's name; empty: leave unchanged."""
    is_nested: bool = False
    """Of a plate: whether it is inside a compound clip, which is in its place on the editor's own timeline."""
    comp: str = ""
    """The Fusion comp of a FACE layer, relative to delivery.json; empty: none."""


class DeliveryTrack(Value):
    """One video track."""

    name: str
    """``PLATE``, ``BODY v001``, ``FACE v001``; for the next plate track ``PLATE 2``, ``BODY v001 (PLATE 2)``; for the
    second track inside a compound clip ``PLATE (compound 2)``."""
    pass_name: PassName | None
    """None for the plate."""
    clips: tuple[DeliveryClip, ...]


class FaceKeys(Value):
    """One face of one shot as keyframes: arrays of equal length, one entry per frame with the face."""

    shot: FileName
    face: int
    frames: tuple[int, ...]
    """0-based from the first layer file."""
    states: tuple[FaceState, ...]
    x: tuple[float, ...]
    """Pixels of the layer; 0 is the centre of the top left pixel."""
    y: tuple[float, ...]
    """The same, y down."""
    scale: tuple[float, ...]
    """Percent of the first entry's face height."""
    roll: tuple[float, ...]
    """Degrees clockwise, unwrapped."""
    corners: tuple[tuple[Point, Point, Point, Point], ...]
    """Upper left, upper right, lower left, lower right of the face's crop, pixels of the layer."""
    ovals: tuple[tuple[Point, ...], ...] = ()
    """The outer edge of the matte of every entry, closed, pixels of the layer: a mask to use instead of it. Every entry
    has the same number of points, and each is the same point of the face."""
    feathers: tuple[float, ...] = ()
    """Width of the matte's soft edge, inwards from the oval, pixels of the layer."""


class DeliveryMatte(Value):
    """The matte of one face as a sequence, with a file for every frame of the plate. No host script places it."""

    shot: FileName
    """The shot that was rendered."""
    face: int
    version: int
    """Of the FACE that it belongs to."""
    path: str
    """First file, relative to delivery.json, with forward slashes."""
    pattern: str
    """``name.%04d.exr``, in the folder of ``path``."""
    start_index: int
    """Number in the first file's name: the source frame, as in the plate."""
    end_index: int
    """Number in the last file's name."""


class DeliveryMarker(Value):
    """A marker on the timeline."""

    record_frame: int
    """0-based timeline frame."""
    shot: str
    """Empty: for the whole cut."""
    name: str
    note: str
    colour: Literal["Red", "Yellow", "Green", "Blue"]


class Delivery(Document):
    """Everything that the host scripts place."""

    made_by: ClassVar[str] = "toolkit conform OUT"

    schema_: Literal["toolkit.delivery/1"] = Field(default="toolkit.delivery/1", alias="schema")
    toolkit: str
    """Version of the toolkit that made it."""
    name: str
    """Of the cut."""
    rate: Rate
    """Frames per second of the timeline."""
    fps: float
    """The same, for hosts that take a float."""
    drop_frame: bool
    start_timecode: str
    """Timecode of the timeline's first frame."""
    start_frame: int
    """The same as a frame count."""
    record_count: int
    """Length of the timeline in frames."""
    width: int
    height: int
    tracks: tuple[DeliveryTrack, ...]
    """Bottom to top."""
    faces: tuple[FaceKeys, ...]
    mattes: tuple[DeliveryMatte, ...] = Field(default=(), exclude_if=lambda mattes: not mattes)
    """The mattes that are written beside the FACE layers."""
    markers: tuple[DeliveryMarker, ...] = ()
    origin: Origin | None = None
    """None: the cut was read from a file, not sent from a host."""
    notes: tuple[str, ...]
    """Notes for the editor: skipped clips, shots without a face, clips whose speed must be set by hand."""
