"""Which pixels of a plate the matte of a face covers."""

from __future__ import annotations

import pytest

from toolkit.mattes import matte_window
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
