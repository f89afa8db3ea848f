"""Content keys: what determines a layer file, as one digest. A file whose slate holds its key is not painted again."""

from __future__ import annotations

from collections.abc import Sequence

from toolkit.documents import FramePlan, PassPlan, digest
from toolkit.engines import Engine
from toolkit.passes.guides.guide_pictures import Guides
from toolkit.passes.rendering.slate import SLATE_SCHEMA
from toolkit.plates import Plate

_REVISION = 1
"""Raise it when this room would give other pixels from the same plan: it is a part of every content key."""


def within_reach(plan: PassPlan, frame: FramePlan) -> Sequence[FramePlan]:
    """``frame`` and the neighbours whose paintings its file also shows."""
    place = frame.shot_frame - plan.frames[0].shot_frame
    return plan.frames[max(0, place - plan.overlap) : place + plan.overlap + 1]


class Keys:
    """The content keys of one shot's passes."""

    def __init__(self, plans: Sequence[PassPlan], plate: Plate, engine: Engine, guides: Guides) -> None:
        self._plate = plate
        self._engine = engine
        self._guides = guides
        self._pasts = {plan.pass_name: self._past(plan) for plan in plans if plan.noise_flows}

    def of(self, plan: PassPlan, frame: FramePlan) -> str:
        """Digest of the plan, the bytes of plate and guides, the engine, and this code's revision."""
        decided = plan.model_dump(mode="json", exclude={"frames", "guides"})
        shown = [
            (other, self._plate.digest(other.source_frame), self._guides.key(plan, other.source_frame))
            for other in within_reach(plan, frame)
        ]
        past = [self._pasts[plan.pass_name][other.source_frame] for other, *_ in shown if plan.noise_flows]
        identity = self._engine.identity(plan.look)
        return digest(_REVISION, SLATE_SCHEMA, decided, frame, shown, past, self._engine.name, identity)

    def _past(self, plan: PassPlan) -> dict[int, str]:
        """By source frame, a digest of all that came before it: its noise has travelled through that."""
        pasts: dict[int, str] = {}
        so_far = ""
        for frame in plan.frames:
            so_far = digest(so_far, frame.faces, self._plate.digest(frame.source_frame))
            pasts[frame.source_frame] = so_far
        return pasts
