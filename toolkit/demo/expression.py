"""The expression: opens the mouth and raises the brows of the photograph by moving skin along the axis of the face.

Everything here happens in *face coordinates*: photo pixels from the centre of the rigid landmarks, ``u`` towards the
right of the picture and ``v`` towards the chin, both turned by the tilt the head has in the photograph.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from toolkit.demo.astronaut import CENTRE, CHIN, LANDMARKS, ROLL

_Numbers = NDArray[np.float64]

_INNER_LOWER_LIP = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308)
"""Landmark indices from one corner of the mouth to the other: where the lower lip meets the teeth."""

_DROP = 14.0
"""Travel of the jaw when the mouth is wide open, photo pixels: 13 % of the height of the face."""
_JAW_HALF_WIDTH = 47.0
"""Distance from the axis beyond which nothing follows the chin, photo pixels: ends before the suit's collar."""
_CHEEK = 24.0
"""Distance below the lip over which the skin changes from following the lip to following the chin, photo pixels."""
_NECK = 45.0
"""Length of neck compressed under the chin, photo pixels."""
_LIFT = 5.0
"""Travel of the brows when fully raised, photo pixels: 5 % of the height of the face."""
_LIDS, _BROWS, _HAIRLINE = -16.0, -27.0, -62.0
"""Values of ``v``: nothing moves below the lids or above the hairline, and the brows move most."""
_BROW_HALF_WIDTH = 36.0
"""Photo pixels from the axis to the outer end of a brow."""
_LIP_EDGE = 1.1
"""Width of the soft edge of the mouth opening, photo pixels."""

_ROTATION = np.array(
    [[np.cos(np.radians(ROLL)), np.sin(np.radians(ROLL))], [-np.sin(np.radians(ROLL)), np.cos(np.radians(ROLL))]]
)
DOWN = _ROTATION[1]
"""float64 (2,): the direction from brow to chin in photo coordinates; all skin moves along it."""


def face_coordinates(photo_points: ArrayLike) -> _Numbers:
    """(..., 2) photo pixels to (..., 2) face coordinates."""
    return np.asarray((np.asarray(photo_points, dtype=np.float64) - CENTRE) @ _ROTATION.T)


def photo_coordinates(face_points: ArrayLike) -> _Numbers:
    """(..., 2) face coordinates to (..., 2) photo pixels."""
    return np.asarray(np.asarray(face_points, dtype=np.float64) @ _ROTATION + CENTRE)


_TEETH_LINE = face_coordinates(LANDMARKS[list(_INNER_LOWER_LIP)])
_MOUTH_MIDDLE = float(_TEETH_LINE[[0, -1], 0].mean())
_MOUTH_HALF_WIDTH = float(_TEETH_LINE[-1, 0] - _TEETH_LINE[0, 0]) / 2
_CHIN_LEVEL = float(face_coordinates(LANDMARKS[CHIN])[1])

Box = tuple[tuple[float, float], tuple[float, float]]
"""Top left and bottom right corner, face coordinates."""

FACE_BOX: Box = ((-58.0, -70.0), (58.0, _CHIN_LEVEL + _DROP + _NECK))
"""Only pixels inside it move."""
MOUTH_BOX: Box = (
    (_MOUTH_MIDDLE - _MOUTH_HALF_WIDTH, float(_TEETH_LINE[:, 1].min())),
    (_MOUTH_MIDDLE + _MOUTH_HALF_WIDTH, float(_TEETH_LINE[:, 1].max()) + _DROP + _LIP_EDGE),
)
"""Contains the inside of the open mouth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """An expression."""

    mouth_open: float
    """0 as photographed, 1 wide open."""
    brow_raise: float
    """0 as photographed, 1 fully raised."""

    def shift(self, u: _Numbers, v: _Numbers) -> _Numbers:
        """How far down the skin now at ``u, v`` has moved, photo pixels; negative: up."""
        return np.where(self._is_below_teeth(u, v), self._jaw(u, v), 0.0) - self._brows(u, v)

    def opening(self, u: _Numbers, v: _Numbers) -> tuple[_Numbers, _Numbers]:
        """The inside of the mouth: matte 0..1, and the position from 0 at the teeth to 1 at the lower lip."""
        inside = v - _teeth_line(u)
        gap = self._gap(u)
        overlap = np.minimum(gap, _LIP_EDGE / 2)  # over the lip, or a line of teeth would remain on it
        matte = _smoothstep(inside / _LIP_EDGE) * _smoothstep((gap + overlap - inside) / _LIP_EDGE)
        return matte, np.clip(inside / np.maximum(gap, 1e-6), 0, 1)

    def move(self, photo_points: ArrayLike) -> _Numbers:
        """Move points (N, 2) of the photographed face to where this expression puts them; photo pixels.

        ``shift`` is defined at the destination, so the destination is found by fixed-point iteration, which converges
        because the field changes by less than one pixel per pixel.
        """
        u, v = face_coordinates(photo_points).T
        follows_jaw = v >= _teeth_line(u) - 1e-6
        moved = v.copy()
        for _ in range(25):
            moved = v + np.where(follows_jaw, self._jaw(u, moved), 0.0) - self._brows(u, moved)
        return photo_coordinates(np.stack([u, moved], axis=-1))

    def _gap(self, u: _Numbers) -> _Numbers:
        across = (u - _MOUTH_MIDDLE) / _MOUTH_HALF_WIDTH
        return np.asarray(_DROP * self.mouth_open * np.maximum(0.0, 1 - across**2))

    def _is_below_teeth(self, u: _Numbers, v: _Numbers) -> NDArray[np.bool_]:
        return np.asarray(v >= _teeth_line(u) + self._gap(u) / 2)

    def _jaw(self, u: _Numbers, v: _Numbers) -> _Numbers:
        """How far down the lower face has moved: the lip by the gap, the chin with the bone, the cheeks in between."""
        drop = _DROP * self.mouth_open
        gap = self._gap(u)
        chin = drop * np.cos(np.pi / 2 * np.clip(u / _JAW_HALF_WIDTH, -1, 1)) ** 2
        below_lip = v - _teeth_line(u) - gap
        skin = chin + (gap - chin) * np.exp(-((below_lip / _CHEEK) ** 2))
        return np.asarray(skin * (1 - _smoothstep((v - _CHIN_LEVEL - drop) / _NECK)))

    def _brows(self, u: _Numbers, v: _Numbers) -> _Numbers:
        """How far up the brows have moved; the lashes stay, and the smooth skin above them stretches."""
        lids = _smoothstep((_LIDS - v) / (_LIDS - _BROWS))
        forehead = 1 - _smoothstep((_BROWS - 4 - v) / (_BROWS - 4 - _HAIRLINE))
        temples = 1 - _smoothstep((np.abs(u) - _BROW_HALF_WIDTH) / 16)
        return np.asarray(_LIFT * self.brow_raise * lids * forehead * temples)


def _teeth_line(u: _Numbers) -> _Numbers:
    return np.interp(u, _TEETH_LINE[:, 0], _TEETH_LINE[:, 1])


def _smoothstep(x: _Numbers) -> _Numbers:
    """0 below 0, 1 above 1, smooth in between."""
    x = np.clip(x, 0, 1)
    return np.asarray(x * x * (3 - 2 * x))
