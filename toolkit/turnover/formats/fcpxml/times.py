"""Times and formats of FCPXML: exact rational seconds, and frame rates."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from toolkit.frames import exact_rate

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TIME = re.compile(r"\s*(-?\d+(?:\.\d*)?)\s*(?:/\s*(\d+))?\s*s?\s*$")
"""``1001/24000s``; some programs write decimals, or leave out the ``s``."""
_LARGEST = 10**8
"""Seconds. More is three years: a damaged number."""

_RATE_IN_NAME = re.compile(r"\d([pi])(\d{2,5})(?:_|$)")
"""``FFVideoFormat1080p2398``, ``FFVideoFormatDV720x480i5994_16x9``."""


class BadTime(Exception):
    """A time that cannot be read, or that is missing; the text is a clause that says so."""


def time_of(element: Element, name: str) -> Fraction | None:
    """The attribute ``name`` in seconds; None when ``element`` has none. Raises BadTime."""
    text = element.get(name)
    return None if text is None else parse_time(text)


@lru_cache(maxsize=4096)
def parse_time(text: str) -> Fraction:
    """``text`` in seconds, exact. Raises BadTime."""
    match = _TIME.match(text[:80])
    if match is None or (match[2] is not None and int(match[2]) == 0):
        raise BadTime(f"'{text[:40]}' is not a time")
    seconds = Fraction(match[1]) / int(match[2] or 1)
    if abs(seconds) > _LARGEST:
        raise BadTime(f"'{text[:40]}' is not a time")
    return seconds


def rate_of_format(element: Element) -> Fraction | None:
    """Frames per second of a ``format``, by its frame duration or else by its name; None when it has none."""
    try:
        frame = time_of(element, "frameDuration")
        if frame:
            return exact_rate(1 / frame)
    except (BadTime, ValueError):
        pass  # damaged: the name may still tell
    return _rate_from_name(element.get("name", ""))


def parse_rate(text: str | None) -> Fraction | None:
    """``23.98`` or ``25`` as a frame rate; None for anything else."""
    try:
        return exact_rate(text or "")
    except (ValueError, ZeroDivisionError):
        return None


def _rate_from_name(name: str) -> Fraction | None:
    match = _RATE_IN_NAME.search(name)
    if match is None:
        return None
    digits = match[2]
    # 2398 and 11988 have two decimals, 24 and 120 have none.
    number = Fraction(int(digits), 100) if len(digits) > 3 else Fraction(int(digits))
    # Interlaced formats are named by their fields.
    return parse_rate(str(number / 2 if match[1] == "i" else number))
