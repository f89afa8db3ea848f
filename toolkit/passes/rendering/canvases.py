"""From the plate to the engine: crops resampled onto canvases, values outside 0..1 split off.

Everything here is display-referred, in the plate's own primaries.
"""

from __future__ import annotations

from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Affine, FacePlan, PassPlan
from toolkit.mattes import Window, draw_matte, matte_window, plate_matte
from toolkit.passes.resampling import Picture, parts_of, softened, warped, zoom_of


def whole_picture(plan: PassPlan, picture: Picture) -> Picture:
    """The whole frame, 0..1, on the pass's canvas: one Lanczos resampling where that has another size, and the edge
    pixels repeated up to the multiple of 8."""
    if plan.plate_to_canvas is not None:
        linear, shift = parts_of(plan.plate_to_canvas)
        shown = warped(softened(picture, zoom_of(linear)), np.column_stack([linear, shift]), plan.canvas)
        return np.clip(shown, 0.0, 1.0, out=shown)  # Lanczos overshoots
    height, width = picture.shape[:2]
    right, below = plan.canvas[0] - width, plan.canvas[1] - height
    if right == 0 and below == 0:
        return picture
    return np.asarray(cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_REPLICATE))


def face_crop(face: FacePlan, canvas: int, picture: Picture) -> Picture:
    """The face on its canvas: one Lanczos resampling; what lies outside the plate repeats its edge."""
    linear, shift = parts_of(face.plate_to_canvas)
    zoom = zoom_of(linear)
    if zoom < 1:
        left, top, right, bottom = _window_of_canvas(face, canvas, picture.shape, margin=ceil(8 / zoom))
        picture = softened(picture[top:bottom, left:right], zoom)
        shift = shift + linear @ (left, top)
    return warped(picture, np.column_stack([linear, shift]), (canvas, canvas))


def without_beyond(picture: Picture, *, ours: bool = False) -> tuple[Picture, Picture | None]:
    """What an engine may see, 0..1, and the light above white (and below black) it must not; None without any.

    With ``ours`` the caller has no more use for ``picture``, and that light comes back in its memory.
    """
    if picture.min() >= 0.0 and picture.max() <= 1.0:
        return np.ascontiguousarray(picture), None
    image = np.ascontiguousarray(np.clip(picture, 0.0, 1.0))
    return image, np.subtract(picture, image, out=picture if ours else None)


def on_canvas(affine: Affine | None, mesh: NDArray[np.float32]) -> NDArray[np.float32]:
    """Points ``mesh`` (n, 3) of the plate in the pixels of the canvas that ``affine`` leads to; the third column stays
    as it is, and all of it without an affine."""
    if affine is None:
        return mesh
    linear, shift = parts_of(affine)
    points = mesh.copy()
    points[:, :2] = mesh[:, :2] @ linear.T + shift
    return points


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


def _window_of_canvas(face: FacePlan, canvas: int, shape: tuple[int, ...], *, margin: int) -> Window:
    window = matte_window(face.corners, None, (shape[1], shape[0]), margin=margin)
    # A crop that misses the plate altogether still shows the plate's nearest edge.
    return window if window is not None else (0, 0, shape[1], shape[0])
