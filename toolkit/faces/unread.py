"""Where a face is while it is seen but not read: in profile, in the dark, behind a hand. It has a place and an outline,
and no landmarks: how it acts is unknown.

YuNet puts a face elsewhere than its landmarks do, by some percent of its height. What both say in the frames where the
reading ends and begins again corrects it in between, so that no crop jumps there, and the outline passes from one to
the other over a few frames.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.sighting import Sighting
from toolkit.faces.smooth import smooth_over_time, unwrap_degrees
from toolkit.faces.tracklet import Detection, is_plausible_motion
from toolkit.faces.upright import FacePlacement, difference, displace, from_face_coordinates, to_face_coordinates

_REACH = 6
"""Frames on each side over which place and outline are smoothed."""
_BRIDGED = 4
"""Frames in succession, at most, in which a face that is seen before and after them is believed to be there too."""
_BLEND = 6
"""Frames over which the outline passes from that of the landmarks to that of the box."""
_POINTS = 64
"""Of an outline."""
_ROUNDER = 1.06
"""Size of the ellipse that stands for a face, as a multiple of YuNet's box: one inside the box cuts the jaw."""

Rows = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPlace:
    """Where a face is in a frame in which it is not read."""

    source_frame: int
    placement: FacePlacement
    outline: NDArray[np.float64]
    """float64 (_POINTS, 2): closed, plate pixels."""


def place_unread(
    sightings: Mapping[int, Sighting], read: Mapping[int, Detection], free: Collection[int]
) -> Iterator[SeenPlace]:
    """Where the face is in those of the ``free`` frames in which it is seen, or which lie between such frames.

    ``sightings`` and ``read``, the readings that count, are by source frame, ascending.
    """
    for stretch in _find_stretches(sightings, free):
        first, last = stretch[0], stretch[-1]
        before = _find_end(range(first - 1, first - _BRIDGED - 2, -1), read, free)
        after = _find_end(range(last + 1, last + _BRIDGED + 2), read, free)
        frames = range(first if before is None else before + 1, last + 1 if after is None else after)
        seen = sorted({*stretch, *(end for end in (before, after) if end is not None and end in sightings)})
        ends = before is None, after is None
        places = _smooth_places([sightings[frame] for frame in seen], frames, ends)
        corrections = [_measure_correction(end, sightings, read) for end in (before, after)]
        outlines = _smooth_outlines([sightings[frame] for frame in stretch], frames, ends)
        for index, (frame, place) in enumerate(zip(frames, places, strict=True)):
            moved = displace(place, _mix(corrections, (index + 1) / (len(frames) + 1)))
            radii = outlines[index]
            for end in (before, after):
                if end is not None:
                    share = _ease(abs(frame - end) / (_BLEND + 1))
                    radii = share * radii + (1 - share) * _measure_hull(read[end])
            yield SeenPlace(source_frame=frame, placement=moved, outline=_draw(radii, moved))


def _find_stretches(sightings: Mapping[int, Sighting], free: Collection[int]) -> Iterator[list[int]]:
    """The frames of ``sightings`` that are ``free``, divided where the face is not seen for longer or jumps."""
    stretch: list[int] = []
    for frame in (frame for frame in sightings if frame in free):
        if stretch and not (
            frame - stretch[-1] - 1 <= _BRIDGED
            and all(between in free for between in range(stretch[-1] + 1, frame))
            and is_plausible_motion(sightings[stretch[-1]].placement, sightings[frame].placement)
        ):
            yield stretch
            stretch = []
        stretch.append(frame)
    if stretch:
        yield stretch


def _find_end(candidates: range, read: Mapping[int, Detection], free: Collection[int]) -> int | None:
    """The first of ``candidates`` in which the face is read, if all before it are free."""
    for frame in candidates:
        if frame not in free:
            return frame if frame in read else None
    return None


def _measure_correction(
    end: int | None, sightings: Mapping[int, Sighting], read: Mapping[int, Detection]
) -> NDArray[np.float64] | None:
    """How far the reading is from where YuNet sees the face, in frame ``end``; None: one of the two is missing."""
    if end is None or end not in sightings:
        return None
    return difference(read[end].placement, sightings[end].placement)


def _mix(corrections: Sequence[NDArray[np.float64] | None], part: float) -> NDArray[np.float64]:
    """The correction at ``part`` (0..1) of the way between two ends, of which either may be missing."""
    before, after = corrections
    if before is None or after is None:
        known = before if after is None else after
        return np.zeros(4) if known is None else known
    return np.asarray((1 - part) * before + part * after)


