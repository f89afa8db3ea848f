"""The storylines of FCPXML as tracks: the primary storyline, lanes above it and below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.editorial.builders import make_gap, make_time, make_transition, make_video_track

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Item

Lane = tuple[int, ...]
"""The lane of a storyline, after those of what it is connected to; empty: the primary storyline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A clip of a storyline, or a part of it without a picture."""

    first: int
    """Frame of its timeline."""
    end: int
    """Excluded."""
    item: Item | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cross:
    """A transition."""

    first: int
    """Frame of its timeline."""
    end: int
    """Excluded."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Clips that lie one after another: a storyline, or one connected clip."""

    lane: Lane
    pieces: tuple[Piece | Cross, ...]

    @property
    def first(self) -> int:
        """Frame of its timeline at which it begins."""
        return min(piece.first for piece in self.pieces)

    @property
    def end(self) -> int:
        """Frame at which it has ended."""
        return max(piece.end for piece in self.pieces)

    @property
    def has_pictures(self) -> bool:
        """Whether any clip of it is a picture."""
        return any(isinstance(piece, Piece) and piece.item is not None for piece in self.pieces)


def build_tracks(runs: Iterable[Run], rate: Fraction) -> list[schema.Track]:
    """The tracks of ``runs``, bottom first; clips of one lane share a track unless they overlap."""
    lanes: dict[Lane, list[Run]] = {(): []}
    for run in runs:
        if run.pieces:
            lanes.setdefault(run.lane, []).append(run)
    depth = max(map(len, lanes))
    order = sorted(lanes, key=lambda lane: lane + (0,) * (depth - len(lane)))
    return [
        _build_track(_name_track(lane, number), row, rate)
        for lane in order
        for number, row in enumerate(_pack(lanes[lane]), start=1)
    ]


def _pack(runs: list[Run]) -> list[list[Run]]:
    """``runs`` on as few rows as they fit on without overlaps, at least one."""
    rows: list[list[Run]] = [[]]
    for run in sorted(runs, key=lambda run: run.first):
        row = next((row for row in rows if not row or row[-1].end <= run.first), None)
        if row is None:
            rows.append([run])
        else:
            row.append(run)
    return rows


def _name_track(lane: Lane, number: int) -> str:
    name = f"Lane {' '.join(map(str, lane))}" if lane else "Primary storyline"
    return name if number == 1 else f"{name} ({number})"


def _build_track(name: str, runs: Sequence[Run], rate: Fraction) -> schema.Track:
    track, position = make_video_track(name), 0
    for run in runs:
        for index, piece in enumerate(run.pieces):
            if isinstance(piece, Cross):
                cut = _cut_of(run.pieces, index)
                position = _fill(track, position, cut, rate)
                track.append(_build_transition(piece, cut, rate))
            elif piece.item is not None:
                _fill(track, position, piece.first, rate)
                track.append(piece.item)
                position = piece.end
        position = _fill(track, position, run.end if run.lane == () else position, rate)
    return track


def _cut_of(pieces: Sequence[Piece | Cross], index: int) -> int:
    """The frame that the transition at ``index`` leads to: between its neighbours, or at the end of a storyline."""
    before = pieces[index - 1] if index else None
    after = pieces[index + 1] if index + 1 < len(pieces) else None
    if isinstance(after, Piece):
        return after.first
    return before.end if isinstance(before, Piece) else pieces[index].first


def _fill(track: schema.Track, position: int, first: int, rate: Fraction) -> int:
    """Append a gap from ``position`` up to ``first``, and return where the track ends."""
    if first > position:
        track.append(make_gap(make_time(first - position, rate)))
    return max(position, first)


def _build_transition(cross: Cross, cut: int, rate: Fraction) -> schema.Transition:
    kind = "SMPTE_Dissolve" if "cross dissolve" in cross.name.lower() else "Custom_Transition"
    before, after = max(0, cut - cross.first), max(0, cross.end - cut)
    return make_transition(cross.name, kind, before=make_time(before, rate), after=make_time(after, rate))
