"""Each face of the plate is compared with the face of the result in its place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from tests.review._performances import FRAMES, Performance, Points
from toolkit.documents import FaceSample, FaceState, FaceTrack, FaceTracks
from toolkit.frames import FrameRange
from toolkit.review import compare_tracks

LIVELY = Performance.lively()
FLAT = LIVELY.scaled(0.5)


def face(
    performance: Performance, *, x: float, size: float = 1.0, gone: Sequence[int] = (), seed: int = 0
) -> FaceTrack:
    """A face whose landmarks lie around ``x``, in a picture ``size`` times as large."""
    points: Points = size * (performance.landmarks(head=0.2, seed=seed) + np.array([x - 640, 0, 0]))
    samples = []
    for index, landmarks in enumerate(points):
        where = {
            "centre": (size * x, size * 360),
            "scale": size * 200.0,
            "roll": 0.0,
            "landmarks": landmarks.astype(np.float32),
        }
        is_gone = index in gone
        state = FaceState.ABSENT if is_gone else FaceState.FOUND
        samples.append(FaceSample(source_frame=1001 + index, state=state, **({} if is_gone else where)))
    return FaceTrack(face=0, samples=tuple(samples))


def tracks(*faces: FaceTrack, size: float = 1.0) -> FaceTracks:
    return FaceTracks(
        shot="sh010",
        key="0" * 32,
        width=round(1280 * size),
        height=round(720 * size),
        source_range=FrameRange.of(1001, FRAMES),
        blendshape_names=(),
        faces=tuple(one.model_copy(update={"face": number}) for number, one in enumerate(faces)),
    )


def test_two_faces_are_told_apart_by_their_place_not_by_their_number() -> None:
    plate = tracks(face(LIVELY, x=300), face(LIVELY, x=900))
    review, notes = compare_tracks(plate, tracks(face(FLAT, x=905, seed=1), face(LIVELY, x=296, seed=1)))
    assert [one.acting.amplitude for one in review.faces] == [pytest.approx(1, abs=0.05), pytest.approx(0.5, abs=0.05)]
    assert notes == []


def test_a_result_may_be_of_another_size() -> None:
    review, notes = compare_tracks(tracks(face(LIVELY, x=900)), tracks(face(FLAT, x=900, size=0.5, seed=1), size=0.5))
    assert review.faces[0].acting.amplitude == pytest.approx(0.5, abs=0.05)
    assert notes == []


def test_a_face_that_is_gone_or_somewhere_else_is_a_note() -> None:
    plate = tracks(face(LIVELY, x=300), face(LIVELY, x=900))
    review, notes = compare_tracks(plate, tracks(face(LIVELY, x=600)))
    assert review.faces == ()
    assert notes == ["sh010: face 0 was not found in the result", "sh010: face 1 was not found in the result"]
    assert compare_tracks(tracks(), tracks())[1] == ["sh010: no face was found in the plate"]


def test_a_face_that_is_gone_does_not_take_that_of_its_neighbour() -> None:
    plate = tracks(face(LIVELY, x=500), face(LIVELY, x=640))
    review, notes = compare_tracks(plate, tracks(face(LIVELY, x=640, seed=1)))
    assert [one.face for one in review.faces] == [1]
    assert notes == ["sh010: face 0 was not found in the result"]


def test_too_few_frames_with_the_face_are_a_note() -> None:
    gone = tuple(range(5, FRAMES))
    review, notes = compare_tracks(tracks(face(LIVELY, x=600)), tracks(face(LIVELY, x=600, gone=gone)))
    assert review.faces[0].acting.score is None
    assert notes == ["sh010: face 0 was found in 5 frames of both; 12 are needed to judge its acting"]


def test_frames_are_counted_as_in_the_plate() -> None:
    review, _ = compare_tracks(tracks(face(LIVELY, x=600)), tracks(face(FLAT, x=600, seed=1)))
    assert all(1001 <= frame <= 1000 + FRAMES for frame in review.faces[0].acting.worst_frames)
