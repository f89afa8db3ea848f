"""Pictures on their way to a painter: what masked content "fill" puts under a mask."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from toolkit.engines.png import filled

Codes = NDArray[np.uint8]


def theirs(codes: Codes, mask: Codes) -> Codes:
    """AUTOMATIC1111's way, step by step: pasted through the inverted mask, and its blurs laid one over the other."""
    picture = Image.fromarray(codes)
    hole = Image.new("RGBa", picture.size)
    hole.paste(picture.convert("RGBA").convert("RGBa"), mask=ImageOps.invert(Image.fromarray(mask)))
    layers = [(256, 1), (64, 1), (16, 2), (4, 4), (2, 2), (0, 1)]
    result = Image.new("RGBA", picture.size)
    for radius, times in layers:
        for _ in range(times):
            result.alpha_composite(hole.filter(ImageFilter.GaussianBlur(radius)).convert("RGBA"))
    return np.asarray(result.convert("RGB"))


def masks() -> list[Codes]:
    y, x = np.mgrid[:120, :160]
    oval = (np.hypot((x - 70) / 40, (y - 60) / 50) < 1).astype(np.uint8) * np.uint8(255)
    at_the_edge = (x > 100).astype(np.uint8) * np.uint8(255)
    specks = (np.random.default_rng(0).random((120, 160)) > 0.9).astype(np.uint8) * np.uint8(255)
    return [oval, at_the_edge, specks, np.zeros_like(oval), np.full_like(oval, 255)]


@pytest.mark.parametrize("mask", masks(), ids=["an oval", "to the edge", "specks", "nothing", "everything"])
def test_filled_code_for_code_as_automatic1111_fills(mask: Codes) -> None:
    codes = np.random.default_rng(1).integers(0, 256, (120, 160, 3), np.uint8)
    assert np.array_equal(filled(codes, mask), theirs(codes, mask))


def test_around_a_hole_every_code_stays_and_within_it_nothing_of_what_was_there() -> None:
    mask, rng = masks()[0], np.random.default_rng(2)
    codes = np.where(mask[..., None] > 0, np.uint8(255), rng.integers(40, 60, (120, 160, 3), np.uint8))
    result = filled(codes, mask)
    assert np.array_equal(result[mask == 0], codes[mask == 0])
    assert result[mask > 0].min() > 30
    assert result[mask > 0].max() < 70
