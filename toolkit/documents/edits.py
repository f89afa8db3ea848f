"""Corrections of the faces of one shot by hand (``edits.json``)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from toolkit.documents.base import Document, FileName, Point, Value, json_lines
from toolkit.documents.faces import LARGEST_FACE, FaceState, Outline
from toolkit.errors import list_frames
from toolkit.frames import FrameRange
from toolkit.settings import FACE_NAME

FaceName = Annotated[str, Field(pattern=f"^{FACE_NAME}$")]
"""A name that can stand in a list beside numbers."""


class FaceReference(Value):
    """The face that an edit is about: it is found by its place, since numbers may change when the shot is tracked
    again."""

    number: int = Field(ge=0)
    """Of the face when the edit was made. It decides only between faces in the same place."""
    source_frame: int
    """A frame in which the face was detected."""
    centre: Point
    """Where it was detected there, as in ``FaceSample``. The nearest face within one face height is meant."""


class DropFace(Value):
    """Remove a face from the shot, or from some frames."""

    kind: Literal["drop"] = "drop"
    face: FaceReference
    source_range: FrameRange | None = None
    """The frames without it; None: all."""

    @property
    def summary(self) -> str:
        """The edit in words, for people."""
        return f"drop face {self.face.number}" + (f" in {_name_frames(self.source_range)}" if self.source_range else "")


class MergeFaces(Value):
    """Make one face of two that are the same person."""

    kind: Literal["merge"] = "merge"
    face: FaceReference
    """It stays as it is in frames that have both, unless the other one is FOUND there and this one is HELD."""
    other: FaceReference

    @property
    def summary(self) -> str:
        """The edit in words, for people."""
        return f"merge face {self.other.number} into face {self.face.number}"


class SplitFace(Value):
    """Make two faces of one: from a frame on it is another person."""

    kind: Literal["split"] = "split"
    face: FaceReference
    source_frame: int
    """The first frame of the new face, which gets the next free number."""

    @property
    def summary(self) -> str:
        """The edit in words, for people."""
        return f"split face {self.face.number} at {self.source_frame}"


class NameFace(Value):
    """Give a face a name, or take it away."""

    kind: Literal["name"] = "name"
    face: FaceReference
    name: FaceName | Literal[""]
    """Empty: the face has no name."""

    @property
    def summary(self) -> str:
        """The edit in words, for people."""
        return f"name face {self.face.number} {self.name}" if self.name else f"name face {self.face.number} no more"


class FaceKey(Value):
    """The place of a face in one frame, set by hand."""

    source_frame: int
    centre: Point
    """At the bridge of the nose, as that of a sample; pixels."""
    scale: float = Field(gt=0, le=LARGEST_FACE)
    """Height of the face, forehead to chin, pixels."""
    roll: float
    """Degrees clockwise as seen, 0 upright."""
    outline: Outline | None = None
    """Edge of the face, to be used for the matte in place of the one that its landmarks have; pixels of the display
    window. None: as in the keys around, or the landmarks' own if no key has one."""


class PlaceFace(Value):
    """Place a face by keyframes, from the first to the last one. Position and roll change linearly between two, scale
    geometrically, and outlines, which move with the face, point by point."""

    kind: Literal["place"] = "place"
    face: FaceReference
    keys: tuple[FaceKey, ...] = Field(min_length=1)
    """In the order of their frames, one for each."""

    @field_validator("keys")
    @classmethod
    def _check_keys(cls, keys: tuple[FaceKey, ...]) -> tuple[FaceKey, ...]:
        if any(before.source_frame >= after.source_frame for before, after in pairwise(keys)):
            raise ValueError("keys must be in the order of their frames, one for each")
        if len({len(key.outline) for key in keys if key.outline is not None}) > 1:
            raise ValueError("the outlines of all keys must have the same number of points")
        return keys

    @property
    def source_range(self) -> FrameRange:
        """From the first to the last key."""
        return FrameRange(first=self.keys[0].source_frame, last=self.keys[-1].source_frame)

    @property
    def summary(self) -> str:
        """The edit in words, for people."""
        keys = "a key" if len(self.keys) == 1 else "keys"
        return f"place face {self.face.number} by {keys} at {list_frames([key.source_frame for key in self.keys])}"


class SetState(Value):
    """Say whether a face is there, and whether its acting is to be believed."""

    kind: Literal["state"] = "state"
    face: FaceReference
    source_range: FrameRange
    state: FaceState
    """ABSENT: it is not there. HELD: it is, but its expression is not what was read. FOUND: it is as it was read."""

    @property
    def summary(self) -> str:
        """The edit in words, for people."""
        return f"face {self.face.number} is {self.state} in {_name_frames(self.source_range)}"


def _name_frames(frames: FrameRange) -> str:
    return list_frames(list(frames))


FaceEdit = DropFace | MergeFaces | SplitFace | NameFace | PlaceFace | SetState
"""One correction."""


class FaceEdits(Document):
    """The corrections of the faces of one shot by hand, which everything that reads its face tracks carries out. They
    are never changed by tracking."""

    made_by: ClassVar[str] = "toolkit edit"

    schema_: Literal["toolkit.edits/1"] = Field(default="toolkit.edits/1", alias="schema")
    shot: FileName
    edits: tuple[Annotated[FaceEdit, Field(discriminator="kind")], ...] = ()
    """In the order in which they are carried out: each is about the faces that those before it have left."""

    def _text(self) -> Iterator[str]:
        """One line per edit."""
        yield self.model_dump_json(by_alias=True, indent=1, exclude={"edits"}).removesuffix("\n}")
        yield ',\n "edits": ['
        yield from json_lines(self.edits, margin=2)
        yield "\n ]\n}\n"
