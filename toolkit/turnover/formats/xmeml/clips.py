"""An item of a track as a clip, or as a nested timeline."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from toolkit.editorial.builders import make_clip, make_marker, make_stack, make_time, make_time_range
from toolkit.turnover.formats.xmeml.counting import Counting, Placement, find_counting
from toolkit.turnover.formats.xmeml.elements import Elements, flag, number, rate, text
from toolkit.turnover.formats.xmeml.media import ItemMedia, read_media
from toolkit.turnover.formats.xmeml.sources import ItemTimes, Note, Source
from toolkit.turnover.formats.xmeml.speeds import Retime, read_retime

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from opentimelineio import schema


def build_clip(
    item: Element, placement: Placement, elements: Elements, *, record_rate: Fraction, note: Note
) -> schema.Clip:
    """The clip of ``item``, in a sequence at ``record_rate``.

    ``note`` takes a sentence about what was guessed or cannot be carried.
    """
    counting, retime = _read_counting(item, placement, record_rate)
    media = read_media(item, elements, counting.rate, note)
    source = Source(lowest=Fraction(0))
    if not media.is_still:
        times = ItemTimes(
            item=item,
            placement=placement,
            counting=counting,
            record_rate=record_rate,
            media_rate=media.rate,
            media_count=media.count,
            note=note,
        )
        source = times.find_source(retime)
    shown = placement.count * media.rate / record_rate
    clip = make_clip(
        text(item, "name"),
        media.make_reference(_least_count(item, shown, counting=counting, source=source, media=media)),
        make_time_range(
            make_time(media.timecode_first + source.lowest, media.rate), make_time(placement.count, record_rate)
        ),
        effects=source.effects(),
    )
    clip.enabled = flag(item, "enabled", default=True)
    clip.markers.extend(read_markers(item, media.timecode_first, counted=counting.rate, own_rate=media.rate))
    return clip


def build_nested(
    item: Element,
    placement: Placement,
    tracks: Sequence[schema.Track],
    *,
    record_rate: Fraction,
    nested_rate: Fraction,
    note: Note,
) -> schema.Stack:
    """The nested timeline of ``item``: the part of its ``tracks``, at ``nested_rate``, that the item shows."""
    counting, retime = _read_counting(item, placement, record_rate)
    times = ItemTimes(
        item=item,
        placement=placement,
        counting=counting,
        record_rate=record_rate,
        media_rate=nested_rate,
        media_count=None,
        note=note,
    )
    source = times.find_source(retime)
    window = make_time_range(make_time(source.lowest, nested_rate), make_time(placement.count, record_rate))
    stack = make_stack(text(item, "name"), window, tracks)
    stack.enabled = flag(item, "enabled", default=True)
    stack.effects.extend(source.effects())
    return stack


def read_markers(element: Element, first: Fraction, *, counted: Fraction, own_rate: Fraction) -> list[schema.Marker]:
    """The markers of ``element``, which counts them at the rate ``counted``; frame 0 is ``first`` at ``own_rate``."""
    return [
        make_marker(
            text(marker, "name"),
            make_time(first + (number(marker, "in") or 0) * own_rate / counted, own_rate),
            colour="RED",
            note=text(marker, "comment"),
        )
        for marker in element.iterfind("marker")
    ]


def _read_counting(item: Element, placement: Placement, record_rate: Fraction) -> tuple[Counting, Retime | None]:
    retime = read_retime(item)
    item_rate = rate(item, record_rate) or record_rate
    return find_counting(item, placement, item_rate=item_rate, record_rate=record_rate, retime=retime), retime


def _least_count(item: Element, shown: Fraction, *, counting: Counting, source: Source, media: ItemMedia) -> Fraction:
    """Frames that the media must have: those that ``item`` shows, and its length before it was trimmed.

    ``shown`` is the length of the item in media frames at 100 %.
    """
    speed = Fraction(1) if source.speed is None else abs(source.speed)
    untrimmed = (number(item, "duration") or Fraction(0)) * media.rate / counting.rate
    return Fraction(ceil(max(source.lowest + shown * speed, *source.positions, untrimmed)))
