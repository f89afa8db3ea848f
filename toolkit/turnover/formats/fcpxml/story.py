"""The story of an FCPXML timeline: where its clips lie, with what is connected to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.editorial.times import nearest_frame, round_half_up
from toolkit.turnover.formats.fcpxml.clips import (
    STORY_ELEMENTS,
    ClipTimes,
    connected,
    has_pictures,
    lane_of,
    pick,
    read_times,
)
from toolkit.turnover.formats.fcpxml.notes import Notes, name_clip
from toolkit.turnover.formats.fcpxml.pictures import build_picture
from toolkit.turnover.formats.fcpxml.resources import Resources
from toolkit.turnover.formats.fcpxml.retimes import Clock, Line
from toolkit.turnover.formats.fcpxml.times import BadTime, time_of
from toolkit.turnover.formats.fcpxml.tracks import Cross, Lane, Piece, Run
from toolkit.turnover.formats.fcpxml.uses import Use

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MOST_CLIPS = 50_000
"""In one file, those of compound clips once for each use. More is a file that was made to take forever."""
_ON_FRAME = Fraction(1, 50)
"""Of a frame. What is off by less begins on it."""


class TooManyClips(Exception):
    """The file holds more clips than any timeline."""


@dataclass(slots=True)
class Budget:
    """How many more clips may be read."""

    left: int = field(default_factory=lambda: _MOST_CLIPS)

    def spend(self) -> None:
        """Count one clip. Raises TooManyClips."""
        self.left -= 1
        if self.left < 0:
            raise TooManyClips(f"it holds more than {_MOST_CLIPS} clips, those of compound clips counted for each use")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReader:
    """Reads the storylines of one timeline, or of one compound clip."""

    resources: Resources
    rate: Fraction
    """Frames per second of the timeline."""
    notes: Notes
    budget: Budget = field(default_factory=Budget)
    inside_of: frozenset[str] = frozenset()
    """Ids of the compound clips that this one is in: none of them can be in it."""

    def nested(self, rate: Fraction, media: str | None = None) -> StoryReader:
        """The reader of a timeline inside this one, of the compound clip ``media``."""
        inside_of = self.inside_of if media is None else self.inside_of | {media}
        return replace(self, rate=rate, inside_of=inside_of)

    def read_sequence(self, sequence: Element, start: Fraction) -> list[Run]:
        """The storylines of ``sequence``, whose clock reads ``start`` at its first frame."""
        runs: list[Run] = []
        for spine in sequence.findall("spine"):
            zero = self._zero_of(spine, start)
            runs += self.read_storyline(list(spine), Line(offset=zero, pace=Fraction(1)), (), begin=Fraction(0))
        return runs

    def read_clips(self, clips: Iterable[Element]) -> list[Run]:
        """``clips`` that lie nowhere, one after another."""
        runs: list[Run] = []
        position = 0
        for clip in map(pick, clips):
            clip.attrib.pop("offset", None)
            begin = position / self.rate
            found = self.read_storyline([clip], Line(offset=begin, pace=Fraction(1)), (), begin=begin)
            runs += found
            position = max([position, *(run.end for run in found if not run.lane)])
        return runs

    def read_storyline(
        self, elements: Sequence[Element], place: Line, lane: Lane, *, begin: Fraction | None = None
    ) -> list[Run]:
        """``elements`` that follow one another, and what is connected to them.

        ``place`` gives seconds of this timeline for their offsets. An element without one follows the one before it;
        the first then lies at ``begin``, or else at offset 0.
        """
        runs: list[Run] = []
        pieces: list[Piece | Cross] = []
        position = place.at(Fraction(0)) if begin is None else begin
        for element in map(pick, elements):
            if element.tag == "transition":
                pieces += self._read_transition(element, place, position)
            elif element.tag not in STORY_ELEMENTS:
                self._say_unknown(element)
            elif lane_of(element) != 0 and len(elements) > 1:
                runs += self.read_storyline([element], place, (*lane, lane_of(element)))
            else:
                first, times = self._locate(element, place, position)
                if times is None:
                    continue
                piece = self._read_clip(element, first, times)
                if pieces and isinstance(pieces[-1], Piece) and piece.first < pieces[-1].end:
                    self._say_overlap(element, piece, pieces[-1])
                    runs.append(Run(lane=lane, pieces=tuple(pieces)))
                    pieces = []
                pieces.append(piece)
                runs += self._read_connected(element, first, times, lane)
                position = first + times.duration
        if any(isinstance(piece, Piece) for piece in pieces):
            runs.append(Run(lane=lane, pieces=tuple(pieces)))
        return runs

    def frame(self, seconds: Fraction) -> int:
        """The frame of this timeline at ``seconds``."""
        return nearest_frame(seconds, self.rate)

    def _zero_of(self, spine: Element, start: Fraction) -> Fraction:
        """Seconds of this timeline at which offsets in its storyline count from."""
        first = next((child for child in spine if child.tag in STORY_ELEMENTS), None)
        try:
            offset = None if first is None else time_of(first, "offset")
        except BadTime:
            return -start
        if offset is None or offset >= start:
            return -start
        self.notes.add("the clips lie before the start of the timeline: their offsets are read as counted from it")
        return Fraction(0)

    def _locate(self, element: Element, place: Line, position: Fraction) -> tuple[Fraction, ClipTimes | None]:
        """Where ``element`` begins and its times; no times for a clip that must be left out, with a note."""
        self.budget.spend()
        say = self.notes.of_clip(element)
        try:
            offset = time_of(element, "offset")
            times = read_times(element, self.resources, self.rate, say)
        except BadTime as error:
            say(f"it is left out{', with what is connected to it' if connected(element) else ''}: {error}")
            return position, None
        first = position if offset is None else place.at(offset)
        return first, times

    def _read_clip(self, element: Element, first: Fraction, times: ClipTimes) -> Piece:
        begin, end = self.frame(first), self.frame(first + times.duration)
        clock, say = times.clock(), self.notes.of_clip(element)
        item = None
        try:
            if end <= begin and has_pictures(element, self.resources):
                say("it is shorter than a frame of the timeline, and is left out")
            if begin < 0 < end and has_pictures(element, self.resources):
                say("it begins before the timeline, which cuts its head off")
                clock = Clock(steps=(Line(offset=-begin / self.rate, pace=Fraction(1)), *clock.steps))
            begin, end = max(0, begin), max(0, end)
            if end > begin:
                use = Use(element=element, clock=clock, count=end - begin, record_rate=self.rate)
                item = build_picture(self, use)
        except BadTime as error:
            say(f"it is left out: {error}")
        ends = (first * self.rate, (first + times.duration) * self.rate)
        if item is not None and any(abs(time - round_half_up(time)) > _ON_FRAME for time in ends):
            self.notes.add_off_frame(element)
        return Piece(first=begin, end=end, item=item)

    def _read_connected(self, parent: Element, first: Fraction, times: ClipTimes, lane: Lane) -> list[Run]:
        """The storylines of what is connected to ``parent``, which begins at ``first``."""
        runs: list[Run] = []
        place = times.place_children(first)
        for child in connected(parent):
            lanes = (*lane, lane_of(child))
            if child.tag != "spine":
                runs += self.read_storyline([child], place, lanes, begin=first)
                continue
            try:
                offset = time_of(child, "offset")
            except BadTime as error:
                self.notes.add(f"a storyline at {name_clip(parent)} is left out: {error}")
                continue
            zero = first if offset is None else place.at(offset)
            runs += self.read_storyline(list(child), Line(offset=zero, pace=Fraction(1)), lanes)
        return [run for run in runs if run.has_pictures]

    def _read_transition(self, element: Element, place: Line, position: Fraction) -> list[Cross]:
        """The transition of ``element``; none when it is only heard, or cannot be read."""
        if element.find("filter-audio") is not None and element.find("filter-video") is None:
            return []
        try:
            offset, duration = time_of(element, "offset"), time_of(element, "duration")
        except BadTime as error:
            self.notes.of_clip(element)(f"it is left out: {error}")
            return []
        duration = duration or Fraction(0)
        first = position - duration / 2 if offset is None else place.at(offset)
        begin, end = self.frame(first), self.frame(first + duration)
        return [Cross(first=begin, end=end, name=element.get("name", "Transition"))] if end > begin else []

    def _say_overlap(self, element: Element, piece: Piece, before: Piece) -> None:
        if piece.item is not None and before.item is not None:
            self.notes.of_clip(element)("it overlaps the clip before it: it is read on a track of its own")

    def _say_unknown(self, element: Element) -> None:
        if "offset" in element.attrib or "duration" in element.attrib:
            self.notes.add(f"{name_clip(element)} is left out: <{element.tag}> is not known as a part of a timeline")
