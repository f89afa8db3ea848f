"""The matte of a face, on the plate and as its crop shows it: our own soft edge, or AUTOMATIC1111's blurred mask."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FacePlan, MaskBlurPlan, PassPlan, Point
from toolkit.faces import blur_reach, draw_blurred_mask, draw_matte
from toolkit.passes.warp import parts_of, zoom_of

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


def crop_matte(plan: PassPlan, face: FacePlan) -> NDArray[np.float32]:
    """The matte of ``face`` as its crop shows it: as large as the canvas, 0..1."""
    linear, shift = parts_of(face.plate_to_canvas)
    width, height = plan.canvas
    if plan.mask_blur is None:
        outline = [(float(x), float(y)) for x, y in np.asarray(face.outline) @ linear.T + shift]
        return draw_matte(outline, face.feather * zoom_of(linear), window=(0, 0, width, height))
    plate = plan.width, plan.height
    window = matte_window(face.outline, plan.mask_blur, plate)
    if window is None:
        return np.zeros((height, width), np.float32)
    matte = plate_matte(face.outline, face.feather, plan.mask_blur, window=window, plate=plate)
    matrix = np.column_stack([linear, shift + linear @ window[:2]])
    return np.asarray(cv2.warpAffine(matte, matrix, (width, height), flags=cv2.INTER_LINEAR), np.float32)
