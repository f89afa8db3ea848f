"""AUTOMATIC1111's two mask blurs: identical to the libraries' blur of the whole image."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from toolkit.a1111 import blur_reach
from toolkit.documents import MaskBlurPlan
from toolkit.mattes import draw_blurred_mask

WIDTH, HEIGHT = 220, 170
Codes = NDArray[np.uint8]
Outline = tuple[tuple[float, float], ...]


def before_1_4(mask: Codes, pixels: int) -> Codes:
    return np.asarray(Image.fromarray(mask).filter(ImageFilter.GaussianBlur(pixels)))


def since_1_4(mask: Codes, pixels: int) -> Codes:
    """modules/processing.py: first rows, then columns, each with a kernel of two and a half sigmas per side."""
    side = 2 * int(2.5 * pixels + 0.5) + 1
    across = cv2.GaussianBlur(mask, (side, 1), pixels)
    return np.asarray(cv2.GaussianBlur(across, (1, side), pixels))


VERSIONS = pytest.mark.parametrize(("version", "theirs"), [("1.3", before_1_4), ("1.4", since_1_4)])


def oval(middle: tuple[float, float], *, seed: int) -> Outline:
    """Convex and irregular."""
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 12))
    points = middle + rng.uniform(15, 60, 2) * np.column_stack([np.cos(angles), np.sin(angles)])
    return tuple((float(x), float(y)) for x, y in points)


OVALS = [oval(middle, seed=number) for number, middle in enumerate([(110, 85), (10, 80), (212, 160), (100, -8)])]
"""One in the middle; the others are clipped by one or two edges."""


@cache
def hard(outline: Outline) -> Codes:
    """Pixels whose centre is inside, tested one by one."""
    polygon = np.array(outline, np.float32)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for y in range(HEIGHT):
        for x in range(WIDTH):
            mask[y, x] = 255 * (cv2.pointPolygonTest(polygon, (float(x), float(y)), False) > 0)
    return mask


@VERSIONS
@pytest.mark.parametrize("pixels", [1, 4, 11, 30, 64])
def test_any_window_equals_that_part_of_the_whole_blurred_mask(
    version: str, theirs: Callable[[Codes, int], Codes], pixels: int
) -> None:
    rng = np.random.default_rng(pixels)
    blur = MaskBlurPlan(pixels=pixels, version=version)  # type: ignore[arg-type]
    for outline in OVALS:
        whole = theirs(hard(outline), pixels)
        for _ in range(6):
            (left, right), (top, bottom) = (np.sort(rng.integers(0, side + 1, 2)) for side in (WIDTH, HEIGHT))
            if left == right or top == bottom:
                continue
            window = int(left), int(top), int(right), int(bottom)
            ours = draw_blurred_mask(outline, blur, window=window, plate=(WIDTH, HEIGHT))
            assert ours.dtype == np.float32
            assert np.array_equal(np.rint(ours * 255), whole[top:bottom, left:right])


@VERSIONS
def test_a_blurred_mask_stays_within_its_reach(version: str, theirs: Callable[[Codes, int], Codes]) -> None:
    for pixels in range(1, 65):
        mask = np.zeros((1, 700), np.uint8)
        mask[:, 300:400] = 255
        touched = np.flatnonzero(theirs(np.repeat(mask, 5, axis=0), pixels)[2])
        reach = blur_reach(MaskBlurPlan(pixels=pixels, version=version))  # type: ignore[arg-type]
        assert touched[0] >= 300 - reach
        assert touched[-1] < 400 + reach


def test_the_two_versions_differ_by_at_most_9_codes() -> None:
    mask = np.pad(hard(OVALS[0]), 200)
    for pixels in (4, 11, 30, 64):
        difference = np.abs(before_1_4(mask, pixels).astype(int) - since_1_4(mask, pixels))
        assert 0 < difference.max() <= 9
