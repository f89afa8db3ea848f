"""Content keys: one digest of everything that determines a layer file, and one of what determines its pixels.

A file whose slate holds the current content key is kept. A file with the same picture key has the pixels that are
wanted, in another version or under another frame number: they are copied, not painted.
"""

from __future__ import annotations

from collections.abc import Sequence

from toolkit.documents import FramePlan, PassName, PassPlan, digest
from toolkit.engines import Engine
from toolkit.passes.guides.guide_pictures import ShotGuides
from toolkit.passes.rendering.shot_mattes import ShotMattes
from toolkit.passes.rendering.slate import SLATE_SCHEMA
from toolkit.plates import Plate

_REVISION = 3
"""Part of every content key. Increase it whenever rendering would give different pixels from the same plan."""
_LABELS = {"shot", "version", "rate", "stepping", "timecode_first", "drop_frame"}
"""The fields of a plan that are written into the header and change no pixel."""


def frames_in_reach(plan: PassPlan, frame: FramePlan) -> Sequence[FramePlan]:
    """``frame`` and the neighbours that are blended into its file."""
    index = frame.number - plan.frames[0].number
    return plan.frames[max(0, index - plan.overlap) : index + plan.overlap + 1]


class ContentKeys:
    """The content keys of one shot's passes."""

    def __init__(
        self, plans: Sequence[PassPlan], plate: Plate, engine: Engine, guides: ShotGuides, mattes: ShotMattes
    ) -> None:
        self._plate = plate
        self._engine = engine
        self._guides = guides
        self._mattes = mattes
        self._picture_keys: dict[tuple[PassName, int], str] = {}
        """By pass and source frame: each is needed several times."""
        self._frame_facts: dict[tuple[PassName, int], str] = {}
        """The same: a frame is among the inputs of its neighbours."""
        self._pass_facts: dict[PassName, str] = {}
        self._histories = {plan.pass_name: self._digest_history(plan) for plan in plans if plan.noise_flows}

    def content_key(self, plan: PassPlan, frame: FramePlan) -> str:
        """Digest of everything in the layer file: its pixels and its labels."""
        labels = plan.model_dump(mode="json", include=_LABELS)
        return digest(self.picture_key(plan, frame), labels, frame.number, plan.frames[0].number)

    def picture_key(self, plan: PassPlan, frame: FramePlan) -> str:
        """Digest of what determines the pixels: the plan, the bytes of the files it reads, the engine, this code."""
        place = plan.pass_name, frame.source_frame
        if place not in self._picture_keys:
            self._picture_keys[place] = self._digest_pictures(plan, frame)
        return self._picture_keys[place]

    def check_inputs(self, plans: Sequence[PassPlan]) -> None:
        """Raises MediaChanged if the plate, a guide or a matte is not any more what the keys were made from."""
        for plan in plans:
            for frame in plan.frames:
                self._plate.digest(frame.source_frame)
                self._guides.key(plan, frame.source_frame)
                self._mattes.key(plan, frame.source_frame)

    def _digest_pictures(self, plan: PassPlan, frame: FramePlan) -> str:
        frames = frames_in_reach(plan, frame)
        inputs = [
            (
                self._digest_frame(plan, other),
                self._plate.digest(other.source_frame),
                self._guides.key(plan, other.source_frame),
            )
            for other in frames
        ]
        histories = [self._histories[plan.pass_name][other.source_frame] for other in frames if plan.noise_flows]
        engine = self._engine.name, self._engine.identity(plan.look)
        determining = [_REVISION, SLATE_SCHEMA, self._digest_pass(plan), frame.source_frame, inputs, histories, engine]
        return digest(*determining, *self._alpha_facts(plan), *self._matte_facts(plan, frames))

    def _digest_frame(self, plan: PassPlan, frame: FramePlan) -> str:
        """Of what the plan says of one frame; its JSON text, as a face's shapes have a thousand numbers."""
        place = plan.pass_name, frame.source_frame
        if place not in self._frame_facts:
            self._frame_facts[place] = digest(frame.model_dump_json(exclude={"shot_frame", "file_number"}))
        return self._frame_facts[place]

    def _digest_pass(self, plan: PassPlan) -> str:
        """Of what the plan says of all frames alike."""
        if plan.pass_name not in self._pass_facts:
            facts = plan.without_lossless_compression()
            excluded = {"frames", "guides", "mattes", "left_out", "unchosen", "track_notes", *_LABELS}
            self._pass_facts[plan.pass_name] = digest(facts.model_dump_json(exclude=excluded))
        return self._pass_facts[plan.pass_name]

    def _alpha_facts(self, plan: PassPlan) -> list[str]:
        """What revises the keys of plates with alpha only: their BODY was opaque, and FACE added light outside it."""
        if not self._plate.has_alpha:
            return []
        if plan.pass_name is PassName.BODY:
            return ["alpha"]
        return ["ceiling"] if self._plate.premultiplied else []

    def _matte_facts(self, plan: PassPlan, frames: Sequence[FramePlan]) -> list[dict[str, object]]:
        """The mattes that are read from files; without any, the keys are those from before there were such files."""
        files = [self._mattes.key(plan, frame.source_frame) for frame in frames]
        return [{"mattes": files}] if any(files) else []

    def _digest_history(self, plan: PassPlan) -> dict[int, str]:
        """Per source frame, a digest of all frames up to it: its noise has moved with the plate through them."""
        histories: dict[int, str] = {}
        history = ""
        for frame in plan.frames:
            history = digest(history, frame.faces, self._plate.digest(frame.source_frame))
            histories[frame.source_frame] = history
        return histories
