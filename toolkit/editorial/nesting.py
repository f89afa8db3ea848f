"""Compound clips and nested timelines: the clips inside them, placed on the timeline that they are used in.

A compound that plays at 100 % and at the timeline's rate is opened in place: a clip inside it has a position on the
timeline like any other, trimmed by the window that the compound shows. Any other compound is a timeline of its own,
whose frames the outer one shows in some order: first the frame of the compound, then the frame of the clip in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any

from toolkit.editorial.items import is_nested, is_track, is_video_track
from toolkit.editorial.retimes import read_retime, sample_retime, trimmed_source_frames
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import nearest_frame, time_base, to_seconds
from toolkit.editorial.tracks import Slot, TrackTrim, track_slots
from toolkit.frames import FrameMap, FrameRange

if TYPE_CHECKING:
    from opentimelineio.core import Composable
    from opentimelineio.opentime import TimeRange

LengthOf = Callable[["Composable"], Fraction | None]
"""Seconds that a child takes on its track; None when unknown."""

Inside = tuple[tuple[int, int], ...]
"""Where a clip is inside compounds, from the outermost: the track, 0 at the bottom, and its index on it."""

_MAX_DEPTH = 16
_NONE = Fraction(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompoundTime:
    """The frames of a compound that the timeline shows: for a compound that is retimed or has a rate of its own."""

    rate: Fraction
    """Frames per second of the compound."""
    shown: dict[int, int]
    """The compound's frame, 0-based, in each timeline frame (record space), ascending."""

    def place(self, frame_map: FrameMap, record_rate: Fraction) -> list[FrameMap]:
        """``frame_map`` of a clip, counted in the compound's frames, for each stretch of the timeline that shows it."""
        clip = FrameRange.of(frame_map.record_first, frame_map.record_count)
        records = [record for record, frame in self.shown.items() if frame in clip]
        runs = groupby(enumerate(records), key=lambda pair: pair[1] - pair[0])
        return [self._place_run(frame_map, [record for _, record in run], record_rate) for _, run in runs]

    def _place_run(self, frame_map: FrameMap, run: Sequence[int], record_rate: Fraction) -> FrameMap:
        frames = tuple(frame_map.source_frame_at_record(self.shown[record]) for record in run)
        steps = max(1, len(run) - 1)
        return replace(
            frame_map,
            source_offset=Fraction(min(frames) - frame_map.source_first),
            record_first=run[0],
            record_count=len(run),
            record_rate=record_rate,
            speed=(frames[-1] - frames[0]) * record_rate / (steps * frame_map.source_rate),
            frames=frames,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A child of a track that is no compound, or none that can be opened, however deep inside compounds it is."""

    slot: Slot
    """Its place, in the time of the timeline, or of the compound if ``time`` is given."""
    siblings: Sequence[Slot]
    """The children of its track."""
    inside: Inside = ()
    """Empty: directly on a track of the timeline."""
    compounds: tuple[Any, ...] = ()
    """The compounds that it is in (``Composition``), the outermost first."""
    time: CompoundTime | None = None
    """None: ``slot`` is in the timeline's own time."""
    is_enabled: bool = True
    """Whether it and all that it is in are enabled."""
    trouble: str = ""
    """Of a compound inside another one: why it cannot be opened."""

    @property
    def compound_names(self) -> list[str]:
        """The names of the compounds that it is in, the outermost first."""
        return [compound.name or "compound" for compound in self.compounds]

    def record_range(self, record_rate: Fraction) -> FrameRange | None:
        """Where it is on the timeline, from its first frame there to its last; None if the timeline shows none of it.

        Raises Skip like ``Slot.record_range``.
        """
        if self.time is None:
            return self.slot.record_range(record_rate)
        own = self.slot.record_range(self.time.rate)
        shown = [record for record, frame in self.time.shown.items() if frame in own]
        return FrameRange(first=shown[0], last=shown[-1]) if shown else None


def open_compound(slot: Slot, record_rate: Fraction, length_of: LengthOf) -> Iterator[Leaf]:
    """Every clip, gap and transition inside the compound in ``slot`` that the timeline shows, bottom track first.

    A compound in it that cannot be opened is a leaf with its trouble. Raises Skip when that in ``slot`` cannot be.
    """
    return _open(Leaf(slot=slot, siblings=()), record_rate, length_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class _InnerTrack:
    children: Sequence[Any]
    source_range: TimeRange | None
    enabled: bool


def _open(outer: Leaf, record_rate: Fraction, length_of: LengthOf) -> Iterator[Leaf]:
    compound = outer.slot.child
    if len(outer.inside) >= _MAX_DEPTH:
        raise Skip(f"it is nested more than {_MAX_DEPTH} levels deep")
    time = _compound_time(outer, record_rate)
    window = _window(outer.slot, compound.source_range) if time is None else TrackTrim.nothing()
    for number, track in enumerate(_inner_tracks(compound)):
        slots = list(track_slots(track.children, window.trimmed(track.source_range), lambda _, child: length_of(child)))
        for slot in slots:
            leaf = Leaf(
                slot=slot,
                siblings=slots,
                inside=(*outer.inside, (number, slot.clip_index)),
                compounds=(*outer.compounds, compound),
                time=time,
                is_enabled=outer.is_enabled and track.enabled and getattr(slot.child, "enabled", True),
            )
            if slot.is_outside_trim:
                continue
            if not is_nested(slot.child):
                yield leaf
                continue
            try:
                yield from _open(leaf, record_rate, length_of)
            except Skip as skip:  # the others in this compound are well
                yield replace(leaf, trouble=str(skip))


def _inner_tracks(compound: Any) -> Iterator[_InnerTrack]:
    """The tracks with pictures in a compound, bottom first; a clip that is on none is a track of its own."""
    if is_track(compound):
        yield _InnerTrack(children=list(compound), source_range=None, enabled=True)
        return
    for child in compound:
        if not is_track(child):
            yield _InnerTrack(children=[child], source_range=None, enabled=True)
        elif is_video_track(child):
            yield _InnerTrack(children=list(child), source_range=child.source_range, enabled=child.enabled)


def _window(slot: Slot, source_range: TimeRange | None) -> TrackTrim:
    """The part of the timeline that a compound takes, and where on it the compound's own first frame would be."""
    first = slot.first or _NONE
    start = to_seconds(source_range.start_time) if source_range is not None else _NONE
    return TrackTrim(shift=first - start, first=first + slot.trimmed_head, end=slot.end)


def _compound_time(outer: Leaf, record_rate: Fraction) -> CompoundTime | None:
    """None when the compound plays frame by frame in the time it is used in."""
    compound, slot = outer.slot.child, outer.slot
    retime, source_range = read_retime(compound.effects), compound.source_range
    outer_rate = record_rate if outer.time is None else outer.time.rate
    rate = _own_rate(source_range) or outer_rate
    if outer.time is None and retime == 1 and rate == record_rate:
        return None
    start = to_seconds(source_range.start_time) if source_range is not None else _NONE
    record_range = slot.record_range(outer_rate)
    if isinstance(retime, Fraction):
        frame_map = FrameMap(
            source_first=0,
            source_offset=start * rate + trimmed_source_frames(slot, retime, rate),
            source_rate=rate,
            record_first=record_range.first,
            record_count=len(record_range),
            record_rate=outer_rate,
            speed=retime,
            source_work_first=0,
        )
        frames = {record: frame_map.source_frame_at_record(record) for record in record_range}
    else:
        head = record_range.first - nearest_frame(slot.first or _NONE, outer_rate)
        records = range(head, head + len(record_range))
        rates = {"record_rate": outer_rate, "source_rate": rate}
        sampled = sample_retime(retime, records, media_start=start, **rates)
        frames = dict(zip(record_range, sampled, strict=True))
    if outer.time is not None:
        shown = outer.time.shown.items()
        frames = {record: frames[frame] for record, frame in shown if frame in record_range}
    return CompoundTime(rate=rate, shown=frames)


def _own_rate(source_range: TimeRange | None) -> Fraction | None:
    """The rate that a compound is counted in; None when it does not say (1 is OpenTimelineIO's default)."""
    rate = 1.0 if source_range is None else source_range.start_time.rate
    return None if rate == 1 else time_base(rate)
