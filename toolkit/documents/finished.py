"""A shot that another program has finished (``finished/<shot>.json``)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Rate
from toolkit.documents.passes import PassName
from toolkit.documents.review import ActingReview, ClipName, ShotReview
from toolkit.frames import FrameRange


class Finished(Document):
    """A movie that Topaz Video AI made of the layers of one shot."""

    made_by: ClassVar[str] = "toolkit finish OUT --topaz STEPS"

    schema_: Literal["toolkit.finished/1"] = Field(default="toolkit.finished/1", alias="schema")
    toolkit: str
    """Version of the toolkit that made it."""
    shot: FileName
    pass_name: PassName | None
    """FACE: over the plate. BODY: alone. None: FACE over BODY, or what of them there is."""
    clip: ClipName
    """The clip of a review that was finished."""
    movie: str
    """The name of the movie, beside this file."""
    bytes: int
    """Its size."""
    key: str
    """Digest of the pictures and of the commands."""
    commands: tuple[tuple[str, ...], ...]
    """The arguments that the program was given, command by command."""
    source_range: FrameRange
    """The frames that were finished, handles included (source space)."""
    width: int
    height: int
    rate: Rate
    """Frames per second."""
    frames: int
    frames_each: Rate
    """How many of them are made of each frame of the plate."""
    review: ShotReview | None = None
    """The acting in the clip and in the movie, compared with the plate; None: it is not measured."""
    not_measured: str = ""
    """Why it is not; empty with ``review`` None: it has yet to be."""

    @property
    def acting(self) -> dict[int, tuple[ActingReview, ActingReview]]:
        """The acting that is left before and after, by face; empty: it is not measured, or there is no face."""
        faces = self.review.faces if self.review is not None else ()
        return {face.face: (face.passes[self.clip], face.passes[ClipName.RESULT]) for face in faces}
