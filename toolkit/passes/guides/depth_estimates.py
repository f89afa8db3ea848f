"""Depth estimated from the plate, as a guide: near is white, normalised over the range of the whole shot."""

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
from toolkit.passes.guides.depth_range import depth_range, normalise_depth, sample_frames
from toolkit.passes.resampling import Picture
from toolkit.plates import Plate, to_8bit_codes, to_display_referred

_REVISION = 1
"""Part of the content keys of frames with an estimated guide. Increase it if this file would give different guides."""


class DepthEstimates:
    """The depth guides that one estimator gives for the plate of one shot."""

    def __init__(self, estimator: DepthEstimator, plate: Plate, source_frames: Sequence[int]) -> None:
        """``source_frames`` are all frames of the shot."""
        self._estimator = estimator
        self._plate = plate
        self._sampled = sample_frames(source_frames)
        self.key = (_REVISION, estimator.identity, [plate.digest(frame) for frame in self._sampled])
        """What determines a frame's guide besides its plate.

        The key holds the sampled frames, not the measured range: the range is not bit-stable across machines, and need
        not be computed when nothing is rendered.
        """

    def estimate(self, picture: Picture) -> Picture:
        """The guide (H, W, 3), 0..1, for a display-referred plate ``picture``. Raises DepthUnavailable."""
        low, high = self._range
        guide = normalise_depth(low, high, self._estimator.estimate(to_8bit_codes(picture)))
        return np.asarray(cv2.cvtColor(guide, cv2.COLOR_GRAY2RGB))

    @cached_property
    def _range(self) -> tuple[float, float]:
        """The values that are black and white in all frames of the shot."""
        measured = depth_range(self._estimate_samples())
        if measured is None:
            raise ValueError("a shot without frames")
        return measured

    def _estimate_samples(self) -> Iterator[NDArray[np.float32]]:
        with closing(self._plate.frames(self._sampled)) as frames:
            for frame in frames:
                codes = to_8bit_codes(to_display_referred(frame, self._plate.encoding))
                with at(frame=frame.source_frame):
                    depth = self._estimator.estimate(codes)
                yield depth


def build_estimates(
    plans: Sequence[PassPlan], plate: Plate, estimators: Mapping[str, DepthEstimator]
) -> dict[str, DepthEstimates]:
    """The depth guides of every estimator that ``plans`` (all of one shot) name, by its name.

    Nothing is estimated yet. Raises MissingMedia.
    """
    frames = [frame.source_frame for frame in plans[0].frames] if plans else []
    names = (guide.estimator for plan in plans for guide in plan.guides if isinstance(guide, EstimatePlan))
    return {name: DepthEstimates(estimators[name], plate, frames) for name in dict.fromkeys(names)}
