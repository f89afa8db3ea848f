"""Search for faces: in the whole frame first, then in overlapping tiles of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from toolkit.faces.detect import FaceDetector
from toolkit.faces.upright import FacePlacement, Picture, measure_placement

_FINE_SIDES = (0.5, 0.25)
"""Sides of the fine tiles as fractions of the frame's short side. The detector scales any picture to 128 x 128 pixels
and finds a face from 0.15 of the longer side up (measured: all of five faces; at 0.11 hardly any). The finest tiles
therefore find faces of 1/27 of the short side: 40 pixels at 1080 lines."""
_SMALLEST_FACE_IN_TILE = 0.15
"""Height of the smallest detectable face as a fraction of the tile's side."""
_STRIDE = 0.7
"""Distance of neighbouring tiles as a fraction of their side: every face up to twice the smallest detectable size is
completely inside one of them; larger ones are found in the next larger tiles."""
_MIN_LINES = 270
"""A tile is downsampled by an integer factor to no fewer lines than this: the search is faster, and the detector uses
only 128 x 128 pixels anyway."""
_SAME_FACE = 0.5
"""Two results closer than this, in face heights, are one face."""

Tile = tuple[int, int, int, int]
"""x, y, width and height, pixels."""


def coarse_tiles(width: int, height: int) -> list[Tile]:
    """The whole frame and, unless it is nearly square, squares with the side of its short side."""
    short, long = sorted((width, height))
    return [(0, 0, width, height), *(_grid(width, height, short) if long > 1.2 * short else ())]


def fine_tiles(width: int, height: int, min_size: int) -> list[Tile]:
    """The smaller squares, large to small; sizes that only find faces below ``min_size`` pixels are left out."""
    sides = [round(min(width, height) * part) for part in _FINE_SIDES]
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
    detector: FaceDetector, picture: Picture, tiles: Iterable[Tile], known: Sequence[FacePlacement] = ()
) -> list[FacePlacement]:
    """The faces in ``tiles``, without the ``known`` ones and those found in an earlier tile; in any order.

    A face on the edge of one tile may be found again in the next.
    """
    found: list[FacePlacement] = []
    for tile in tiles:
        part, factor = _cut_tile(picture, tile)
        for face in (*known, *found):
            cover_face(part, _frame_to_tile(face, tile, factor))
        found += [_tile_to_frame(face, tile, factor) for face in _detect_both_ways_up(detector, part)]
    return found


def _detect_both_ways_up(detector: FaceDetector, part: Picture) -> list[FacePlacement]:
    """The faces in ``part``: the detector sees faces up to about 100 degrees from upright, so it is turned over too.

    Which way up a face is shows only when it is read closely (``turn_upright``).
    """
    found = [measure_placement(reading.landmarks) for reading in detector.detect(part)]
    over = np.ascontiguousarray(part[::-1, ::-1])
    for face in found:
        cover_face(over, _turn_over(face, part))
    return found + [_turn_over(measure_placement(reading.landmarks), part) for reading in detector.detect(over)]


def _turn_over(face: FacePlacement, part: Picture) -> FacePlacement:
    """``face`` in ``part`` turned by 180 degrees."""
    height, width = part.shape[:2]
    return replace(face, x=width - 1 - face.x, y=height - 1 - face.y, roll=face.roll % 360 - 180)


def _cut_tile(picture: Picture, tile: Tile) -> tuple[Picture, int]:
    """A copy of ``tile``, downsampled if it is large, and the integer factor."""
    import cv2

    x, y, width, height = tile
    part = picture[y : y + height, x : x + width]
    factor = min(width, height) // _MIN_LINES
    if factor < 2:
        return part.copy(), 1
    columns, rows = width // factor, height // factor
    # Linear averages the middle pixels of each square: eight times as fast as averaging all of them.
    small = cv2.resize(part[: rows * factor, : columns * factor], (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(small, dtype=np.uint8), factor


def _frame_to_tile(face: FacePlacement, tile: Tile, factor: int) -> FacePlacement:
    x, y = (face.x - tile[0] + 0.5) / factor - 0.5, (face.y - tile[1] + 0.5) / factor - 0.5
    return replace(face, x=x, y=y, scale=face.scale / factor)


def _tile_to_frame(face: FacePlacement, tile: Tile, factor: int) -> FacePlacement:
    x, y = (face.x + 0.5) * factor - 0.5 + tile[0], (face.y + 0.5) * factor - 0.5 + tile[1]
    return replace(face, x=x, y=y, scale=face.scale * factor)


def remove_duplicates(found: Iterable[FacePlacement]) -> list[FacePlacement]:
    """``found`` without duplicates, largest first."""
    kept: list[FacePlacement] = []
    for placement in sorted(found, key=lambda face: (-face.scale, face.x, face.y)):
        if all(placement.distance_to(other) > _SAME_FACE for other in kept):
            kept.append(placement)
    return kept


def cover_face(picture: Picture, face: FacePlacement) -> None:
    """Fill the area of ``face`` in ``picture`` with its mean colour, so that it is not found again."""
    height, width = picture.shape[:2]
    (x, y), reach = face.middle(), 0.75 * face.scale
    left, right = (min(max(0, round(edge)), width) for edge in (x - reach, x + reach))
    top, bottom = (min(max(0, round(edge)), height) for edge in (y - reach, y + reach))
    patch = picture[top:bottom, left:right]
    if patch.size:
        import cv2

        cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), patch[::8, ::8].mean(axis=(0, 1)).tolist(), -1)
