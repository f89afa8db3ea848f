"""The media of an item: a file, a generator, or nothing that can be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.editorial.builders import (
    make_file_reference,
    make_generator_reference,
    make_missing_reference,
    make_time,
    make_time_range,
)
from toolkit.editorial.locations import IMAGE_SUFFIXES
from toolkit.turnover.formats.xmeml.elements import Elements, display_name, flag, number, rate, text, timecode

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from opentimelineio import schema

_STILL = 11 * 3600
"""Seconds. No sequence is as long; Premiere gives a still picture twelve hours."""

_RESOLVE_OFFLINE = "Slug"
"""Resolve's name for the file of a clip that was offline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMedia:
    """What is behind an item."""

    rate: Fraction
    """Frames per second of the media."""
    timecode_first: Fraction
    """Timecode of its first frame, in frames at ``rate``."""
    count: Fraction | None
    """Frames that it has; None when the file does not say."""
    is_still: bool
    """One frame, which lasts as long as the item."""
    make_reference: Callable[[Fraction], schema.MediaReference]
    """The reference, given the number of frames that the media must have at least if ``count`` is unknown."""


def read_media(item: Element, elements: Elements, counted: Fraction, note: Callable[[str], None]) -> ItemMedia:
    """The media of ``item``, whose ``in`` counts frames at the rate ``counted``.

    ``note`` takes a sentence about what cannot be carried.
    """
    file = elements.child(item, "file")
    url = text(file, "pathurl") if file is not None else ""
    if file is None or not url:
        return _without_file(item, file, counted, note)
    file_rate = rate(file, counted) or counted
    start = timecode(file, file_rate)
    first = start.seconds * file_rate if start is not None else Fraction(0)
    count = number(file, "duration")
    is_still = _is_still(item, file, url, count, file_rate)
    if is_still or (count is not None and count <= 0):
        count = Fraction(1) if is_still else None

    def make_reference(at_least: Fraction) -> schema.MediaReference:
        length = count if count is not None else at_least
        reference = make_file_reference(url, make_time_range(make_time(first, file_rate), make_time(length, file_rate)))
        reference.name = text(file, "name")
        return reference

    return ItemMedia(
        rate=file_rate, timecode_first=first, count=count, is_still=is_still, make_reference=make_reference
    )


def _is_still(item: Element, file: Element, url: str, count: Fraction | None, file_rate: Fraction) -> bool:
    """Whether the media is one picture: an image is, unless its file has a length in frames."""
    if url.rpartition(".")[2].lower() not in IMAGE_SUFFIXES:
        return False
    marked = any(flag(one, path, default=False) for one, path in _still_flags(item, file))
    return marked or count is None or count <= 1 or count / file_rate >= _STILL


def _still_flags(item: Element, file: Element) -> tuple[tuple[Element, str], ...]:
    return (item, "stillframe"), (file, "stillframe"), (file, "media/video/stillframe")


def _without_file(item: Element, file: Element | None, counted: Fraction, note: Callable[[str], None]) -> ItemMedia:
    name = display_name(item)
    reference: schema.MediaReference
    if item.tag == "generatoritem":
        reference = make_generator_reference(text(item, "effect/name") or name)
    elif file is not None and text(file, "mediaSource") and text(file, "name") != _RESOLVE_OFFLINE:
        reference = make_generator_reference(text(file, "name") or text(file, "mediaSource"))
    else:
        reference = make_missing_reference(name)
        if item.find("multiclip") is not None:
            note(f"{name} is a multiclip, which is not supported yet: flatten it in the editor")
        elif file is not None and not len(file):
            note(f"the media of {name} is named by the id '{file.get('id', '')}' only: the file does not define it")
    return ItemMedia(
        rate=counted, timecode_first=Fraction(0), count=None, is_still=False, make_reference=lambda at_least: reference
    )
