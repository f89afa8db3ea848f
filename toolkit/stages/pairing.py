"""Which frame and which part of a result goes with each frame of its plate, where the two clips are not alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Shot
from toolkit.errors import UnsupportedMedia
from toolkit.plates import Plate

By = Literal["frame", "time"]
"""Frames go together by their number, or by the moment at which they are shown."""
BYS: tuple[By, ...] = get_args(By)
Fit = Literal["stretch", "crop", "bars"]
"""The result is the whole plate in other proportions, the middle of it, or all of it between bars."""
FITS: tuple[Fit, ...] = get_args(Fit)

Picture = NDArray[np.uint8]
"""uint8 (H, W, 3)."""

_SAME_SHAPE = 0.01
"""How much the proportions of two pictures may differ, as a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """What the user says of two clips that differ; nothing: they must be alike."""

    offset: int | None = None
    """The plate's frame, counted from 0, that the result begins with; negative: the result begins before the plate.
    With it, only frames that both have are compared."""
    by: By | None = None
    """None: the rates must be the same."""
    fit: Fit | None = None
    """None: the proportions must be the same."""


def pair_frames(plate: Shot, result: Shot, alignment: Alignment) -> list[tuple[int, int]]:
    """The source frames that go together, of ``plate`` ascending by one, and of ``result``.

    Raises UnsupportedMedia, with the numbers, for clips that are not alike in a way that ``alignment`` does not name,
    and for clips without a frame in common.
    """
    rates = plate.media.rate, result.media.rate
    counts = len(plate.source_range), len(result.source_range)
    if rates[0] != rates[1] and alignment.by is None:
        problem = f"it plays at {float(rates[1]):g} fps, and the plate at {float(rates[0]):g}"
        raise _unlike(result, f"{problem}: give two clips of the same frames, or add --by frame or --by time")
    offset = alignment.offset or 0
    ratio = rates[1] / rates[0] if alignment.by == "time" else Fraction(1)
    # The result's frame in the middle of the plate's: neither then depends on how an edge is rounded.
    partners = ((frame, floor((frame - offset + Fraction(1, 2)) * ratio)) for frame in range(counts[0]))
    pairs = [(frame, partner) for frame, partner in partners if 0 <= partner < counts[1]]
    is_whole = len(pairs) == counts[0] and abs(counts[0] * ratio - counts[1]) < max(Fraction(1), ratio)
    if alignment.offset is None and not is_whole:
        problem = f"it has {counts[1]} frames, and the plate {counts[0]}"
        advice = "give two clips of the same frames, or add --offset with the plate's frame that it begins with"
        raise _unlike(result, f"{problem}: {advice}")
    if not pairs:
        raise _unlike(result, f"with --offset {offset} it has no frame in common with the plate of {counts[0]} frames")
    first = plate.source_range.first, result.source_range.first
    return [(first[0] + frame, first[1] + partner) for frame, partner in pairs]


def are_alike(plate: tuple[int, int], result: tuple[int, int]) -> bool:
    """Whether two pictures of these sizes, width and height, have the same proportions."""
    shapes = plate[0] / plate[1], result[0] / result[1]
    return abs(shapes[1] / shapes[0] - 1) <= _SAME_SHAPE


def check_proportions(plate: Plate, result: Plate, fit: Fit | None) -> None:
    """Raises UnsupportedMedia if the pictures have other proportions and ``fit`` does not say why."""
    if fit is None and not are_alike((plate.width, plate.height), (result.width, result.height)):
        sizes = f"it is {result.width}x{result.height}, and the plate {plate.width}x{plate.height}"
        advice = "give two clips of the same picture, or add --fit stretch, crop or bars"
        raise UnsupportedMedia(result.media.path, f"{sizes}: {advice}")


def fit_picture(picture: Picture, size: tuple[int, int], fit: Fit | None) -> Picture:
    """``picture`` in the proportions of a plate of ``size`` (width, height), as ``fit`` says; black where it lacks."""
    height, width = picture.shape[:2]
    if fit is None:
        return picture
    if fit == "stretch":
        return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    wider = width * size[1] > height * size[0]
    if (fit == "crop") == wider:  # the plate's height is what differs
        wanted = round(width * size[1] / size[0]), width
    else:
        wanted = height, round(height * size[0] / size[1])
    rows, columns = ((a - b) // 2 for a, b in zip(wanted, (height, width), strict=True))
    if fit == "bars":
        return np.ascontiguousarray(picture[-rows : -rows + wanted[0], -columns : -columns + wanted[1]])
    bottom, right = wanted[0] - height - rows, wanted[1] - width - columns
    return np.asarray(cv2.copyMakeBorder(picture, rows, bottom, columns, right, cv2.BORDER_CONSTANT), np.uint8)


def repeat_frames(frames: Iterable[tuple[int, Picture]], wanted: Iterable[int]) -> Iterator[Picture]:
    """The pictures of the ``wanted`` frames, ascending and some of them twice, from ``frames`` that have each once."""
    rest = iter(frames)
    number, picture = next(rest)
    for frame in wanted:
        while number < frame:
            number, picture = next(rest)
        yield picture


def _unlike(result: Shot, problem: str) -> UnsupportedMedia:
    return UnsupportedMedia(result.media.path, problem)
