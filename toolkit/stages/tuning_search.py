"""The search of ``tune``: which value to try next, and which one to choose."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from toolkit.documents import Trial
from toolkit.settings import Settings, Variation

TRIALS = 6
"""Most trials of a shot, before the whole shot is rendered."""
_CLOSE = 1.0
"""Points from the target at which the search ends."""
_LIMITS = ("high", "low")
"""The first trials."""
_FIRST_MARGIN, _MARGIN = 0.1, 0.25
"""Part of the way between two trials that the next one keeps from either of them."""
_NARROW = 0.01
"""Part of the limits between the two nearest trials at which the search ends."""


@dataclass(slots=True, kw_only=True)
class Search:
    """Looks for the value at which the score crosses the target.

    The two limits are tried first; they also tell whether more of the setting keeps more of the acting or less. Then
    the value between the two nearest trials around the target is tried, on the line between them: a secant. Only the
    first may be close to one of them, or a sudden drop would be approached from one side for ever.
    """

    variation: Variation
    settings: Settings
    target: float
    trials: list[Trial] = field(default_factory=list)

    def add(self, value: float, score: float, frames: int) -> None:
        """What ``value`` keeps, measured on so many ``frames``."""
        self.trials.append(Trial(value=value, score=round(score, 2), frames=frames))

    def next_value(self) -> float | None:
        """What to try next; None: nothing any more."""
        scores = self._scores()
        for name in _LIMITS:
            limit = self._round(getattr(self.variation, name))
            if limit not in scores:
                return limit
        bracket = self._bracket()
        is_close = any(abs(score - self.target) <= _CLOSE for score in scores.values())
        if bracket is None or is_close or len(self.trials) >= TRIALS:
            return None
        (one, its_score), (other, other_score) = bracket
        part = (self.target - its_score) / (other_score - its_score)
        margin = _FIRST_MARGIN if len(self.trials) == len(_LIMITS) else _MARGIN
        value = self._round(one + min(1 - margin, max(margin, part)) * (other - one))
        narrow = abs(other - one) <= _NARROW * (self.variation.high - self.variation.low)
        return None if narrow or value in scores else value

    def best_value(self, *, short_by: float = 0.0) -> float:
        """Where the line between the nearest trials crosses the target, raised by ``short_by`` points.

        The limit that keeps most if no trial keeps enough, and the one that changes most if all do.
        """
        target = self.target + short_by
        bracket = self._bracket(target)
        if bracket is None:
            scores = self._scores()
            high, low = self._round(self.variation.high), self._round(self.variation.low)
            keeps_least, keeps_most = (high, low) if scores[high] <= scores[low] else (low, high)
            return keeps_least if scores[keeps_least] >= target else keeps_most
        (one, its_score), (other, other_score) = bracket
        return self._round(one + (target - its_score) / (other_score - its_score) * (other - one))

    def _bracket(self, target: float | None = None) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """The nearest two trials, by value, of which one keeps enough and the other does not."""
        goal = self.target if target is None else target
        pairs = sorted(self._scores().items())
        found = [(one, other) for one, other in pairwise(pairs) if (one[1] >= goal) != (other[1] >= goal)]
        return found[0] if found else None

    def _scores(self) -> dict[float, float]:
        """Scores by value, of the first measurement of each: those of trials can be compared with one another."""
        scores: dict[float, float] = {}
        for trial in self.trials:
            scores.setdefault(trial.value, trial.score)
        return scores

    def _round(self, value: float) -> float:
        return self.variation.round(self.settings, value)
