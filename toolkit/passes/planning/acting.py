"""What planning makes of the acting in a shot: fewer frames where it allows, and less strength where it peaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from toolkit.documents import PassName
from toolkit.settings import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingFacts:
    """What is known of the acting in a plate before it is rendered; by default nothing."""

    steps: Mapping[PassName, int] = field(default_factory=dict)
    """The step chosen for each pass that is on ``auto``; one without it is on ones."""
    activity: Sequence[Mapping[int, float]] = ()
    """How far each face of the track is from rest, 0 to 1 by source frame; without it no strength is eased."""

    def strengths(self, look: Look, face: int | None = None) -> dict[int, float]:
        """The strength of every source frame in which it is not the look's own: see ``Look.ease``.

        ``face`` is a place among the faces of the track; None: the whole frame, by the face that acts most in it.
        """
        if not look.ease:
            return {}
        chosen = self.activity if face is None else self.activity[face : face + 1]
        most: dict[int, float] = {}
        for one in chosen:
            most |= {frame: max(value, most.get(frame, 0.0)) for frame, value in one.items()}
        eased = {frame: _in_whole_steps(look.strength * (1 - look.ease * value), look) for frame, value in most.items()}
        return {frame: strength for frame, strength in eased.items() if strength < look.strength}


def _in_whole_steps(strength: float, look: Look) -> float:
    """The strength of whole sampling steps: a fraction of one changes nothing, and would only divide batches."""
    saved = round((look.strength - strength) * look.steps)
    return round(max(0.0, look.strength - saved / look.steps), 6)
