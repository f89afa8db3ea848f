"""Faces as keyframes, for a null or a tracker in the host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.delivery.plate_stacks import LayerClip
from toolkit.documents import FaceKeys, FacePlan, PassName, PassPlan, Point

OVAL_POINTS = 36
"""Few enough to edit by hand; at most half a pixel off the outline of a face 300 pixels high."""


def build_face_keys(layers: Iterable[LayerClip]) -> tuple[FaceKeys, ...]:
    """One ``FaceKeys`` for each face of each FACE layer, with an entry wherever the face is FOUND or HELD."""
    faces = (layer for layer in layers if layer.plan.pass_name is PassName.FACE)
    return tuple(keys for layer in faces for keys in _build_keys(layer.shot.name, layer.plan))


def _build_keys(shot_name: str, plan: PassPlan) -> list[FaceKeys]:
    entries: dict[int, list[tuple[int, FacePlan]]] = {}
    for frame in plan.frames:
        for face in frame.faces:
            entries.setdefault(face.face, []).append((frame.number - plan.frames[0].number, face))
    return [
        FaceKeys(
            shot=shot_name,
            face=number,
            frames=tuple(frame for frame, _ in samples),
            states=tuple(face.state for _, face in samples),
            x=tuple(round(face.centre[0], 3) for _, face in samples),
            y=tuple(round(face.centre[1], 3) for _, face in samples),
            scale=tuple(round(100 * face.scale / samples[0][1].scale, 4) for _, face in samples),
            roll=tuple(round(face.roll, 4) for _, face in samples),
            corners=tuple(face.corners for _, face in samples),
            ovals=tuple(resample_oval(face.outline, roll=face.roll) for _, face in samples),
            feathers=tuple(round(face.feather, 1) for _, face in samples),
        )
        for number, samples in sorted(entries.items())
    ]


def resample_oval(outline: Sequence[Point], *, roll: float) -> tuple[Point, ...]:
    """``OVAL_POINTS`` points of a convex ``outline``, in its pixels, at equal angles around its centroid.

    Empty for an empty outline. The first point is at the top of a face that is rotated by ``roll`` degrees clockwise;
    the others follow clockwise. A point is therefore the same part of the face in every frame, although the number of
    hull points varies: hosts interpolate a mask's points between frames by their index.
    """
    if not outline:
        return ()
    corners = np.asarray(outline, dtype=np.float64)
    after = np.roll(corners, -1, axis=0)
    weights = _cross(corners, after)[:, None]
    # The centroid of the area, not of the corners, because they are denser at the chin.
    centroid = ((corners + after) * weights).sum(axis=0) / (3 * weights.sum())
    starts = corners - centroid  # (N, 2)
    sides = np.roll(starts, -1, axis=0) - starts  # (N, 2)
    angles = np.radians(roll) + np.arange(OVAL_POINTS) * (2 * np.pi / OVAL_POINTS)
    rays = np.stack([np.sin(angles), -np.cos(angles)], axis=1)[:, None]  # (OVAL_POINTS, 1, 2), y down
    with np.errstate(divide="ignore", invalid="ignore"):  # a ray parallel to a side hits the sides next to it
        denominator = _cross(rays, sides)
        along_ray = _cross(starts, sides) / denominator
        along_side = _cross(starts, rays) / denominator
    hits = (along_side >= -1e-9) & (along_side <= 1 + 1e-9) & (along_ray > 0)
    reach = np.where(hits, along_ray, 0).max(axis=1)  # (OVAL_POINTS,)
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in centroid + rays[:, 0] * reach[:, None])


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
