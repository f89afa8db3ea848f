"""Overlapping paintings: a frame's own, and its neighbours' carried to it along the motion of the plate.

What a painter makes up differs from frame to frame and is averaged; what the plate itself does is followed, so that a
neighbour is only heeded where its plate, carried along, looks as this frame's plate does. The acting stays the plate's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.passes.temporal.optical_flow import Grey, carried, motion

_AGREEMENT = 6.0
"""Codes of 255 by which a neighbour's plate may differ before it is heeded a third as much."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Painting:
    """One canvas as the engine saw it and as it painted it."""

    shown: Grey
    painted: NDArray[np.float32]
    """(H, W, 3)."""


def overlapped(own: Painting, neighbours: Mapping[int, Painting], *, reach: int) -> NDArray[np.float32]:
    """(H, W, 3): the mean of ``own`` and of ``neighbours`` (by how many frames they are away, either sign).

    A neighbour counts ``1 - away / (reach + 1)`` where it can be trusted, less where its plate differs, else nothing.
    """
    total = own.painted.copy()
    weights = np.ones((*own.shown.shape, 1), np.float32)
    for away, other in sorted(neighbours.items()):
        where, trusted = motion(other.shown, own.shown)
        difference = carried(other.shown.astype(np.float32), where) - own.shown
        likeness = np.exp(-((difference / np.float32(_AGREEMENT)) ** 2))
        weight = (np.float32(1 - abs(away) / (reach + 1)) * likeness * trusted)[..., None]
        total += weight * carried(other.painted, where)
        weights += weight
    return np.asarray(total / weights)


class Overlap:
    """The paintings of one pass on their way: complete as soon as the neighbours are there, and no sooner let go."""

    def __init__(self, *, reach: int, planned: Collection[int], wanted: Collection[int]) -> None:
        """``planned`` are all frames of the pass, ``wanted`` those asked for; source frames."""
        self._reach = reach
        self._planned = frozenset(planned)
        self._todo = deque(sorted(wanted))
        self._there: dict[int, Mapping[int, Painting]] = {}

    def neighbourhood(self, source_frame: int) -> list[int]:
        """The planned frames that go into ``source_frame``, itself among them."""
        around = range(source_frame - self._reach, source_frame + self._reach + 1)
        return [frame for frame in around if frame in self._planned]

    def add(
        self, source_frame: int, paintings: Mapping[int, Painting]
    ) -> Iterator[tuple[int, list[NDArray[np.float32]]]]:
        """The frames that ``paintings`` of ``source_frame`` complete, each with its averaged paintings in their order.

        ``paintings`` are by face, so that each is averaged with its own in other frames. In any order of frames.
        """
        self._there[source_frame] = paintings
        while self._todo and all(frame in self._there for frame in self.neighbourhood(self._todo[0])):
            ready = self._todo.popleft()
            yield ready, [self._averaged(ready, face) for face in self._there[ready]]
            least = self._todo[0] - self._reach if self._todo else max(self._planned) + 1
            self._there = {frame: kept for frame, kept in self._there.items() if frame >= least}

    def _averaged(self, source_frame: int, face: int) -> NDArray[np.float32]:
        neighbours = {
            frame - source_frame: self._there[frame][face]
            for frame in self.neighbourhood(source_frame)
            if frame != source_frame and face in self._there[frame]
        }
        return overlapped(self._there[source_frame][face], neighbours, reach=self._reach)
