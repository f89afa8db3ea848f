"""The faces of one shot over time (``face_track.json``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from toolkit.documents.base import Document, FileName, Point, Value, json_lines
from toolkit.frames import FrameRange


def _parse_landmarks(value: Any) -> NDArray[np.float32]:
    try:
        array = np.array(value, dtype=np.float32)
    except TypeError as error:  # for a JSON object
        raise ValueError(str(error)) from error
    if array.ndim != 2 or array.shape[1] != 3 or not np.isfinite(array).all():
        raise ValueError("landmarks must be rows of three finite numbers")
    array.setflags(write=False)
    return array


Landmarks = Annotated[
    NDArray[np.float32],
    PlainValidator(_parse_landmarks),
    PlainSerializer(lambda points: np.round(points.astype(np.float64), 3).tolist(), return_type=list),
    WithJsonSchema(
        {"type": "array", "items": {"type": "array", "items": {"type": "number"}, "minItems": 3, "maxItems": 3}}
    ),
]
"""float32 (478, 3), read-only: x, y in pixels of the display window, z in the same unit, nearer is smaller."""


LARGEST_FACE = 100_000.0
"""Height beyond which a face given by hand or by a file is a mistake, pixels."""
Outline = Annotated[tuple[Point, ...], Field(min_length=3)]
"""Points around a shape; closed: the last joins the first."""


class FaceState(StrEnum):
    """Whether the face was detected in a frame: an explicit state, never an empty box."""

    FOUND = "FOUND"
    HELD = "HELD"
    ABSENT = "ABSENT"


class FaceSample(Value):
    """One face in one frame. All fields but ``source_frame`` and ``state`` are None when ABSENT.

    A HELD face that is seen but not read, such as a profile, has a place and an outline only: how it acts is unknown.
    """

    source_frame: int
    state: FaceState
    centre: Point | None = None
    """A point at the bridge of the nose, fixed relative to the eye corners, smoothed without lag; pixels. In a hold, as
    in animation on twos, all frames have the same."""
    scale: float | None = None
    """Height of the face in pixels, from its rigid landmarks: it does not change when the mouth opens."""
    roll: float | None = None
    """Tilt of the head in the image plane, degrees clockwise as seen, 0 upright; unwrapped along the track."""
    landmarks: Landmarks | None = None
    """The 478 points as measured; when HELD, interpolated, or None. A FOUND face of a rig may have none."""
    outline: tuple[Point, ...] | None = None
    """The outline of a face that has no landmarks: closed, plate pixels, on the skin; mattes add forehead and edge."""
    pose: tuple[float, ...] | None = None
    """4x4 matrix from the canonical face to the plate's camera (vertical field of view 63 degrees), row-major,
    centimetres; solved from the landmarks as measured. None where the face was placed by hand or by a rig."""
    blendshapes: tuple[float, ...] | None = None
    """52 values 0..1 in the order of ``FaceTracks.blendshape_names``; as measured, never smoothed. None: unknown."""
    occluders: tuple[Outline, ...] = Field(default=(), exclude_if=lambda outlines: outlines == ())
    """Outlines of what is in front of the face, from ``occluders.json``; mattes leave them out."""
    drawn_outline: Outline | None = Field(default=None, exclude_if=lambda outline: outline is None)
    """The outline as somebody has drawn it, forehead included, which mattes use in place of any other; plate pixels."""


class FaceTrack(Value):
    """One identity over a shot: exactly one sample per frame of the work range."""

    face: int
    """0 for the most prominent face of the shot: the one that takes up most of the picture over all frames. Edits by
    hand leave the numbers of the other faces as they are."""
    name: str = Field(default="", exclude_if=lambda name: not name)
    """Given by hand, or by the file of a rig; empty: none."""
    samples: tuple[FaceSample, ...]


class DropReason(StrEnum):
    """Why somebody who was followed is no face of the shot, or not in all frames."""

    CROWDED = "CROWDED"
    """``track.max_faces`` others are in the picture."""
    SMALL = "SMALL"
    """Smaller than ``track.min_size``."""
    BRIEF = "BRIEF"
    """Found in so few frames that it may be no face at all."""


class DroppedFace(Value):
    """Somebody who was followed and is no face of the shot, or not in all frames."""

    reason: DropReason
    found: int
    """Frames in which it was found."""
    dropped: int
    """Those of them in which it is no face of the shot; only a CROWDED one may be in some."""
    source_range: FrameRange
    """From the first of the dropped frames to the last one (source space)."""
    height: float
    """The median height of the face in all its frames, pixels."""
    largest: int
    """The dropped frame in which it is largest (source space); the fields below say where it is there."""
    centre: Point
    """At the bridge of the nose, as that of a sample."""
    scale: float
    """Height of the face, pixels."""
    roll: float
    """Tilt of the head, degrees clockwise as seen."""


def left_out_sentence(shot: str, count: int) -> str:
    """What the user is told about the ``count`` faces of ``shot`` that are left out."""
    faces = "1 face is" if count == 1 else f"{count} faces or more are"
    return f"{shot}: {faces} left out where track.max_faces others are in the picture; raise it to render them too"


class FaceTracks(Document):
    """All faces of one shot."""

    made_by: ClassVar[str] = "toolkit track CUT -o OUT"

    schema_: Literal["toolkit.face_track/1"] = Field(default="toolkit.face_track/1", alias="schema")
    shot: FileName
    key: str
    """Digest of everything that determines this track: media, range, settings, model."""
    width: int
    """Of the display window, pixels, rotation applied."""
    height: int
    source_range: FrameRange
    """The work range that was analysed (source space)."""
    blendshape_names: tuple[str, ...]
    faces: tuple[FaceTrack, ...]
    left_out: int = 0
    """Faces left out, at least in some frames, because ``track.max_faces`` others are there: as many as were followed,
    and there may be more."""
    dropped: tuple[DroppedFace, ...] = ()
    """Who was followed and is no face, or not in all frames, by reason; empty also in tracks of older versions."""
    notes: tuple[str, ...] = ()
    """What was assumed or is missing where the faces came from a file (``track.faces_from``), one sentence each."""

    def _text(self) -> Iterator[str]:
        """One line per sample: readable by frame, and the text of a long shot is never held in memory."""
        yield self.model_dump_json(by_alias=True, indent=1, exclude={"faces"}).removesuffix("\n}")
        yield ',\n "faces": ['
        for index, face in enumerate(self.faces):
            name = f'"name": {json.dumps(face.name)}, ' if face.name else ""
            yield f'{"," if index else ""}\n  {{"face": {face.face}, {name}"samples": ['
            yield from json_lines(face.samples, margin=3)
            yield "\n  ]}"
        yield "\n ]\n}\n"
