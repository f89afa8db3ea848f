"""A face of landmarks that acts as it is told, for the tests of the measure. Shares no code with the toolkit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.demo.astronaut import LANDMARKS

Points = NDArray[np.float64]

FRAMES = 160
_MOVED: dict[str, tuple[tuple[int, ...], tuple[float, float]]] = {
    "brows": ((46, 52, 53, 55, 63, 65, 66, 70, 105, 107, 276, 282, 283, 285, 293, 295, 296, 300, 334, 336), (0, -9)),
    "eyes": ((159, 386), (0, 4)),
    "cheeks": ((205, 425, 98, 129, 327, 358), (0, -5)),
    "mouth": ((61, 78), (-9, -6)),
    "jaw": ((14, 17, 152), (0, 14)),
}
"""The landmarks of each region, and how far they move in the photo at full acting, pixels right and down."""


def resting_face() -> Points:
    """float64 (478, 3): the portrait of the demo with a rounded front, pixels; z away from the viewer."""
    flat = np.asarray(LANDMARKS, np.float64)
    middle, width = flat.mean(axis=0), np.ptp(flat[:, 0])
    depth = 0.5 * ((flat - middle) ** 2).sum(axis=1) / width
    return np.column_stack([flat - middle, depth])


@dataclass(frozen=True, kw_only=True)
class Performance:
    """What each region does over time: curves of ``FRAMES`` values around 0, by region."""

    curves: dict[str, NDArray[np.float64]]

    @classmethod
    def lively(cls) -> Performance:
        """Every region acts at its own pace."""
        time = np.arange(FRAMES) / 24
        return cls(
            curves={
                region: 0.6 * np.sin(2 * np.pi * (0.6 + 0.23 * place) * time + place)
                + 0.4 * np.sin(2 * np.pi * (1.5 + 0.31 * place) * time)
                for place, region in enumerate(_MOVED)
            }
        )

    def only(self, *regions: str) -> Performance:
        """The others are at rest."""
        still = {name: np.zeros(FRAMES) for name in self.curves if name not in regions}
        return Performance(curves=self.curves | still)

    def scaled(self, by: float, *regions: str) -> Performance:
        """``regions``, or all, act ``by`` times as much."""
        chosen = regions or tuple(self.curves)
        return Performance(curves=self.curves | {name: by * self.curves[name] for name in chosen})

    def at(self, times: NDArray[np.floating]) -> Performance:
        """What is done at ``times``, in frames, is done in each frame."""
        frames = np.arange(FRAMES)
        return Performance(curves={name: np.interp(times, frames, curve) for name, curve in self.curves.items()})

    def smoothed(self, frames: int) -> Performance:
        """A running mean."""
        kernel = np.ones(frames) / frames
        padded = {name: np.pad(curve, frames // 2, mode="edge") for name, curve in self.curves.items()}
        return Performance(curves={name: np.convolve(curve, kernel, "valid") for name, curve in padded.items()})

    def landmarks(self, *, head: float = 1.0, noise: float = 0.15, seed: int = 0, size: float = 2.0) -> Points:
        """(FRAMES, 478, 3) in pixels: the head moves ``head`` times as much as usual, each reading has ``noise``."""
        random = np.random.default_rng(seed)
        face = np.repeat(resting_face()[None], FRAMES, axis=0)
        for name, (points, (right, down)) in _MOVED.items():
            amount = self.curves[name][:, None]
            face[:, points, 0] += amount * right
            face[:, points, 1] += amount * down
        time = np.arange(FRAMES) / 24
        for axis, (reach, speed) in enumerate(((12, 0.31), (9, 0.17), (7, 0.23))):
            face = _turn(face, np.radians(head * reach) * np.sin(2 * np.pi * speed * time), axis)
        place = np.stack([640 + 90 * head * np.sin(time), 360 + 40 * head * np.cos(time), 0 * time], axis=1)
        moved = size * (1 + 0.1 * head * np.sin(time / 2))[:, None, None] * face + place[:, None]
        return np.asarray(moved + random.normal(0, noise, moved.shape), np.float64)


def _turn(face: Points, angles: NDArray[np.float64], axis: int) -> Points:
    """Every frame of ``face`` turned by its angle around the axis 0, 1 or 2."""
    one, other = (each for each in range(3) if each != axis)
    turned = face.copy()
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    turned[:, :, one] = cos * face[:, :, one] - sin * face[:, :, other]
    turned[:, :, other] = sin * face[:, :, one] + cos * face[:, :, other]
    return turned
