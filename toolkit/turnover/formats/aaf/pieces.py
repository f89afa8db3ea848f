"""What a track of an AAF shows, piece by piece, before it becomes a timeline: pieces can be cut and retimed exactly.

All lengths and places are frames of the timeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from opentimelineio import schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The media of a master clip."""

    name: str
    clip: schema.Clip | None
    """As the adapter made it: all of the master clip, at its media timecode. None for pictures without media."""
    rate: Fraction
    """Frames per second of the media."""
    first: Fraction
    """Media timecode of the master clip's first frame, frames."""
    count: Fraction
    """Frames of the master clip."""
    generator: str = ""
    """What makes the pictures when there is no media, such as ``Title``; empty when that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """Positions in a source that advance by the same ``step`` for each timeline frame."""

    start: Fraction
    step: Fraction

    def at(self, frame: Fraction) -> Fraction:
        """The source frame at ``frame`` of the piece, from the first frame of the source."""
        return self.start + self.step * frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A position in a source for each timeline frame."""

    positions: tuple[Fraction, ...]

    def at(self, frame: Fraction) -> Fraction:
        """The source frame at ``frame`` of the piece; the first and the last one hold."""
        return self.positions[min(max(0, floor(frame)), len(self.positions) - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Nothing: what lies below is seen."""

    length: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Frames of one source."""

    length: Fraction
    source: Source
    places: Steady | Listed
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    """Several layers, or a part with transitions, seen from ``head`` on."""

    length: Fraction
    name: str
    head: Fraction
    layers: tuple[tuple[Piece, ...], ...]
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fade:
    """A transition: it begins ``before`` the cut and ends ``after`` it, and takes no time of its own."""

    name: str
    kind: str
    before: Fraction
    after: Fraction
    length: Fraction = Fraction(0)


Piece: TypeAlias = Hole | Picture | Nested | Fade


def total_length(pieces: Sequence[Piece]) -> Fraction:
    """Frames that ``pieces`` last."""
    return sum((piece.length for piece in pieces), Fraction(0))


def disable(piece: Piece) -> Piece:
    """``piece``, muted in the editor."""
    return replace(piece, enabled=False) if isinstance(piece, (Picture, Nested)) else piece


def trim(pieces: Sequence[Piece], head: Fraction, length: Fraction) -> list[Piece]:
    """The part of ``pieces`` that begins at ``head``; a last picture that is too short for ``length`` goes on.

    Transitions must not be among them.
    """
    trimmed: list[Piece] = []
    first = Fraction(0)
    for index, piece in enumerate(pieces):
        end = first + piece.length
        if index == len(pieces) - 1 and not isinstance(piece, Hole):
            end = max(end, head + length)
        start, stop = max(first, head), min(end, head + length)
        if stop > start:
            trimmed.append(_part(piece, start - first, stop - start))
        first = end
    missing = length - total_length(trimmed)
    return [*trimmed, Hole(length=missing)] if missing > 0 else trimmed


def _part(piece: Piece, head: Fraction, length: Fraction) -> Piece:
    if isinstance(piece, Nested):
        return replace(piece, head=piece.head + head, length=length)
    if not isinstance(piece, Picture):
        return replace(piece, length=length)
    if isinstance(piece.places, Steady):
        return replace(piece, places=replace(piece.places, start=piece.places.at(head)), length=length)
    positions = tuple(piece.places.at(head + frame) for frame in range(ceil(length)))
    return replace(piece, places=Listed(positions=positions), length=length)
