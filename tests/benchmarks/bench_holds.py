"""How steady a track is, and how exactly it follows motion on ones, twos, threes and a mix of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.faces._footage import Person, Picture, add_grain, cut_out_astronaut, expose, grey, shot_of
from toolkit.documents import FaceTrack, Shot
from toolkit.faces import track_faces
from toolkit.plates import open_plate
from toolkit.progress import SILENT
from toolkit.settings import TrackSettings
from toolkit.stages.tracking import fetch_face_models

HOLDS = {"ones": [1], "twos": [2], "threes": [3], "mixed": [1, 2, 1, 1, 3, 2, 4]}
"""Lengths of the holds, repeated."""
COUNT = 48
GRAIN = 2.0
"""Standard deviation, codes of 255."""
HEIGHT, WIDTH = 220.0, 167.0
"""Of the face, pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Where the head is at one moment."""

    x: float
    """Between the eyes, pixels."""
    y: float
    roll: float
    """Degrees."""


def nod(moment: float) -> Pose:
    """Up to a tenth of the face's width per frame."""
    return Pose(x=620 + 95 * np.sin(moment / 6), y=300 + 45 * np.sin(moment / 4 + 1), roll=9 * np.sin(moment / 5))


def bench_holds(folder: Path) -> None:
    """A known motion, shown on ones, twos, threes and mixed, and a still head, with grain, at 720 lines.

    Error: distance of the steadied centre from the truth, in the face's width. Steadied: distance from the readings.
    Slip: motion of the steadied centre within holds. Jitter: second difference of the centre of the still head, of the
    readings and steadied.
    """
    anna = cut_out_astronaut()
    for name, lengths in HOLDS.items():
        shown = expose(lengths, COUNT)
        poses = [nod(moment) for moment in shown]
        read, steadied = _track(_write(folder / name, anna, poses))
        error, change = _error(steadied, poses), np.hypot(*(steadied - read).T)
        held = [frame for frame in range(1, COUNT) if shown[frame] == shown[frame - 1]]
        slip = max((float(np.hypot(*(steadied[frame] - steadied[frame - 1]))) for frame in held), default=0.0)
        print(
            f"{f'track, {name}':28s} error {_percent(error)} %, at most {100 * error.max() / WIDTH:.2f} %; "
            f"steadied by {_percent(change)} % (target: at most 1.5 %); slip {slip:.2f} px"
        )
    read, steadied = _track(_write(folder / "still", anna, [nod(0)] * COUNT))
    jitter = [float(np.sqrt((np.diff(centres, n=2, axis=0) ** 2).mean(axis=0)).max()) for centres in (read, steadied)]
    print(f"{'track, still':28s} jitter {jitter[0]:.3f} px, steadied {jitter[1]:.3f} px (target: at most 0.15 px)")


def _percent(distances: NDArray[np.float64]) -> str:
    """The root mean square of ``distances`` in the face's width."""
    return f"{100 * float(np.sqrt((distances**2).mean())) / WIDTH:.2f}"


def _write(folder: Path, anna: Person, poses: Sequence[Pose]) -> Shot:
    folder.mkdir()
    rng = np.random.default_rng(5)
    for number, pose in enumerate(poses, start=1):
        picture: Picture = anna.composite_over(grey(1280, 720), pose.x, pose.y, height=HEIGHT, roll=pose.roll)
        assert cv2.imwrite(str(folder / f"plate.{number:04d}.png"), add_grain(picture, GRAIN, rng)[..., ::-1])
    return shot_of(folder / "plate.####.png")


def _track(shot: Shot) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The centres in every frame, as read and steadied."""
    models = fetch_face_models(None, SILENT)
    found = []
    for smooth in (0, TrackSettings().smooth):
        with open_plate(shot.media) as plate:
            (face,) = track_faces(shot, plate, TrackSettings(smooth=smooth), models, lambda frames: None).faces
        found.append(_centres(face))
    read, steadied = found
    return read, steadied


def _centres(face: FaceTrack) -> NDArray[np.float64]:
    return np.array([sample.centre for sample in face.samples if sample.centre])


def _error(centres: NDArray[np.float64], poses: Sequence[Pose]) -> NDArray[np.float64]:
    """Distances from the truth, pixels; the centre is at a constant place below the eyes, which is not known."""
    offsets = centres - [(pose.x, pose.y) for pose in poses]
    angles = np.deg2rad([pose.roll for pose in poses])
    cos, sin = np.cos(angles), np.sin(angles)
    upright = np.stack([cos * offsets[:, 0] + sin * offsets[:, 1], cos * offsets[:, 1] - sin * offsets[:, 0]])
    return np.asarray(np.hypot(*(upright - np.median(upright, axis=1, keepdims=True))))
