"""Where faces may be: the whole frame first, then overlapping tiles of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from toolkit.faces.detect import FaceFinder
from toolkit.faces.upright import Picture, Placement, averaged_down, placement_of

_FINE = (0.5, 0.25)
"""Sides of the fine tiles as parts of the frame's short side. The detector sees any picture as 128 x 128 pixels and
finds a face from 0.15 of the longer side up (measured: all of five faces; at 0.11 hardly one), so the finest tiles show
faces of a twenty-seventh of the short side: 40 pixels at 1080 lines."""
_SMALLEST_FACE_IN_TILE = 0.15
_STRIDE = 0.7
"""Distance of neighbouring tiles as a part of their side: a face twice as large as a tile's smallest is whole in one
of them, and the next larger tiles show those above."""
_LINES = 540
"""Least lines of a frame that is searched coarsely."""
_REPEATED = 0.5
"""Two findings less than this many face heights apart are one face."""

Tile = tuple[int, int, int]
"""x, y and side, pixels."""


def coarse_tiles(width: int, height: int) -> list[Tile]:
    """Squares of the frame's short side; none for a frame that is hardly longer than that."""
    short, long = sorted((width, height))
    return list(_grid(width, height, short)) if long > 1.2 * short else []


def fine_tiles(width: int, height: int, min_size: int) -> list[Tile]:
    """The smaller squares, large to small; sides that could only show faces under ``min_size`` are left out."""
    sides = [round(min(width, height) * part) for part in _FINE]
    useful = [side for side in sides if side * _SMALLEST_FACE_IN_TILE * 2 >= min_size]
    return list(chain.from_iterable(_grid(width, height, side) for side in useful))


def _grid(width: int, height: int, side: int) -> Iterator[Tile]:
    for y in _starts(height, side):
        for x in _starts(width, side):
            yield x, y, side


def _starts(length: int, side: int) -> list[int]:
    steps = -(-(length - side) // max(1, round(side * _STRIDE)))
    return [round(index * (length - side) / steps) for index in range(steps + 1)] if steps else [0]


def search_coarsely(
    finder: FaceFinder, picture: Picture, known: Sequence[Placement] = (), *, tiles: bool
) -> list[Placement]:
    """The faces that the whole frame and, with ``tiles``, the coarse tiles show, but for those that are ``known``.

    In any order; one that several tiles show comes several times. Frames of many lines are averaged down first: the
    detector sees 128 x 128 pixels of either, and every further step costs a quarter.
    """
    shrink = max(1, min(picture.shape[:2]) // _LINES)
    small = averaged_down(picture, shrink) if shrink > 1 else picture
    if known:
        small = painted_over(small, [face.resized(1 / shrink) for face in known])
    height, width = small.shape[:2]
    found = [placement_of(reading.landmarks) for reading in finder.find(small)]
    found += search_tiles(finder, small, coarse_tiles(width, height) if tiles else ())
    return [face.resized(shrink) for face in found]


def search_tiles(finder: FaceFinder, picture: Picture, tiles: Iterable[Tile]) -> list[Placement]:
    """The faces ``tiles`` show, in any order; one that several of them show comes several times."""
    found: list[Placement] = []
    for x, y, side in tiles:
        tile = np.ascontiguousarray(picture[y : y + side, x : x + side])
        corner = np.array([x, y, 0], dtype=np.float32)
        found += [placement_of(reading.landmarks + corner) for reading in finder.find(tile)]
    return found


def distinct(found: Iterable[Placement]) -> list[Placement]:
    """``found`` without repetitions, largest first."""
    kept: list[Placement] = []
    for placement in sorted(found, key=lambda face: (-face.scale, face.x, face.y)):
        if all(placement.apart(other) > _REPEATED for other in kept):
            kept.append(placement)
    return kept


def painted_over(picture: Picture, known: Sequence[Placement]) -> Picture:
    """A copy of ``picture`` with flat patches over the faces that are ``known``: they need not be found again."""
    height, width = picture.shape[:2]
    painted = picture.copy()
    for face in known:
        x, y = face.middle()
        reach = 0.75 * face.scale
        rows = slice(max(0, round(y - reach)), min(height, round(y + reach)))
        columns = slice(max(0, round(x - reach)), min(width, round(x + reach)))
        painted[rows, columns] = painted[rows, columns][::8, ::8].mean(axis=(0, 1))
    return painted
