"""The faces of shots as somebody's own software knows them: exact heads of a 3D rig, or of another tracker
(``toolkit track --face-track``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field, field_validator, model_validator

from toolkit.documents.base import Document, Point, Rate, Value, json_lines
from toolkit.documents.edits import FaceName
from toolkit.documents.faces import LARGEST_FACE, FaceState, Landmarks, Outline
from toolkit.errors import suggest

BLENDSHAPES = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft",
    "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
"""MediaPipe's 52 blendshapes, in its order. They are ARKit's without ``tongueOut``; ``_neutral`` means nothing."""

_POINTS = 478
"""Landmarks of MediaPipe."""
_EYES = (33, 263)


def _check_blendshape(name: str) -> str:
    if name not in BLENDSHAPES:
        raise ValueError(f"{name!r} is no blendshape; {suggest(name, BLENDSHAPES[1:], label='there are')}")
    return name


BlendshapeName = Annotated[str, AfterValidator(_check_blendshape)]
Weight = Annotated[float, Field(ge=0, le=1)]
Matrix = Annotated[tuple[float, ...], Field(min_length=16, max_length=16)]


class Visibility(StrEnum):
    """How much of a face the picture shows."""

    VISIBLE = "visible"
    PARTLY = "partly"
    """Behind something, turned away, or partly outside the picture: it is rendered, and its acting is not judged."""
    HIDDEN = "hidden"
    """Not in the picture: it is not rendered."""

    @property
    def state(self) -> FaceState:
        """The state of such a face in a track."""
        return _STATES[self]


_STATES = {
    Visibility.VISIBLE: FaceState.FOUND,
    Visibility.PARTLY: FaceState.HELD,
    Visibility.HIDDEN: FaceState.ABSENT,
}


class RigHead(Value):
    """Where a head is in front of the camera."""

    matrix: Matrix
    """4x4 matrix from the head to the camera, row-major, for column vectors, in any unit. Head: origin at the bridge of
    the nose, x to the right as the face is looked at, y to the top of the head, z out of the face. Camera: x right, y
    up, looking along -z."""
    height: float = Field(gt=0)
    """Of the face, forehead to chin, in the unit of the head before ``matrix``."""
    field_of_view: float = Field(gt=0, lt=180)
    """Vertical, of the whole picture, degrees."""

    @field_validator("matrix")
    @classmethod
    def _check_matrix(cls, matrix: Matrix) -> Matrix:
        if matrix[12:] != (0, 0, 0, 1):
            raise ValueError("its last row is not 0, 0, 0, 1; if the last column is, transpose it")
        if np.linalg.matrix_rank(np.reshape(matrix, (4, 4))[:3, :3]) < 3:
            raise ValueError("it flattens the head")
        return matrix


class RigSample(Value):
    """One face in one frame: its place is given by ``centre``, ``scale`` and ``roll``, by ``head``, or by
    ``landmarks``."""

    source_frame: int
    """The number of the file of a sequence; in a movie, frames count from 0."""
    visibility: Visibility = Visibility.VISIBLE
    centre: Point | None = None
    """At the bridge of the nose, a tenth of ``scale`` below the line between the corners of the eyes; pixels."""
    scale: float | None = Field(default=None, gt=0, le=LARGEST_FACE)
    """Height of the face, forehead below the hairline to chin, mouth closed, pixels. It does not change with the
    acting."""
    roll: float | None = None
    """Tilt of the head in the picture, degrees clockwise as seen, 0 upright."""
    head: RigHead | None = None
    landmarks: Landmarks | None = None
    """MediaPipe's 478 points: x, y in pixels, z in the same unit, nearer is smaller. The only way to have the acting
    judged, and drawn for the ``face`` control."""
    outline: Outline | None = None
    """Edge of the face without the forehead above ``scale``, pixels; None: of the landmarks, or else an ellipse."""
    blendshapes: dict[BlendshapeName, Weight] | None = None
    """Weights 0..1 by MediaPipe's names; those that are not given are 0. None: the expression is not known."""

    @field_validator("landmarks")
    @classmethod
    def _check_landmarks(cls, landmarks: Landmarks | None) -> Landmarks | None:
        if landmarks is not None and len(landmarks) != _POINTS:
            raise ValueError(f"there are {len(landmarks)} landmarks; MediaPipe has {_POINTS}")
        if landmarks is not None and np.array_equal(*landmarks[list(_EYES)]):
            raise ValueError("the outer corners of the eyes, landmarks 33 and 263, are one point")
        return landmarks

    @model_validator(mode="after")
    def _check_place(self) -> RigSample:
        given = [name for name in ("centre", "scale", "roll") if getattr(self, name) is not None]
        if given and len(given) < 3:
            raise ValueError(f"{' and '.join(given)} alone is no place; give centre, scale and roll")
        if given and self.head is not None:
            raise ValueError("centre, scale and roll, and head, are two places; give one of them")
        if self.landmarks is not None and self.outline is not None:
            raise ValueError("landmarks have an outline of their own; leave outline out")
        if self.head is not None and self.visibility is not Visibility.HIDDEN and self.head.matrix[11] >= 0:
            raise ValueError("the head is behind the camera, which looks along -z; such a face is hidden")
        is_placed = given or self.head is not None or self.landmarks is not None
        if not is_placed and self.visibility is not Visibility.HIDDEN:
            raise ValueError("the face has no place; give centre, scale and roll, or head, or landmarks")
        return self


