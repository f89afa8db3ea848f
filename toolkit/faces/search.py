"""Search for faces: the frame as it is, turned in quarters, and once more in a higher resolution."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from toolkit.faces.finder import FaceFinder, FoundFace
from toolkit.faces.upright import FacePlacement, Picture

_SIDE = 640
"""Longer side of the frame as it is searched, pixels."""
_LARGEST_SIDE = 1920
"""The same for small faces, at most: a search takes nine times as long as one at 640 pixels."""
_SMALLEST_FACE = 20
"""Height at which the smallest faces wanted are searched for, pixels: YuNet finds four of five."""
_MIN_GAIN = 1.25
"""A higher resolution than ``_SIDE`` by less than this factor finds hardly any more faces."""
_SAME_FACE = 0.5
"""Faces whose middles are closer than this, in heights of the larger one, are one face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at a frame."""

    side: int
    """Longer side that it is reduced to, pixels."""
    turns: int = 0
    """Quarters by which it is turned anticlockwise."""


QUICK = View(side=_SIDE)
"""The frame as it is: finds upright faces from 1/32 of its longer side up, and large ones whichever way up they are."""


def list_views(width: int, height: int, *, min_size: int, fine: bool) -> list[View]:
    """All views of a frame, ``QUICK`` first: turned ones for small faces that lie or stand on their heads, and, if
    ``fine``, one for upright faces of ``min_size`` pixels where ``QUICK`` would miss them.
    """
    views = [View(side=_SIDE, turns=turns) for turns in (0, 2, 1, 3)]
    side = min(max(width, height), _LARGEST_SIDE, round(max(width, height) * _SMALLEST_FACE / min_size))
    return [*views, View(side=side)] if fine and side > _MIN_GAIN * _SIDE else views


def search_views(
    finder: FaceFinder, picture: Picture, views: Iterable[View], known: Sequence[FacePlacement] = ()
) -> list[FoundFace]:
    """The faces in ``views`` of ``picture``, without the ``known`` ones, each once, largest first."""
    found = [face for view in views for face in finder.find(picture, side=view.side, turns=view.turns)]
    return [
        face for face in remove_duplicates(found) if not any(is_same_place(face.placement, other) for other in known)
    ]


def remove_duplicates(found: Iterable[FoundFace]) -> list[FoundFace]:
    """Of the ``found`` faces in one place, that with the highest score; largest first."""
    kept: list[FoundFace] = []
    for face in sorted(found, key=lambda face: (-face.score, face.placement.x, face.placement.y)):
        if not any(is_same_place(face.placement, other.placement) for other in kept):
            kept.append(face)
    return sorted(kept, key=lambda face: (-face.placement.scale, face.placement.x, face.placement.y))


def is_same_place(one: FacePlacement, other: FacePlacement) -> bool:
    """Whether two placements are of one face, whichever way up each of them has it."""
    return math.dist(one.middle(), other.middle()) < _SAME_FACE * max(one.scale, other.scale)
