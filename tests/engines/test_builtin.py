"""The built-in preview engine: smooths flat areas, and keeps edges and hue."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.engines._requests import make_request
from toolkit.engines import open_engine


def paint(image: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    return open_engine("builtin").paint([make_request(image, strength=strength, seed=3)])[0]


def test_fine_texture_is_smoothed() -> None:
    rng = np.random.default_rng(0)
    noisy = (0.5 + 0.1 * rng.standard_normal((128, 128, 1))).astype(np.float32).repeat(3, axis=2)
    assert paint(noisy, 0.65).std() < 0.7 * noisy.std()


def test_a_hard_edge_keeps_its_height() -> None:
    image = np.full((128, 128, 3), 0.2, np.float32)
    image[:, 64:] = 0.8
    painted = paint(image, 0.65)
    assert painted[:, 80:].mean() - painted[:, :48].mean() > 0.55


def test_grey_stays_grey() -> None:
    painted = paint(np.full((64, 64, 3), 0.4, np.float32), 1.0)
    assert np.allclose(painted[..., 0], painted[..., 1], atol=1e-6)
    assert np.allclose(painted[..., 0], painted[..., 2], atol=1e-6)


def test_grain_has_the_documented_strength() -> None:
    painted = paint(np.full((512, 512, 3), 0.5, np.float32), 1.0)
    assert 0.015 < painted[..., 0].std() < 0.025
