"""Blending a frame with its neighbours, warped along the optical flow of the plate.

What an engine invents differs from frame to frame and is averaged out. The motion of the plate is followed, and a
neighbour counts only where its motion-warped plate matches this frame's plate. So the acting of the plate is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.passes.temporal.optical_flow import Luma, estimate_flow, warp_by_stmap

_PLATE_TOLERANCE = 6.0
"""Plate difference, in codes of 255, at which a neighbour's weight drops to 1/e."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaintedCanvas:
    """One canvas: what the engine saw, and what it painted."""

    luma: Luma
    """Of the engine's input."""
    image: NDArray[np.float32]
    """(H, W, 3)."""


def blend_canvas(own: PaintedCanvas, neighbours: Mapping[int, PaintedCanvas], *, reach: int) -> NDArray[np.float32]:
    """(H, W, 3): the weighted mean of ``own`` and ``neighbours`` (by frame offset, negative for earlier frames).

    The weight of a neighbour is ``1 - abs(offset) / (reach + 1)`` where its flow can be trusted, less where its plate
    differs, and 0 elsewhere.
    """
    total = own.image.copy()
    weights = np.ones((*own.luma.shape, 1), np.float32)
    for offset, other in sorted(neighbours.items()):
        stmap, trusted = estimate_flow(other.luma, own.luma)
        difference = warp_by_stmap(other.luma.astype(np.float32), stmap) - own.luma
        likeness = np.exp(-((difference / np.float32(_PLATE_TOLERANCE)) ** 2))
        weight = (np.float32(1 - abs(offset) / (reach + 1)) * likeness * trusted)[..., None]
        total += weight * warp_by_stmap(other.image, stmap)
        weights += weight
    return np.asarray(total / weights)


class NeighbourBlender:
    """Blends the canvases of one pass: each frame as soon as its neighbours are painted, and frees what is done."""

    def __init__(self, *, reach: int, planned: Collection[int], wanted: Collection[int]) -> None:
        """``planned`` are all frames of the pass, ``wanted`` those to blend, by the numbers of their files."""
        self._reach = reach
        self._planned = frozenset(planned)
        self._pending = deque(sorted(wanted))
        self._canvases: dict[int, Mapping[int, PaintedCanvas]] = {}

    def frames_in_reach(self, number: int) -> list[int]:
        """The planned frames that are blended into ``number``, itself included."""
        reach = range(number - self._reach, number + self._reach + 1)
        return [frame for frame in reach if frame in self._planned]

    def add(
        self, number: int, canvases: Mapping[int, PaintedCanvas]
    ) -> Iterator[tuple[int, list[NDArray[np.float32]]]]:
        """Take the ``canvases`` of ``number``, by face, and yield every frame that is now complete.

        A frame is yielded with its blended images, in the order of its canvases; each face is blended with the same
        face in other frames. Frames may be added in any order, and are yielded in ascending order.
        """
        self._canvases[number] = canvases
        while self._pending and all(frame in self._canvases for frame in self.frames_in_reach(self._pending[0])):
            complete = self._pending.popleft()
            yield complete, [self._blend(complete, face) for face in self._canvases[complete]]
            oldest = self._pending[0] - self._reach if self._pending else max(self._planned) + 1
            self._canvases = {frame: kept for frame, kept in self._canvases.items() if frame >= oldest}

    def _blend(self, number: int, face: int) -> NDArray[np.float32]:
        neighbours = {
            frame - number: self._canvases[frame][face]
            for frame in self.frames_in_reach(number)
            if frame != number and face in self._canvases[frame]
        }
        return blend_canvas(self._canvases[number][face], neighbours, reach=self._reach)
