"""The faces as keyframes, for a null or a tracker in the host."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceKeys, FacePlan, PassName, PassPlan, Point

OVAL_POINTS = 36
"""Few enough to be moved by hand, and half a pixel off the outline of a face 300 pixels high at most."""


def build_face_keys(plans: Sequence[PassPlan]) -> tuple[FaceKeys, ...]:
    """One ``FaceKeys`` for each face of each FACE pass, with an entry wherever the face is FOUND or HELD."""
    return tuple(keys for plan in plans if plan.pass_name is PassName.FACE for keys in _keys(plan))


def _keys(plan: PassPlan) -> list[FaceKeys]:
    entries: dict[int, list[tuple[int, FacePlan]]] = {}
    for frame in plan.frames:
        for face in frame.faces:
            entries.setdefault(face.face, []).append((frame.shot_frame - plan.frames[0].shot_frame, face))
    return [
        FaceKeys(
            shot=plan.shot,
            face=number,
            frames=tuple(frame for frame, _ in seen),
            states=tuple(face.state for _, face in seen),
            x=tuple(round(face.centre[0], 3) for _, face in seen),
            y=tuple(round(face.centre[1], 3) for _, face in seen),
            scale=tuple(round(100 * face.scale / seen[0][1].scale, 4) for _, face in seen),
            roll=tuple(round(face.roll, 4) for _, face in seen),
            corners=tuple(face.corners for _, face in seen),
            ovals=tuple(even_oval(face.outline, roll=face.roll) for _, face in seen),
            feathers=tuple(round(face.feather, 1) for _, face in seen),
        )
        for number, seen in sorted(entries.items())
    ]


def even_oval(outline: Sequence[Point], *, roll: float) -> tuple[Point, ...]:
    """``OVAL_POINTS`` points of a convex ``outline``, in its pixels, at equal angles around its middle; () of none.

    The first lies towards the top of a face that is turned by ``roll`` degrees clockwise, the others follow clockwise.
    So a point means the same part of the face in every frame, where a hull has now more points and now fewer: hosts
    move a mask's points between frames, each to the one of its number.
    """
    if not outline:
        return ()
    corners = np.asarray(outline, dtype=np.float64)
    after = np.roll(corners, -1, axis=0)
    weights = _cross(corners, after)[:, None]
    middle = ((corners + after) * weights).sum(axis=0) / (3 * weights.sum())  # of the area: corners crowd at the chin
    starts = corners - middle  # (N, 2)
    sides = np.roll(starts, -1, axis=0) - starts  # (N, 2)
    angles = np.radians(roll) + np.arange(OVAL_POINTS) * (2 * np.pi / OVAL_POINTS)
    rays = np.stack([np.sin(angles), -np.cos(angles)], axis=1)[:, None]  # (OVAL_POINTS, 1, 2), y down
    with np.errstate(divide="ignore", invalid="ignore"):  # a ray along a side meets its neighbours
        crossed = _cross(rays, sides)
        far = _cross(starts, sides) / crossed  # along the ray
        along = _cross(starts, rays) / crossed  # along the side
    hits = (along >= -1e-9) & (along <= 1 + 1e-9) & (far > 0)
    reach = np.where(hits, far, 0).max(axis=1)  # (OVAL_POINTS,)
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in middle + rays[:, 0] * reach[:, None])


def _cross(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
