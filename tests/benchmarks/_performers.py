"""Faces whose acting can be damaged: the demo's, which is drawn, and that of any clip, whose skin is moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.benchmarks._damage import Acting, Part, Picture, smooth
from toolkit.demo.drawing import draw_frames
from toolkit.demo.expression import Expression
from toolkit.demo.motion import PUSH_IN, DemoShot, Pose
from toolkit.documents import FaceTracks
from toolkit.engines.face_warp import move_face
from toolkit.engines.flatten import UNDERREAD
from toolkit.faces import track_faces
from toolkit.faces.freeing import find_neutral, free_landmarks, pose_shapes
from toolkit.plates import open_plate
from toolkit.progress import SILENT
from toolkit.settings import Settings
from toolkit.stages.tracking import fetch_face_models
from toolkit.turnover import read_cut

_QUIET = 3
"""Frames over which a reading is averaged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performer:
    """A clip of one face, and what its face does."""

    name: str
    plate: list[Picture]
    tracks: FaceTracks
    acting: Acting
    brows: Part
    mouth: Part
    paint: Callable[[Acting], Iterator[Picture]]
    """The clip with other acting; the head moves as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActedShot(DemoShot):
    """A shot of the demo whose face does something else, while its head moves as before."""

    acting: tuple[tuple[float, float], ...]

    def poses(self) -> tuple[Pose, ...]:
        return tuple(
            Pose(
                x=pose.x,
                y=pose.y,
                scale=pose.scale,
                roll=pose.roll,
                expression=Expression(mouth_open=mouth, brow_raise=brows),
            )
            for pose, (mouth, brows) in zip(DemoShot.poses(self), self.acting, strict=True)
        )


def draw_performer(folder: Path) -> Performer:
    """The demo's first shot. Two numbers act: how far the mouth is open, and how far the brows are raised."""
    plate = list(draw_frames(PUSH_IN))
    return Performer(
        name="the demo",
        plate=plate,
        tracks=track_pictures(folder / "drawn", plate),
        acting=np.array([(pose.expression.mouth_open, pose.expression.brow_raise) for pose in PUSH_IN.poses()]),
        brows=np.array([0.0, 1.0]),
        mouth=np.array([1.0, 0.0]),
        paint=_redraw,
    )


def _redraw(acting: Acting) -> Iterator[Picture]:
    known: dict[str, Any] = {field.name: getattr(PUSH_IN, field.name) for field in fields(PUSH_IN)}
    clipped = np.clip(acting, 0, 1)
    return draw_frames(ActedShot(**known, acting=tuple((float(mouth), float(brows)) for mouth, brows in clipped)))


def warp_performer(name: str, movie: Path, folder: Path, *, frames: int) -> Performer:
    """The first ``frames`` of ``movie``, half as large, which is faster. All of its skin acts, freed from the head.

    Skin moves farther than is read (see ``UNDERREAD``), and is moved so much farther. The noise of the reading is no
    acting: damaged with it, the result would have it the other way round.
    """
    with open_plate(read_cut(movie, handles=0).shots[0].media) as opened:
        plate = [_halve(picture) for _, picture in opened.frames_8bit(range(frames))]
    tracks = track_pictures(folder / movie.stem, plate)
    samples = tracks.faces[0].samples
    landmarks, neutral = np.array([one.landmarks for one in samples], np.float64), find_neutral(samples)
    assert neutral is not None
    freed = free_landmarks(landmarks, neutral)
    performed = smooth(_QUIET)(freed.reshape(len(freed), -1))

    def paint(acting: Acting) -> Iterator[Picture]:
        moves = UNDERREAD * (acting - performed).reshape(freed.shape)
        posed = pose_shapes(freed + moves, landmarks, neutral)
        for picture, shown, wanted in zip(plate, landmarks, posed, strict=True):
            moved = move_face(picture.astype(np.float32) / np.float32(255), shown, wanted)
            yield np.asarray(np.rint(moved * 255), np.uint8)

    brows, mouth = (np.repeat(part, 3) for part in _parts(neutral[:, 1]))
    return Performer(name=name, plate=plate, tracks=tracks, acting=performed, brows=brows, mouth=mouth, paint=paint)


def _halve(picture: Picture) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


_LIDS, _BROWS = (159, 386), (46, 55, 70, 107, 276, 285, 300, 336)
_NOSE, _LIP = 2, 0
"""Its base, and the upper lip."""


def _parts(heights: NDArray[np.float64]) -> tuple[Part, Part]:
    """How much each landmark belongs to the brows and to the mouth, by its height in the face."""
    brows = _rise(heights, float(heights[list(_LIDS)].mean()), float(heights[list(_BROWS)].min()))
    return brows, _rise(heights, float(heights[_NOSE]), float(heights[_LIP]))


def _rise(heights: NDArray[np.float64], start: float, end: float) -> Part:
    """0 up to ``start``, 1 from ``end`` on, smooth between."""
    part = np.clip((heights - start) / (end - start), 0, 1)
    return np.asarray(part * part * (3 - 2 * part))


def track_pictures(folder: Path, pictures: list[Picture]) -> FaceTracks:
    """The faces of ``pictures``, which are written into ``folder`` first."""
    folder.mkdir()
    for number, picture in enumerate(pictures):
        cv2.imwrite(str(folder / f"plate.{number:04d}.png"), picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    (shot,) = read_cut(folder / "plate.####.png", handles=0).shots
    with open_plate(shot.media) as plate:
        return track_faces(shot, plate, Settings().track, fetch_face_models(None, SILENT), lambda _: None)
