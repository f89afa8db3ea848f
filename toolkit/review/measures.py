"""What is measured of a freed face: distances and places that answer evenly when a shape of the face is raised.

They were chosen by rendering a face with known weights of its shapes: at half of them these measures read .45 to .64,
single blendshapes .34 to .72. Left out are those that the turn of a head moves as much as acting does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from toolkit.faces.freeing import Shapes

Curve = NDArray[np.float64]
"""float64 (frames,): one measure over a shot."""


class Region(StrEnum):
    """A part of the face that is judged by itself."""

    BROWS = "brows"
    EYES = "eyes"
    CHEEKS = "cheeks"
    MOUTH = "mouth"
    JAW = "jaw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One thing that is measured; left and right are the actor's."""

    name: str
    region: Region
    read: Callable[[Shapes], Curve]
    """In heights of the face; of the lids in widths of the eye."""
    usual: float
    """Its standard deviation in a lively performance, in the same unit."""
    doubt: float
    """How far apart it is read in two pictures of one expression that are rendered differently: root mean square beyond
    the noise of single frames, in the same unit. The median of five changes of three clips; it does not depend on how
    much the face acts."""


def _apart(one: int, other: int) -> Callable[[Shapes], Curve]:
    return lambda shapes: np.linalg.norm(shapes[:, one] - shapes[:, other], axis=1)


def _place(axis: int, *points: int) -> Callable[[Shapes], Curve]:
    return lambda shapes: shapes[:, list(points), axis].mean(axis=1)


def _opening(upper: int, lower: int, inner: int, outer: int) -> Callable[[Shapes], Curve]:
    return lambda shapes: _apart(upper, lower)(shapes) / _apart(inner, outer)(shapes)


_X, _Y, _Z = range(3)

MEASURES = (
    Measure(name="brow inner right", region=Region.BROWS, usual=0.033, doubt=0.0015, read=_place(_Y, 55, 107)),
    Measure(name="brow inner left", region=Region.BROWS, usual=0.039, doubt=0.0015, read=_place(_Y, 285, 336)),
    Measure(name="brow outer right", region=Region.BROWS, usual=0.021, doubt=0.0015, read=_place(_Y, 46, 70)),
    Measure(name="brow outer left", region=Region.BROWS, usual=0.032, doubt=0.0018, read=_place(_Y, 276, 300)),
    Measure(name="lid right", region=Region.EYES, usual=0.066, doubt=0.0095, read=_opening(159, 145, 33, 133)),
    Measure(name="lid left", region=Region.EYES, usual=0.073, doubt=0.0095, read=_opening(386, 374, 263, 362)),
    Measure(name="cheek up right", region=Region.CHEEKS, usual=0.017, doubt=0.0011, read=_place(_Y, 205)),
    Measure(name="cheek up left", region=Region.CHEEKS, usual=0.020, doubt=0.0011, read=_place(_Y, 425)),
    Measure(name="cheek out right", region=Region.CHEEKS, usual=0.013, doubt=0.0011, read=_place(_X, 205)),
    Measure(name="cheek out left", region=Region.CHEEKS, usual=0.013, doubt=0.0011, read=_place(_X, 425)),
    Measure(name="nose wing right", region=Region.CHEEKS, usual=0.016, doubt=0.0013, read=_place(_Y, 98, 129)),
    Measure(name="nose wing left", region=Region.CHEEKS, usual=0.018, doubt=0.0013, read=_place(_Y, 327, 358)),
    Measure(name="mouth width", region=Region.MOUTH, usual=0.061, doubt=0.0027, read=_apart(61, 291)),
    Measure(name="mouth inner width", region=Region.MOUTH, usual=0.059, doubt=0.0029, read=_apart(78, 308)),
    Measure(name="corner out right", region=Region.MOUTH, usual=0.029, doubt=0.0019, read=_place(_X, 61)),
    Measure(name="corner out left", region=Region.MOUTH, usual=0.041, doubt=0.0019, read=_place(_X, 291)),
    Measure(name="corner up right", region=Region.MOUTH, usual=0.054, doubt=0.0018, read=_place(_Y, 61)),
    Measure(name="corner up left", region=Region.MOUTH, usual=0.058, doubt=0.0018, read=_place(_Y, 291)),
    Measure(name="corner forward right", region=Region.MOUTH, usual=0.022, doubt=0.0053, read=_place(_Z, 61)),
    Measure(name="corner forward left", region=Region.MOUTH, usual=0.024, doubt=0.0053, read=_place(_Z, 291)),
    Measure(name="upper lip", region=Region.MOUTH, usual=0.018, doubt=0.0020, read=_place(_Y, 0)),
    Measure(name="lips forward", region=Region.MOUTH, usual=0.019, doubt=0.0048, read=_place(_Z, 13, 14, 0, 17)),
    Measure(name="mouth open", region=Region.JAW, usual=0.103, doubt=0.0044, read=_apart(13, 14)),
    Measure(name="lower lip", region=Region.JAW, usual=0.106, doubt=0.0033, read=_place(_Y, 17)),
    Measure(name="jaw drop", region=Region.JAW, usual=0.037, doubt=0.0026, read=_place(_Y, 152)),
    Measure(name="chin to lip", region=Region.JAW, usual=0.061, doubt=0.0037, read=_apart(17, 152)),
)

LIDS = tuple(measure for measure in MEASURES if measure.region is Region.EYES)
"""How open the right eye is, and the left: any similarity of the points leaves it as it is."""

UNSEEN = (
    "gaze",
    "cheek puff and squint",
    "nose sneer",
    "jaw sideways and forward",
    "mouth frown and dimple",
)
"""What the landmarks do not show: never counted as kept."""


def measure_shapes(shapes: Shapes) -> NDArray[np.float64]:
    """Every one of ``MEASURES``: float64 (frames, measures)."""
    return np.stack([measure.read(shapes) for measure in MEASURES], axis=1)
