"""How much of a plate's acting a result has: how large it is, how late, how smooth, and where it differs.

Both are read in the same frames. Of each measure that acts in the plate, the result keeps

    1 - sqrt(mean((plate - result)^2) - noise of both) / deviation of the plate without its noise

after the mean of each is taken away. One number sees flattening, delay, smoothing and a wrong shape; amplitude, delay
and smoothness say which of them it is. What does not act in the plate cannot be judged, and is listed instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import ActingReview, RegionReview
from toolkit.review.freeing import free_landmarks, neutral_shape
from toolkit.review.measures import MEASURES, UNSEEN, Region, measure_shapes
from toolkit.review.signals import (
    Values,
    align,
    count_runs,
    find_delay,
    find_noise,
    mean_square_velocity,
    weighted_median,
)

FEWEST_FRAMES = 12
"""Frames with the face in both clips that are needed to tell acting from noise."""
_RUN = 4
"""Frames in a row that a third difference needs, which tells noise from acting."""
_TIMES_NOISE = 3.0
"""A measure acts if its deviation is that many times its noise..."""
_LEAST = 0.003
"""...and at least this, in heights of the face."""
_MOST_WEIGHT = 400.0
"""Of one measure, as its variance over that of its noise: one large quiet measure must not outvote a region."""
_LEAST_NOISE = 2e-4
"""Heights of the face. A reading of a still picture has none, which would make its weight infinite."""
_LIVELY = 0.5
"""Deviation, as a part of that of a full performance, from which a region counts in full."""
_WORST = 5
"""Frames that are named."""
_WORST_APART = 6
"""Frames between two of them."""


def compare_acting(
    plate: NDArray[np.floating], result: NDArray[np.floating], found: NDArray[np.bool_], *, source_first: int = 0
) -> ActingReview:
    """Compare two readings of one face.

    ``plate`` and ``result`` are landmarks as in ``FaceSample``, (frames, 478, 3), of the same frames; ``found`` says in
    which of them the face was found in both. The others may have any value. ``source_first`` is the first frame.
    Nothing is judged of fewer than ``FEWEST_FRAMES``, nor of frames that are hardly ever next to each other.
    """
    count = int(found.sum())
    if count < FEWEST_FRAMES or count_runs(found, _RUN) < FEWEST_FRAMES - _RUN:
        return _nothing(count)
    neutral = neutral_shape(plate[found])
    values = [np.full((len(found), len(MEASURES)), np.nan) for _ in range(2)]
    for one, landmarks in zip(values, (plate, result), strict=True):
        measured = measure_shapes(free_landmarks(landmarks[found], neutral))
        one[found] = measured - measured.mean(axis=0)
    return _Comparison.of(*values).judge(count, source_first)


def _nothing(count: int) -> ActingReview:
    return ActingReview(
        frames_compared=count,
        score=None,
        amplitude=None,
        delay_frames=None,
        smoothness=None,
        confidence=0.0,
        regions={},
        unmeasured=(*(region.value for region in Region), *UNSEEN),
        worst_frames=(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """The measures of both clips, with what is known of each."""

    plate: Values
    """(frames, measures); NaN where the face was not found in both."""
    result: Values
    """The same of the result."""
    noise: NDArray[np.float64]
    """Variance of the noise of both clips, by measure."""
    variance: NDArray[np.float64]
    """Of the plate without its noise, by measure."""
    weights: NDArray[np.float64]
    """By measure; 0 for what does not act."""

    @classmethod
    def of(cls, plate: Values, result: Values) -> _Comparison:
        own, other = find_noise(plate), find_noise(result)
        variance = np.maximum(0.0, np.nanmean(plate**2, axis=0) - own**2)
        acts = (np.sqrt(variance) > _TIMES_NOISE * own) & (np.sqrt(variance) > _LEAST)
        ratio = variance / np.maximum(own, _LEAST_NOISE) ** 2
        return cls(
            plate=plate,
            result=result,
            noise=own**2 + other**2,
            variance=variance,
            weights=np.where(acts, np.minimum(ratio, _MOST_WEIGHT), 0.0),
        )

    def judge(self, count: int, source_first: int) -> ActingReview:
        acting = np.flatnonzero(self.weights)
        if not len(acting):
            return _nothing(count)
        judged = {region.value: self._judge_region(self._of(region)) for region in Region if len(self._of(region))}
        regions = dict(sorted(judged.items(), key=lambda item: item[1].score))
        weights = np.array([one.weight for one in regions.values()])
        amplitude = float(np.average([one.amplitude for one in regions.values()], weights=weights))
        return ActingReview(
            frames_compared=count,
            score=float(np.average([one.score for one in regions.values()], weights=weights)),
            amplitude=amplitude,
            delay_frames=find_delay(self.plate[:, acting], self.result[:, acting]),
            smoothness=self._smoothness(acting, amplitude),
            confidence=float(weights.max()),
            regions=regions,
            unmeasured=(*(region.value for region in Region if region.value not in regions), *UNSEEN),
            worst_frames=tuple(source_first + frame for frame in self._find_worst(acting)),
        )

    def _of(self, region: Region) -> NDArray[np.intp]:
        """The measures of ``region`` that act."""
        return np.array(
            [place for place, one in enumerate(MEASURES) if one.region is region and self.weights[place]], np.intp
        )

    def _judge_region(self, places: NDArray[np.intp]) -> RegionReview:
        delay = find_delay(self.plate[:, places], self.result[:, places])
        amplitude = self._amplitude(places, delay)
        usual = np.array([MEASURES[place].usual for place in places])
        lively = float(np.sqrt(self.variance[places]) @ (1 / usual)) / len(places) / _LIVELY
        return RegionReview(
            score=100 * float(np.average(self._kept(places), weights=self.weights[places])),
            weight=min(1.0, lively),
            amplitude=amplitude,
            delay_frames=delay,
            smoothness=self._smoothness(places, amplitude),
        )

    def _kept(self, places: NDArray[np.intp]) -> NDArray[np.float64]:
        error = np.nanmean((self.plate[:, places] - self.result[:, places]) ** 2, axis=0) - self.noise[places]
        kept: NDArray[np.float64] = np.maximum(0.0, 1 - np.sqrt(np.maximum(0.0, error) / self.variance[places]))
        return kept

    def _amplitude(self, places: NDArray[np.intp], delay: float | None) -> float:
        """The slope of the result over the plate with the delay taken out: the weighted median of the measures.

        It is divided by the variance without noise, so that noise does not read as flattening.
        """
        plate, result = self.plate[:, places], align(self.result[:, places], delay or 0.0)
        slopes = np.nanmean(plate * (result - np.nanmean(result, axis=0)), axis=0) / self.variance[places]
        return weighted_median(slopes, self.weights[places])

    def _smoothness(self, places: NDArray[np.intp], amplitude: float) -> float | None:
        plate, result = (mean_square_velocity(one[:, places]) for one in (self.plate, self.result))
        moves = plate > 0
        if amplitude < 0.1 or not moves.any():
            return None
        ratios = np.sqrt(result[moves] / plate[moves]) / amplitude
        return weighted_median(ratios, self.weights[places][moves])

    def _find_worst(self, places: NDArray[np.intp]) -> Sequence[int]:
        """The frames in which the result is farthest from the plate, in deviations of the plate."""
        error = (self.plate[:, places] - self.result[:, places]) ** 2 / self.variance[places]
        far = np.nan_to_num(np.average(error, axis=1, weights=self.weights[places]))
        chosen: list[int] = []
        for frame in np.argsort(-far, kind="stable"):
            if far[frame] > 0 and all(abs(frame - other) > _WORST_APART for other in chosen):
                chosen.append(int(frame))
            if len(chosen) == _WORST:
                break
        return chosen