def _smooth_places(seen: Sequence[Sighting], frames: range, ends: tuple[bool, bool]) -> list[FacePlacement]:
    """The placement in each of ``frames``, interpolated where the face is not seen."""
    places = [one.placement for one in seen]
    rolls = unwrap_degrees(np.array([place.roll for place in places]))
    rows = np.array([(one.x, one.y, math.log(one.scale), roll) for one, roll in zip(places, rolls, strict=True)])
    smooth = _smooth(_interpolate(rows, [one.source_frame for one in seen], frames), ends)
    return [FacePlacement(x=x, y=y, scale=math.exp(size), roll=roll) for x, y, size, roll in smooth.tolist()]


def _smooth_outlines(seen: Sequence[Sighting], frames: range, ends: tuple[bool, bool]) -> Rows:
    """(frames, _POINTS): the distance of the outline from the middle of the face in each frame, face heights."""
    rows = np.stack([_measure_ellipse(one) for one in seen])
    return _smooth(_interpolate(rows, [one.source_frame for one in seen], frames), ends)


def _smooth(rows: Rows, ends: tuple[bool, bool]) -> Rows:
    """``rows`` smoothed over time; at free ``ends``, where no reading follows, a straight line replaces what is left
    unsmoothed: single boxes of YuNet are off by some percent.
    """
    smooth = smooth_over_time(rows, _REACH)
    near = min(len(rows), 2 * _REACH + 1)
    if near < 3:
        return smooth
    count = min(_REACH, near // 2)
    times = np.arange(near)
    for is_free, whole, here in zip(ends, (rows, rows[::-1]), (smooth, smooth[::-1]), strict=True):
        if is_free:
            slopes, starts = np.polyfit(times, whole[:near], 1)
            share = (np.arange(count) / count)[:, None]
            here[:count] = share * here[:count] + (1 - share) * (starts + times[:count, None] * slopes)
    return smooth


def _interpolate(rows: Rows, at: Sequence[int], frames: range) -> Rows:
    return np.column_stack([np.interp(frames, at, column) for column in rows.T])


def _measure_ellipse(seen: Sighting) -> NDArray[np.float64]:
    """The ellipse around the box of ``seen``, as distances from the middle of the face."""
    box, angles = seen.box, 2 * math.pi * np.arange(4 * _POINTS) / (4 * _POINTS)
    axes = _ROUNDER * np.column_stack([box.width / 2 * np.cos(angles), box.height / 2 * np.sin(angles)])
    turn = math.radians(box.roll)
    matrix = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    return _measure_radii(axes @ matrix + (box.x, box.y), seen.placement)


def _measure_hull(detection: Detection) -> NDArray[np.float64]:
    """The convex hull of the landmarks, as distances from the middle of the face."""
    import cv2

    hull = cv2.convexHull(np.ascontiguousarray(detection.landmarks[:, :2])).reshape(-1, 2).astype(np.float64)
    parts = np.linspace(0, 1, 16, endpoint=False)[:, None]
    points = [start + parts * (end - start) for start, end in pairwise([*hull, hull[0]])]
    return _measure_radii(np.concatenate(points), detection.placement)


def _measure_radii(points: Rows, placement: FacePlacement) -> NDArray[np.float64]:
    """Distances of a closed curve from the middle of a face, in ``_POINTS`` directions; face heights."""
    middle = np.array([[*placement.middle(), 0.0], *np.column_stack([points, np.zeros(len(points))])])
    local = to_face_coordinates(middle.astype(np.float32), placement)[:, :2]
    around = local[1:] - local[0]
    angles, radii = np.arctan2(around[:, 1], around[:, 0]), np.hypot(*around.T)
    order = np.argsort(angles)
    return np.asarray(np.interp(_directions(), angles[order], radii[order], period=2 * math.pi))


def _draw(radii: NDArray[np.float64], placement: FacePlacement) -> Rows:
    """The curve that ``_measure_radii`` measured, at ``placement``."""
    directions = _directions()
    middle = FacePlacement(x=0.0, y=0.0, scale=1.0, roll=0.0).middle()
    points = np.array(middle) + radii[:, None] * np.column_stack([np.cos(directions), np.sin(directions)])
    return from_face_coordinates(points, placement)


def _directions() -> NDArray[np.float64]:
    return np.asarray(2 * math.pi * np.arange(_POINTS) / _POINTS - math.pi)


def _ease(part: float) -> float:
    """A smooth step from 0 to 1."""
    part = min(1.0, part)
    return part * part * (3 - 2 * part)
