"""The matte of a face on the plate: with the toolkit's own soft edge, or as AUTOMATIC1111's blurred mask."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from toolkit.a1111 import blur_mask, blur_reach
from toolkit.documents import MaskBlurPlan, Point
from toolkit.mattes.outlines import PixelWindow, draw_matte, fill_polygon

_OCCLUDER_EDGE = 0.02
"""Width of the soft edge of what is in front of a face, face heights."""

Size = tuple[int, int]
"""width, height in pixels."""


def matte_window(
    outline: Sequence[Point], blur: MaskBlurPlan | None, plate: Size, *, margin: int = 0
) -> PixelWindow | None:
    """The plate pixels that the matte of ``outline`` may cover, plus ``margin`` all round; None outside the plate."""
    reach = margin + (0 if blur is None else blur_reach(blur))
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    left, top = max(0, floor(min(xs)) - reach), max(0, floor(min(ys)) - reach)
    right, bottom = min(plate[0], ceil(max(xs)) + reach + 1), min(plate[1], ceil(max(ys)) + reach + 1)
    return (left, top, right, bottom) if left < right and top < bottom else None


def draw_plate_matte(
    outline: Sequence[Point], feather: float, blur: MaskBlurPlan | None, *, window: PixelWindow, plate: Size
) -> NDArray[np.float32]:
    """Draw the matte in ``window`` of a plate of size ``plate``: float32 (bottom - top, right - left), 0..1.

    With a ``blur``, the edge is that blur and ``feather`` is ignored.
    """
    if blur is None:
        return draw_matte(outline, feather, window=window)
    return draw_blurred_mask(outline, blur, window=window, plate=plate)


def leave_out(
    matte: NDArray[np.float32], occluders: Sequence[Sequence[Point]], scale: float, *, window: PixelWindow
) -> None:
    """Lower ``matte``, in ``window`` of the plate, to 0 inside ``occluders``, in place.

    The edge is soft over a fraction of ``scale``, the face's height in pixels, inwards from each outline.
    """
    for outline in occluders:
        matte *= 1 - draw_matte(outline, _OCCLUDER_EDGE * scale, window=window)


def draw_blurred_mask(
    outline: Sequence[Point], blur: MaskBlurPlan, *, window: PixelWindow, plate: Size
) -> NDArray[np.float32]:
    """Draw the blurred mask of ``outline`` in ``window``, which lies inside the plate.

    float32 (bottom - top, right - left), 0..1 in 256 levels: the pixels that a mask of the plate's full size has there,
    also at the plate's edges.
    """
    left, top, right, bottom = window
    reach = blur_reach(blur)
    outer_left, outer_top = max(0, left - reach), max(0, top - reach)
    outer_right, outer_bottom = min(plate[0], right + reach), min(plate[1], bottom + reach)
    points = np.asarray(outline, dtype=np.float64) - (outer_left, outer_top)
    hard = fill_polygon(points, outer_right - outer_left, outer_bottom - outer_top) * np.uint8(255)
    soft = blur_mask(hard, blur)
    cropped = soft[top - outer_top : bottom - outer_top, left - outer_left : right - outer_left]
    return cropped.astype(np.float32) / np.float32(255)
