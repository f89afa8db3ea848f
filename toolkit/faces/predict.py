"""Predict where a face will be in the next frame, without passing on the noise of single readings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.motion import Motion
from toolkit.faces.upright import FacePlacement, difference, displace

_SURE = 0.03
"""A face this far from its prediction (in face heights, as a fraction of its size, or in radians) has moved there: the
prediction follows at once. Readings of a still face scatter by a tenth of that."""
_LEAST_PLACE, _LEAST_SPEED = 0.25, 0.03
"""The share of a small error by which the place and the speed are corrected."""
_RESTS = 0.2
"""A face whose picture moves by less than this fraction of its speed is on hold."""


class Predictor:
    """Where one face will be in the next frame, from its readings so far.

    Where the graph looks affects what it reads by some tenths of a pixel. If it looked exactly where the face was read
    last, these errors would feed themselves: a still face would be read now here, now there.
    """

    def __init__(self, found: FacePlacement) -> None:
        self._place = found
        self._speed: NDArray[np.float64] = np.zeros(4)
        """Per frame, or per hold while the face moves in steps, in the units of ``difference``."""

    def predict(self, motion: Motion | None) -> FacePlacement:
        """Where it will be; ``motion`` of its picture since the last frame, as ``motion.measure_motion`` returns it."""
        return self._place if self._rests(motion) else displace(self._place, self._speed)

    def update(self, found: FacePlacement, motion: Motion | None) -> None:
        """The face was read at ``found``, where ``predict`` was asked with the same ``motion``."""
        predicted = self.predict(motion)
        error = difference(found, predicted)
        sure = min(1.0, float(np.abs(error).max()) / _SURE)
        if not self._rests(motion):
            self._speed = self._speed + max(sure, _LEAST_SPEED) * error
        self._place = displace(predicted, max(sure, _LEAST_PLACE) * error)

    def _rests(self, motion: Motion | None) -> bool:
        return motion is not None and float(np.abs(motion).max()) < _RESTS * float(np.abs(self._speed).max())
