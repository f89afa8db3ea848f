"""Optical flow: which way pixels moved, and that it sees luma of RGB."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.passes.temporal.test_overlap import scene
from toolkit.passes.temporal.optical_flow import estimate_flow, to_luma

INSIDE = np.s_[24:-24, 24:-24]


def texture(seed: int, shift: int) -> NDArray[np.float32]:
    """(120, 160), 0..1, moved ``shift`` pixels to the right."""
    noise = np.random.default_rng(seed).random((120, 240)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 3)
    stretched = (soft - soft.min()) / np.ptp(soft)
    return np.asarray(stretched[:, 40 - shift : 200 - shift], np.float32)


def opposed(shift: int) -> NDArray[np.float32]:
    """RGB: red moves ``shift`` pixels to the right, blue as far to the left."""
    return np.ascontiguousarray(
        np.dstack([texture(1, shift), np.full((120, 160), 0.5), texture(2, -shift)]), np.float32
    )


def test_the_flow_leads_to_where_a_pixel_was() -> None:
    stmap, trusted = estimate_flow(to_luma(scene(0)), to_luma(scene(5)))
    rows, columns = np.indices(stmap.shape[:2])
    assert trusted[INSIDE].mean() > 0.99
    assert np.abs(stmap[..., 0] - (columns - 5))[INSIDE].max() < 0.5
    assert np.abs(stmap[..., 1] - rows)[INSIDE].max() < 0.5


def test_the_flow_follows_red_more_than_blue() -> None:
    """Red is 30 % of luma and blue 11 %: with the channels swapped the flow would go the other way."""
    columns = np.indices((120, 160))[1]
    for picture, expected in ((opposed, -4), (lambda shift: opposed(shift)[..., ::-1], 4)):
        before, after = (to_luma(np.ascontiguousarray(picture(shift))) for shift in (0, 4))
        moved = (estimate_flow(before, after)[0][..., 0] - columns)[INSIDE]
        assert np.median(moved) == pytest.approx(expected, abs=0.7)


def test_luma_is_rec_601_in_8_bit_codes() -> None:
    colours = np.array([[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]], np.float32)
    assert to_luma(colours).tolist() == [[76, 150, 29, 255]]
