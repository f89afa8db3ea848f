"""Primaries of linear light, as the ``chromaticities`` of an EXR header give them, and their conversion to Rec.709.

White points are adapted with the Bradford transform, as OpenColorIO's built-in ACES spaces do.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Primaries = tuple[float, ...]
"""CIE x and y of red, green, blue and white: 8 numbers."""

REC709: Primaries = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
AP1: Primaries = (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767)
"""Of ACEScg."""

_TOLERANCE = 1e-3
"""Writers round: 0.3127 or 0.312713."""
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def parse_primaries(chromaticities: Any) -> Primaries | None:
    """The primaries in an EXR header; None for Rec.709, for none at all, and for numbers that span no colours."""
    if chromaticities is None or not spans_colours(chromaticities):
        return None
    primaries = tuple(round(float(value), 5) for value in chromaticities)
    if is_same(primaries, REC709):
        return None
    return AP1 if is_same(primaries, AP1) else primaries


def spans_colours(chromaticities: Any) -> bool:
    """Whether the chromaticities of an EXR header are a triangle of colours and a white; some writers leave zeros."""
    corners = np.array([float(value) for value in chromaticities]).reshape(4, 2)
    area = np.linalg.det(np.column_stack([corners[:3], np.ones(3)]))
    return bool(np.isfinite(corners).all() and abs(area) > _TOLERANCE and (corners[:, 1] != 0).all())


def is_same(primaries: Primaries, other: Primaries) -> bool:
    """Whether two sets of primaries are equal but for rounding."""
    return len(primaries) == len(other) and max(abs(a - b) for a, b in zip(primaries, other, strict=True)) <= _TOLERANCE


def to_rec709(linear: NDArray[np.float32], primaries: Primaries) -> NDArray[np.float32]:
    """Convert linear light (H, W, 3) to Rec.709; colours outside of it get values below 0."""
    return _apply(linear, _matrix_to_rec709(primaries))


def from_rec709(linear: NDArray[np.float32], primaries: Primaries) -> NDArray[np.float32]:
    """The inverse of ``to_rec709``."""
    return _apply(linear, np.asarray(np.linalg.inv(_matrix_to_rec709(primaries)), np.float64))


def _apply(linear: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    import cv2

    return np.asarray(cv2.transform(np.ascontiguousarray(linear), matrix), np.float32)


@cache
def _matrix_to_rec709(primaries: Primaries) -> NDArray[np.float64]:
    white, target_white = _white(primaries), _white(REC709)
    gains = (_BRADFORD @ target_white) / (_BRADFORD @ white)
    adapt = np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD
    return np.asarray(np.linalg.inv(_matrix_to_xyz(REC709)) @ adapt @ _matrix_to_xyz(primaries))


def _matrix_to_xyz(primaries: Primaries) -> NDArray[np.float64]:
    """3x3 from RGB to CIE XYZ, with Y of white 1 (SMPTE RP 177)."""
    corners = np.array(primaries).reshape(4, 2)[:3]
    columns = np.stack([corners[:, 0], corners[:, 1], 1 - corners.sum(axis=1)]) / corners[:, 1]
    return np.asarray(columns * np.linalg.solve(columns, _white(primaries)))


def _white(primaries: Primaries) -> NDArray[np.float64]:
    x, y = primaries[6:]
    return np.array([x / y, 1.0, (1 - x - y) / y])
