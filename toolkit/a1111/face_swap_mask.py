"""The masks of batch-face-swap, the extension that the original recipe was made with, as of April 2023.

Its steps at commit b7db011 (kex0/batch-face-swap, scripts/batch_face_swap.py): the convex hull of the 468 landmarks,
cut to whole pixels, filled, and widened three times by rectangles that are fractions of the picture's height. The last
two are off centre, so that the mask grows to the left and upwards. AUTOMATIC1111's mask blur follows, of a hundredth of
the height.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Point

_LANDMARKS = 468
"""Without the irises."""
_WIDENINGS = (
    (0.011, 0.011, (-1, -1)),
    (0.0045, 0.0025, (1, -1)),
    (0.014, 0.0025, (-1, 1)),
)
"""Rows and columns of each rectangle as fractions of the picture's height, and its anchor, column and row; -1: the
middle."""
_MARGIN = 0.05
"""Of the picture's height: more than the mask is wider than the hull, on each side."""
_ON_EDGE = 0.01
"""Pixels by which the outline is wider than the outermost pixel centres, so that those are inside."""


def face_swap_outline(landmarks: NDArray[np.float32], *, height: int) -> tuple[Point, ...]:
    """The outline of the mask of ``landmarks`` (478, 3) in a picture of ``height`` lines, pixels.

    For a face that is not read, its outline (n, 2).

    The convex hull of the mask's pixel centres, which contains those and hardly any others. Unlike the extension's
    masks it goes on beyond the picture.
    """
    import cv2

    points = landmarks[:_LANDMARKS, :2].astype(np.int32)  # towards zero, as int() does
    margin = ceil(_MARGIN * height)
    corner = points.min(axis=0) - margin
    width, rows = (points.max(axis=0) + margin + 1 - corner).tolist()
    mask = np.zeros((rows, width), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points - corner), 255)
    for rows_part, columns_part, anchor in _WIDENINGS:
        kernel = np.ones((ceil(rows_part * height), ceil(columns_part * height)), np.uint8)
        if anchor[0] >= kernel.shape[1] or anchor[1] >= kernel.shape[0]:
            break  # up to 400 lines OpenCV refuses such an anchor, and the extension leaves out the rest
        mask = np.asarray(cv2.dilate(mask, kernel, anchor=anchor), np.uint8)
    hull = cv2.convexHull(np.argwhere(mask)[:, ::-1].astype(np.int32)).reshape(-1, 2).astype(np.float64)
    middle = hull.mean(axis=0)
    outline = corner + hull + _ON_EDGE * np.sign(hull - middle)
    return tuple((round(float(x), 3), round(float(y), 3)) for x, y in outline)
