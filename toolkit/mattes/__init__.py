"""Mattes: the outline of a face, and the soft-edged shape drawn from it on the plate."""

from __future__ import annotations

from toolkit.mattes.outlines import (
    PixelWindow,
    draw_matte,
    face_outline,
    fill_polygon,
    grow_drawn,
    grow_outline,
    skin_outline,
)
from toolkit.mattes.plate_mattes import Size, draw_blurred_mask, draw_plate_matte, leave_out, matte_window
from toolkit.mattes.steady import steady_landmarks

__all__ = [
    "PixelWindow",
    "Size",
    "draw_blurred_mask",
    "draw_matte",
    "draw_plate_matte",
    "face_outline",
    "fill_polygon",
    "grow_drawn",
    "grow_outline",
    "leave_out",
    "matte_window",
    "skin_outline",
    "steady_landmarks",
]
