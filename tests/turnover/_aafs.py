"""Small AAF files for the tests, written with pyaaf2 as editing systems write them. Shares no code with the toolkit."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import aaf2
import aaf2.misc

from tests._coverage import unmeasured

Key = tuple[float, float] | tuple[float, float, tuple[float, float], tuple[float, float]]
"""Time and value of a keyframe, and its handles to both sides where it has them."""

_CUBIC = "a04a5439-8a0e-4cb7-975f-a5b255866883"
_CURVES = {"PARAM_SPEED_OFFSET_MAP_U": "linear", "PARAM_OFFSET_MAP_U": "cubic"}

_PICTURE = {
    "ComponentWidth": 8, "HorizontalSubsampling": 2, "StoredHeight": 32, "StoredWidth": 48, "FrameLayout": "FullFrame",
    "VideoLineMap": [42, 0], "ImageAspectRatio": "16/9",
}  # fmt: skip
"""What a file descriptor must have; nothing reads it."""


class AafWriter:
    """Writes one composition; ``with AafWriter(path) as aaf: aaf.compose([...])``."""

    def __init__(self, path: Path, rate: int | Fraction = 24) -> None:
        self.rate = Fraction(rate)
        self._definitions: dict[str, Any] = {}
        self._path = path
        self._open = ExitStack()

    def __enter__(self) -> AafWriter:
        self._open.enter_context(unmeasured())
        self.file: Any = self._open.enter_context(aaf2.open(str(self._path), "w"))
        return self

    def __exit__(self, *raised: Any) -> None:
        self._open.__exit__(*raised)

    # --- media ---

    def master(
        self,
        name: str,
        count: int,
        *,
        path: str = "",
        timecode: int = 0,
        tape: str = "tape",
        rate: int | Fraction | None = None,
    ) -> Any:
        """A master clip of ``count`` frames: of a file at ``path`` when there is one, made from a tape."""
        rate = self.rate if rate is None else Fraction(rate)
        tape_mob = self._mob("SourceMob", tape)
        tape_mob.descriptor = self.file.create.TapeDescriptor()
        slot = tape_mob.create_timeline_slot(rate)
        slot.segment = self._timecode(timecode, count)
        slot["PhysicalTrackNumber"].value = 1
        picture = tape_mob.create_picture_slot(rate)
        picture.segment = self.file.create.SourceClip(media_kind="picture", length=count)
        inner = tape_mob
        if path:
            inner = self._mob("SourceMob", "")
            inner.descriptor = self.file.create.CDCIDescriptor()
            for key, value in _PICTURE.items():
                inner.descriptor[key].value = value
            locator = self.file.create.NetworkLocator()
            locator["URLString"].value = path
            inner.descriptor["Locator"].append(locator)
            inner.descriptor["SampleRate"].value, inner.descriptor["Length"].value = rate, count
            picture_slot = inner.create_picture_slot(rate)
            picture_slot.segment = tape_mob.create_source_clip(picture.slot_id, 0, count, media_kind="picture")
            picture = picture_slot
        master = self._mob("MasterMob", name)
        slot = master.create_picture_slot(rate)
        slot.segment = inner.create_source_clip(picture.slot_id, 0, count, media_kind="picture")
        return master

    # --- segments ---

    def shows(self, mob: Any, start: int, count: int) -> Any:
        """A source clip: ``count`` frames of the first picture slot of ``mob``."""
        slot = next(slot for slot in mob.slots if slot.media_kind == "Picture")
        clip = self.file.create.SourceClip(start=start, length=count, slot_id=slot.slot_id, media_kind="picture")
        clip.mob_id = mob.mob_id
        return clip

    def filler(self, count: int, kind: str = "Filler") -> Any:
        filler = getattr(self.file.create, kind)("picture", count)
        if kind == "ScopeReference":
            filler["RelativeScope"].value, filler["RelativeSlot"].value = 0, 1
        return filler

    def sequence(self, components: Sequence[Any]) -> Any:
        sequence = self.file.create.Sequence(media_kind="picture")
        transitions = sum(each.length for each in components if type(each).__name__ == "Transition")
        sequence.length = sum(each.length for each in components) - 2 * transitions
        sequence.components.extend(components)
        return sequence

    def layers(self, sequences: Sequence[Any]) -> Any:
        scope = self.file.create.NestedScope("picture", max(each.length for each in sequences))
        scope.slots.extend(sequences)
        return scope

    def muted(self, clip: Any) -> Any:
        selector = self.file.create.Selector("picture", clip.length)
        selector["Selected"].value = self.filler(clip.length)
        selector["Alternates"].append(clip)
        return selector

    def dissolve(self, count: int, cut: int, name: str = "Video Dissolve") -> Any:
        transition = self.file.create.Transition("picture", count)
        transition["OperationGroup"].value = self._group(name, count, is_time_warp=False)
        transition["CutPoint"].value = cut
        return transition

    def effect(self, name: str, inputs: Sequence[Any], count: int) -> Any:
        group = self._group(name, count, is_time_warp=False)
        group.segments.extend(inputs)
        return group

    def retime(
        self,
        shown: Any,
        count: int,
        *,
        ratio: str = "",
        speed_positions: Sequence[Key] = (),
        positions: Sequence[Key] = (),
        name: str = "Motion Control",
        parameter: str = "SpeedRatio",
    ) -> Any:
        """A time warp of ``shown`` that lasts ``count`` frames, with the parameters that are given."""
        group = self._group(name, count, is_time_warp=True)
        if ratio:
            value = self.file.create.ConstantValue()
            value.parameterdef = self._parameter(parameter)
            value.value = ratio
            group.parameters.append(value)
        for curve, keys in (("PARAM_SPEED_OFFSET_MAP_U", speed_positions), ("PARAM_OFFSET_MAP_U", positions)):
            if keys:
                group.parameters.append(self._curve(curve, keys))
        group.segments.append(shown)
        return group

    # --- compositions ---

    def compose(
        self, tracks: Sequence[Any], *, name: str = "cut", start: int = 0, drop: bool = False, top_level: bool = True
    ) -> Any:
        """A composition with a video track for each segment of ``tracks``, and a start timecode."""
        mob = self._mob("CompositionMob", name)
        if top_level:
            mob["UsageCode"].value = "Usage_TopLevel"
        timecode = mob.create_timeline_slot(self.rate)
        timecode.segment = self._timecode(start, tracks[0].length, drop=drop)
        timecode["PhysicalTrackNumber"].value = 1
        for number, segment in enumerate(tracks, start=1):
            slot = mob.create_timeline_slot(self.rate)
            slot.segment = segment
            slot["PhysicalTrackNumber"].value = number
        return mob

    def mark(self, composition: Any, comment: str) -> None:
        """A marker as Resolve writes it: it names no slot."""
        marker = self.file.create.DescriptiveMarker()
        marker["Position"].value, marker["Comment"].value = 3, comment
        events = self.file.create.Sequence(media_kind="DescriptiveMetadata")
        events.components.append(marker)
        slot = self.file.create.EventMobSlot()
        slot["EditRate"].value, slot["SlotID"].value, slot.segment = self.rate, 1000, events
        slot["PhysicalTrackNumber"].value = 1
        composition.slots.append(slot)

    def _mob(self, kind: str, name: str) -> Any:
        mob = getattr(self.file.create, kind)(name or None)
        self.file.content.mobs.append(mob)
        return mob

    def _timecode(self, start: int, count: int, *, drop: bool = False) -> Any:
        timecode = self.file.create.Timecode(round(self.rate), drop=drop, length=count)
        timecode.start = start
        return timecode

    def _group(self, name: str, count: int, *, is_time_warp: bool) -> Any:
        if name not in self._definitions:
            definition = self.file.create.OperationDef(uuid.uuid5(uuid.NAMESPACE_OID, name), name)
            definition.media_kind = "picture"
            definition["NumberInputs"].value = 1
            definition["IsTimeWarp"].value = is_time_warp
            self.file.dictionary.register_def(definition)
            self._definitions[name] = definition
        return self.file.create.OperationGroup(self._definitions[name], count)

    def _parameter(self, name: str) -> Any:
        if name not in self._definitions:
            definition = self.file.create.ParameterDef(
                uuid.uuid5(uuid.NAMESPACE_OID, name), name, "", self.file.dictionary.lookup_typedef("Rational")
            )
            self.file.dictionary.register_def(definition)
            self._definitions[name] = definition
        return self._definitions[name]

    def _curve(self, name: str, keys: Sequence[Key]) -> Any:
        curve = self.file.create.VaryingValue()
        curve.parameterdef = self._parameter(name)
        curve.interpolationdef = self._interpolation(_CURVES[name])
        for key in keys:
            point = curve.add_keyframe(
                Fraction(key[0]).limit_denominator(10**6), Fraction(key[1]).limit_denominator(10**6)
            )
            for side, handle in zip(("IN", "OUT"), key[2:], strict=False):
                for axis, number in zip(("POS", "VAL"), handle, strict=True):
                    value = self.file.create.ConstantValue()
                    value.parameterdef = self._parameter(f"PP_{side}_TANGENT_{axis}_U")
                    value.value = Fraction(number).limit_denominator(10**6)
                    point["ControlPointPointProperties"].append(value)
        return curve

    def _interpolation(self, kind: str) -> Any:
        if kind not in self._definitions:
            identity = aaf2.misc.LinearInterp if kind == "linear" else uuid.UUID(_CUBIC)
            definition = self.file.create.InterpolationDef(identity, kind, "")
            self.file.dictionary.register_def(definition)
            self._definitions[kind] = definition
        return self._definitions[kind]
