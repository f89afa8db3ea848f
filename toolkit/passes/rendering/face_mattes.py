"""The matte of a face as its layer has it: drawn, or given by a file and cut to what the crop renders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FacePlan, PassPlan
from toolkit.mattes import PixelWindow, draw_plate_matte, fill_polygon, leave_out, matte_window
from toolkit.passes.rendering.shot_mattes import Matte, Mattes

_VISIBLE = 0.5 / 255
"""Smaller values of a matte that comes from a file are the noise of whatever wrote it."""


def face_window(plan: PassPlan, face: FacePlan, given: Matte | None) -> PixelWindow | None:
    """The plate pixels that the matte of ``face`` may cover, and one more all round; None outside the plate."""
    size = plan.width, plan.height
    if given is None:
        return matte_window(face.outline, plan.mask_blur, size, margin=1)
    return matte_window(face.corners, None, size, margin=1)


def draw_face_matte(plan: PassPlan, face: FacePlan, given: Matte | None, *, window: PixelWindow) -> NDArray[np.float32]:
    """The matte of ``face`` in ``window``: float32 (bottom - top, right - left), 0..1.

    One that is ``given`` is used as it is, also where a drawn one would fade: what an artist sees is what he gets. It
    ends where the crop does, since nothing is rendered beyond.
    """
    if given is not None:
        left, top, right, bottom = window
        return given[top:bottom, left:right] * _fill_crop(face, window)
    matte = draw_plate_matte(face.outline, face.feather, plan.mask_blur, window=window, plate=(plan.width, plan.height))
    matte *= np.float32(face.opacity)
    leave_out(matte, face.occluders, face.scale, window=window)
    return matte


def find_cut_faces(faces: Sequence[FacePlan], mattes: Mattes) -> tuple[int, ...]:
    """The faces whose given matte shows more of the plate than the crop of the face in this frame, ascending.

    A face that the frame does not have has no crop.
    """
    crops = {face.face: face for face in faces}
    return tuple(number for number, given in sorted(mattes.items()) if _is_cut(given, crops.get(number)))


def _is_cut(given: Matte, face: FacePlan | None) -> bool:
    visible = given > _VISIBLE
    height, width = given.shape
    window = None if face is None else matte_window(face.corners, None, (width, height))
    if face is None or window is None:
        return bool(visible.any())
    left, top, right, bottom = window
    inside = visible[top:bottom, left:right] & _fill_crop(face, window).astype(bool)
    return bool(np.count_nonzero(inside) < np.count_nonzero(visible))


def _fill_crop(face: FacePlan, window: PixelWindow) -> NDArray[np.uint8]:
    """1 in ``window`` where the crop of ``face`` is, else 0."""
    left, top, right, bottom = window
    upper_left, upper_right, lower_left, lower_right = face.corners
    corners = np.asarray([upper_left, upper_right, lower_right, lower_left], np.float64) - (left, top)
    return fill_polygon(corners, right - left, bottom - top)