class RigFace(Value):
    """One face of a shot."""

    name: FaceName | Literal[""] = ""
    """As in ``--faces Anna``; empty: it has no name."""
    samples: tuple[RigSample, ...] = Field(min_length=1)
    """In the order of their frames. In frames without one, the face is ABSENT."""

    @field_validator("samples")
    @classmethod
    def _check_samples(cls, samples: tuple[RigSample, ...]) -> tuple[RigSample, ...]:
        for before, after in pairwise(samples):
            if after.source_frame <= before.source_frame:
                raise ValueError(f"frame {after.source_frame} follows frame {before.source_frame}; put them in order")
        return samples


class RigShot(Value):
    """The faces of one shot."""

    shot: str = ""
    """Its name, as ``toolkit shots`` shows it; empty: ``media`` says which one is meant."""
    media: str = ""
    """File name of its movie, or of its sequence as ``plate.####.exr``. If both are empty, the file has one entry,
    and it is used for one shot only."""
    faces: tuple[RigFace, ...]
    """Face 0 is the first one."""

    @field_validator("faces")
    @classmethod
    def _check_faces(cls, faces: tuple[RigFace, ...]) -> tuple[RigFace, ...]:
        names = Counter(face.name for face in faces if face.name)
        if names and names.most_common(1)[0][1] > 1:
            raise ValueError(f"there are several faces called {names.most_common(1)[0][0]}")
        return faces


class RigFaces(Document):
    """Faces that need no detector, by shot and source frame."""

    made_by: ClassVar[str] = "the exporter of your 3D package"

    schema_: Literal["toolkit.rig_faces/1"] = Field(default="toolkit.rig_faces/1", alias="schema")
    width: int | None = Field(default=None, gt=0)
    """Of the picture that the pixels are of. A plate of another size with the same proportions is scaled to. None: they
    are the plate's."""
    height: int | None = Field(default=None, gt=0)
    rate: Rate | None = None
    """Frames per second that the frames are numbered in; None: those of the media."""
    shots: tuple[RigShot, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_facts(self) -> RigFaces:
        if (self.width is None) != (self.height is None):
            raise ValueError("give width and height, or neither")
        if len(self.shots) > 1 and any(not one.shot and not one.media for one in self.shots):
            raise ValueError("where there are several shots, each needs its name (shot) or its file (media)")
        return self

    def _text(self) -> Iterator[str]:
        """One line per sample."""
        yield self.model_dump_json(by_alias=True, indent=1, exclude={"shots"}, exclude_none=True).removesuffix("\n}")
        yield ',\n "shots": ['
        for index, shot in enumerate(self.shots):
            yield f'{"," if index else ""}\n  {shot.model_dump_json(exclude={"faces"})[:-1]}, "faces": ['
            for number, face in enumerate(shot.faces):
                yield f'{"," if number else ""}\n   {face.model_dump_json(exclude={"samples"})[:-1]}, "samples": ['
                yield from json_lines(face.samples, margin=4)
                yield "\n   ]}"
            yield "\n  ]}"
        yield "\n ]\n}\n"
