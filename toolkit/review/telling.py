"""The frames of a shot that tell most of its acting: where each part of the face is far from where it usually is."""

from __future__ import annotations

import numpy as np

from toolkit.documents import FaceTracks
from toolkit.frames import FrameRange
from toolkit.review.measures import MEASURES
from toolkit.review.track_curves import read_curves

_RUN = 4
"""Frames in a row: fewer tell no noise."""


def choose_telling_runs(tracks: FaceTracks, count: int) -> list[FrameRange]:
    """Up to ``count`` stretches of four source frames, ascending, in which the first face is found.

    They are taken in turn from where the measures are highest and lowest, so that they span the performance. Fewer
    where the shot is short or the face is seldom found.
    """
    if not tracks.faces:
        return []
    values = read_curves(tracks.faces[0])
    if values is None:
        return []
    found = np.flatnonzero(~np.isnan(values).any(axis=1))
    if len(found) < _RUN:
        return []
    measured = values[found] / [one.usual for one in MEASURES]
    centred = measured - measured.mean(axis=0)
    main = centred @ np.linalg.svd(centred, full_matrices=False)[2][0]  # the first principal component
    frames = [tracks.source_range.first + int(index) for index in found]
    taken: list[FrameRange] = []
    for place in _alternate(np.argsort(main, kind="stable")):
        run = FrameRange.of(frames[place] - _RUN // 2, _RUN)
        is_found = all(frame in tracks.source_range for frame in run) and set(run) <= set(frames)
        if is_found and not any(run.intersection(other) for other in taken):
            taken.append(run)
        if len(taken) == count:
            break
    return sorted(taken, key=lambda run: run.first)


def _alternate(order: np.ndarray) -> list[int]:
    """The last, the first, the last but one and so on."""
    backwards = order[::-1]
    return [int(place) for pair in zip(backwards, order, strict=True) for place in pair]
