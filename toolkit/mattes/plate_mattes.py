"""The matte of a face, on the plate and as its crop shows it: our own soft edge, or AUTOMATIC1111's blurred mask."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from toolkit.a1111 import blur_mask, blur_reach
from toolkit.documents import MaskBlurPlan, Point
from toolkit.mattes.outlines import draw_matte, inside

Window = tuple[int, int, int, int]
"""left, top, right, bottom in plate pixels; right and bottom excluded."""
Size = tuple[int, int]
"""width, height in pixels."""


def matte_window(outline: Sequence[Point], blur: MaskBlurPlan | None, plate: Size, *, margin: int = 0) -> Window | None:
    """The pixels of the plate that the matte of ``outline`` may touch, ``margin`` more all round; None when none."""
    reach = margin + (0 if blur is None else blur_reach(blur))
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    left, top = max(0, floor(min(xs)) - reach), max(0, floor(min(ys)) - reach)
    right, bottom = min(plate[0], ceil(max(xs)) + reach + 1), min(plate[1], ceil(max(ys)) + reach + 1)
    return (left, top, right, bottom) if left < right and top < bottom else None


def plate_matte(
    outline: Sequence[Point], feather: float, blur: MaskBlurPlan | None, *, window: Window, plate: Size
) -> NDArray[np.float32]:
    """The matte in ``window`` of a plate of that size: (bottom - top, right - left), 0..1.

    With a ``blur``, that makes it, and not the feather.
    """
    left, top, right, bottom = window
    within = (left, top, right - left, bottom - top)
    if blur is None:
        return draw_matte(outline, feather, window=within)
    return draw_blurred_mask(outline, blur, window=within, plate=plate)


def draw_blurred_mask(
    outline: Sequence[Point], blur: MaskBlurPlan, *, window: tuple[int, int, int, int], plate: tuple[int, int]
) -> NDArray[np.float32]:
    """The blurred mask of ``outline`` in ``window`` (x, y, width, height of plate pixels).

    float32 (height, width), 0..1 in 256 levels. ``window`` lies in the plate, whose width and height are ``plate``: its
    pixels are those of a mask as large as that, at the plate's edges, too.
    """
    x, y, width, height = window
    reach = blur_reach(blur)
    left, top = max(0, x - reach), max(0, y - reach)
    right, bottom = min(plate[0], x + width + reach), min(plate[1], y + height + reach)
    points = np.asarray(outline, dtype=np.float64) - (left, top)
    hard = inside(points, right - left, bottom - top) * np.uint8(255)
    soft = blur_mask(hard, blur)
    within = soft[y - top : y - top + height, x - left : x - left + width]
    return within.astype(np.float32) / np.float32(255)
