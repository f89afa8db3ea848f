"""The blinks of a plate, one by one: which of them a result has kept, and when they come.

The closures of both clips are found in the same way and matched one to one, in their order. Two are the same blink if
they are at most eight frames apart, and each lid closes in one of them at least 0.6 as far as in the other. So a blink
that only half closes the eyes is lost, and so is a wink that has become a blink.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from toolkit.documents import BlinkReview
from toolkit.review.lids import FEWEST_FRAMES, SHUTS, SMALL_STEP, Closure, close_lids, find_closures
from toolkit.review.signals import Values

_ALIKE = 0.6
_LONGEST_SHIFT = 8.0
"""Frames."""
_MUCH = 1.0
"""Frames from which the shift of a blink that is kept is worth a look."""
_PAIR = 100.0
"""What a pair counts, in frames by which other pairs may be farther apart."""

_Pair = tuple[Closure, Closure]


def compare_blinks(plate: Values, result: Values, *, source_first: int = 0) -> BlinkReview | None:
    """Count the blinks of ``plate`` that ``result`` has kept; None if the lids are not seen well enough in both.

    Both are what ``read_lids`` gives in each frame, (frames, 4); NaN where the face was not found. ``source_first`` is
    the first frame.
    """
    one, other = close_lids(plate), close_lids(result)
    seen = int((~np.isnan(one + other)).any(axis=1).sum())
    if seen < FEWEST_FRAMES:
        return None
    kept, lost = _look_for(one, other)
    _, added = _look_for(other, one)
    unseen = [blink for blink in lost if _is_hidden(blink, other)]
    lost = _without(lost, unseen)
    added = [blink for blink in added if not _is_hidden(blink, one)]
    shifts = [_shift(*pair) for pair in kept]
    worst = _find_worst(lost, added, kept)
    return BlinkReview(
        frames_compared=seen,
        plate=len(kept) + len(lost) + len(unseen),
        kept=len(kept),
        lost=len(lost),
        added=len(added),
        delay_frames=float(np.mean(shifts)) if shifts else None,
        worst_frame=None if worst is None else source_first + worst,
    )


def _look_for(closed: Values, other: Values) -> tuple[list[_Pair], list[Closure]]:
    """The blinks of ``closed`` with their counterparts in ``other``, and those that have none.

    What is left over is looked for once more among smaller movements: lids that open a little less between two blinks
    than in the other clip are no other acting.
    """
    mine = list(find_closures(closed))
    pairs = _match(mine, list(find_closures(other)))
    blinks = [one for one in mine if one.is_blink]
    missing = _without(blinks, (one for one, _ in pairs))
    taken = [counterpart for _, counterpart in pairs]
    small = [one for one in find_closures(other, step=SMALL_STEP) if not any(_overlap(one, two) for two in taken)]
    more = _match(missing, small)
    return [pair for pair in pairs if pair[0].is_blink] + more, _without(missing, (one for one, _ in more))


def _without(closures: Sequence[Closure], others: Iterable[Closure]) -> list[Closure]:
    known = {id(one) for one in others}
    return [one for one in closures if id(one) not in known]


def _overlap(one: Closure, other: Closure) -> bool:
    return one.first <= other.last and other.first <= one.last


def _is_hidden(closure: Closure, other: Values) -> bool:
    """Whether none of the eyes that close is seen in the ``other`` clip, in at least one of the frames."""
    shutting = [place for place, depth in enumerate(closure.depths) if depth >= SHUTS]
    return bool(np.isnan(other[closure.first : closure.last + 1, shutting]).all(axis=1).any())


def _match(mine: Sequence[Closure], theirs: Sequence[Closure]) -> list[_Pair]:
    """As many pairs as there can be in ascending order, and of those the closest in time."""
    gains = [[_gain(one, other) for other in theirs] for one in mine]
    best = np.zeros((len(mine) + 1, len(theirs) + 1))
    for row, column in np.ndindex(len(mine), len(theirs)):
        paired = best[row, column] + gains[row][column]
        best[row + 1, column + 1] = max(best[row, column + 1], best[row + 1, column], paired)
    pairs: list[_Pair] = []
    row, column = len(mine), len(theirs)
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            pairs.insert(0, (mine[row], theirs[column]))
    return pairs


def _gain(one: Closure, other: Closure) -> float:
    """What it is worth to pair two closures, more the closer they are; 0: they are no pair."""
    apart = abs(_shift(one, other))
    is_pair = apart <= _LONGEST_SHIFT and (one.is_blink or other.is_blink) and _are_alike(one, other)
    return _PAIR - apart if is_pair else 0.0


def _are_alike(one: Closure, other: Closure) -> bool:
    """Whether each lid that is seen in both closes about as far in both, where it shuts in either."""
    depths = np.array([one.depths, other.depths])
    shutting = depths[:, (depths >= SHUTS).any(axis=0) & ~np.isnan(depths).any(axis=0)]
    return bool(shutting.size and (shutting.min(axis=0) >= _ALIKE * shutting.max(axis=0)).all())


def _shift(one: Closure, other: Closure) -> float:
    """How many frames ``other`` is later: the mean of closing and opening, as far as both are seen in both."""
    shifts = np.subtract(other.edges, one.edges)
    known = shifts[~np.isnan(shifts)]
    return float(known.mean()) if len(known) else float(other.shut - one.shut)


def _find_worst(lost: Sequence[Closure], added: Sequence[Closure], kept: Sequence[_Pair]) -> int | None:
    """The frame to look at: of the deepest lost blink, else of the deepest added one, else of the most shifted one."""
    for missing in (lost, added):
        if missing:
            return max(missing, key=lambda closure: closure.depth).shut
    shift, one = max(((abs(_shift(*pair)), pair[0]) for pair in kept), key=lambda item: item[0], default=(0.0, None))
    return one.shut if one is not None and shift >= _MUCH else None
