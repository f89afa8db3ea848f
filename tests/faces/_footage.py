"""People and empty frames to compose pictures, and pictures to make shots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.demo.astronaut import cut_out_person, read_picture
from toolkit.documents import FaceState, FaceTrack, Shot
from toolkit.frames import FrameRange
from toolkit.models import PORTRAIT
from toolkit.turnover import read_cut

Picture = NDArray[np.uint8]
"""(H, W, 3) RGB."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person:
    """A photograph with one face, and the person's matte."""

    photograph: Picture
    matte: NDArray[np.float32]
    """(H, W), 0..1."""
    eyes: tuple[float, float]
    """The point between the eyes, pixels."""
    roll: float
    """Tilt of the head, degrees clockwise."""
    face_height: float = 106.3
    """Forehead to chin, pixels."""

    def composite_over(self, frame: Picture, x: float, y: float, *, height: float, roll: float = 0.0) -> Picture:
        """``frame`` with this person composited over it: eyes at ``x, y``, the face ``height`` pixels high."""
        angle, scale = np.deg2rad(roll - self.roll), height / self.face_height
        linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = np.column_stack([linear, np.array([x, y]) - linear @ self.eyes])
        size = (frame.shape[1], frame.shape[0])
        layer = np.dstack([self.photograph, 255 * self.matte]).astype(np.float32)
        layer[..., :3] *= self.matte[..., None]
        placed = cv2.warpAffine(layer, matrix, size, flags=cv2.INTER_LINEAR)
        blended = placed[..., :3] + frame * (1 - placed[..., 3:] / 255)
        return np.asarray(np.rint(blended).clip(0, 255), np.uint8)


def cut_out_astronaut() -> Person:
    """The person of the demo; tests use the fixture ``anna``."""
    matte = cut_out_person()[..., 3]
    return Person(photograph=read_picture(PORTRAIT), matte=matte, eyes=(225.0, 103.7), roll=3.0)


def mirror(anna: Person) -> Person:
    """Somebody who looks different: mirrored, brighter, red and blue swapped."""
    photograph = 255 - (255 - anna.photograph[:, ::-1, ::-1].astype(np.uint16)) * 3 // 4
    return Person(photograph=photograph.astype(np.uint8), matte=anna.matte[:, ::-1], eyes=(286.3, 103.9), roll=-3.5)


def grey(width: int = 640, height: int = 360) -> Picture:
    """An empty frame."""
    return np.full((height, width, 3), 96, dtype=np.uint8)


def add_grain(picture: Picture, strength: float, rng: np.random.Generator) -> Picture:
    """``picture`` with Gaussian grain of a standard deviation of ``strength`` codes."""
    grain = strength * rng.standard_normal(picture.shape, dtype=np.float32)
    return np.asarray(np.rint(picture + grain).clip(0, 255), np.uint8)


def expose(lengths: Sequence[int], count: int) -> list[int]:
    """``count`` frame numbers, each the moment that the frame shows: the first of its hold; holds of ``lengths``, over
    and over.
    """
    shown: list[int] = []
    for length in cycle(lengths):
        if len(shown) >= count:
            return shown[:count]
        shown += [len(shown)] * length
    raise ValueError("no lengths")


def shot_of(path: Path, source_range: FrameRange | None = None) -> Shot:
    """The shot of a whole clip, or of a part of it."""
    (shot,) = read_cut(path, handles=0).shots
    return shot.model_copy(update={"source_work_range": source_range}) if source_range else shot


def states(face: FaceTrack) -> str:
    """``FFFhh..``: one letter per frame, FOUND, HELD or ABSENT."""
    letters = {FaceState.FOUND: "F", FaceState.HELD: "h", FaceState.ABSENT: "."}
    return "".join(letters[sample.state] for sample in face.samples)
