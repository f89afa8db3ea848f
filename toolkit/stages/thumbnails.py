"""Small pictures of the frames of media, for people to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Media
from toolkit.errors import MediaError
from toolkit.plates import open_plate
from toolkit.progress import Advance

Picture = NDArray[np.uint8]
"""(H, W, 3) RGB, display-referred."""

Thumbnails = dict[tuple[Media, int], Picture]
"""By media and source frame."""


def read_thumbnails(
    wanted: Mapping[Media, Iterable[int]], advance: Advance, *, size: tuple[int, int]
) -> tuple[Thumbnails, list[str]]:
    """The ``wanted`` source frames of each media in pictures of ``size`` (width and height, pixels).

    Each media is read once, in ascending order; what cannot be read is missing, with a sentence.
    """
    found: Thumbnails = {}
    problems: list[str] = []
    for media, frames in wanted.items():
        try:
            with open_plate(media) as plate, closing(plate.frames_8bit(sorted(frames))) as pictures:
                for source_frame, rgb in pictures:
                    found[media, source_frame] = _fit(rgb, size)
                    advance(1)
        except MediaError as error:
            problems.append(error.sentence)
    return found, problems


def _fit(rgb: Picture, size: tuple[int, int]) -> Picture:
    """``rgb`` scaled into a picture of ``size``, with its aspect ratio; the rest is black."""
    import cv2

    height, width = rgb.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    fitted_size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(rgb, fitted_size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    fitted = np.zeros((size[1], size[0], 3), np.uint8)
    top, left = (size[1] - fitted_size[1]) // 2, (size[0] - fitted_size[0]) // 2
    fitted[top : top + fitted_size[1], left : left + fitted_size[0]] = small
    return fitted
