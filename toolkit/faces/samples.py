"""One identity's sightings as one sample per frame: bridged, steadied, and with the pose of the head."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceSample, FaceState
from toolkit.faces.follow import ONE_PLACE, Sighting, keeps_its_place
from toolkit.faces.pose import CanonicalFace
from toolkit.faces.smooth import smoothed, unwrapped
from toolkit.faces.upright import Placement, centre_of, placed_points, upright_points
from toolkit.frames import FrameRange
from toolkit.settings import TrackSettings


def samples_of(
    person: dict[int, Sighting],
    source_range: FrameRange,
    settings: TrackSettings,
    canonical: CanonicalFace,
    *,
    others: Sequence[Mapping[int, Sighting]] = (),
    width: int,
    height: int,
) -> tuple[FaceSample, ...]:
    """Exactly one sample per frame of ``source_range``.

    ``person`` and each of ``others`` are sightings by source frame, the former ascending. A gap in which somebody else
    was seen in this face's place is not bridged: it was behind them, or they were cut to.
    """
    sightings = list(person.values())
    # The rigid landmarks carry one fixed point of the face, so that the nose's share in the acting does not move it.
    offset = np.median([centre_of(seen.landmarks, seen.placement) for seen in sightings], axis=0)
    present: dict[int, FaceSample] = {}
    turned = 0.0
    for run in _runs(sightings, settings.hold, others):
        bridged = list(_bridged(run))
        placements = _steadied([seen.placement for seen in bridged], settings.smooth, near=turned)
        turned = placements[-1].roll
        poses = canonical.poses(np.stack([seen.landmarks for seen in bridged]), width=width, height=height)
        for seen, placement, pose in zip(bridged, placements, poses, strict=True):
            state = FaceState.FOUND if seen.source_frame in person else FaceState.HELD
            present[seen.source_frame] = _sample(seen, state, placement, offset, pose)
    return tuple(
        present.get(source_frame, FaceSample(source_frame=source_frame, state=FaceState.ABSENT))
        for source_frame in source_range
    )


def _runs(
    sightings: Sequence[Sighting], hold: int, others: Sequence[Mapping[int, Sighting]]
) -> Iterator[list[Sighting]]:
    """Pieces whose gaps can be bridged: short, without a leap such as a cut makes, and nobody else in the place."""
    run = [sightings[0]]
    for before, seen in pairwise(sightings):
        short = seen.source_frame - before.source_frame - 1 <= hold
        if not short or not keeps_its_place(before.placement, seen.placement) or _is_covered(before, seen, others):
            yield run
            run = []
        run.append(seen)
    yield run


def _is_covered(before: Sighting, after: Sighting, others: Sequence[Mapping[int, Sighting]]) -> bool:
    return any(
        source_frame in other and other[source_frame].placement.apart(before.placement) < ONE_PLACE
        for source_frame in range(before.source_frame + 1, after.source_frame)
        for other in others
    )


def _bridged(run: Sequence[Sighting]) -> Iterator[Sighting]:
    """``run`` with its gaps filled: the shape of the face blends from one side to the other, and so does its place."""
    yield run[0]
    for before, seen in pairwise(run):
        gap = seen.source_frame - before.source_frame
        for step in range(1, gap):
            yield _between(before, seen, step / gap, before.source_frame + step)
        yield seen


def _between(before: Sighting, after: Sighting, part: float, source_frame: int) -> Sighting:
    start, end = before.placement, after.placement
    turn = (end.roll - start.roll + 180) % 360 - 180
    placement = Placement(
        x=start.x + part * (end.x - start.x),
        y=start.y + part * (end.y - start.y),
        scale=start.scale * (end.scale / start.scale) ** part,
        roll=start.roll + part * turn,
    )
    shape = (1 - part) * upright_points(before.landmarks, start) + part * upright_points(after.landmarks, end)
    return replace(
        before,
        source_frame=source_frame,
        placement=placement,
        landmarks=placed_points(shape, placement).astype(np.float32),
        blendshapes=(1 - part) * before.blendshapes + part * after.blendshapes,
    )


def _steadied(placements: Sequence[Placement], reach: int, *, near: float) -> list[Placement]:
    """Smoothed without lag; rolls without jumps of a full turn, the first within half a turn of ``near``."""
    rolls = unwrapped(np.array([near, *(placement.roll for placement in placements)]))[1:]
    rows = [(place.x, place.y, math.log(place.scale), roll) for place, roll in zip(placements, rolls, strict=True)]
    steady = smoothed(np.array(rows), reach)
    return [
        Placement(x=float(x), y=float(y), scale=math.exp(log_scale), roll=float(roll))
        for x, y, log_scale, roll in steady
    ]


def _sample(
    seen: Sighting, state: FaceState, placement: Placement, offset: NDArray[np.float64], pose: NDArray[np.float64]
) -> FaceSample:
    ((x, y),) = placed_points(offset[None], placement)
    return FaceSample(
        source_frame=seen.source_frame,
        state=state,
        centre=(float(x), float(y)),
        scale=placement.scale,
        roll=placement.roll,
        # As many digits as the document writes: a track read back from disk is the track that was written.
        landmarks=np.round(seen.landmarks.astype(np.float64), 3).astype(np.float32),
        pose=tuple(np.round(pose.ravel(), 6).tolist()),
        blendshapes=tuple(np.round(seen.blendshapes.astype(np.float64), 6).tolist()),
    )
