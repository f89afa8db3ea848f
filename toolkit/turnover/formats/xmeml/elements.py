"""Values of xmeml elements: text, numbers, flags, rates and timecodes, each missing or malformed now and then."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from toolkit.editorial.times import round_half_up
from toolkit.frames import DROP_FRAME_RATES, exact_rate, media_timecode

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_NTSC = Fraction(1000, 1001)
_MAX_NUMBER = 1_000_000_000
"""No time in frames, and no other value, is larger: a hundred days at 120 fps."""


class Elements:
    """The elements of a document by tag and id: an element is written once in full and after that by its id alone.

    Ids are unique among elements of one tag only: Hiero calls a file by the name of its clip.
    """

    def __init__(self, root: Element) -> None:
        self._full: dict[tuple[str, str], Element] = {}
        for element in root.iter():
            if len(element) and element.get("id"):
                self._full.setdefault((element.tag, element.get("id", "")), element)

    def child(self, parent: Element, tag: str) -> Element | None:
        """The first child of ``parent`` with ``tag``, in full; without children when it is in full nowhere."""
        found = parent.find(tag)
        return None if found is None else self.full(found)

    def full(self, element: Element) -> Element:
        """``element`` as it is written in full; itself when it is so nowhere."""
        return element if len(element) else self._full.get((element.tag, element.get("id", "")), element)


def text(parent: Element, path: str) -> str:
    """The text of the element at ``path``; empty when there is none."""
    return (parent.findtext(path) or "").strip()


def number(parent: Element, path: str, *, limit: int = _MAX_NUMBER) -> Fraction | None:
    """The number at ``path``; None when there is none, or one beyond ``limit``."""
    return _parse_number(text(parent, path), limit)


@lru_cache(maxsize=4096)
def _parse_number(written: str, limit: int) -> Fraction | None:
    try:
        return Fraction(written) if abs(float(written)) <= limit else None  # false for nan
    except (ValueError, OverflowError):
        return None


def frame(parent: Element, path: str) -> int | None:
    """The whole number of frames at ``path``; None when there is none, and for -1, which means the same."""
    value = number(parent, path)
    return None if value is None or value < 0 else round_half_up(value)


def flag(parent: Element, path: str, *, default: bool) -> bool:
    """The TRUE or FALSE at ``path``."""
    written = text(parent, path).upper()
    return default if written not in {"TRUE", "FALSE", "1", "0"} else written in {"TRUE", "1"}


def rate(parent: Element, inherited: Fraction | None) -> Fraction | None:
    """Frames per second, by the ``rate`` of ``parent``; ``inherited`` where it says nothing.

    Final Cut leaves out ``ntsc`` where it is that of the element around it.
    """
    timebase = number(parent, "rate/timebase")
    if timebase is None or not 1 <= timebase <= 1000:
        return inherited
    if timebase.denominator != 1:
        return exact_rate(timebase)
    same_base = inherited is not None and round(inherited) == timebase
    is_ntsc = flag(parent, "rate/ntsc", default=same_base and inherited != timebase)
    return timebase * _NTSC if is_ntsc else timebase


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimecode:
    """The timecode of the first frame of a sequence or of a file."""

    seconds: Fraction
    """After 00:00:00:00."""
    drop_frame: bool


def timecode(parent: Element, inherited: Fraction) -> StartTimecode | None:
    """The ``timecode`` of ``parent``, counted at ``inherited`` unless it has its own rate; None when there is none.

    The number in ``frame`` counts. Resolve and others write the label alone, with ``displayformat`` for drop frame.
    """
    element = parent.find("timecode")
    if element is None:
        return None
    own_rate = rate(element, inherited) or inherited
    label = text(element, "string")
    drop_frame = (text(element, "displayformat").upper() == "DF" or ";" in label) and own_rate in DROP_FRAME_RATES
    count = number(element, "frame")
    if count is None:
        try:
            hours_to_seconds, _, frames = label.replace(";", ":").rpartition(":")
            label = f"{hours_to_seconds}{';' if drop_frame else ':'}{frames}"
            count = Fraction(media_timecode(label, own_rate)[0])
        except ValueError:
            return None
    return StartTimecode(seconds=count / own_rate, drop_frame=drop_frame)


def display_name(element: Element) -> str:
    """What a person would call ``element``: its name, else its id or its tag."""
    return text(element, "name") or element.get("id", "") or element.tag
