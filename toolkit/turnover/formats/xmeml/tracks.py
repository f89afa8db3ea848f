"""The tracks of a sequence: items in their places, transitions on the cuts, gaps between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.editorial.builders import (
    make_clip,
    make_gap,
    make_missing_reference,
    make_time,
    make_time_range,
    make_transition,
    make_video_track,
)
from toolkit.editorial.skips import Skip
from toolkit.turnover.formats.xmeml.clips import build_clip, build_nested
from toolkit.turnover.formats.xmeml.counting import Overlap, Placement
from toolkit.turnover.formats.xmeml.elements import Elements, display_name, flag, rate, text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from opentimelineio import schema
    from opentimelineio.core import Composable

_ITEMS = {"clipitem", "generatoritem"}
_MAX_DEPTH = 20
_MAX_ITEMS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    item: Element
    placement: Placement


class TooManyItems(Exception):
    """More items than any real cut has, those of nested sequences counted each time: they may repeat each other."""


class TrackReader:
    """Builds the video tracks of the sequences of one document; ``notes`` is what was guessed or left out."""

    def __init__(self, elements: Elements) -> None:
        self.elements = elements
        self.notes: list[str] = []
        self._built = 0

    def read(self, sequence: Element, record_rate: Fraction, inside: tuple[Element, ...] = ()) -> list[schema.Track]:
        """The video tracks of ``sequence``, bottom first; ``inside`` are the sequences that it is nested in.

        Raises TooManyItems.
        """
        tracks = []
        for number, element in enumerate(_video_tracks(sequence, self.elements), start=1):
            name = text(element, "name") or f"Video {number}"
            overlaps = self._overlaps(element, record_rate)
            by_cut = {overlap.cut: (transition, overlap) for transition, overlap in overlaps.items()}
            for lane in self._lanes(element, overlaps, name):
                track = make_video_track(name)
                track.enabled = flag(element, "enabled", default=True)
                track.extend(self._children(lane, by_cut, record_rate, (*inside, sequence)))
                tracks.append(track)
            for transition, _ in by_cut.values():
                self.notes.append(f"the transition {_transition_name(transition)} is left out: it lies on no cut")
        return tracks

    def _lanes(self, track: Element, overlaps: Mapping[Element, Overlap], name: str) -> list[list[_Placed]]:
        """The items of ``track`` by their position; what overlaps another item goes into a track of its own above."""
        lanes: list[list[_Placed]] = [[]]
        for placed in sorted(self._placed(track, overlaps), key=lambda one: one.placement.first):
            free = (lane for lane in lanes if not lane or lane[-1].placement.end <= placed.placement.first)
            lane = next(free, None)
            if lane is None:
                lanes.append(lane := [])
                self.notes.append(
                    f"{display_name(placed.item)} overlaps the clip before it on {name}: it was put on a track above"
                )
            lane.append(placed)
        return lanes

    def _placed(self, track: Element, overlaps: Mapping[Element, Overlap]) -> Iterator[_Placed]:
        for head, item, tail in _neighbours(track, self.elements):
            if item.tag in _ITEMS:
                sides = [overlaps.get(side) if side is not None else None for side in (head, tail)]
                try:
                    yield _Placed(item=item, placement=Placement.of(item, *sides))
                except Skip as skip:
                    self.notes.append(f"{display_name(item)} is left out: {skip}")

    def _overlaps(self, track: Element, record_rate: Fraction) -> dict[Element, Overlap]:
        """The transitions of ``track``, each with its cut where the items beside it meet."""
        found = {}
        for before, element, after in _neighbours(track, self.elements):
            if element.tag == "transitionitem":
                items = [side if side is not None and side.tag in _ITEMS else None for side in (before, after)]
                try:
                    found[element] = Overlap.of(element, record_rate).between(*items)
                except Skip as skip:
                    self.notes.append(f"the transition {_transition_name(element)} is left out: {skip}")
        return found

    def _children(
        self,
        lane: Sequence[_Placed],
        by_cut: dict[int, tuple[Element, Overlap]],
        record_rate: Fraction,
        inside: tuple[Element, ...],
    ) -> Iterator[Composable]:
        """The children of a track; transitions are taken out of ``by_cut``."""
        position = 0
        for placed in lane:
            if placed.placement.first > position:
                yield from _transition(by_cut.pop(position, None), record_rate)
                yield make_gap(make_time(placed.placement.first - position, record_rate))
            yield from _transition(by_cut.pop(placed.placement.first, None), record_rate)
            yield self._item(placed, record_rate, inside)
            position = placed.placement.end
        yield from _transition(by_cut.pop(position, None), record_rate)

    def _item(self, placed: _Placed, record_rate: Fraction, inside: tuple[Element, ...]) -> Composable:
        """The clip or nested timeline of ``placed``; a clip without media where that is invalid, with a note."""
        self._built += 1
        if self._built > _MAX_ITEMS:
            raise TooManyItems
        try:
            return self._build(placed.item, placed.placement, record_rate, inside)
        except Skip as skip:
            name = display_name(placed.item)
            self.notes.append(f"{name} is left out: {skip}")
            time = make_time_range(make_time(0, record_rate), make_time(placed.placement.count, record_rate))
            return make_clip(name, make_missing_reference(name), time)

    def _build(
        self, item: Element, placement: Placement, record_rate: Fraction, inside: tuple[Element, ...]
    ) -> Composable:
        nested = self.elements.child(item, "sequence")
        if nested is None:
            return build_clip(item, placement, self.elements, record_rate=record_rate, note=self.notes.append)
        if nested in inside:
            raise Skip("its sequence contains itself")
        if len(inside) >= _MAX_DEPTH:
            raise Skip(f"its sequence is nested more than {_MAX_DEPTH} deep")
        if nested.find("media") is None:
            raise Skip("the file does not define its sequence")
        nested_rate = rate(nested, record_rate) or record_rate
        return build_nested(
            item,
            placement,
            self.read(nested, nested_rate, inside),
            record_rate=record_rate,
            nested_rate=nested_rate,
            note=self.notes.append,
        )


def has_clips(sequence: Element, elements: Elements) -> bool:
    """Whether a video track of ``sequence`` has an item."""
    return any(child.tag in _ITEMS for track in _video_tracks(sequence, elements) for child in track)


def nested_sequences(sequence: Element, elements: Elements) -> Iterator[Element]:
    """The sequences that items of ``sequence`` show."""
    for track in _video_tracks(sequence, elements):
        for item in track:
            nested = elements.child(item, "sequence")
            if nested is not None:
                yield nested


def _video_tracks(sequence: Element, elements: Elements) -> list[Element]:
    media = elements.child(sequence, "media")
    video = elements.child(media, "video") if media is not None else None
    return [] if video is None else [elements.full(track) for track in video.iterfind("track")]


def _neighbours(track: Element, elements: Elements) -> Iterator[tuple[Element | None, Element, Element | None]]:
    """Each item and transition of ``track`` between those before and after it."""
    children = [elements.full(one) for one in track if one.tag in {*_ITEMS, "transitionitem"}]
    return zip([None, *children], children, [*children[1:], None], strict=False)


def _transition(found: tuple[Element, Overlap] | None, record_rate: Fraction) -> Iterator[schema.Transition]:
    if found is not None:
        element, overlap = found
        is_dissolve = "dissolve" in text(element, "effect/effectid").lower()
        yield make_transition(
            _transition_name(element),
            "SMPTE_Dissolve" if is_dissolve else "Custom_Transition",
            before=make_time(overlap.cut - overlap.first, record_rate),
            after=make_time(overlap.end - overlap.cut, record_rate),
        )


def _transition_name(element: Element) -> str:
    return text(element, "effect/name") or display_name(element)
