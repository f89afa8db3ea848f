"""The timeline that the adapter transcribes from an AAF, one object for each of the file's, as pieces of layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from toolkit.editorial.items import is_clip, is_gap, is_nested, is_transition
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import time_base, to_seconds
from toolkit.turnover.formats.aaf.file import AafFacts
from toolkit.turnover.formats.aaf.pieces import (
    Fade,
    Hole,
    Nested,
    Picture,
    Piece,
    Source,
    Steady,
    disable,
    total_length,
    trim,
)
from toolkit.turnover.formats.aaf.retimes import read_place, retime

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable

Layers = list[list[Piece]]

PICTURE_KINDS = frozenset({"Video", "AAF_LegacyPicture"})
"""Kinds of the adapter's tracks that hold pictures."""

_PLAIN_EFFECTS = frozenset({"Submaster"})
"""Effects that only group clips: nothing is lost with them."""
_MATTE_INPUT = 2
"""The third input of a keying effect is its matte, which is not seen."""


@dataclass(slots=True, kw_only=True)
class Walk:
    """Reads tracks at the rate of the timeline, and collects what it cannot carry."""

    rate: Fraction
    """Frames per second."""
    facts: AafFacts
    notes: list[str] = field(default_factory=list)
    lost_effects: dict[str, list[str]] = field(default_factory=dict)
    """Names of clips by name of effect."""

    def layers(self, track: schema.Track) -> Layers:
        """The layers of a slot of a composition, bottom first: Avid writes all video tracks into one slot."""
        children = list(track)
        if len(children) == 1 and _class_name(children[0]) == "NestedScope":
            return [self._pieces(layer) for layer in children[0]]
        return [self._pieces(track)]

    def _pieces(self, child: Composable) -> list[Piece]:
        """The pieces of one object, as much of them as is shown."""
        pieces = self._read(child)
        if is_transition(child) or is_clip(child) or is_gap(child):
            return pieces
        if child.source_range is not None and not _is_effect(child):
            pieces = self._trim(child.name, pieces, self._frames(child.source_range.start_time), self._length(child))
        return pieces if child.enabled else [disable(piece) for piece in pieces]

    def _pieces_or_note(self, child: Composable) -> list[Piece]:
        """The pieces of one object; when it cannot be read, a clip that says so takes its place."""
        try:
            return self._pieces(child)
        except Skip as skip:
            name = child.name or f"unnamed {child.schema_name()}"
            self.notes.append(f"'{name}' cannot be read, so it is left out: {skip}")
            return [self._made_up(name, self._length(child), "an object that cannot be read")]

    def _read(self, child: Composable) -> list[Piece]:
        if is_transition(child):
            return [self._fade(child)]
        if is_gap(child):
            return [self._hole(child)]
        if is_clip(child):
            return [self._clip(child)]
        if _is_effect(child):
            return self._effect(child)
        if not is_nested(child):
            raise Skip(f"a {child.schema_name()} is not supported yet")
        if child.schema_name() == "Track":
            return [piece for inner in child for piece in self._pieces_or_note(inner)]
        return _stack(child.name, [self._pieces(layer) for layer in _picture_layers(child)])

    def _trim(self, name: str, pieces: list[Piece], head: Fraction, length: Fraction) -> list[Piece]:
        if any(isinstance(piece, Fade) for piece in pieces):
            return [Nested(length=length, name=name, head=head, layers=(tuple(pieces),))]
        return trim(pieces, head, length)

    # --- leaves ---

    def _clip(self, clip: schema.Clip) -> Piece:
        """All of a master clip."""
        start, duration = clip.source_range.start_time, clip.source_range.duration
        rate = time_base(duration.rate)
        count = to_seconds(duration) * rate
        source = Source(name=clip.name, clip=clip, rate=rate, first=to_seconds(start) * rate, count=count)
        step = rate / self.rate
        return Picture(length=count / step, source=source, places=Steady(start=Fraction(0), step=step))

    def _hole(self, gap: schema.Gap) -> Piece:
        """Empty track time; or a clip whose mob is not in the file, which the adapter makes a gap."""
        if _class_name(gap) == "SourceClip":
            return self._made_up(gap.name or "unnamed clip", self._length(gap))
        return Hole(length=self._length(gap))

    def _made_up(self, name: str, length: Fraction, generator: str = "") -> Picture:
        source = Source(name=name, clip=None, rate=self.rate, first=Fraction(0), count=length, generator=generator)
        return Picture(length=length, source=source, places=Steady(start=Fraction(0), step=Fraction(1)))

    def _fade(self, transition: schema.Transition) -> Fade:
        operation = _metadata(transition).get("OperationGroup", {}).get("Operation", {})
        name = str(operation.get("Name", "") or transition.name)
        is_dissolve = "dissolve" in name.lower() or name == "Transition"
        return Fade(
            name=name,
            kind="SMPTE_Dissolve" if is_dissolve else "Custom_Transition",
            before=self._frames(transition.in_offset),
            after=self._frames(transition.out_offset),
        )

    # --- effects ---

    def _effect(self, stack: schema.Stack) -> list[Piece]:
        """An operation group, whose range the adapter moves when a transition overlaps it."""
        group = _metadata(stack.effects[0])
        head, length = self._frames(stack.source_range.start_time), self._length(stack)
        name = str(group.get("Operation", {}).get("Name", "") or "unnamed")
        if group.get("Operation", {}).get("IsTimeWarp"):
            pieces = self._time_warp(stack, name, group)
        else:
            pieces = self._layer_effect(stack, name, Fraction(int(group["Length"])))
        return self._trim(stack.name, pieces, head, length)

    def _time_warp(self, stack: schema.Stack, name: str, group: Any) -> list[Piece]:
        length = Fraction(int(group["Length"]))
        inputs = [self._pieces(layer) for layer in _picture_layers(stack)]
        try:
            if time_base(stack.source_range.duration.rate) != self.rate:
                raise Skip("it counts at another rate than the timeline")
            if len(inputs) != 1:
                raise Skip(f"a retime of {len(inputs)} inputs is not supported yet")
            return retime(inputs[0], read_place(group, total_length(inputs[0]), self.facts), length)
        except Skip as skip:
            clip = _first_name(inputs) or stack.name
            self.notes.append(f"the retime '{name}' of '{clip}' cannot be read, so the clip is left out: {skip}")
            return [self._made_up(clip, length, f"the retime '{name}'")]

    def _layer_effect(self, stack: schema.Stack, name: str, length: Fraction) -> list[Piece]:
        inputs = [self._pieces(layer) for layer in _picture_layers(stack)]
        clip = _first_name(inputs)
        if name.startswith("Title") or not inputs:
            return [self._made_up(clip or name, length, name)]
        if name not in _PLAIN_EFFECTS:
            self.lost_effects.setdefault(name, []).append(clip)
        return _stack(name, inputs[:_MATTE_INPUT] if len(inputs) == _MATTE_INPUT + 1 else inputs)

    def _frames(self, time: Any) -> Fraction:
        return to_seconds(time) * self.rate

    def _length(self, child: Any) -> Fraction:
        """Frames that ``child`` takes: as much as is shown of it, else all that the file says."""
        if child.source_range is None:
            return Fraction(int(_metadata(child).get("Length") or 0))
        return self._frames(child.source_range.duration)

    def effect_notes(self) -> Iterator[str]:
        """A sentence for each kind of effect that is not carried over."""
        for name, clips in self.lost_effects.items():
            others = f" and {len(clips) - 1} more" if len(clips) > 1 else ""
            on = f"on '{clips[0]}'" if clips[0] else "over the tracks below it"
            yield f"the effect '{name}' {on}{others} is not carried over"


def _stack(name: str, layers: Sequence[Sequence[Piece]]) -> list[Piece]:
    """``layers`` as one layer where the others are empty, else as a nested timeline."""
    seen = [layer for layer in layers if any(not isinstance(piece, Hole) for piece in layer)]
    length = max((total_length(layer) for layer in layers), default=Fraction(0))
    if not seen:
        return [Hole(length=length)]
    if len(seen) == 1:
        return list(seen[0])
    return [Nested(length=length, name=name, head=Fraction(0), layers=tuple(tuple(layer) for layer in seen))]


def _picture_layers(stack: schema.Stack) -> list[Composable]:
    return [layer for layer in stack if getattr(layer, "kind", "Video") in PICTURE_KINDS]


def _first_name(layers: Layers) -> str:
    pictures = (piece for layer in layers for piece in layer if isinstance(piece, Picture))
    return next((piece.source.name for piece in pictures), "")


def _is_effect(child: Composable) -> bool:
    return bool(getattr(child, "effects", ())) and child.schema_name() == "Stack"


def _metadata(child: Any) -> Any:
    return child.metadata.get("AAF", {})


def _class_name(child: Any) -> str:
    return str(_metadata(child).get("ClassName", ""))
