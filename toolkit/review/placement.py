"""Where a face of a result is, compared with the plate: how well the two are aligned, and readings that slipped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.freeing import RIGID

_LEFT, _RIGHT = 234, 454
"""Landmarks at the sides of the face."""
_FARTHEST = 6.0
"""Percent of the face's width from its usual distance at which a reading is a slip."""


class PlacementMeter:
    """Collects the distance of a face's rigid landmarks from those in the plate."""

    def __init__(self) -> None:
        self._apart: dict[int, float] = {}
        """By index of the frame: percent of the face's width."""

    def add(self, index: int, plate: NDArray[np.float32], result: NDArray[np.float32]) -> None:
        """Landmarks (478, 3) of one frame, pixels of the same picture."""
        width = float(np.linalg.norm(plate[_LEFT] - plate[_RIGHT]))
        apart = np.linalg.norm(plate[RIGID, :2] - result[RIGID, :2], axis=1).mean()
        self._apart[index] = 100 * float(apart) / width

    def distance(self) -> float | None:
        """The median over frames, percent of the face's width; None without any.

        Of the rigid landmarks only, as the others also move with the acting. It is the normalised mean error of face
        alignment, between two readings (Sagonas et al., "300 Faces in-the-Wild Challenge", 2013), by width instead of
        the distance of the eyes. 0: as in the plate; two readings of one face in other light are about 0.5 apart.
        """
        return round(float(np.median(list(self._apart.values()))), 3) if self._apart else None

    def slips(self) -> list[int]:
        """Frames, by index, in which the reading is far from where the face usually is: it slipped off, and says
        nothing of the acting.
        """
        usual = self.distance() or 0.0
        return [index for index, apart in self._apart.items() if apart > usual + _FARTHEST]
