"""Settings that were chosen by how much of the acting they keep (``tuning.json``)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from toolkit.documents.base import Document, FileName, Value
from toolkit.documents.passes import PassName


class Trial(Value):
    """One value that was tried."""

    value: float
    score: float
    """0 to 100: what was kept of the acting."""
    frames: int
    """Frames that were rendered for it."""


class ShotTuning(Value):
    """What was chosen for one shot."""

    shot: FileName
    pass_name: PassName
    key: str
    """The setting that was varied: ``face.strength``."""
    trials: tuple[Trial, ...]
    """In the order in which they were made; the last ones with all frames of the shot."""
    value: float | None
    """What was chosen; None: nothing could be judged."""
    score: float | None
    """What it keeps, measured on the whole shot."""
    note: str = ""
    """Why the target was not reached, or nothing chosen; empty: it was reached."""


class Tuning(Document):
    """The strongest settings that keep the acting."""

    made_by: ClassVar[str] = "toolkit tune CUT -o OUT"

    schema_: Literal["toolkit.tuning/1"] = Field(default="toolkit.tuning/1", alias="schema")
    toolkit: str
    """Version of the toolkit that made it."""
    target: float
    """The score that was asked for."""
    shots: tuple[ShotTuning, ...]
