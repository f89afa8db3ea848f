"""From the plate to the engine's canvases: crops, mattes and points on a canvas, and overbrights split off.

Everything here is display-referred, in the plate's own primaries.
"""

from __future__ import annotations

from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Affine, FacePlan, PassPlan
from toolkit.mattes import PixelWindow, draw_matte, draw_plate_matte, matte_window
from toolkit.passes.rendering.shot_mattes import Matte
from toolkit.passes.resampling import Picture, mean_zoom, prefilter, split_affine, warp_affine

_LEAST_OPACITY = 1 / 255
"""A fade below that is not undone: nothing but noise would become visible."""


def fit_frame_to_canvas(plan: PassPlan, picture: Picture) -> Picture:
    """Bring the whole frame, 0..1, to the pass's canvas.

    One Lanczos resampling if the canvas has a different size; edge pixels are repeated up to the multiple of 8.
    """
    if plan.plate_to_canvas is not None:
        linear, shift = split_affine(plan.plate_to_canvas)
        filtered = prefilter(picture, mean_zoom(linear))
        resampled = warp_affine(filtered, np.column_stack([linear, shift]), plan.canvas)
        return np.clip(resampled, 0.0, 1.0, out=resampled)  # Lanczos overshoots
    height, width = picture.shape[:2]
    right, bottom = plan.canvas[0] - width, plan.canvas[1] - height
    if right == 0 and bottom == 0:
        return picture
    return np.asarray(cv2.copyMakeBorder(picture, 0, bottom, 0, right, cv2.BORDER_REPLICATE))


def crop_face(face: FacePlan, canvas: int, picture: Picture) -> Picture:
    """Resample the face onto its canvas by one Lanczos; outside the plate, its edge is repeated."""
    linear, shift = split_affine(face.plate_to_canvas)
    zoom = mean_zoom(linear)
    if zoom < 1:
        left, top, right, bottom = _crop_window(face, picture.shape, margin=ceil(8 / zoom))
        picture = prefilter(picture[top:bottom, left:right], zoom)
        shift = shift + linear @ (left, top)
    return warp_affine(picture, np.column_stack([linear, shift]), (canvas, canvas))


def split_overbrights(picture: Picture, *, reuse: bool = False) -> tuple[Picture, Picture | None]:
    """Split ``picture`` into 0..1, for the engine, and the values above 1 and below 0; None if there are none.

    With ``reuse`` the memory of ``picture`` is overwritten with those values.
    """
    if picture.min() >= 0.0 and picture.max() <= 1.0:
        return np.ascontiguousarray(picture), None
    image = np.ascontiguousarray(np.clip(picture, 0.0, 1.0))
    return image, np.subtract(picture, image, out=picture if reuse else None)


def transform_points(affine: Affine | None, points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Map plate ``points`` (n, 3) to canvas pixels. The third column is kept; without an affine, so are all."""
    if affine is None:
        return points
    linear, shift = split_affine(affine)
    transformed = points.copy()
    transformed[:, :2] = points[:, :2] @ linear.T + shift
    return transformed


def draw_crop_matte(plan: PassPlan, face: FacePlan, given: Matte | None = None) -> NDArray[np.float32]:
    """Draw the matte of ``face`` as seen in its crop: float32 (H, W) of the canvas, 0..1; no face fades in it.

    A matte that is ``given`` takes its place. It may hold the fade of its frame, which is undone.
    """
    linear, shift = split_affine(face.plate_to_canvas)
    width, height = plan.canvas
    if given is None and plan.mask_blur is None:
        outline = [(float(x), float(y)) for x, y in np.asarray(face.outline) @ linear.T + shift]
        return draw_matte(outline, face.feather * mean_zoom(linear), window=(0, 0, width, height))
    plate = plan.width, plan.height
    window = matte_window(face.outline if given is None else face.corners, plan.mask_blur, plate)
    if window is None:
        return np.zeros((height, width), np.float32)
    if given is None:
        matte = draw_plate_matte(face.outline, face.feather, plan.mask_blur, window=window, plate=plate)
    else:
        left, top, right, bottom = window
        matte = given[top:bottom, left:right] / np.float32(max(face.opacity, _LEAST_OPACITY))
        np.minimum(matte, 1.0, out=matte)
    matrix = np.column_stack([linear, shift + linear @ window[:2]])
    return np.asarray(cv2.warpAffine(matte, matrix, (width, height), flags=cv2.INTER_LINEAR), np.float32)


def _crop_window(face: FacePlan, shape: tuple[int, ...], *, margin: int) -> PixelWindow:
    """The plate pixels that the crop of ``face`` shows, plus ``margin``."""
    window = matte_window(face.corners, None, (shape[1], shape[0]), margin=margin)
    # A crop entirely outside the plate still shows the repeated edge.
    return window if window is not None else (0, 0, shape[1], shape[0])
