"""Content keys: one digest of everything that determines a layer file.

A file whose slate holds the current key is not rendered again.
"""

from __future__ import annotations

from collections.abc import Sequence

from toolkit.documents import FramePlan, PassPlan, digest
from toolkit.engines import Engine
from toolkit.passes.guides.guide_pictures import ShotGuides
from toolkit.passes.rendering.slate import SLATE_SCHEMA
from toolkit.plates import Plate

_REVISION = 1
"""Part of every content key. Increase it whenever rendering would give different pixels from the same plan."""


def frames_in_reach(plan: PassPlan, frame: FramePlan) -> Sequence[FramePlan]:
    """``frame`` and the neighbours that are blended into its file."""
    index = frame.shot_frame - plan.frames[0].shot_frame
    return plan.frames[max(0, index - plan.overlap) : index + plan.overlap + 1]


class ContentKeys:
    """The content keys of one shot's passes."""

    def __init__(self, plans: Sequence[PassPlan], plate: Plate, engine: Engine, guides: ShotGuides) -> None:
        self._plate = plate
        self._engine = engine
        self._guides = guides
        self._histories = {plan.pass_name: self._digest_history(plan) for plan in plans if plan.noise_flows}

    def compute(self, plan: PassPlan, frame: FramePlan) -> str:
        """Digest of the plan, the bytes of plate and guides, the engine, and this code's revision."""
        plan_facts = plan.model_dump(mode="json", exclude={"frames", "guides"})
        inputs = [
            (other, self._plate.digest(other.source_frame), self._guides.key(plan, other.source_frame))
            for other in frames_in_reach(plan, frame)
        ]
        histories = [self._histories[plan.pass_name][other.source_frame] for other, *_ in inputs if plan.noise_flows]
        identity = self._engine.identity(plan.look)
        return digest(_REVISION, SLATE_SCHEMA, plan_facts, frame, inputs, histories, self._engine.name, identity)

    def _digest_history(self, plan: PassPlan) -> dict[int, str]:
        """Per source frame, a digest of all frames up to it: its noise has moved with the plate through them."""
        histories: dict[int, str] = {}
        history = ""
        for frame in plan.frames:
            history = digest(history, frame.faces, self._plate.digest(frame.source_frame))
            histories[frame.source_frame] = history
        return histories
