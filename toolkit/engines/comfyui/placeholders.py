"""The slots of a workflow: ``{{plate}}`` and its like, what they stand for, and putting it there."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from toolkit.documents import LookPlan
from toolkit.engines.comfyui.samplers import sampler_and_scheduler

Value = str | int | float
"""What a slot becomes."""

PLATE, MASK, MODEL = "plate", "mask", "model"
PICTURE = {PLATE, MASK, "seed", "prompt", "negative", "width", "height"}
"""Slots that every picture fills anew, its controls apart."""
_SLOT = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_CONTROL = re.compile(r"control_[a-z]+(_\d+)?")
_LORA = re.compile(r"lora(_\d+)?")
_WORDS = {MODEL: "model", "vae": "VAE", "sampler": "sampler", "scheduler": "scheduler"}
_ENOUGH = 1e-9
"""Part of a step that rounding may add: 0.55 x 20 is a little more than 11."""


def control_slots(look: LookPlan) -> tuple[str, ...]:
    """``control_face``, ``control_depth``, ``control_face_2``: the picture of each of ``look.controls``, in order."""
    seen: Counter[str] = Counter()
    slots = []
    for control in look.controls:
        seen[control.kind] += 1
        slots.append(f"control_{control.kind}" + (f"_{seen[control.kind]}" if seen[control.kind] > 1 else ""))
    return tuple(slots)


def lora_slots(look: LookPlan) -> tuple[str, ...]:
    """``lora``, ``lora_2``: the name of each of ``look.loras``, in order."""
    return tuple("lora" + (f"_{number}" if number > 1 else "") for number in range(1, len(look.loras) + 1))


def values_of(look: LookPlan) -> dict[str, Value]:
    """What the slots stand for that are the same in every picture of a pass; an empty VAE has no slot.

    ``steps`` are those of a whole denoising; ``sampled_steps`` the part of them that ``strength`` asks for, which is
    what a KSampler wants beside its ``denoise``.
    """
    sampler, scheduler = sampler_and_scheduler(look.sampler)
    sampled = max(1, math.ceil(look.steps * look.strength - _ENOUGH))
    strength = look.strength
    if strength > 0 and int(sampled / strength) < look.steps:  # how a KSampler comes back to all steps: 7 / 0.28 is 24
        strength = math.nextafter(strength, 0.0)
    values: dict[str, Value] = {
        MODEL: look.model,
        "steps": look.steps,
        "sampled_steps": sampled,
        "guidance": look.guidance,
        "strength": strength,
        "sampler": sampler,
        "scheduler": scheduler,
    }
    if look.vae:
        values["vae"] = look.vae
    for slot, lora in zip(lora_slots(look), look.loras, strict=True):
        values |= {slot: lora.model, f"{slot}_weight": lora.weight}
    for slot, control in zip(control_slots(look), look.controls, strict=True):
        values |= {f"{slot}_model": control.model, f"{slot}_weight": control.weight}
        values |= {f"{slot}_start": control.start, f"{slot}_end": control.end}
    return values


def is_known(slot: str) -> bool:
    """Whether some look fills it."""
    bare = re.sub(r"_(model|weight|start|end)$", "", slot)
    simple = slot in PICTURE or slot in _WORDS or slot in {"steps", "sampled_steps", "guidance", "strength"}
    is_lora = bool(_LORA.fullmatch(bare)) and slot.removeprefix(bare) in {"", "_weight"}
    return simple or is_lora or bool(_CONTROL.fullmatch(bare))


def is_picture(slot: str) -> bool:
    """Whether it becomes the name of a picture that was uploaded."""
    return slot in {PLATE, MASK} or bool(_CONTROL.fullmatch(slot))


def word_for(slot: str) -> str:
    """What a message calls a name that the server must have; empty for slots that hold no such name."""
    if _LORA.fullmatch(slot):
        return "LoRA"
    return _WORDS.get(slot) or ("control" if slot.startswith("control_") and slot.endswith("_model") else "")


def slots_in(value: Any) -> Iterator[str]:
    """The slots anywhere in a JSON value."""
    if isinstance(value, str):
        yield from _SLOT.findall(value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from slots_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from slots_in(inner)


def whole_slot(value: Any) -> str:
    """The slot that is all of a text; else empty."""
    match = _SLOT.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else ""


def filled(value: Any, values: Mapping[str, Value]) -> Any:
    """``value`` with its slots filled: a slot that is all of a text becomes the value itself, a number a number."""
    if isinstance(value, str):
        whole = whole_slot(value)
        return values[whole] if whole else _SLOT.sub(lambda match: str(values[match[1]]), value)
    if isinstance(value, Mapping):
        return {key: filled(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, values) for inner in value]
    return value
