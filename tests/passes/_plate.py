"""A small plate and a synthetic face, for tests of planning and rendering."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from toolkit.documents import (
    BodyFrame,
    BodySample,
    BodyTracks,
    FaceSample,
    FaceState,
    FaceTrack,
    FaceTracks,
    Media,
    MediaKind,
    Shot,
)
from toolkit.frames import FrameMap, FrameRange
from toolkit.passes.guides.face_mesh import CONTOURS

WIDTH, HEIGHT, FIRST, COUNT = 160, 90, 101, 12
CUT_FOLDER = Path("/shows/cut")
"""Folder of the cut; it does not exist."""
OVAL = CONTOURS["FACE_OVAL"][1][0][:-1]
"""The face oval of the 478-point mesh, clockwise from the forehead."""


def landmarks(centre: tuple[float, float], height: float, roll: float) -> np.ndarray:
    """478 points of a flat face: the oval on an ellipse, all others at its centre."""
    points = np.zeros((478, 3), np.float32)
    turn = np.radians(roll)
    points[:, :2] = centre
    for i, index in enumerate(OVAL):
        angle = 2 * np.pi * i / len(OVAL)
        x, y = 0.38 * height * np.sin(angle), -0.5 * height * np.cos(angle)
        points[index, :2] += (x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn))
    return points


def sample(source_frame: int, *, roll: float = 0.0, x: float = 80.0, state: FaceState = FaceState.FOUND) -> FaceSample:
    if state is FaceState.ABSENT:
        return FaceSample(source_frame=source_frame, state=state)
    centre = (x, 45.0)
    return FaceSample(
        source_frame=source_frame,
        state=state,
        centre=centre,
        scale=40.0,
        roll=roll,
        landmarks=landmarks(centre, 40.0, roll),
        pose=tuple(np.eye(4).ravel()),
        blendshapes=(0.0,) * 52,
    )


def tracks_of(samples: list[FaceSample]) -> FaceTracks:
    return FaceTracks(
        shot="sh010",
        key="0" * 32,
        width=WIDTH,
        height=HEIGHT,
        source_range=FrameRange(first=samples[0].source_frame, last=samples[-1].source_frame),
        blendshape_names=("neutral",),
        faces=(FaceTrack(face=0, samples=tuple(samples)),),
    )


def bodies_of(*people: float) -> BodyTracks:
    """People around these x positions in every frame but the last, which is empty."""
    frames = [
        BodyFrame(
            source_frame=FIRST + index,
            people=tuple(
                BodySample(body=number, state=FaceState.FOUND, points=body(x + index))
                for number, x in enumerate(people if index < COUNT - 1 else ())
            ),
        )
        for index in range(COUNT)
    ]
    return BodyTracks(
        shot="sh010",
        key="0" * 32,
        width=WIDTH,
        height=HEIGHT,
        source_range=FrameRange.of(FIRST, COUNT),
        frames=tuple(frames),
    )


def body(x: float) -> tuple[tuple[float, float, float], ...]:
    """33 points of a person around ``x``, all visible, no two at the same position."""
    return tuple((x + 7 * (index % 5) - 14, 20.0 + 2 * index, 0.9) for index in range(33))


def shot_of(pattern: Path) -> Shot:
    """Frames 103..110 are in the cut, 101..112 are rendered."""
    media = Media(
        kind=MediaKind.SEQUENCE,
        path=str(pattern),
        source_range=FrameRange.of(FIRST, COUNT),
        rate=Fraction(24000, 1001),
        timecode_first=86400,
        online=True,
    )
    return Shot(
        name="sh010",
        clip_name="plate",
        media=media,
        source_range=FrameRange.of(FIRST + 2, COUNT - 4),
        source_work_range=FrameRange.of(FIRST, COUNT),
        record_range=FrameRange.of(0, COUNT - 4),
        frame_map=FrameMap(
            source_first=FIRST,
            source_offset=Fraction(2),
            source_rate=media.rate,
            record_first=0,
            record_count=COUNT - 4,
            record_rate=media.rate,
            speed=Fraction(1),
            source_work_first=FIRST,
        ),
        track_index=0,
        clip_index=0,
    )


def plate_picture(source_frame: int) -> np.ndarray:
    """(H, W, 3) uint8 RGB; the frames together have every 8-bit code, and each frame differs."""
    rng = np.random.default_rng(source_frame)
    smooth = cv2.GaussianBlur(rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8), (0, 0), 2)
    stretched = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX)
    stretched[0, :, 0] = np.arange(WIDTH)
    stretched[1, :96, 0] = np.arange(160, 256)
    return np.asarray(stretched, dtype=np.uint8)
