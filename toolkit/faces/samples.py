"""Build one sample per frame from a person's detections: fill gaps, smooth, and add the pose of the head."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceSample, FaceState
from toolkit.faces.holds import find_holds
from toolkit.faces.leaving import continue_outwards
from toolkit.faces.occlusion import find_disturbed
from toolkit.faces.person import Person
from toolkit.faces.pose import CanonicalFace
from toolkit.faces.smooth import smooth_holds, unwrap_degrees
from toolkit.faces.tracklet import SAME_PLACE, Detection, is_plausible_motion
from toolkit.faces.unread import SeenPlace, place_unread
from toolkit.faces.upright import FacePlacement, find_centre_offset, from_face_coordinates, to_face_coordinates
from toolkit.frames import FrameRange
from toolkit.settings import TrackSettings


def build_samples(
    person: Person,
    source_range: FrameRange,
    settings: TrackSettings,
    canonical: CanonicalFace,
    *,
    others: Sequence[Mapping[int, Detection]] = (),
    width: int,
    height: int,
) -> tuple[FaceSample, ...]:
    """Exactly one sample per frame of ``source_range``.

    ``others`` are detections of other people by source frame. A gap during which one of them was detected in this
    face's place is not filled: that person was in front, or in another take. Readings that something in front of the
    face has disturbed are replaced like gaps, however many they are. A face that crosses the edge of the picture is
    HELD beyond its readings until it is out. One that is seen but not read is HELD without landmarks.
    """
    disturbed = find_disturbed(person.detections)
    detections = [detection for frame, detection in person.detections.items() if frame not in disturbed]
    read = {detection.source_frame for detection in detections}
    offset = find_centre_offset([(detection.landmarks, detection.placement) for detection in detections])
    readings = {detection.source_frame: detection for detection in detections}
    unread = [frame for frame in source_range if frame not in read]
    seen_places = {seen.source_frame: seen for seen in place_unread(person.sightings, readings, unread)}
    present: dict[int, FaceSample] = {}
    last_roll = 0.0
    runs = [list(_fill_gaps(run, seen_places)) for run in _split_runs(detections, settings.hold, others, disturbed)]
    for run, (before, after) in zip(runs, _find_room(runs, source_range), strict=True):
        filled = list(continue_outwards(run, before=before, after=after, width=width, height=height))
        placements = _smooth_placements(filled, settings.smooth, near=last_roll)
        last_roll = placements[-1].roll
        poses = canonical.solve_poses(
            np.stack([detection.landmarks for detection in filled]), width=width, height=height
        )
        for detection, placement, pose in zip(filled, placements, poses, strict=True):
            state = FaceState.FOUND if detection.source_frame in read else FaceState.HELD
            present[detection.source_frame] = _build_sample(detection, state, placement, offset, pose)
    for source_frame, seen in seen_places.items():
        if source_frame not in present:
            near = min(present.values(), key=lambda one: abs(one.source_frame - source_frame), default=None)
            present[source_frame] = _build_unread_sample(seen, offset, near=(near and near.roll) or 0.0)
    return tuple(
        present.get(source_frame, FaceSample(source_frame=source_frame, state=FaceState.ABSENT))
        for source_frame in source_range
    )


def _find_room(runs: Sequence[Sequence[Detection]], source_range: FrameRange) -> Iterator[tuple[int, int]]:
    """The empty frames before and after each of ``runs`` that it may use: half of a gap between two."""
    for index, run in enumerate(runs):
        before, after = run[0].source_frame - source_range.first, source_range.last - run[-1].source_frame
        if index:
            before = (run[0].source_frame - runs[index - 1][-1].source_frame - 1) // 2
        if index + 1 < len(runs):
            after = (runs[index + 1][0].source_frame - run[-1].source_frame - 1) // 2
        yield before, after


def _split_runs(
    detections: Sequence[Detection], hold: int, others: Sequence[Mapping[int, Detection]], disturbed: Collection[int]
) -> Iterator[list[Detection]]:
    """Split into runs whose gaps can be filled: short (not counting the ``disturbed`` frames), without a jump, and with
    nobody else in that place.
    """
    run = list(detections[:1])
    for before, after in pairwise(detections):
        gap = range(before.source_frame + 1, after.source_frame)
        is_short = sum(frame not in disturbed for frame in gap) <= hold
        is_continuous = is_short and is_plausible_motion(before.placement, after.placement)
        if not is_continuous or _is_covered(before, after, others):
            yield run
            run = []
        run.append(after)
    if run:
        yield run


def _is_covered(before: Detection, after: Detection, others: Sequence[Mapping[int, Detection]]) -> bool:
    """Whether another person was detected at ``before`` during the gap."""
    return any(
        source_frame in other and other[source_frame].placement.distance_to(before.placement) < SAME_PLACE
        for source_frame in range(before.source_frame + 1, after.source_frame)
        for other in others
    )


def _fill_gaps(run: Sequence[Detection], seen_places: Mapping[int, SeenPlace]) -> Iterator[Detection]:
    """``run`` with its gaps filled: all of it is interpolated, except a placement that is seen."""
    yield run[0]
    for before, after in pairwise(run):
        gap = after.source_frame - before.source_frame
        for step in range(1, gap):
            source_frame = before.source_frame + step
            seen = seen_places.get(source_frame)
            yield _interpolate(before, after, step / gap, source_frame, seen.placement if seen else None)
        yield after


def _interpolate(
    before: Detection, after: Detection, fraction: float, source_frame: int, seen: FacePlacement | None
) -> Detection:
    placement = seen or _interpolate_placement(before.placement, after.placement, fraction)
    shape = (1 - fraction) * to_face_coordinates(before.landmarks, before.placement)
    shape += fraction * to_face_coordinates(after.landmarks, after.placement)
    return replace(
        before,
        motion=None,
        source_frame=source_frame,
        placement=placement,
        landmarks=from_face_coordinates(shape, placement).astype(np.float32),
        blendshapes=(1 - fraction) * before.blendshapes + fraction * after.blendshapes,
    )


def _interpolate_placement(start: FacePlacement, end: FacePlacement, fraction: float) -> FacePlacement:
    return FacePlacement(
        x=start.x + fraction * (end.x - start.x),
        y=start.y + fraction * (end.y - start.y),
        scale=start.scale * (end.scale / start.scale) ** fraction,
        roll=start.roll + fraction * ((end.roll - start.roll + 180) % 360 - 180),
    )


def _smooth_placements(run: Sequence[Detection], reach: int, *, near: float) -> list[FacePlacement]:
    """Smooth without lag; rolls have no jumps of a full turn, and the first is within half a turn of ``near``."""
    placements = [detection.placement for detection in run]
    rolls = unwrap_degrees(np.array([near, *(placement.roll for placement in placements)]))[1:]
    rows = [(place.x, place.y, math.log(place.scale), roll) for place, roll in zip(placements, rolls, strict=True)]
    units = np.array([(place.scale, place.scale, 1.0, math.degrees(1)) for place in placements])
    holds = find_holds([detection.motion for detection in run])
    return [
        FacePlacement(x=float(x), y=float(y), scale=math.exp(log_scale), roll=float(roll))
        for x, y, log_scale, roll in smooth_holds(np.array(rows), holds, reach, units)
    ]


def _build_unread_sample(seen: SeenPlace, offset: NDArray[np.float64], *, near: float) -> FaceSample:
    """The sample of a face that is not read; its roll is within half a turn of ``near``."""
    ((x, y),) = from_face_coordinates(offset[None], seen.placement)
    return FaceSample(
        source_frame=seen.source_frame,
        state=FaceState.HELD,
        centre=(float(x), float(y)),
        scale=seen.placement.scale,
        roll=near + (seen.placement.roll - near + 180) % 360 - 180,
        outline=tuple((round(x, 3), round(y, 3)) for x, y in seen.outline.tolist()),
    )


def _build_sample(
    detection: Detection,
    state: FaceState,
    placement: FacePlacement,
    offset: NDArray[np.float64],
    pose: NDArray[np.float64],
) -> FaceSample:
    ((x, y),) = from_face_coordinates(offset[None], placement)
    return FaceSample(
        source_frame=detection.source_frame,
        state=state,
        centre=(float(x), float(y)),
        scale=placement.scale,
        roll=placement.roll,
        # Rounded as in the document, so that a track read back from disk equals the one that was written.
        landmarks=np.round(detection.landmarks.astype(np.float64), 3).astype(np.float32),
        pose=tuple(np.round(pose.ravel(), 6).tolist()),
        blendshapes=tuple(np.round(detection.blendshapes.astype(np.float64), 6).tolist()),
    )
