"""Where faces may be: the whole frame first, then overlapping tiles of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from toolkit.faces.detect import FaceFinder
from toolkit.faces.upright import Picture, Placement, placement_of

_FINE = (0.5, 0.25)
"""Sides of the fine tiles as parts of the frame's short side. The detector sees any picture as 128 x 128 pixels and
finds a face from 0.15 of the longer side up (measured: all of five faces; at 0.11 hardly one), so the finest tiles show
faces of a twenty-seventh of the short side: 40 pixels at 1080 lines."""
_SMALLEST_FACE_IN_TILE = 0.15
_STRIDE = 0.7
"""Distance of neighbouring tiles as a part of their side: a face twice as large as a tile's smallest is whole in one
of them, and the next larger tiles show those above."""
_LINES = 270
"""Lines of a tile from twice which on it is made smaller: every step of a search then costs less, and the detector sees
128 x 128 pixels of it anyway."""
_REPEATED = 0.5
"""Two findings less than this many face heights apart are one face."""

Tile = tuple[int, int, int, int]
"""x, y, width and height, pixels."""


def coarse_tiles(width: int, height: int) -> list[Tile]:
    """The whole frame, then squares of its short side, unless it is hardly longer than that."""
    short, long = sorted((width, height))
    return [(0, 0, width, height), *(_grid(width, height, short) if long > 1.2 * short else ())]


def fine_tiles(width: int, height: int, min_size: int) -> list[Tile]:
    """The smaller squares, large to small; sides that could only show faces under ``min_size`` are left out."""
    sides = [round(min(width, height) * part) for part in _FINE]
    useful = [side for side in sides if side * _SMALLEST_FACE_IN_TILE * 2 >= min_size]
    return list(chain.from_iterable(_grid(width, height, side) for side in useful))


def _grid(width: int, height: int, side: int) -> Iterator[Tile]:
    for y in _starts(height, side):
        for x in _starts(width, side):
            yield x, y, side, side


def _starts(length: int, side: int) -> list[int]:
    steps = -(-(length - side) // max(1, round(side * _STRIDE)))
    return [round(index * (length - side) / steps) for index in range(steps + 1)] if steps else [0]


def search_tiles(
    finder: FaceFinder, picture: Picture, tiles: Iterable[Tile], known: Sequence[Placement] = ()
) -> list[Placement]:
    """The faces ``tiles`` show that are not where ``known`` ones are, nor in a tile before.

    In any order; a face on the edge of one tile may still come once more from the next.
    """
    found: list[Placement] = []
    for tile in tiles:
        part, shrink = _shown(picture, tile)
        for face in (*known, *found):
            paint_over(part, _in_tile(face, tile, shrink))
        found += [_in_frame(placement_of(reading.landmarks), tile, shrink) for reading in finder.find(part)]
    return found


def _shown(picture: Picture, tile: Tile) -> tuple[Picture, int]:
    """A picture of one's own of what ``tile`` shows, and how many times fewer lines and columns it has."""
    import cv2

    x, y, width, height = tile
    part = picture[y : y + height, x : x + width]
    shrink = min(width, height) // _LINES
    if shrink < 2:
        return part.copy(), 1
    columns, rows = width // shrink, height // shrink
    # Linear means the middle pixels of each square, at an eighth of what the mean of all costs.
    small = cv2.resize(part[: rows * shrink, : columns * shrink], (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(small, dtype=np.uint8), shrink


def _in_tile(face: Placement, tile: Tile, shrink: int) -> Placement:
    x, y = (face.x - tile[0] + 0.5) / shrink - 0.5, (face.y - tile[1] + 0.5) / shrink - 0.5
    return replace(face, x=x, y=y, scale=face.scale / shrink)


def _in_frame(face: Placement, tile: Tile, shrink: int) -> Placement:
    x, y = (face.x + 0.5) * shrink - 0.5 + tile[0], (face.y + 0.5) * shrink - 0.5 + tile[1]
    return replace(face, x=x, y=y, scale=face.scale * shrink)


def distinct(found: Iterable[Placement]) -> list[Placement]:
    """``found`` without repetitions, largest first."""
    kept: list[Placement] = []
    for placement in sorted(found, key=lambda face: (-face.scale, face.x, face.y)):
        if all(placement.apart(other) > _REPEATED for other in kept):
            kept.append(placement)
    return kept


def paint_over(picture: Picture, face: Placement) -> None:
    """Put a flat patch over ``face`` in ``picture``: it need not be found again."""
    height, width = picture.shape[:2]
    (x, y), reach = face.middle(), 0.75 * face.scale
    left, right = (min(max(0, round(edge)), width) for edge in (x - reach, x + reach))
    top, bottom = (min(max(0, round(edge)), height) for edge in (y - reach, y + reach))
    patch = picture[top:bottom, left:right]
    if patch.size:
        import cv2

        cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), patch[::8, ::8].mean(axis=(0, 1)).tolist(), -1)
