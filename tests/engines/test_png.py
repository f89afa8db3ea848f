"""Masked content "fill": what is put under a mask."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from toolkit.engines.png import fill_mask

Codes = NDArray[np.uint8]


def fill_as_a1111(codes: Codes, mask: Codes) -> Codes:
    """AUTOMATIC1111's steps: paste through the inverted mask, then composite its blurs one over the other."""
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
def test_fill_is_identical_to_automatic1111(mask: Codes) -> None:
    codes = np.random.default_rng(1).integers(0, 256, (120, 160, 3), np.uint8)
    assert np.array_equal(fill_mask(codes, mask), fill_as_a1111(codes, mask))


def test_fill_changes_nothing_outside_the_mask_and_everything_inside() -> None:
    mask, rng = masks()[0], np.random.default_rng(2)
    codes = np.where(mask[..., None] > 0, np.uint8(255), rng.integers(40, 60, (120, 160, 3), np.uint8))
    result = fill_mask(codes, mask)
    assert np.array_equal(result[mask == 0], codes[mask == 0])
    assert result[mask > 0].min() > 30
    assert result[mask > 0].max() < 70
