"""A strip of thumbnails: moments of a shot from left to right, the plate above what was made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from toolkit.documents import Value, write_atomically
from toolkit.frames import FrameRange
from toolkit.report.atlas import encode_jpeg, shrink
from toolkit.report.pictures import BODY, COMPOSITE, PLATE, Frame
from toolkit.review import Picture

_KINDS = ((40_000, 126, 7), (14_000, 90, 5), (0, 54, 3))
"""From how many bytes, the height of a thumbnail in pixels, and how many there are, the worst frame not counted."""
_QUALITIES = (80, 65, 50, 35, 20)
"""Of JPEG, 0 to 100, from the first that is tried to the last."""


class Strip(Value):
    """What is where in the strip."""

    frames: tuple[int, ...]
    """Source frames, from left to right."""
    width: int
    """Of a thumbnail, pixels."""
    height: int

    @classmethod
    def of(cls, frames: Sequence[int], size: tuple[int, int], *, allowed: int) -> Self:
        """The strip of ``frames`` of pictures of ``size``, width and height, in ``allowed`` bytes."""
        height = _kind(allowed)[0]
        return cls(frames=tuple(frames), width=max(8, round(height * size[0] / size[1])), height=height)

    def empty(self) -> Picture:
        """The picture to draw on."""
        return np.full((2 * self.height, len(self.frames) * self.width, 3), 60, np.uint8)

    def draw(self, picture: Picture, source_frame: int, clips: Mapping[str, Picture]) -> None:
        """Draw the frame into ``picture``, if it is one of the strip."""
        if source_frame not in self.frames:
            return
        column = self.frames.index(source_frame)
        for row, names in enumerate(((PLATE,), (COMPOSITE, BODY))):
            found = next((clips[name] for name in names if name in clips), None)
            if found is not None:
                self.cell(picture, row, column)[:] = shrink(found, (self.width, self.height))

    def cell(self, picture: Picture, row: int, column: int) -> Picture:
        """That part of ``picture``: row 0 is the plate, row 1 the result."""
        top, left = row * self.height, column * self.width
        return picture[top : top + self.height, left : left + self.width]


def write_strip(path: Path, frames: Iterable[Frame], strip: Strip, *, allowed: int) -> None:
    """Write ``strip`` to ``path`` in ``allowed`` bytes; ``frames`` have at least those that it shows.

    Raises OutputNotWritable, and what ``frames`` raises.
    """
    picture = strip.empty()
    for source_frame, clips in frames:
        strip.draw(picture, source_frame, clips)
    with write_atomically(path) as temporary:
        temporary.write_bytes(encode_strip(picture, allowed=allowed))


def encode_strip(picture: Picture, *, allowed: int) -> bytes:
    """``picture`` as JPEG in ``allowed`` bytes, or as few as it can have."""
    encoded = (encode_jpeg(picture, quality) for quality in _QUALITIES)
    data = next(encoded)
    while len(data) > allowed and (smaller := next(encoded, None)) is not None:
        data = smaller
    return data


def choose_moments(frames: FrameRange, worst: int | None, *, allowed: int) -> list[int]:
    """Source frames of a strip of ``allowed`` bytes: from first to last at even distances, and the ``worst``."""
    count = min(_kind(allowed)[1], len(frames))
    even = {frames.first + round(place * (len(frames) - 1) / max(1, count - 1)) for place in range(count)}
    return sorted(even | ({worst} if worst is not None and worst in frames else set()))


def _kind(allowed: int) -> tuple[int, int]:
    """Height and number of the thumbnails."""
    return next((height, count) for least, height, count in _KINDS if allowed >= least)
