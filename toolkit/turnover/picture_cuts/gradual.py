"""Dissolves and fades: stretches of frames in which one picture turns into another, as a mixture of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from toolkit.frames import FrameRange
from toolkit.turnover.picture_cuts.hard_cuts import likeness

_HALF_LENGTHS = (4, 6, 9, 13, 18, 25, 34)
"""Frames from the middle of a stretch to the pictures on both sides that are compared with it."""

_MOST_RESIDUE = 0.13
"""What the mixture leaves unexplained, as a fraction of the difference of both pictures. Measured: dissolves and fades
up to 0.09, anything else 0.2 and more."""
_LEAST_DIFFERENCE = 10.0
"""Mean difference of both pictures, codes: less is no other shot."""
_MOST_ALIKE, _MOST_CORRELATED = 0.85, 0.6
"""Likeness and correlation of both pictures: more is one picture, brighter, darker, or moved a little: a slow pan over
something soft is a mixture too."""
_LARGEST_STEP, _STEP_BACK = 0.45, -0.1
"""Change of the mixture from frame to frame; a larger one is a cut, a step back is movement."""
_ALMOST = 0.04
"""Share of the other picture that nobody sees."""

_FLAT = 3.0
"""Standard deviation, codes, of a picture of one colour, such as black."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradualChange:
    """A dissolve, or a fade through black or another colour; frames are indices."""

    frames: FrameRange
    """The frames in which both pictures are mixed; of a fade, those of one colour too."""
    middle: int
    """The first frame that shows more of the second picture than of the first."""
    is_fade: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ramp:
    """A stretch in which one picture replaces another."""

    frames: FrameRange
    middle: int
    from_flat: bool
    to_flat: bool
    difference: float
    """Of the pictures on both sides, codes."""
    ends: tuple[int, int]
    """The frames on both sides that were compared."""


def find_gradual_changes(thumbnails: NDArray[np.uint8], cuts: Iterable[int]) -> tuple[list[GradualChange], list[int]]:
    """The dissolves and fades in ``thumbnails`` (n, H, W), ascending, and those of ``cuts`` that are none.

    The edge of black is not a cut where a fade begins or ends in it. A fade in or out with nothing on its other side is
    no change of shots.
    """
    ramps = list(_join(ramp for ramp in _find_ramps(_reduce(thumbnails)) if not _shows_same(ramp, thumbnails)))
    flat = thumbnails.reshape(len(thumbnails), -1).std(axis=1) < _FLAT
    edges = [cut for cut in cuts if flat[cut - 1 : cut + 1].any() and any(_touches(ramp, cut) for ramp in ramps)]
    others = set(cuts) - set(edges)
    ramps = [ramp for ramp in ramps if not any(cut in ramp.frames for cut in others)]
    dissolves = [
        GradualChange(frames=ramp.frames, middle=ramp.middle, is_fade=False)
        for ramp in ramps
        if not (ramp.from_flat or ramp.to_flat)
    ]
    return sorted([*dissolves, *_pair_fades(ramps, flat)], key=lambda change: change.middle), edges


def _touches(ramp: _Ramp, cut: int) -> bool:
    return (ramp.from_flat or ramp.to_flat) and ramp.frames.first - 2 <= cut <= ramp.frames.last + 3


def _pair_fades(ramps: Sequence[_Ramp], flat: NDArray[np.bool_]) -> Iterator[GradualChange]:
    """A fade-out with the fade-in that follows it, nothing but one colour between them."""
    for before, after in pairwise(ramps):
        first, end = before.frames.last + 1, after.frames.first
        if before.to_flat and after.from_flat and flat[first + 1 : max(first + 1, end - 1)].all():
            frames = FrameRange(first=before.frames.first, last=after.frames.last)
            yield GradualChange(frames=frames, middle=(first + max(first, end)) // 2, is_fade=True)


def _reduce(thumbnails: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, pixels), a quarter of them: enough for mixtures."""
    count, height, width = thumbnails.shape
    blocks = thumbnails.reshape(count, height // 2, 2, width // 2, 2)
    return np.asarray(blocks.mean(axis=(2, 4), dtype=np.float32).reshape(count, -1), np.float32)


def _find_ramps(pictures: NDArray[np.float32]) -> Iterator[_Ramp]:
    for half in _HALF_LENGTHS:
        for middle in _likely_middles(pictures, half):
            ramp = _measure(pictures, middle, half)
            if ramp is not None:
                yield ramp


def _likely_middles(pictures: NDArray[np.float32], half: int) -> Iterator[int]:
    """The frames that are the mean of those ``half`` before and after them, where these differ."""
    for middle in range(half, len(pictures) - half):
        before, at, after = pictures[middle - half], pictures[middle], pictures[middle + half]
        difference = np.abs(after - before).mean()
        if difference >= _LEAST_DIFFERENCE and np.abs(at - (before + after) / 2).mean() < 0.25 * difference:
            yield middle


def _measure(pictures: NDArray[np.float32], middle: int, half: int) -> _Ramp | None:
    """The mixture of the pictures ``half`` frames before and after ``middle``; None: the frames between are none."""
    before, after = pictures[middle - half], pictures[middle + half]
    difference = after - before
    shown = pictures[middle - half : middle + half + 1] - before
    shares = shown @ difference / (difference @ difference)
    size = float(np.abs(difference).mean())
    residue = np.abs(shown - shares[:, None] * difference).mean() / size
    steps = np.diff(shares)
    if residue > _MOST_RESIDUE or steps.max() > _LARGEST_STEP or steps.min() < _STEP_BACK:
        return None
    mixed = np.flatnonzero((shares > _ALMOST) & (shares < 1 - _ALMOST)) + middle - half
    return _Ramp(
        frames=FrameRange(first=int(mixed[0]), last=int(mixed[-1])),
        middle=middle - half + int(np.argmax(shares >= 0.5)),
        from_flat=bool(before.std() < _FLAT),
        to_flat=bool(after.std() < _FLAT),
        difference=size,
        ends=(middle - half, middle + half),
    )


def _shows_same(ramp: _Ramp, thumbnails: NDArray[np.uint8]) -> bool:
    """Whether the pictures that ``ramp`` was measured between are one, brighter, darker or moved."""
    before, after = (thumbnails[end] for end in ramp.ends)
    if ramp.from_flat or ramp.to_flat:
        return False
    is_correlated = np.corrcoef(before.ravel(), after.ravel())[0, 1] > _MOST_CORRELATED
    return bool(is_correlated or likeness(before, after) > _MOST_ALIKE)


def _join(ramps: Iterable[_Ramp]) -> Iterator[_Ramp]:
    """Of ramps that overlap, the one between the pictures that differ most: the others are parts of it."""
    kept: list[_Ramp] = []
    for ramp in sorted(ramps, key=lambda ramp: -ramp.difference):
        if not any(ramp.frames.intersection(other.frames) for other in kept):
            kept.append(ramp)
    yield from sorted(kept, key=lambda ramp: ramp.middle)
