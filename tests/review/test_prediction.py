"""What twos and threes cost the acting is said before a frame is rendered."""

from __future__ import annotations

import numpy as np
import pytest

from tests.review._performances import FRAMES, Performance
from toolkit.documents import FaceSample, FaceState, FaceTrack, FaceTracks, StepPlan
from toolkit.frames import FrameRange
from toolkit.review import predict_kept

FIRST = 21


def tracks_of(performance: Performance, *, lost: range = range(0)) -> FaceTracks:
    """One face that acts like that, ABSENT in the ``lost`` frames (indices)."""
    samples = [
        FaceSample(source_frame=FIRST + index, state=FaceState.ABSENT)
        if index in lost
        else FaceSample(source_frame=FIRST + index, state=FaceState.FOUND, landmarks=points.astype(np.float32))
        for index, points in enumerate(performance.landmarks(noise=0.05))
    ]
    return FaceTracks(
        shot="sh010",
        key="",
        width=1280,
        height=720,
        source_range=FrameRange.of(FIRST, FRAMES),
        blendshape_names=(),
        faces=(FaceTrack(face=0, samples=tuple(samples)),),
    )


def predict(tracks: FaceTracks, step: int, begin: int = FIRST) -> float:
    found = predict_kept(tracks, StepPlan(step=step, source_first=begin))
    assert found is not None
    return found


def at_pace(pace: float) -> Performance:
    """A performance that acts ``pace`` times as fast as a lively one."""
    return Performance.lively().at(np.arange(FRAMES) * pace)


def test_the_fewer_frames_the_less_is_kept() -> None:
    kept = [predict(tracks_of(at_pace(1.5)), step) for step in (1, 2, 3, 4, 6)]
    assert kept[0] == pytest.approx(100)
    assert kept == sorted(kept, reverse=True)
    assert kept[1] > 90
    assert kept[-1] < 60


def test_slow_acting_survives_what_quick_acting_does_not() -> None:
    slow, quick = (predict(tracks_of(at_pace(pace)), 3) for pace in (0.5, 2.0))
    assert slow > 95
    assert quick < 85


def test_frames_without_the_face_are_left_out() -> None:
    tracks = tracks_of(at_pace(1.0), lost=range(40, 60))
    assert predict(tracks, 2) == pytest.approx(predict(tracks_of(at_pace(1.0)), 2), abs=3)


def test_files_may_begin_before_the_shot() -> None:
    tracks = tracks_of(at_pace(1.0))
    assert predict(tracks, 3, FIRST - 2) == pytest.approx(predict(tracks, 3), abs=3)


def test_nothing_is_predicted_where_no_face_acts() -> None:
    still = tracks_of(Performance.lively().scaled(0))
    assert predict_kept(still, StepPlan(step=2, source_first=FIRST)) is None
    assert predict_kept(still.model_copy(update={"faces": ()}), StepPlan(step=2, source_first=FIRST)) is None
