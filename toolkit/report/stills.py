"""The frames of a shot as JPEG files, within what they may take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from toolkit.report.atlas import Atlas, encode_jpeg
from toolkit.review import Picture

_QUALITIES = (80, 70, 58, 46, 34, 22)
"""Of JPEG, 0 to 100, from the first that is tried to the last."""
_MOST_AT_ONCE = 1.6
"""What one frame may take of what the others have left, as a multiple of its own share."""


class StillWriter:
    """Writes every ``stride``-th frame; where one takes more than its share, the quality of the next ones is lower."""

    def __init__(self, folder: Path, atlas: Atlas, *, stride: int, allowed: int) -> None:
        """``allowed`` is what one file may take on average, bytes."""
        folder.mkdir()
        self.atlas, self.stride = atlas, stride
        self._folder, self._allowed = folder, allowed
        self._left = 0
        self._step = 0

    def write(self, index: int, clips: Mapping[str, Picture]) -> None:
        """Write the frame of that 0-based index, if it is one to write."""
        if index % self.stride:
            return
        picture = self.atlas.draw(clips)
        self._left += self._allowed
        limit = min(self._left, _MOST_AT_ONCE * self._allowed)
        data = encode_jpeg(picture, _QUALITIES[self._step])
        while len(data) > limit and self._step < len(_QUALITIES) - 1:
            self._step += 1
            data = encode_jpeg(picture, _QUALITIES[self._step])
        if self._step and len(data) < 0.5 * limit:
            self._step -= 1
        self._left -= len(data)
        (self._folder / f"{index:05}.jpg").write_bytes(data)
