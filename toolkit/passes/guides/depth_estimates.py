"""Depth that is estimated from the plate, as a guide: near is white, over the span of the whole shot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import EstimatePlan, PassPlan
from toolkit.engines import DepthEstimator
from toolkit.errors import at
from toolkit.passes.guides.depth_range import shown_between, span_of, spread
from toolkit.passes.resampling import Picture
from toolkit.plates import Plate, display_codes, display_picture

_REVISION = 1
"""Raise it when this file would show an estimate otherwise: it is a part of the keys of frames that are shown one."""


class Estimates:
    """What one estimator makes of the plate of one shot."""

    def __init__(self, estimator: DepthEstimator, plate: Plate, source_frames: Sequence[int]) -> None:
        """``source_frames`` are all frames of the shot."""
        self._estimator = estimator
        self._plate = plate
        self._looked_at = spread(source_frames)
        self.key = (_REVISION, estimator.identity, [plate.digest(frame) for frame in self._looked_at])
        """What determines the guide of a frame beside its plate. The span is told by the frames it is measured in, not
        by its numbers: these differ in their last digits from machine to machine, and are not needed where every frame
        is there already."""

    def picture(self, shown: Picture) -> Picture:
        """The guide (H, W, 3), 0..1, of the display-referred plate ``shown``. Raises DepthUnavailable."""
        low, high = self._span
        guide = shown_between(low, high, self._estimator.estimate(display_codes(shown)))
        return np.asarray(cv2.cvtColor(guide, cv2.COLOR_GRAY2RGB))

    @cached_property
    def _span(self) -> tuple[float, float]:
        """What is black and what is white in all frames of the shot."""
        span = span_of(self._estimated())
        if span is None:
            raise ValueError("a shot without frames")
        return span

    def _estimated(self) -> Iterator[NDArray[np.float32]]:
        with closing(self._plate.frames(self._looked_at)) as frames:
            for frame in frames:
                codes = display_codes(display_picture(frame, self._plate.encoding))
                with at(frame=frame.source_frame):
                    depth = self._estimator.estimate(codes)
                yield depth


def estimates_of(
    plans: Sequence[PassPlan], plate: Plate, estimators: Mapping[str, DepthEstimator]
) -> dict[str, Estimates]:
    """By its name, what each estimator that ``plans`` (all of one shot) name makes of their ``plate``.

    Nothing is estimated yet. Raises MissingMedia.
    """
    frames = [frame.source_frame for frame in plans[0].frames] if plans else []
    named = (guide.estimator for plan in plans for guide in plan.guides if isinstance(guide, EstimatePlan))
    return {name: Estimates(estimators[name], plate, frames) for name in dict.fromkeys(named)}
