"""Timecodes of an edit list as frames, and the frame rate that no edit list states."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from toolkit.frames import DROP_FRAME_RATES, frames_from_timecode
from toolkit.turnover.formats.edl.events import EdlEvent

_NOMINALS = (24, 25, 30, 50, 60, 120)
"""Labels per second of the rates that lists are made at, the likeliest first among those that a list allows."""


def count_label(label: str, rate: Fraction, *, drop_frame: bool) -> int:
    """Frames from 00:00:00:00 to ``label`` at ``rate``; a plain number is a frame number.

    Drop frame is ignored at rates that have none. Raises ValueError for labels that do not exist.
    """
    if label.isdigit():
        return int(label)
    hours_to_seconds, frames = label[:-3], label[-2:]
    separator = ";" if drop_frame and rate in DROP_FRAME_RATES else ":"
    return frames_from_timecode(f"{hours_to_seconds.translate(_COLONS)}{separator}{frames}", rate)


_TIME_OF_DAY = re.compile(r"(?:[01]\d|2[0-3])[:;.,][0-5]\d[:;.,][0-5]\d[:;.,]\d\d$")
_COLONS = str.maketrans(";.,", ":::")


def uses_drop_frame(labels: Sequence[str], declared: bool) -> bool:
    """Whether ``labels`` count drop frame: by their own ``;`` or ``,``; a list that has none of these declares it."""
    return declared or any(label[-3:-2] in {";", ","} for label in labels)


def least_nominal(labels: Iterable[str]) -> int:
    """The slowest usual rate that has all of the ``labels``, as labels per second."""
    highest = _highest(labels)
    return next((nominal for nominal in _NOMINALS if nominal > highest), _NOMINALS[-1])


def guess_rate(
    events: Sequence[EdlEvent], *, drop_frame: bool, media_rates: Collection[Fraction]
) -> tuple[Fraction, str]:
    """The rate of a list, and why it is that.

    Drop frame exists at 29.97 and 59.94 only, and a label ``:24`` not at 24. Among the rates that are left the ``M2``
    lines decide, which give the speed of a source in frames per second beside its length, then the media.
    """
    labels = [label for event in events for label in (*event.source, *event.record)]
    least = least_nominal(labels)
    if drop_frame:
        rate = next((rate for rate in DROP_FRAME_RATES if round(rate) >= least), max(DROP_FRAME_RATES))
        return rate, "its timecode is drop frame"
    possible = [nominal for nominal in _NOMINALS if nominal >= least]
    named = _nominals_named_by_motion(events, possible)
    common = Counter(rate for rate in media_rates if round(rate) in (named or possible)).most_common(1)
    if common and len({rate for rate in media_rates if round(rate) == round(common[0][0])}) == 1:
        return common[0][0], "most of the media that was found has it"
    if named:
        return Fraction(named[0]), "its M2 lines fit that rate"
    if least > _NOMINALS[0]:
        return Fraction(least), f"it has a timecode that ends in :{_highest(labels):02}"
    return Fraction(least), "nothing in it gives one"


def _highest(labels: Iterable[str]) -> int:
    """The highest number of a frame within its second; labels of a time that does not exist do not count."""
    return max((int(label[-2:]) for label in labels if _TIME_OF_DAY.match(label)), default=0)


def _nominals_named_by_motion(events: Iterable[EdlEvent], possible: Sequence[int]) -> list[int]:
    """Those of the ``possible`` rates that the most retimed events agree with, or none.

    An event agrees with a rate when its source is as long as its ``M2`` line says for its record at that rate.
    """
    retimed = [event for event in events if event.motion is not None and float(event.motion.rate)]
    for tolerance in (Fraction(0), Fraction(1, 50)):
        votes = {nominal: sum(_agrees(event, nominal, tolerance) for event in retimed) for nominal in possible}
        most = max(votes.values())
        if most:
            return [nominal for nominal in possible if votes[nominal] == most]
    return []


def _agrees(event: EdlEvent, nominal: int, tolerance: Fraction) -> bool:
    """Whether the source has the length that it needs, to half a frame, or else to the part ``tolerance`` of it."""
    rate, motion = Fraction(nominal), Fraction(event.motion.rate if event.motion else nominal)
    try:
        times = [count_label(label, rate, drop_frame=False) for label in (*event.source, *event.record)]
    except ValueError:
        return False
    source, record = times[1] - times[0], times[3] - times[2]
    return record > 0 and abs(source - abs(motion) / nominal * record) <= max(Fraction(1, 2), tolerance * source)


def speed_of(motion_rate: str, rate: Fraction) -> Fraction:
    """The speed that the ``M2`` rate means in a list at ``rate``; negative is reversed, 0 a freeze.

    It is written with one decimal or two, of the exact rate or of the rounded one: at 23.976, 047.9, 047.95 and 048.0
    are all 200 %.
    """
    frames, nominal = Fraction(motion_rate), Fraction(round(rate))
    if rate == nominal or (frames / nominal * 100).denominator == 1:
        return frames / nominal
    decimals = len(motion_rate.partition(".")[2])
    percent = round(frames / rate * 100)
    rounded = abs(frames - rate * percent / 100) <= Fraction(1, 10**decimals)
    return Fraction(percent, 100) if rounded else frames / rate
