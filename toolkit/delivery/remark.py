"""A remark on a shot: a sentence in the notes, a marker on the timeline, or both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from toolkit.documents import DeliveryMarker, Shot

MarkerName = Literal[
    "Media offline",
    "Not rendered",
    "No face found",
    "Face lost",
    "Face covered",
    "Acting lost",
    "Set the speed",
    "Varying speed",
    "Add the transition",
    "Short handles",
]

_COLOURS: dict[MarkerName, Literal["Red", "Yellow", "Green", "Blue"]] = {
    "Media offline": "Red",
    "Not rendered": "Red",
    "No face found": "Yellow",
    "Face lost": "Yellow",
    "Face covered": "Yellow",
    "Acting lost": "Yellow",
    "Set the speed": "Blue",
    "Varying speed": "Blue",
    "Add the transition": "Blue",
    "Short handles": "Green",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One fact about one shot, or about a clip that is none."""

    shot: str
    """Its name."""
    record_first: int
    """Where its marker goes (record space)."""
    sentence: str
    marker: MarkerName | None = None
    """Name of its marker; None when it gets no marker."""
    is_note: bool = True
    """Whether it is listed in the delivery's notes."""

    @classmethod
    def on(cls, shot: Shot, sentence: str, marker: MarkerName | None = None, *, is_note: bool = True) -> Remark:
        """A remark on ``shot``, with its marker where the shot begins."""
        first = shot.record_range.first
        return cls(shot=shot.name, record_first=first, sentence=sentence, marker=marker, is_note=is_note)


def build_markers(remarks: Iterable[Remark], *, record_count: int) -> tuple[DeliveryMarker, ...]:
    """A marker for each of ``remarks`` that has a name, where its shot begins on a timeline of ``record_count`` frames.

    Resolve allows one marker per frame, so a second one goes to the next free frame. Without a free frame it is
    dropped.
    """
    by_frame: dict[int, DeliveryMarker] = {}
    for remark in remarks:
        frames = chain(range(remark.record_first, record_count), reversed(range(remark.record_first)))
        free = next((frame for frame in frames if frame not in by_frame), None)
        if remark.marker is None or free is None:
            continue
        by_frame[free] = DeliveryMarker(
            record_frame=free,
            shot=remark.shot,
            name=remark.marker,
            note=remark.sentence,
            colour=_COLOURS[remark.marker],
        )
    return tuple(by_frame[frame] for frame in sorted(by_frame))
