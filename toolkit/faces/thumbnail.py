"""Small pictures of upright faces, by which faces are compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.upright import CANVAS, FacePlacement, Picture, canvas_affine

THUMBNAIL_SIZE = 24
"""Side, pixels."""
_ZOOM = 1.6
"""Shows the face from brow to chin and no background."""

Thumbnail = NDArray[np.float16]
"""float16 (THUMBNAIL_SIZE * THUMBNAIL_SIZE * 3,): the upright face, mean 0 and norm 1, so that the dot product of two
is their correlation."""


def make_thumbnail(canvas: Picture, matrix: NDArray[np.float64], placement: FacePlacement) -> Thumbnail:
    """The thumbnail of the face at ``placement`` (plate pixels); ``matrix`` is plate to ``canvas``."""
    import cv2

    upright = canvas_affine(placement, zoom=_ZOOM)
    linear = upright[:, :2] @ np.linalg.inv(matrix[:, :2])
    shift = upright[:, 2] - linear @ matrix[:, 2]
    side = 4 * THUMBNAIL_SIZE  # downsampled at the end to avoid aliasing
    shrink = side / CANVAS
    warp = np.column_stack([linear * shrink, (shift + 0.5) * shrink - 0.5])
    face = cv2.warpAffine(canvas, warp, (side, side), borderMode=cv2.BORDER_REPLICATE)
    small = cv2.resize(face, (THUMBNAIL_SIZE, THUMBNAIL_SIZE), interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    small -= small.mean()
    return np.asarray(small / max(float(np.linalg.norm(small)), 1e-6), dtype=np.float16)


def correlate(one: Thumbnail, other: Thumbnail) -> float:
    """Correlation of two thumbnails, -1..1; independent of exposure and contrast."""
    return float(one.astype(np.float32) @ other.astype(np.float32))
