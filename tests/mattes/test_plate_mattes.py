"""Which pixels of a plate the matte of a face covers."""

from __future__ import annotations

import numpy as np
import pytest

from toolkit.mattes import leave_out, matte_window
from toolkit.mattes.outlines import PixelWindow

PLATE = (100, 50)
"""width, height, pixels."""


@pytest.mark.parametrize(
    ("left", "top", "window"),
    [
        pytest.param(10.5, 20.0, (10, 20, 22, 31), id="inside"),
        pytest.param(-4.0, 45.5, (0, 45, 7, 50), id="across two edges"),
        pytest.param(-11.0, 20.0, None, id="ends at the left edge"),
        pytest.param(100.0, 20.0, None, id="starts at the right edge"),
        pytest.param(10.5, -11.0, None, id="ends at the top edge"),
        pytest.param(10.5, 50.0, None, id="starts at the bottom edge"),
    ],
)
def test_a_matte_covers_only_pixels_of_the_plate(left: float, top: float, window: PixelWindow | None) -> None:
    right, bottom = left + 10, top + 10
    outline = [(left, top), (right, top), (right, bottom), (left, bottom)]
    assert matte_window(outline, None, PLATE) == window


def test_what_is_in_front_of_a_face_is_left_out_of_its_matte_and_nothing_else() -> None:
    window = (10, 20, 70, 60)
    matte = np.full((40, 60), 0.8, np.float32)
    hand = [(30.0, 30.0), (50.0, 30.0), (50.0, 50.0), (30.0, 50.0)]
    leave_out(matte, [hand], 100.0, window=window)
    assert np.all(matte[13:28, 23:38] == 0), "two pixels inside its outline"
    outside = np.ones_like(matte, dtype=bool)
    outside[10:31, 20:41] = False
    assert np.all(matte[outside] == np.float32(0.8))
