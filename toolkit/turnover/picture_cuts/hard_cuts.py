"""Cuts from one frame to the next, as opposed to camera moves, flashes and noise in black."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.turnover.picture_cuts.signals import Signals, Thumbnail

_PLAIN_CUT = 27.0
"""A change this large need not stand out, as in a row of shots of one frame; ContentDetector's own threshold."""

_SAME_PICTURE = 0.93
"""Likeness above which two neighbouring frames are one shot. Measured: whip pans 0.98, cuts 0.1 to 0.9."""
_SAME_SKY = 0.97
"""The same where so much changes that only a sky, or another plain gradient, is found again."""
_ALIKE = 0.85
"""Likeness above which a cut is uncertain."""
_BACK_AGAIN = 0.95
"""Likeness above which two frames some frames apart are one shot."""
_SAME_PLACE = 0.4
"""Correlation of two whole thumbnails that show the same thing, some frames of a move apart."""
_OTHER_PICTURE = 0.75
"""Likeness below which a change that does not stand out is a cut."""

_SAME_BLACK = 2.0
"""Mean difference of two thumbnails, 0..255, that is noise: hue and saturation mean nothing in black."""

_FLAT = 2.0
"""Standard deviation, in codes, of a patch that shows nothing to recognise."""

_MAX_FLASH = 4
"""Frames: what comes back to the same picture so soon is a flash, or a frame put in."""

_PATCHES = tuple((slice(8, 28), slice(left, left + width)) for left, width in ((2, 28), (34, 28), (16, 32)))
"""Left, right and middle of a thumbnail; black bars are not in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HardCuts:
    """Cuts from one frame to the next; frames are indices, ascending."""

    firsts: tuple[int, ...]
    """The first frames of new shots."""
    alike: tuple[int, ...]
    """Those of them whose picture is much like the one before: some may be none."""
    flashes: tuple[int, ...]
    """Where a flash, or a few frames put into a shot, begin and end: they are no cuts."""


def find_hard_cuts(signals: Signals) -> HardCuts:
    """The cuts in ``signals``."""
    pictures = signals.thumbnails
    alike = {index: found for index in range(1, len(pictures)) if (found := _cut_likeness(signals, index)) is not None}
    flashes = [index for index in alike if _comes_back(pictures, index)]
    firsts = [index for index in alike if index not in flashes]
    return HardCuts(
        firsts=tuple(firsts),
        alike=tuple(index for index in firsts if alike[index] > _ALIKE),
        flashes=tuple(flashes),
    )


def likeness(before: Thumbnail, after: Thumbnail) -> float:
    """How well a part of ``after`` is found anywhere in ``before``: 1 is the same but for brightness and position.

    A picture that shows nothing is like no other: -1.
    """
    import cv2

    found = [-1.0]
    for patch in _PATCHES:
        wanted = np.ascontiguousarray(after[patch])
        if wanted.std() >= _FLAT:
            match = cv2.matchTemplate(before, wanted, cv2.TM_CCOEFF_NORMED)
            found.append(float(np.nan_to_num(match, posinf=0.0, neginf=0.0).max()))
    return max(found)


def _cut_likeness(signals: Signals, index: int) -> float | None:
    """How alike the pictures on both sides of the cut at ``index`` are; None: there is no cut."""
    limit = _likeness_limit(signals, index)
    before, after = signals.thumbnails[index - 1], signals.thumbnails[index]
    if limit is None or np.abs(before.astype(np.int16) - after).mean() < _SAME_BLACK:
        return None
    found = likeness(before, after)
    return found if found < limit else None


def _likeness_limit(signals: Signals, index: int) -> float | None:
    """The likeness above which the change at ``index`` is no cut; None: too little changes."""
    is_large = signals.change[index] >= _PLAIN_CUT
    if index in signals.stands_out:
        return _SAME_SKY if is_large else _SAME_PICTURE
    return _OTHER_PICTURE if is_large else None


def _comes_back(thumbnails: NDArray[np.uint8], index: int) -> bool:
    """Whether the picture before ``index`` is there again soon after it, or the one at it was there just before."""
    for away in range(1, _MAX_FLASH + 1):
        for first in range(max(0, index - 1 - away), index):
            again = first + 1 + away
            if index <= again < len(thumbnails) and _is_same(thumbnails[first], thumbnails[again]):
                return True
    return False


def _is_same(before: Thumbnail, after: Thumbnail) -> bool:
    """Whether both show the same picture in about the same place."""
    if min(before.std(), after.std()) < _FLAT:
        return False
    whole = np.corrcoef(before.ravel(), after.ravel())[0, 1]
    return bool(whole > _SAME_PLACE and likeness(before, after) > _BACK_AGAIN)
