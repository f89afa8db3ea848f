"""All clips of one frame in one picture, so that a page that shows one of them has them all, and in step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from toolkit.review import Picture

_BLOCK = 16
"""Pixels of a macroblock: with tiles of whole blocks, no block is shared by two clips."""
_GUTTER = 8
"""Pixels at least around a clip that repeat its edge: a decoder smooths across blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Atlas:
    """Where each clip is."""

    names: tuple[str, ...]
    """Of the clips, in their order: from left to right and from top to bottom."""
    width: int
    """Of the picture of one clip, pixels."""
    height: int

    @property
    def columns(self) -> int:
        """Clips side by side."""
        return ceil(sqrt(len(self.names)))

    @property
    def tile(self) -> tuple[int, int]:
        """Width and height of a clip with what is repeated around it, pixels."""
        return _whole_blocks(self.width + 2 * _GUTTER), _whole_blocks(self.height + 2 * _GUTTER)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole picture, pixels."""
        width, height = self.tile
        return width * self.columns, height * ceil(len(self.names) / self.columns)

    @property
    def places(self) -> dict[str, tuple[int, int]]:
        """Left and top of each clip, pixels."""
        width, height = self.tile
        return {
            name: (index % self.columns * width + _GUTTER, index // self.columns * height + _GUTTER)
            for index, name in enumerate(self.names)
        }

    def draw(self, clips: Mapping[str, Picture]) -> Picture:
        """The picture of ``clips``; one that this frame lacks is grey."""
        drawn = np.full((self.size[1], self.size[0], 3), 128, np.uint8)
        width, height = self.tile
        for name, (left, top) in self.places.items():
            if name in clips:
                tile = drawn[top - _GUTTER : top - _GUTTER + height, left - _GUTTER : left - _GUTTER + width]
                tile[:] = self._tile_of(clips[name])
        return drawn

    def _tile_of(self, picture: Picture) -> Picture:
        import cv2

        small = shrink(picture, (self.width, self.height))
        width, height = self.tile
        right, bottom = width - _GUTTER - self.width, height - _GUTTER - self.height
        edges = cv2.copyMakeBorder(small, _GUTTER, bottom, _GUTTER, right, cv2.BORDER_REPLICATE)
        return np.asarray(edges, np.uint8)


def fit_atlas(names: Sequence[str], size: tuple[int, int], *, pixels: int) -> Atlas:
    """The atlas of clips of ``size`` (width and height), each made to about ``pixels`` pixels, at most its own."""
    scale = min(1.0, sqrt(pixels / (size[0] * size[1])))
    width, height = (max(2, round(scale * side / 2) * 2) for side in size)
    return Atlas(names=tuple(names), width=width, height=height)


def shrink(picture: Picture, size: tuple[int, int]) -> Picture:
    """``picture`` in ``size`` (width and height), averaged where it becomes smaller.

    It is halved while that is possible, and interpolated for the rest: many times as fast as the exact average of a
    size that does not divide it, and to the eye the same.
    """
    import cv2

    height, width = picture.shape[:2]
    while width >= 2 * size[0] and height >= 2 * size[1]:
        width, height = width // 2, height // 2
        picture = cv2.resize(picture[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def encode_jpeg(rgb: NDArray[np.uint8], quality: int) -> bytes:
    """``rgb`` as JPEG; ``quality`` is 0 to 100."""
    import cv2

    options = [cv2.IMWRITE_JPEG_QUALITY, quality]
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), options)
    return bytes(data.tobytes())


def _whole_blocks(length: int) -> int:
    return ceil(length / _BLOCK) * _BLOCK
