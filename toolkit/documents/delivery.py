"""The delivery (``delivery.json``): what the host scripts place, every number final."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Point, Rate, Value
from toolkit.documents.cut import MediaKind
from toolkit.documents.faces import FaceState
from toolkit.documents.origin import Origin
from toolkit.documents.passes import PassName

Interpolation = Literal["host", "nearest", "blend", "flow"]
"""How a host makes the pictures of a retimed clip: as it is set up itself, by repeating, mixing or warping."""

Motion = Literal[
    "host",
    "standard faster",
    "standard better",
    "enhanced faster",
    "enhanced better",
    "speed warp faster",
    "speed warp better",
]
"""Resolve's ways to estimate motion, by its own names."""


class DeliveryClip(Value):
    """One clip to place; every number is final, no host computes."""

    name: str
    """``sh010_FACE_v001`` for a layer, the editor's clip name for a plate."""
    shot: FileName
    kind: MediaKind
    """A single still is a movie of one picture here: hosts import it as one file."""
    path: str
    """First file. A layer's is relative to delivery.json, with forward slashes; a plate's is as the cut found it."""
    pattern: str
    """``name.%04d.exr`` of a sequence (same folder as ``path``); empty for a movie."""
    start_index: int
    """Number in the first file's name; 0 for a movie."""
    end_index: int
    """Number in the last file's name; the last picture of a movie."""
    in_frame: int
    """Pictures between the start of the media and the first one shown."""
    frame_count: int
    """Pictures used, counted in the media: differs from ``record_count`` when the clip is retimed."""
    record_first: int
    """First timeline frame, 0-based."""
    record_count: int
    """Timeline frames."""
    rate: Rate
    """Frames per second of the media."""
    fps: float
    """The same, for hosts that take a float."""
    speed: float
    """1 plain; 2 double speed; negative reversed; 0 freeze."""
    timecode: str
    """Label of the media's first picture."""
    width: int
    height: int
    alpha: Literal["premultiplied", "none"]
    encoding: str
    """How the pixels are encoded: ``display`` (the plate's own codes), ``linear`` (Rec.709), ``acescg``."""
    version: int | None = None
    """Of a layer: 1 for v001; None for a plate."""
    opacity: float = 100.0
    """Per cent."""
    interpolation: Interpolation = "host"
    """Of a retimed clip; a plate keeps its own."""
    motion: Motion = "host"
    """How ``flow`` finds out what moved where, where a host lets one choose."""
    input_colour_space: str = ""
    """What a colour-managed host is told of it, in that host's own word; empty: nothing."""
    comp: str = ""
    """The Fusion comp of a FACE layer, relative to delivery.json; empty: none."""


class DeliveryTrack(Value):
    """One video track."""

    name: str
    """``PLATE``, ``BODY v001``, ``FACE v001``; for the next plate track ``PLATE 2``, ``BODY v001 (PLATE 2)``."""
    pass_name: PassName | None
    """None for the plate."""
    clips: tuple[DeliveryClip, ...]


class FaceKeys(Value):
    """One face of one shot as keyframes: equally long arrays, one entry per frame where there is a face."""

    shot: FileName
    face: int
    frames: tuple[int, ...]
    """0-based from the first layer file."""
    states: tuple[FaceState, ...]
    x: tuple[float, ...]
    """Pixels of the layer; as everywhere, 0 is the middle of the top left pixel."""
    y: tuple[float, ...]
    """The same, downwards."""
    scale: tuple[float, ...]
    """Per cent of the first entry's face height."""
    roll: tuple[float, ...]
    """Degrees clockwise, unwrapped."""
    corners: tuple[tuple[Point, Point, Point, Point], ...]
    """Upper left, upper right, lower left, lower right of the face's crop, pixels of the layer."""
    ovals: tuple[tuple[Point, ...], ...] = ()
    """The grown face oval of every entry, closed, pixels of the layer: a mask for those who do without our matte.
    Every entry has as many points, each the same part of the face."""
    feathers: tuple[float, ...] = ()
    """Width of the matte's soft edge, inwards from the oval, pixels of the layer."""


class DeliveryMarker(Value):
    """A remark at a place in the cut."""

    record_frame: int
    """0-based timeline frame."""
    shot: str
    """Empty: of the whole cut."""
    name: str
    note: str
    colour: Literal["Red", "Yellow", "Green", "Blue"]


class Delivery(Document):
    """What the host scripts read."""

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
    """Label of the timeline's first frame."""
    start_frame: int
    """The same as a frame count."""
    record_count: int
    """Length of the timeline in frames."""
    width: int
    height: int
    tracks: tuple[DeliveryTrack, ...]
    """Bottom to top."""
    faces: tuple[FaceKeys, ...]
    markers: tuple[DeliveryMarker, ...] = ()
    origin: Origin | None = None
    """None: the cut came from a file, not from a host's menu."""
    notes: tuple[str, ...]
    """What the editor should know: skipped clips, shots without a face, clips that need their speed set."""
