"""How much of a plate's acting a result has: how large it is, how late, how smooth, and where it differs.

Both are read in the same frames. Of each measure that acts in the plate, the result keeps

    1 - sqrt(mean((plate - result)^2) - noise of both - doubt) / deviation of the plate without its noise

after the mean of each is taken away. One number sees flattening, delay, smoothing and a wrong shape; amplitude, delay
and smoothness say which of them it is. The noise is that of single frames, as it is found in the clips; the doubt is
how far apart one expression is read in differently rendered pictures (see ``Measure.doubt``). What does not act in the
plate cannot be judged, and is listed instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import ActingReview, RegionReview
from toolkit.frames import FrameRange
from toolkit.review.measures import MEASURES, UNSEEN, Region
from toolkit.review.signals import (
    Values,
    align,
    count_runs,
    find_delay,
    find_frames_above,
    find_noise,
    mean_square_velocity,
    weighted_median,
)

FEWEST_FRAMES = 12
"""Frames with the face in both clips that are needed to tell acting from noise."""
_RUN = 4
"""Frames in a row that a third difference needs, which tells noise from acting."""
_ACTS, _ACTS_CLEARLY = 3.0, 7.5
"""A measure acts if its deviation is that many times its noise and its doubt, and counts in full from the second."""
_MOST_WEIGHT = 400.0
"""Of one measure, as its variance over those of its noise and doubt: a quiet measure must not outvote a region."""
_LIVELY = 0.5
"""Deviation, as a part of that of a full performance, from which a region counts in full."""
_WORST = 5
"""Frames that are named."""
_WORST_APART = 6
"""Frames between two of them."""
_KNEE = 0.5
"""How gently noise is taken away around its own size, 0 to 1."""
_KNEE_AT_0 = 0.5 * (np.sqrt(1 + _KNEE**2) - 1)
_LEAST_DELAY = 0.1
"""Frames up to which a delay is not taken out: between frames, values are interpolated, which flattens a little."""
_FAILING = 0.5
"""Distance from the plate, in deviations of the plate, from which frames fail..."""
_FAILING_OVER = 5
"""...as the mean of so many frames around them."""
_DOUBT = np.array([measure.doubt for measure in MEASURES])


def compare_acting(plate: Values, result: Values, *, source_first: int = 0, slips: int = 0) -> ActingReview:
    """Compare ``MEASURES`` of one face in two clips of the same frames, (frames, measures).

    Rows are NaN where the face was not found. ``source_first`` is the first frame, ``slips`` how many were left out.
    Nothing is judged of fewer frames with both than ``FEWEST_FRAMES``, nor of frames that are hardly ever next to each
    other.
    """
    found = np.asarray(~np.isnan(plate + result).any(axis=1))
    count = int(found.sum())
    if count < FEWEST_FRAMES or count_runs(found, _RUN) < FEWEST_FRAMES - _RUN:
        return _nothing(count, slips)
    values = [np.where(found[:, None], one - one[found].mean(axis=0), np.nan) for one in (plate, result)]
    return _Comparison.of(*values).judge(count, slips, source_first)


def _nothing(count: int, slips: int) -> ActingReview:
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
        slips=slips,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """The measures of both clips, with what is known of each."""

    plate: Values
    """(frames, measures); NaN where the face was not found in both."""
    result: Values
    """The same of the result."""
    noise: NDArray[np.float64]
    """Variance of the noise of both clips and of the doubt, by measure."""
    own_noise: NDArray[np.float64]
    """Variance of the noise of single frames of the plate, by measure."""
    variance: NDArray[np.float64]
    """Of the plate without its noise, by measure."""
    clearness: NDArray[np.float64]
    """0 to 1, by measure: how far its acting is above what may be noise or doubt."""
    weights: NDArray[np.float64]
    """By measure; 0 for what does not act."""

    @classmethod
    def of(cls, plate: Values, result: Values) -> _Comparison:
        own, other = find_noise(plate), find_noise(result)
        variance = np.maximum(0.0, np.nanmean(plate**2, axis=0) - own**2)
        unsure = own**2 + _DOUBT**2
        acts = variance > _ACTS**2 * unsure
        return cls(
            plate=plate,
            result=result,
            noise=unsure + other**2,
            own_noise=own**2,
            clearness=np.clip((np.sqrt(variance / unsure) - _ACTS) / (_ACTS_CLEARLY - _ACTS), 0, 1),
            variance=variance,
            weights=np.where(acts, np.minimum(variance / unsure, _MOST_WEIGHT), 0.0),
        )

    def judge(self, count: int, slips: int, source_first: int) -> ActingReview:
        acting = np.flatnonzero(self.weights)
        if not len(acting):
            return _nothing(count, slips)
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
            failing=tuple(
                FrameRange.of(source_first + first, count)
                for first, count in find_frames_above(np.sqrt(self._distance(acting)), _FAILING, over=_FAILING_OVER)
            ),
            slips=slips,
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
        lively = float(np.mean(np.sqrt(self.variance[places]) / usual)) / _LIVELY
        clear = float(self.clearness[places].max())
        return RegionReview(
            score=100 * float(np.average(self._kept(places), weights=self.weights[places])),
            weight=min(1.0, lively) * clear,
            amplitude=amplitude,
            delay_frames=delay,
            smoothness=self._smoothness(places, amplitude),
        )

    def _kept(self, places: NDArray[np.intp]) -> NDArray[np.float64]:
        error = np.nanmean((self.plate[:, places] - self.result[:, places]) ** 2, axis=0)
        beyond = _take_away(error, self.noise[places])
        kept: NDArray[np.float64] = np.maximum(0.0, 1 - np.sqrt(beyond / self.variance[places]))
        return kept

    def _amplitude(self, places: NDArray[np.intp], delay: float | None) -> float:
        """The slope of the result over the plate with the delay taken out: the weighted median of the measures.

        It is divided by the variance without noise, so that noise does not read as flattening: errors in variables
        with a known error (Fuller, "Measurement Error Models", 1987).
        """
        late = delay if delay is not None and abs(delay) >= _LEAST_DELAY else 0.0
        plate, result = self.plate[:, places], align(self.result[:, places], late)
        both = ~np.isnan(plate + result).any(axis=1)
        one, other = plate[both] - plate[both].mean(axis=0), result[both] - result[both].mean(axis=0)
        variance = np.maximum(1e-12, (one**2).mean(axis=0) - self.own_noise[places])
        return weighted_median((one * other).mean(axis=0) / variance, self.weights[places])

    def _smoothness(self, places: NDArray[np.intp], amplitude: float) -> float | None:
        plate, result = (mean_square_velocity(one[:, places]) for one in (self.plate, self.result))
        moves = plate > 0
        if amplitude < 0.1 or not moves.any():
            return None
        ratios = np.sqrt(result[moves] / plate[moves]) / amplitude
        return weighted_median(ratios, self.weights[places][moves])

    def _distance(self, places: NDArray[np.intp]) -> NDArray[np.float64]:
        """How far the result is from the plate in each frame, squared, in deviations of the plate; 0 if not found."""
        error = np.maximum(0.0, (self.plate[:, places] - self.result[:, places]) ** 2 - self.noise[places])
        far: NDArray[np.float64] = np.nan_to_num(
            np.average(error / self.variance[places], axis=1, weights=self.weights[places])
        )
        return far

    def _find_worst(self, places: NDArray[np.intp]) -> Sequence[int]:
        far = self._distance(places)
        chosen: list[int] = []
        for frame in np.argsort(-far, kind="stable"):
            if far[frame] > 0 and all(abs(frame - other) > _WORST_APART for other in chosen):
                chosen.append(int(frame))
            if len(chosen) == _WORST:
                break
        return chosen


def _take_away(error: NDArray[np.float64], noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """``error`` less ``noise``, both variances: never below 0, and always more for a larger error.

    A hyperbola instead of a floor, so that of two results with hardly any damage the better one is told.
    """
    rest = error - noise
    soft = 0.5 * (rest + np.sqrt(rest**2 + (_KNEE * noise) ** 2))
    return np.asarray(np.maximum(0.0, soft - _KNEE_AT_0 * noise))
