"""Readings that something in front of the face has disturbed: a hand, a passer-by, a microphone.

The networks read a face that is half hidden, but not exactly: its size is off by up to a third, and a matte drawn from
that breathes while a hand passes. Such frames are told by two signs together. The face looks unlike the frames before
and after, which look alike; and the reading differs from theirs: in its size, or in how far the key points of the
second network are from the landmarks. An expression changes the look only, and is kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.tracklet import Detection

_REACH = 16
"""Frames before and after a frame that it is compared with."""
_UNLIKE, _COVERED = 0.05, 0.15
"""How much less a frame resembles those before and after than these resemble one another: in all frames with something
in front of the face, and in the worst of them. Ordinary frames of nine clips: nine in ten below 0.03; a blink of
made-up eyes, with a nod: 0.14; a bar in front of the face: up to 0.6."""
_DISAGREES = 0.03
"""How far the key points must be from where they usually are relative to the landmarks, face heights. Ordinary frames:
nine in ten below that."""
_RESIZED = 0.025
"""How much the size must be off from the frames before and after, natural logarithm."""
_MARGIN = 1
"""Frames on each side of a disturbed one that go with it if they look unlike too: the hand has begun to cover the
face."""


def find_disturbed(person: Mapping[int, Detection]) -> frozenset[int]:
    """The source frames in which something is in front of ``person``, and the reading is off for it.

    ``person`` is in ascending order. A frame is disturbed only between others that are not.
    """
    detections = list(person.values())
    if len(detections) < 3:
        return frozenset()
    unlikeness = _measure_unlikeness(detections)
    unlike = _keep_runs_with_peak(unlikeness >= _UNLIKE, unlikeness)
    seeds = {index for index in np.flatnonzero(unlike) if _is_off(detections, int(index), unlike)}
    grown = {index + step for index in seeds for step in range(-_MARGIN, _MARGIN + 1)}
    inside = {index for index in grown if 0 < index < len(detections) - 1 and unlike[index]}
    return frozenset(detections[index].source_frame for index in inside)


def _measure_unlikeness(detections: Sequence[Detection]) -> NDArray[np.float32]:
    """How much less each frame resembles those before and after than these resemble one another."""
    looks = np.stack([detection.thumbnail for detection in detections]).astype(np.float32)
    frames = np.array([detection.source_frame for detection in detections])
    unlikeness = np.zeros(len(detections), dtype=np.float32)
    for index, frame in enumerate(frames):
        first, stop = np.searchsorted(frames, (frame - _REACH, frame + _REACH + 1))
        before, after = looks[first:index], looks[index + 1 : stop]
        if len(before) and len(after):
            own = np.maximum((before @ looks[index])[:, None], (after @ looks[index])[None])
            unlikeness[index] = (before @ after.T - own).max()
    return unlikeness


def _keep_runs_with_peak(unlike: NDArray[np.bool_], unlikeness: NDArray[np.float32]) -> NDArray[np.bool_]:
    """``unlike`` without the runs of neighbours in which no frame is as unlike as ``_COVERED``."""
    kept = unlike.copy()
    ends = np.flatnonzero(np.diff(np.concatenate([[False], unlike, [False]]).astype(np.int8)))
    for first, stop in ends.reshape(-1, 2):
        kept[first:stop] = unlikeness[first:stop].max() >= _COVERED
    return kept


def _is_off(detections: Sequence[Detection], index: int, unlike: NDArray[np.bool_]) -> bool:
    """Whether the reading of a frame differs from those of the frames around it that look as usual."""
    near = range(max(0, index - _REACH), min(len(detections), index + _REACH + 1))
    usual = [other for other in near if not unlike[other]]
    before, after = [other for other in usual if other < index], [other for other in usual if other > index]
    if not before or not after:
        return False
    drift = detections[index].disagreement - np.median([detections[other].disagreement for other in usual], axis=0)
    if np.hypot(*drift.T).max() >= _DISAGREES:
        return True
    return (
        abs(math.log(detections[index].placement.scale) - _size_between(detections, before[-1], after[0], index))
        >= _RESIZED
    )


def _size_between(detections: Sequence[Detection], before: int, after: int, index: int) -> float:
    """Natural logarithm of the size at ``index``, interpolated."""
    frames = [detections[other].source_frame for other in (before, index, after)]
    sizes = [math.log(detections[other].placement.scale) for other in (before, after)]
    return float(np.interp(frames[1], (frames[0], frames[2]), sizes))
