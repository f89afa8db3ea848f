"""Pieces of an AAF as a timeline: constant speeds where they give the same frames, positions where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from toolkit.editorial.builders import (
    make_clip,
    make_gap,
    make_generator_reference,
    make_missing_reference,
    make_remap_effect,
    make_speed_effect,
    make_stack,
    make_time,
    make_time_range,
    make_transition,
    make_video_track,
)
from toolkit.turnover.formats.aaf.media import MediaReader, media_first
from toolkit.turnover.formats.aaf.pieces import Fade, Hole, Listed, Nested, Picture, Piece, Steady

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable


@dataclass(kw_only=True)
class Builder:
    """Makes OpenTimelineIO objects of pieces."""

    rate: Fraction
    """Frames per second of the timeline."""
    media: MediaReader

    def track(self, name: str, pieces: Sequence[Piece]) -> schema.Track:
        """A video track of ``pieces``."""
        track = make_video_track(name)
        track.extend([self._build(piece) for piece in pieces if isinstance(piece, Fade) or piece.length > 0])
        return track

    def _build(self, piece: Piece) -> Composable:
        if isinstance(piece, Hole):
            return make_gap(make_time(piece.length, self.rate))
        if isinstance(piece, Fade):
            before, after = make_time(piece.before, self.rate), make_time(piece.after, self.rate)
            return make_transition(piece.name, piece.kind, before=before, after=after)
        built = self._stack(piece) if isinstance(piece, Nested) else self._clip(piece)
        built.enabled = piece.enabled
        return built

    def _stack(self, nested: Nested) -> schema.Stack:
        shown = make_time_range(make_time(nested.head, self.rate), make_time(nested.length, self.rate))
        tracks = [self.track(f"V{number}", layer) for number, layer in enumerate(nested.layers, start=1)]
        return make_stack(nested.name, shown, tracks)

    def _clip(self, picture: Picture) -> schema.Clip:
        source, length = picture.source, make_time(picture.length, self.rate)
        if source.clip is None:
            reference = make_generator_reference if source.generator else make_missing_reference
            shown = make_time_range(make_time(0, self.rate), length)
            return make_clip(source.name, reference(source.generator or source.name), shown)
        reference = self.media.read(source)
        steady = find_steady(picture, source.rate / self.rate)
        if steady is None:
            positions = hold_ends(picture)
            start, offset = min(positions), source.first - media_first(reference)
            kind = "retime" if isinstance(picture.places, Listed) else "last picture held"
            effects = [make_remap_effect(kind, [position + offset for position in positions])]
        else:
            start = min(steady.at(Fraction(0)), steady.at(Fraction(_frame_count(picture) - 1)))
            speed = steady.step * self.rate / source.rate
            effects = [] if speed == 1 else [make_speed_effect(float(speed))]
        shown = make_time_range(make_time(source.first + start, source.rate), length)
        return make_clip(source.name, reference, shown, effects=effects)


def find_steady(picture: Picture, usual: Fraction) -> Steady | None:
    """The constant speed that shows exactly the frames of ``picture``; None when there is none.

    ``usual`` is the step at 100 %, which a single frame is given.
    """
    if isinstance(picture.places, Steady):
        count, last = picture.source.count, picture.places.at(Fraction(_frame_count(picture) - 1))
        return picture.places if last < count else None
    positions = hold_ends(picture)
    if len(positions) == 1:
        return Steady(start=positions[0], step=usual)
    step = picture.places.at(Fraction(1)) - picture.places.at(Fraction(0))
    shown = [floor(position) for position in positions]
    steady = Steady(start=picture.places.at(Fraction(0)), step=step)
    return steady if [floor(steady.at(Fraction(frame))) for frame in range(len(shown))] == shown else None


def hold_ends(picture: Picture) -> list[Fraction]:
    """The position of each frame: as Avid does, the first and the last picture of the media hold beyond its ends."""
    last = max(Fraction(0), picture.source.count - 1)
    places = (picture.places.at(Fraction(frame)) for frame in range(_frame_count(picture)))
    return [min(max(Fraction(0), place), last) for place in places]


def _frame_count(picture: Picture) -> int:
    """Timeline frames that ``picture`` touches, the last one perhaps in part."""
    return ceil(picture.length)
