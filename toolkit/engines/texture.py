"""The texture of the engines that are not AI: smooth skin, sharp edges, a slight S-curve, and seeded grain.

The smoothing is the fast guided filter (He & Sun, "Fast Guided Filter", 2015) with the image's own luma as the guide.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_LUMA = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
_SHRINK = 4
"""The filter's coefficients are computed on an image this many times smaller: a sixteenth of the work."""
_RADIUS = 12
"""Radius of the smoothing window, full-size pixels."""
_EDGE_VARIANCE = 0.02
"""Luma variance above which an edge is kept at strength 1; lower strengths keep fainter edges."""
_GRAIN = 0.02
"""Standard deviation of the grain at strength 1, display code 0..1."""
_TILE = 512
"""Side of the tileable noise image from which every image takes its own window, pixels."""


class Texture:
    """Gives images a new texture. The effect grows with strength."""

    def __init__(self) -> None:
        noise = np.random.default_rng(1895).standard_normal((_TILE, _TILE), dtype=np.float32)
        self._noise: NDArray[np.float32] = noise * np.float32(_GRAIN)
        self._tiled_noise: NDArray[np.float32] = self._noise

    def apply(
        self, image: NDArray[np.float32], *, strength: float, seed: int, noise_stmap: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        """``image`` with a new texture: (H, W, 3) float32, 0..1. See ``PaintRequest`` for the arguments.

        ``strength`` is above 0. The change of luma is added to all channels alike, which keeps the hue. Fine detail is
        reduced by ``strength``, and half of the reduction comes back as contrast where the filter kept an edge.
        """
        slope, base_luma, luma = _guided_luma(image, edge=_EDGE_VARIANCE * strength**2)
        smooth = cv2.addWeighted(luma, 1.0 - strength, base_luma, strength, 0.0)
        edges = cv2.multiply(cv2.subtract(luma, base_luma), slope, scale=0.5 * strength)
        grain = self._grain(image.shape[0], image.shape[1], seed, noise_stmap) * np.float32(strength)
        change = cv2.subtract(cv2.add(_tone(cv2.add(smooth, edges), strength), grain), luma)
        painted = cv2.add(image, cv2.merge([change, change, change]))
        np.clip(painted, 0.0, 1.0, out=painted)
        return np.asarray(painted, dtype=np.float32)

    def _grain(
        self, height: int, width: int, seed: int, noise_stmap: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        """A window of the noise, (H, W), chosen by the seed alone; sampled through the ST map where there is one."""
        rows, columns = height + _TILE, width + _TILE
        if self._tiled_noise.shape[0] < rows or self._tiled_noise.shape[1] < columns:
            self._tiled_noise = np.tile(self._noise, (-(-rows // _TILE), -(-columns // _TILE)))
        top, left = np.random.default_rng(seed).integers(0, _TILE, 2)
        if noise_stmap is not None:
            columns, rows = np.moveaxis(np.rint(noise_stmap).astype(np.intp), 2, 0)
            moved: NDArray[np.float32] = self._noise[(top + rows) % _TILE, (left + columns) % _TILE]
            return moved
        return self._tiled_noise[top : top + height, left : left + width]


def _guided_luma(
    image: NDArray[np.float32], *, edge: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Slope (1 on edges, 0 on flat areas), smoothed luma and luma; (H, W) float32 each."""
    luma = cv2.transform(image, _LUMA)
    height, width = luma.shape
    small = cv2.resize(luma, (max(1, width // _SHRINK), max(1, height // _SHRINK)), interpolation=cv2.INTER_AREA)
    window = (2 * _RADIUS // _SHRINK + 1, 2 * _RADIUS // _SHRINK + 1)
    mean = cv2.blur(small, window)
    variance = cv2.subtract(cv2.blur(cv2.multiply(small, small), window), cv2.multiply(mean, mean))
    slope = variance / (variance + np.float32(edge))
    offset = mean - slope * mean
    slope = cv2.resize(cv2.blur(slope, window), (width, height), interpolation=cv2.INTER_LINEAR)
    offset = cv2.resize(cv2.blur(offset, window), (width, height), interpolation=cv2.INTER_LINEAR)
    return slope, cv2.add(cv2.multiply(slope, luma), offset), luma


def _tone(luma: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """A gentle S-curve, x + k x (1 - x) (2 x - 1), which keeps black, mid grey and white."""
    inverse = cv2.addWeighted(luma, -1.0, luma, 0.0, 1.0)
    bump = cv2.multiply(luma, inverse, scale=0.6 * strength)
    bend = cv2.multiply(bump, cv2.subtract(luma, inverse))
    return np.asarray(cv2.add(luma, bend))
