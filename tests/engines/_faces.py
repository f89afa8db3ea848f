"""A face whose expression and pose a test can choose, as landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.review._performances import resting_face
from toolkit.demo.astronaut import LANDMARKS
from toolkit.demo.expression import Expression
from toolkit.engines.face_triangles import INNER_LIPS

SIZE = 480
"""Width and height of the picture."""


def face(
    *, mouth: float = 0, brows: float = 0, yaw: float = 0, roll: float = 0, noise: float = 0
) -> NDArray[np.float32]:
    """The demo's face as landmarks (478, 3) in a picture of ``SIZE``, 250 pixels high, turned by degrees."""
    points = resting_face()
    points[:, :2] += Expression(mouth_open=mouth, brow_raise=brows).move(LANDMARKS) - LANDMARKS
    turn, tilt = np.radians(yaw), np.radians(roll)
    x, y, z = points.T
    x, z = x * np.cos(turn) + z * np.sin(turn), z * np.cos(turn) - x * np.sin(turn)
    x, y = x * np.cos(tilt) - y * np.sin(tilt), x * np.sin(tilt) + y * np.cos(tilt)
    placed = 2.3 * np.stack([x, y, z], axis=1) + (SIZE / 2 - 7, SIZE / 2 - 15, 0)
    return np.asarray(placed + np.random.default_rng(0).normal(0, noise, placed.shape), np.float32)


def shut(landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same face with its lips closed, and as MediaPipe reads them: a little on the wrong side of one another."""
    closed = landmarks.copy()
    lower, upper = INNER_LIPS[1:10], INNER_LIPS[:10:-1]
    middle = (landmarks[lower] + landmarks[upper]) / 2
    crossed = 0.6 * np.sin(np.arange(9))[:, None] * (0, 1, 0)
    closed[lower], closed[upper] = middle + crossed, middle - crossed
    return closed
