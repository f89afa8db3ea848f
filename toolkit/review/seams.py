"""Seams: whether the edge of the faces' mattes shows in a picture.

Around the edge, the change from plate to picture is explained by where a pixel is, by its colour in the plate (a grade,
a tone curve), and by the matte. What the matte alone explains is a seam: a step of colour that runs along it. The same
idea, that a seam is a step which the guidance does not have, is behind Pérez et al., "Poisson Image Editing", 2003.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_WHOLE, _EMPTY = 0.98, 0.02
"""Alpha from which on, and up to which, a pixel is inside or outside."""
_BAND = 0.04
"""Width of the bands on either side of the edge, as a part of the matte's extent."""
_MOST = 4000
"""Pixels that a step is fitted to, evenly spread."""


class SeamMeter:
    """Collects what is measured along the edges of mattes, frame by frame."""

    def __init__(self) -> None:
        self._steps: list[NDArray[np.float32]] = []
        self._energies: list[float] = []

    def add(self, plate: NDArray[np.uint8], picture: NDArray[np.uint8], matte: NDArray[np.float32]) -> None:
        """One frame: two pictures (H, W, 3) RGB, and the alpha of all faces, (H, W) 0..1. No face: nothing is added."""
        bands = _find_bands(matte)
        if bands is None:
            return
        window, band, edge = bands
        before, after = plate[window].astype(np.float32), picture[window].astype(np.float32)
        self._steps.append(_fit_step(before[band], (after - before)[band], np.argwhere(band), matte[window][band]))
        own, other = (_contrast(one)[edge].mean() for one in (before, after))
        if own > 0:
            self._energies.append(float(other / own))

    def step(self) -> float | None:
        """The step of colour along the edge: mean over frames, then size, mean of the channels, codes of 255 (0: none).

        A clip without mattes has a value, too: what of its changes looks like one.
        """
        return round(float(np.abs(np.mean(self._steps, axis=0)).mean()), 3) if self._steps else None

    def energy(self) -> float | None:
        """The contrast along the edge over the plate's, mean of the frames (1: as in the plate)."""
        return round(float(np.mean(self._energies)), 3) if self._energies else None


_Bands = tuple[tuple[slice, slice], NDArray[np.bool_], NDArray[np.bool_]]


def _find_bands(matte: NDArray[np.float32]) -> _Bands | None:
    """The window around the matte, and in it the edge with a band on either side, and the edge alone.

    None where one of the three is empty.
    """
    rows, columns = np.flatnonzero(matte.max(axis=1) > _EMPTY), np.flatnonzero(matte.max(axis=0) > _EMPTY)
    if not len(rows):
        return None
    width = max(2, round(_BAND * max(np.ptp(rows), np.ptp(columns))))
    margin = 2 * width
    window = (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + margin + 1),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + margin + 1),
    )
    whole, empty = matte[window] >= _WHOLE, matte[window] <= _EMPTY
    edge = ~(whole | empty)
    near_edge = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
    band = cv2.dilate(edge.astype(np.uint8), near_edge).astype(bool)
    if not (edge.any() and (band & whole).any() and (band & empty).any()):
        return None
    return window, band, edge


def _fit_step(
    colours: NDArray[np.float32], change: NDArray[np.float32], places: NDArray[np.intp], alpha: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(3,): by how much each channel of ``change`` (n, 3) goes with ``alpha`` (n,) alone, by least squares."""
    every = -(-len(alpha) // _MOST)
    colour, place, matte = colours[::every] / 255, places[::every] / places.max(), alpha[::every]
    ones = np.ones_like(matte)
    known = np.column_stack([matte, ones, place, place**2, place.prod(axis=1), colour, colour**2])
    found, *_ = np.linalg.lstsq(known, change[::every], rcond=None)
    return np.asarray(found[0], np.float32)


def _contrast(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Size of the gradient of its luma, (H, W)."""
    luma = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.magnitude(cv2.Sobel(luma, cv2.CV_32F, 1, 0), cv2.Sobel(luma, cv2.CV_32F, 0, 1)), np.float32)
