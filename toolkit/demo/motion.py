"""The demo's two shots: position, size, tilt and expression of the face, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np
from numpy.typing import NDArray

from toolkit.demo.astronaut import CENTRE, FACE_HEIGHT, ROLL
from toolkit.demo.expression import Expression
from toolkit.frames import FrameRange
from toolkit.models import DEEP_FIELD, LAUNCH_PAD, Asset

WIDTH, HEIGHT = 1280, 720
"""Frame size, pixels."""

_HEAD_EASE, _FACE_EASE = 4.0, 1.5
"""Standard deviation of the Gaussian that eases the keys, frames: the head moves more slowly than the lips."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadKey:
    """A keyframe of the head; easing makes the motion pass near it, not exactly through it."""

    frame: int
    """Index from the first frame of the media."""
    x: float
    """Centre of the face, frame pixels."""
    y: float
    height: float
    """Height of the face with the mouth as photographed, frame pixels."""
    roll: float
    """Degrees clockwise, 0 upright."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceKey:
    """A keyframe of the expression."""

    frame: int
    """Index from the first frame of the media."""
    mouth: float
    """0 as photographed, 1 wide open."""
    brows: float
    """0 as photographed, 1 fully raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """Pose and expression of the person in one frame."""

    x: float
    """Centre of the face, frame pixels."""
    y: float
    scale: float
    """Frame pixels per photo pixel."""
    roll: float
    """Degrees clockwise, 0 upright."""
    expression: Expression

    @property
    def matrix(self) -> NDArray[np.float64]:
        """float64 (2, 3): the similarity from photo pixels to frame pixels."""
        turn = radians(self.roll - ROLL)
        a, b = self.scale * cos(turn), self.scale * sin(turn)
        linear = np.array([[a, -b], [b, a]])
        return np.column_stack([linear, np.array([self.x, self.y]) - linear @ CENTRE])


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoShot:
    """One piece of footage and how the cut uses it."""

    name: str
    media: str
    """File or sequence (``####``) below the demo's folder, with forward slashes."""
    source_range: FrameRange
    """All frames of the media."""
    timecode_first: int
    """Start of the media in the cut, frames after 00:00:00:00: the movie's timecode; PNG files have none, so the number
    of the first file."""
    head_handle: int
    """Frames of the media before the part used in the cut."""
    cut_count: int
    """Frames used in the cut."""
    backdrop: Asset
    """Picture behind the person."""
    head: tuple[HeadKey, ...]
    face: tuple[FaceKey, ...]

    def poses(self) -> tuple[Pose, ...]:
        """One pose per frame of the media."""
        head_frames, face_frames = [key.frame for key in self.head], [key.frame for key in self.face]
        count = len(self.source_range)

        def head(values: list[float]) -> NDArray[np.float64]:
            return _ease(head_frames, values, count, _HEAD_EASE)

        def face(values: list[float]) -> NDArray[np.float64]:
            return _ease(face_frames, values, count, _FACE_EASE)

        return tuple(
            Pose(
                x=float(x),
                y=float(y),
                scale=float(height) / FACE_HEIGHT,
                roll=float(roll),
                expression=Expression(mouth_open=float(mouth), brow_raise=float(brows)),
            )
            for x, y, height, roll, mouth, brows in zip(
                head([key.x for key in self.head]),
                head([key.y for key in self.head]),
                head([key.height for key in self.head]),
                head([key.roll for key in self.head]),
                face([key.mouth for key in self.face]),
                face([key.brows for key in self.face]),
                strict=True,
            )
        )


def _ease(key_frames: list[int], values: list[float], count: int, ease: float) -> NDArray[np.float64]:
    """Straight lines between the keys, smoothed with a Gaussian: smooth in every derivative, without overshoot."""
    reach = int(np.ceil(4 * ease))
    lines = np.interp(np.arange(-reach, count + reach), key_frames, values)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / ease) ** 2)
    return np.convolve(lines, weights / weights.sum(), mode="valid")


def _head(frame: int, x: float, y: float, height: float, roll: float) -> HeadKey:
    return HeadKey(frame=frame, x=x, y=y, height=height, roll=roll)


def _face(frame: int, mouth: float, brows: float) -> FaceKey:
    return FaceKey(frame=frame, mouth=mouth, brows=brows)


PUSH_IN = DemoShot(
    name="push_in",
    media="footage/A001.mov",
    source_range=FrameRange.of(0, 76),
    timecode_first=864_000,  # 10:00:00:00
    head_handle=8,
    cut_count=60,
    backdrop=LAUNCH_PAD,
    head=(
        _head(0, 330, 410, 160, 2),
        _head(18, 500, 400, 178, -6),
        _head(36, 700, 370, 235, 12),
        _head(50, 770, 360, 290, 31),
        _head(58, 760, 360, 320, 29),
        _head(75, 600, 350, 345, 6),
    ),
    face=(
        _face(0, 0.0, 0.0),
        _face(14, 0.0, 0.0),
        _face(20, 0.7, 0.2),
        _face(25, 0.2, 0.4),
        _face(30, 0.9, 1.0),
        _face(38, 0.1, 1.0),
        _face(44, 0.0, 0.1),
        _face(52, 0.8, 0.0),
        _face(58, 1.0, 0.9),
        _face(62, 1.0, 1.0),
        _face(70, 0.0, 0.0),
    ),
)
"""A movie: she comes closer, tilts to the right and speaks."""

FLOAT_AWAY = DemoShot(
    name="float_away",
    media="footage/B001/B001.####.png",
    source_range=FrameRange.of(1001, 84),
    timecode_first=1001,
    head_handle=8,
    cut_count=72,
    backdrop=DEEP_FIELD,
    head=(
        _head(0, 820, 330, 215, -4),
        _head(12, 770, 320, 230, -20),
        _head(22, 800, 380, 220, -27),
        _head(41, 900, 1010, 215, -10),
        _head(51, 420, 1010, 215, 10),
        _head(69, 470, 370, 205, 24),
        _head(83, 600, 350, 180, 8),
    ),
    face=(
        _face(0, 0.0, 0.0),
        _face(8, 0.0, 0.0),
        _face(14, 0.9, 0.0),
        _face(19, 0.3, 0.0),
        _face(26, 0.8, 1.0),
        _face(34, 0.8, 1.0),
        _face(56, 0.0, 0.0),
        _face(64, 0.0, 1.0),
        _face(70, 0.0, 1.0),
        _face(76, 0.5, 0.0),
        _face(83, 0.0, 0.0),
    ),
)
"""A sequence: she floats out of the frame and comes back from below, tilted the other way, near the end."""

SHOTS = (PUSH_IN, FLOAT_AWAY)
