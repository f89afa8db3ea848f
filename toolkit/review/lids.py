"""When the lids of a face close, and when they open again.

A lid closes by how far its opening falls below that of the open eye around that time, so that narrow eyes, raised
brows and other renderings are read alike. A blink is a closure between two openings; lids that stay half shut are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from toolkit.review.measures import LIDS
from toolkit.review.signals import Values, count_runs, find_frames_above, find_noise

_Curve = NDArray[np.float64]

LIDS_READ = 4
"""Numbers that ``read_lids`` gives."""
SHUTS = 0.55
"""How far lids must close for a blink: 0 open, 1 without any opening. Shut eyes are read as 0.7 to 0.9."""
FEWEST_FRAMES = 12
"""Frames with an eye in both clips that are needed to tell a blink from noise."""
_EYES = ((33, 133), (263, 362))
"""The corners of the right eye and of the left."""
_LEAST_WIDTH = 8.0
"""Pixels: of narrower eyes the lids are guessed."""
_LEAST_FACING = 0.5
"""Part of the width of an eye that the picture shows, below which its lids are guessed: the far side of a face."""
_LEAST_OPEN = 0.12
"""Widths of the eye, below which no eye is open."""
_NEAR = 12
"""Frames before and after, over which that is the median."""
_AROUND = 40
"""Frames before and after, in which an eye is open for a fifth of the time."""
_OPEN = 80
"""The percentile."""
_LEAST_OF_USUAL = 0.75
"""Of the opening that is usual in the shot: eyes that stay shut longer than ``_AROUND`` are not open."""
STEP, SMALL_STEP = 0.25, 0.15
"""How far lids must move for a closure of its own; and for one that is only looked for as a counterpart."""
_LEAST = 0.33
"""The least closure that may be the counterpart of a blink."""
_RUN = 4
"""Frames in a row that the noise is found from."""
_LEAST_LENGTH, _SURELY_SHUTS = 2, 0.75
"""Frames of a blink, and how far lids must close for one of a single frame: else it may be a slip of the reading."""
_MOST_NOISE = 0.06
"""Of the opening of an open eye, standard deviation, above which noise looks like blinks."""


def read_lids(landmarks: NDArray[np.floating]) -> _Curve:
    """How open the right eye and the left are, in widths of the eye, and how wide they are seen: float64 (4,).

    ``landmarks`` are those of one face in any pose, (478, 3), in pixels of the picture that they were read in. The
    widths are in such pixels; 0 of an eye that is turned away.
    """
    points = np.asarray(landmarks, np.float64)
    eyes = np.array([points[one] - points[other] for one, other in _EYES])
    seen, width = np.linalg.norm(eyes[:, :2], axis=1), np.linalg.norm(eyes, axis=1)
    openings = [measure.read(points[None])[0] for measure in LIDS]
    return np.concatenate([openings, np.where(seen >= _LEAST_FACING * width, seen, 0.0)])


def close_lids(lids: Values) -> Values:
    """How far each lid is closed, 0 open to 1, (frames, 2), of what ``read_lids`` gives in each frame, (frames, 4).

    NaN where it is not known: where the eye is too small or turned away, and in all frames of an eye that is seldom
    seen or read with too much noise.
    """
    return np.stack([_close_lid(lids[:, eye], lids[:, 2 + eye]) for eye in range(2)], axis=1)


def _close_lid(openings: _Curve, widths: _Curve) -> _Curve:
    known = ~np.isnan(openings)
    for frame in np.flatnonzero(known):
        around = widths[max(0, frame - _NEAR) : frame + _NEAR + 1]
        known[frame] = np.nanmedian(around) >= _LEAST_WIDTH
    closed = np.full(len(openings), np.nan)
    if count_runs(known, _RUN) < FEWEST_FRAMES - _RUN:
        return closed
    openings = np.where(known, openings, np.nan)
    usual = float(np.percentile(openings[known], _OPEN))
    if find_noise(openings[:, None])[0] > _MOST_NOISE * usual:
        return closed
    for frame in np.flatnonzero(known):
        around = openings[max(0, frame - _AROUND) : frame + _AROUND + 1]
        level = max(_LEAST_OF_USUAL * usual, float(np.nanpercentile(around, _OPEN)))
        closed[frame] = np.clip(1 - openings[frame] / level, 0, 1) if level > _LEAST_OPEN else 0.0
    return closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """The lids of one eye, or of both, close and open again."""

    first: int
    """Index of the first frame in which they are more than half as far closed as they will be."""
    last: int
    """The last such frame."""
    shut: int
    """The frame in which they are closed most."""
    depths: tuple[float, float]
    """How far the right eye and the left close; NaN: not seen."""
    edges: tuple[float, float]
    """When they are closed by half and when they are open by half, parts of frames; NaN: not seen."""

    @property
    def depth(self) -> float:
        """How far the eye closes that closes most."""
        return float(np.nanmax(self.depths))

    @property
    def is_blink(self) -> bool:
        """Whether it counts in its own clip; else it may only be the counterpart of a blink."""
        is_long = self.last - self.first + 1 >= _LEAST_LENGTH
        return self.depth >= (SHUTS if is_long else _SURELY_SHUTS)


def find_closures(closed: Values, *, step: float = STEP) -> Iterator[Closure]:
    """The closures in what ``close_lids`` gives, ascending: each at least ``step`` deeper than before and after."""
    seen = ~np.isnan(closed)
    most = np.where(seen.any(axis=1), np.where(seen, closed, -1.0).max(axis=1), np.nan)
    for first, count in find_frames_above(seen.any(axis=1).astype(float), 0.5, over=1):
        curve = most[first : first + count]
        for before, peak, after in _find_peaks(curve, step):
            yield _measure(closed, curve, first, peak, level=(curve[peak] + max(before, after)) / 2)


def _find_peaks(curve: _Curve, step: float) -> Iterator[tuple[float, int, float]]:
    """The value of the valley before, the index of the peak, and the value of the valley after.

    Between a peak and a valley there is at least ``step``; before the curve and after it the eye counts as open.
    """
    low, high, before, rises = 0.0, 0, 0.0, False
    peaks: list[tuple[float, int]] = []
    for place, value in enumerate([*curve.tolist(), 0.0]):
        if rises and value > curve[high]:
            high = place
        elif rises and value < curve[high] - step:
            peaks.append((before, high))
            low, rises = value, False
        elif not rises and value > low + step:
            before, high, rises = low, place, True
        elif not rises:
            low = min(low, value)
    for (valley, peak), (after, _) in pairwise([*peaks, (0.0, 0)]):
        if curve[peak] >= _LEAST:
            yield valley, peak, after


def _measure(closed: Values, curve: _Curve, start: int, peak: int, *, level: float) -> Closure:
    """The closure around ``peak`` of ``curve``, which begins at the frame ``start``."""
    above = curve >= level
    first = peak - int(np.argmin(above[peak::-1])) + 1 if not above[: peak + 1].all() else 0
    last = peak + int(np.argmin(above[peak:])) - 1 if not above[peak:].all() else len(curve) - 1
    part = closed[start + first : start + last + 1]
    right, left = (float(np.nanmax(eye)) if not np.isnan(eye).all() else np.nan for eye in part.T)
    closing = _cross(curve, first - 1, level) if first > 0 else np.nan
    opening = _cross(curve, last, level) if last < len(curve) - 1 else np.nan
    return Closure(
        first=start + first,
        last=start + last,
        shut=start + peak,
        depths=(right, left),
        edges=(start + closing, start + opening),
    )


def _cross(curve: _Curve, place: int, level: float) -> float:
    """Where the line from ``place`` to the next value is at ``level``."""
    return place + float((level - curve[place]) / (curve[place + 1] - curve[place]))
