"""Free the landmarks of a face from the pose of the head: what is left moves only when the face acts.

The rigid motion is that of landmarks that do not act: the corners of the eyes with the skin beside them, the bridge of
the nose, the middle of the forehead, and the sides of the face.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Shapes = NDArray[np.float64]
"""float64 (frames, 478, 3): x right, y up, z towards the viewer, in heights of the face, 0 in its rigid middle."""

_EYES = (33, 130, 133, 243, 112, 263, 359, 362, 463, 341)
_NOSE_BRIDGE = (6, 168, 197, 195, 5)
_FOREHEAD = (10, 151, 9, 8)
_SIDES = (234, 454, 127, 356)
RIGID = np.array((*_EYES, *_NOSE_BRIDGE, *_FOREHEAD, *_SIDES))
"""Landmarks of MediaPipe that no expression moves."""

_TOP, _CHIN = 10, 152
_ROUNDS = 3
"""The median of the freed shapes hardly changes after the second."""


def neutral_shape(landmarks: NDArray[np.floating]) -> NDArray[np.float64]:
    """The median face of a shot, to free it and other readings of it with: float64 (478, 3), in heights of the face.

    ``landmarks`` are those of ``FaceSample``, (frames, 478, 3), at least one frame.
    """
    points = _turn_up(landmarks)
    shape = points[len(points) // 2] - points[len(points) // 2, RIGID].mean(axis=0)
    for _ in range(_ROUNDS):
        shape = np.median(_free(points, shape), axis=0)
        shape = (shape - shape[RIGID].mean(axis=0)) / np.linalg.norm(shape[_TOP] - shape[_CHIN])
    return np.asarray(shape, np.float64)


def free_landmarks(landmarks: NDArray[np.floating], neutral: NDArray[np.float64]) -> Shapes:
    """The faces of ``landmarks``, (frames, 478, 3), moved, turned and scaled to lie over ``neutral``.

    Plate and result must be freed with one ``neutral``: else the difference of two resting faces looks like acting.
    """
    return _free(_turn_up(landmarks), neutral)


def _turn_up(landmarks: NDArray[np.floating]) -> NDArray[np.float64]:
    """From the axes of a picture, y down and z away from the viewer."""
    return np.asarray(landmarks, np.float64) * (1.0, -1.0, -1.0)


def _free(points: NDArray[np.float64], shape: NDArray[np.float64]) -> Shapes:
    """The similarity that brings the rigid landmarks of each frame closest to those of ``shape``.

    Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966; no mirror image: Kabsch, 1978.
    """
    centred = points - points[:, RIGID].mean(axis=1, keepdims=True)
    rigid, target = centred[:, RIGID], shape[RIGID] - shape[RIGID].mean(axis=0)
    left, _, right = np.linalg.svd(np.einsum("fki,kj->fij", rigid, target))
    signs = np.ones((len(points), 3))
    signs[:, 2] = np.sign(np.linalg.det(left @ right))
    rotation = (left * signs[:, None, :]) @ right
    turned = centred @ rotation
    scale = (turned[:, RIGID] * target).sum(axis=(1, 2)) / (rigid**2).sum(axis=(1, 2))
    freed: Shapes = turned * scale[:, None, None]
    return freed
