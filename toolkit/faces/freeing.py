"""Free the landmarks of a face from the pose of the head: what is left moves only when the face acts.

The rigid motion is that of landmarks that do not act: the corners of the eyes with the skin beside them, the bridge of
the nose, the middle of the forehead, and the sides of the face.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceSample, FaceState

Shapes = NDArray[np.float64]
"""float64 (frames, 478, 3): x right, y up, z towards the viewer, in heights of the face, 0 in its rigid middle."""

_EYES = (33, 130, 133, 243, 112, 263, 359, 362, 463, 341)
_NOSE_BRIDGE = (6, 168, 197, 195, 5)
_FOREHEAD = (10, 151, 9, 8)
_SIDES = (234, 454, 127, 356)
RIGID = np.array((*_EYES, *_NOSE_BRIDGE, *_FOREHEAD, *_SIDES))
"""Landmarks of MediaPipe that no expression moves."""

_TOP, _CHIN = 10, 152
_MOST = 500
"""Frames from which a neutral shape is taken."""
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


def find_neutral(samples: Iterable[FaceSample]) -> NDArray[np.float64] | None:
    """The ``neutral_shape`` of a face, from at most ``_MOST`` of the frames in which it was found; None without any.

    The frames are evenly spread, so that the shape of a long shot takes no more memory than that of a short one.
    """
    landmarks = [one.landmarks for one in samples if one.state is FaceState.FOUND and one.landmarks is not None]
    return neutral_shape(np.array(landmarks[:: 1 + len(landmarks) // _MOST])) if landmarks else None


def free_landmarks(landmarks: NDArray[np.floating], neutral: NDArray[np.float64]) -> Shapes:
    """The faces of ``landmarks``, (frames, 478, 3), moved, turned and scaled to lie over ``neutral``.

    Plate and result must be freed with one ``neutral``: else the difference of two resting faces looks like acting.
    """
    return _free(_turn_up(landmarks), neutral)


def pose_mean_expression(landmarks: NDArray[np.floating], found: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The mean expression of a shot, in the pose of the head in each of its frames: float64 (frames, 478, 3).

    ``landmarks`` are those of ``FaceSample``, (frames, 478, 3); the result has their axes and unit. ``found`` says
    which frames the mean is taken of, at least one.
    """
    neutral = neutral_shape(landmarks[found])
    mean = free_landmarks(landmarks[found], neutral).mean(axis=0)
    return pose_shapes(mean[None], landmarks, neutral)


def pose_shapes(shapes: Shapes, landmarks: NDArray[np.floating], neutral: NDArray[np.float64]) -> NDArray[np.float64]:
    """``free_landmarks`` backwards: ``shapes``, of each frame or one of all, in the pose of the head of ``landmarks``.

    Landmarks and result are as in ``FaceSample``, (frames, 478, 3).
    """
    centres, rotations, scales = _fit(_turn_up(landmarks), neutral)
    return _turn_up(shapes @ rotations.swapaxes(1, 2) / scales[:, None, None] + centres)


def _turn_up(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """From the axes of a picture, y down and z away from the viewer; and back to them."""
    return np.asarray(points, np.float64) * (1.0, -1.0, -1.0)


def _free(points: NDArray[np.float64], shape: NDArray[np.float64]) -> Shapes:
    centres, rotations, scales = _fit(points, shape)
    freed: Shapes = (points - centres) @ rotations * scales[:, None, None]
    return freed


def _fit(points: NDArray[np.float64], shape: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """The similarity that brings the rigid landmarks of each frame closest to those of ``shape``.

    Centres (frames, 1, 3), rotations (frames, 3, 3) and scales (frames,): ``(points - centre) @ rotation * scale``.
    Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966; no mirror image: Kabsch, 1978.
    """
    centres = points[:, RIGID].mean(axis=1, keepdims=True)
    rigid, target = points[:, RIGID] - centres, shape[RIGID] - shape[RIGID].mean(axis=0)
    left, _, right = np.linalg.svd(np.einsum("fki,kj->fij", rigid, target))
    signs = np.ones((len(points), 3))
    signs[:, 2] = np.sign(np.linalg.det(left @ right))
    rotations = (left * signs[:, None, :]) @ right
    scales = ((rigid @ rotations) * target).sum(axis=(1, 2)) / (rigid**2).sum(axis=(1, 2))
    return centres, rotations, scales
