"""Mattes: the outline of a face, and the soft shape drawn from it on the plate."""

from __future__ import annotations

from toolkit.mattes.outlines import draw_matte, face_outline
from toolkit.mattes.plate_mattes import Size, Window, draw_blurred_mask, matte_window, plate_matte

__all__ = ["Size", "Window", "draw_blurred_mask", "draw_matte", "face_outline", "matte_window", "plate_matte"]
