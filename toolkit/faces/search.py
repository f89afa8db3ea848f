"""Where faces may be: the whole frame, then overlapping tiles where the whole frame shows none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from itertools import chain

import numpy as np

from toolkit.faces.detect import FaceReader
from toolkit.faces.upright import Picture, Placement, placement_of

TILE_SIDES = (1.0, 0.5, 0.25)
"""Sides of the square tiles as parts of the frame's short side. The detector sees any picture as 128 x 128 pixels and
finds a face from 0.15 of the side up (measured: all of five faces; at 0.11 hardly one), so that the smallest tiles
find faces of a twenty-seventh of the short side: 40 pixels at 1080 lines."""
_SMALLEST_FACE_IN_TILE = 0.15
_STRIDE = 0.7
"""Distance of neighbouring tiles as a part of their side: a face twice as large as a tile's smallest is whole in one
of them, and the next larger tiles find those above."""


def tiles(width: int, height: int, min_size: int) -> Iterator[tuple[int, int, int]]:
    """x, y, side of every tile, large to small; sides that could only show faces under ``min_size`` are left out."""
    short = min(width, height)
    for part in TILE_SIDES:
        side = round(short * part)
        if side < min_size / _SMALLEST_FACE_IN_TILE / 2:
            return
        for y in _starts(height, side):
            for x in _starts(width, side):
                yield x, y, side


def _starts(length: int, side: int) -> list[int]:
    steps = -(-(length - side) // max(1, round(side * _STRIDE)))
    return [round(index * (length - side) / steps) for index in range(steps + 1)] if steps else [0]


def search_frame(finder: FaceReader, picture: Picture) -> list[Placement]:
    """The faces the whole frame shows, largest first."""
    return distinct([placement_of(reading.landmarks) for reading in finder.read(picture)])


def search_tiles(
    finders: Sequence[FaceReader], threads: Executor, picture: Picture, *, min_size: int
) -> list[Placement]:
    """The faces the tiles show, largest first; one that several tiles show counts once.

    The tiles are dealt out to ``finders``, each in a thread; what is found does not depend on how many there are.
    """
    height, width = picture.shape[:2]
    all_tiles = list(tiles(width, height, min_size))

    def search(share: int) -> list[Placement]:
        found: list[Placement] = []
        for x, y, side in all_tiles[share :: len(finders)]:
            tile = np.ascontiguousarray(picture[y : y + side, x : x + side])
            corner = np.array([x, y, 0], dtype=np.float32)
            found += [placement_of(reading.landmarks + corner) for reading in finders[share].read(tile)]
        return found

    return distinct(list(chain.from_iterable(threads.map(search, range(len(finders))))))


def distinct(found: Sequence[Placement]) -> list[Placement]:
    """``found`` without repetitions, largest first: half a face apart is another face."""
    kept: list[Placement] = []
    for placement in sorted(found, key=lambda face: (-face.scale, face.x, face.y)):
        if all(placement.apart(other) > 0.5 for other in kept):
            kept.append(placement)
    return kept
