"""The curves that people look at: of each region, the measure that acts most in the plate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from toolkit.documents import ClipName, MeasureCurve
from toolkit.review.measures import MEASURES, Region
from toolkit.review.signals import Values


def build_curves(plate: Values, clips: Mapping[ClipName, Values]) -> tuple[MeasureCurve, ...]:
    """One curve of each region; none of a face that was never found. ``plate`` and ``clips``: (frames, measures)."""
    found = ~np.isnan(plate[:, 0])
    if not found.any():
        return ()
    liveliness = plate[found].std(axis=0) / [measure.usual for measure in MEASURES]
    chosen = []
    for region in Region:
        places = [place for place, one in enumerate(MEASURES) if one.region is region]
        place = max(places, key=lambda place: float(liveliness[place]))
        chosen.append(
            MeasureCurve(
                region=region.value,
                measure=MEASURES[place].name,
                plate=_to_percent(plate, place),
                clips={clip: _to_percent(values, place) for clip, values in clips.items()},
            )
        )
    return tuple(chosen)


def _to_percent(values: Values, place: int) -> tuple[float | None, ...]:
    """From its mean over the frames in which it is known."""
    curve = values[:, place]
    known = ~np.isnan(curve)
    if not known.any():
        return (None,) * len(curve)
    percent = 100 * (curve - curve[known].mean())
    return tuple(float(value) if is_known else None for value, is_known in zip(percent, known, strict=True))
