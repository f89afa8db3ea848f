"""What is in front of the faces of one shot (``occluders.json``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Value, json_lines
from toolkit.documents.faces import Outline
from toolkit.frames import FrameRange


class OccluderSample(Value):
    """What is in front of one face in one frame."""

    source_frame: int
    face: int
    outlines: tuple[Outline, ...] = Field(min_length=1)
    """A hand, a microphone with the hand that holds it, an arm: closed, pixels of the display window."""


class Occluders(Document):
    """Everything in front of the faces of one shot."""

    made_by: ClassVar[str] = "toolkit track CUT -o OUT --set track.occluders=true"

    schema_: Literal["toolkit.occluders/1"] = Field(default="toolkit.occluders/1", alias="schema")
    shot: FileName
    key: str
    """Digest of everything that determines these: media, range, faces, model."""
    width: int
    """Of the display window, pixels, rotation applied."""
    height: int
    source_range: FrameRange
    """The work range that was analysed (source space)."""
    samples: tuple[OccluderSample, ...]
    """In the order of frames, and of faces within a frame; only those with something in front of the face."""

    def _text(self) -> Iterator[str]:
        """One line per sample."""
        yield self.model_dump_json(by_alias=True, indent=1, exclude={"samples"}).removesuffix("\n}")
        yield ',\n "samples": ['
        yield from json_lines(self.samples, margin=2)
        yield "\n ]\n}\n"
