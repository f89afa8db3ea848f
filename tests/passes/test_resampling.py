"""Resampling: bands, masks and separable warps give what one ``cv2.warpAffine`` gives."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.passes.resampling import warp_affine


def random_similarity(rng: np.random.Generator) -> NDArray[np.float64]:
    """A rotation, a zoom of 0.3 to 4 and a shift of up to 80 pixels: 2×3."""
    turn, zoom = rng.uniform(-np.pi, np.pi), rng.uniform(0.3, 4)
    linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * zoom
    return np.column_stack([linear, rng.uniform(-80, 80, 2)])


def warp_by_opencv(
    picture: NDArray[np.float32], matrix: NDArray[np.float64], size: tuple[int, int], *, inverse: bool
) -> NDArray[np.float32]:
    """The whole image at once, edges repeated."""
    flags = cv2.INTER_LANCZOS4 | (cv2.WARP_INVERSE_MAP if inverse else 0)
    return np.asarray(cv2.warpAffine(picture, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


@pytest.mark.parametrize("inverse", [False, True])
def test_bands_match_a_single_warp_bit_for_bit(inverse: bool) -> None:
    rng = np.random.default_rng(1)
    picture = rng.random((90, 160, 3), dtype=np.float32)
    for _ in range(200):
        matrix = random_similarity(rng)
        size = (int(rng.integers(1, 130)), int(rng.integers(1, 130)))
        expected = warp_by_opencv(picture, matrix, size, inverse=inverse)
        assert np.array_equal(warp_affine(picture, matrix, size, inverse=inverse), expected)


@pytest.mark.parametrize("inverse", [False, True])
def test_a_masked_warp_matches_inside_the_mask_and_is_zero_or_equal_outside(inverse: bool) -> None:
    rng = np.random.default_rng(2)
    picture = rng.random((90, 160, 3), dtype=np.float32)
    for _ in range(200):
        matrix = random_similarity(rng)
        width, height = (int(side) for side in rng.integers(1, 130, 2))
        mask = np.zeros((height, width), np.float32)
        x, y = rng.integers(0, width), rng.integers(0, height)
        mask[y : y + 50, x : x + 40] = rng.random() + 0.1
        expected = warp_by_opencv(picture, matrix, (width, height), inverse=inverse)
        warped = warp_affine(picture, matrix, (width, height), inverse=inverse, mask=mask)
        assert np.array_equal(warped[mask > 0], expected[mask > 0])
        assert np.all((warped == expected) | (warped == 0))


@pytest.mark.parametrize("inverse", [False, True])
def test_without_rotation_the_separable_warp_matches_to_float_rounding(inverse: bool) -> None:
    """Any zoom on either axis, images of one row, results entirely outside the image: edges are repeated."""
    rng = np.random.default_rng(3)
    for _ in range(300):
        height, width = (int(side) for side in rng.integers(1, 150, 2))
        picture = rng.random((height, width, 3), dtype=np.float32)
        across, down = rng.uniform(0.1, 5, 2)
        matrix = np.array([[across, 0, rng.uniform(-200, 200)], [0, down, rng.uniform(-200, 200)]])
        size = (int(rng.integers(1, 200)), int(rng.integers(1, 200)))
        expected = warp_by_opencv(picture, matrix, size, inverse=inverse)
        warped = warp_affine(picture, matrix, size, inverse=inverse)
        assert warped.dtype == np.float32
        assert np.abs(warped - expected).max() < 2e-6, "relative to white"


def test_the_separable_warp_is_repeatable_and_does_not_modify_its_input() -> None:
    picture = np.random.default_rng(4).random((300, 500, 3), dtype=np.float32)
    before = picture.copy()
    matrix = np.array([[1.7, 0, -90.3], [0, 1.7, -40.1]])
    one, other = (warp_affine(picture, matrix, (512, 512)) for _ in range(2))
    assert np.array_equal(one, other)
    assert np.array_equal(picture, before)
