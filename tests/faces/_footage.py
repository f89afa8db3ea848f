"""People and empty sets to make frames of, and frames to make shots of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.demo.astronaut import read_picture
from toolkit.documents import FaceState, FaceTrack, Shot
from toolkit.frames import FrameRange
from toolkit.turnover import read_cut

Picture = NDArray[np.uint8]
"""(H, W, 3) RGB."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person:
    """A photograph with one face."""

    photograph: Picture
    eyes: tuple[float, float]
    """The middle between the eyes, pixels."""
    roll: float
    """Tilt of the head, degrees clockwise."""
    face_height: float = 106.3
    """Forehead to chin, pixels."""

    def laid_over(
        self, frame: Picture, x: float, y: float, *, height: float, roll: float = 0.0, visible: int = 512
    ) -> Picture:
        """``frame`` with the middle of this person's eyes at ``x, y``; only the photograph's first ``visible`` rows."""
        angle, scale = np.deg2rad(roll - self.roll), height / self.face_height
        linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = np.column_stack([linear, np.array([x, y]) - linear @ self.eyes])
        size = (frame.shape[1], frame.shape[0])
        kind = cv2.INTER_AREA if scale < 0.5 else cv2.INTER_LINEAR
        photograph = self.photograph[:visible]
        result = cv2.warpAffine(photograph, matrix, size, dst=frame.copy(), flags=kind, borderMode=cv2.BORDER_TRANSPARENT)
        return np.asarray(result, dtype=np.uint8)


def astronaut() -> Person:
    """NASA's portrait."""
    return Person(photograph=read_picture("astronaut.png"), eyes=(225.0, 103.7), roll=3.0)


def stranger() -> Person:
    """Somebody who looks different: turned the other way, lit from the other side, blue where the other one is red."""
    photograph = 255 - (255 - read_picture("astronaut.png")[:, ::-1, ::-1].astype(np.uint16)) * 3 // 4
    return Person(photograph=np.ascontiguousarray(photograph, dtype=np.uint8), eyes=(286.3, 103.9), roll=-3.5)


def grey(width: int = 640, height: int = 360) -> Picture:
    """An empty set."""
    return np.full((height, width, 3), 96, dtype=np.uint8)


def shot_of(path: Path, source_range: FrameRange | None = None) -> Shot:
    """The shot that shows a whole clip, or a part of it."""
    (shot,) = read_cut(path, handles=0).shots
    return shot.model_copy(update={"source_work_range": source_range}) if source_range else shot


def states(face: FaceTrack) -> str:
    """``FFFhh..``: one letter per frame, FOUND, held or absent."""
    letters = {FaceState.FOUND: "F", FaceState.HELD: "h", FaceState.ABSENT: "."}
    return "".join(letters[sample.state] for sample in face.samples)
