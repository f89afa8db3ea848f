"""The placeholders of a workflow, such as ``{{plate}}``: their names, their values, and filling them in."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from toolkit.documents import LookPlan
from toolkit.engines.comfyui.samplers import choose_sampler
from toolkit.engines.names import setting_prefix

Value = str | int | float
"""What replaces a placeholder."""

PLATE, MASK, MODEL = "plate", "mask", "model"
PER_IMAGE = {PLATE, MASK, "seed", "prompt", "negative", "width", "height"}
"""Placeholders whose value differs from image to image, besides the guides of the controls."""
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_CONTROL = re.compile(r"control_[a-z]+(_\d+)?")
_LORA = re.compile(r"lora(_\d+)?")
_LABELS = {MODEL: "model", "vae": "VAE", "sampler": "sampler", "scheduler": "scheduler"}
_ROUNDING = 1e-9
"""Fraction of a step that floating-point rounding may add: 0.55 x 20 is slightly more than 11."""


def control_placeholders(look: LookPlan) -> tuple[str, ...]:
    """``control_face``, ``control_depth``, ``control_face_2``: the guide of each of ``look.controls``, in order."""
    seen: Counter[str] = Counter()
    names = []
    for control in look.controls:
        seen[control.kind] += 1
        names.append(f"control_{control.kind}" + (f"_{seen[control.kind]}" if seen[control.kind] > 1 else ""))
    return tuple(names)


def lora_placeholders(look: LookPlan) -> tuple[str, ...]:
    """``lora``, ``lora_2``: the model of each of ``look.loras``, in order."""
    return tuple("lora" + (f"_{number}" if number > 1 else "") for number in range(1, len(look.loras) + 1))


def look_values(look: LookPlan) -> dict[str, Value]:
    """The values of the placeholders that are the same for every image of a pass. Without a VAE there is no ``vae``.

    ``steps`` are those of a full denoising; ``sampled_steps`` the part of them that ``strength`` runs, which a KSampler
    expects together with its ``denoise``.
    """
    sampler, scheduler = choose_sampler(look.sampler)
    sampled_steps = max(1, math.ceil(look.steps * look.strength - _ROUNDING))
    strength = look.strength
    # A KSampler computes all steps as int(sampled_steps / denoise), and 7 / 0.28 comes out just below 25.
    if strength > 0 and int(sampled_steps / strength) < look.steps:
        strength = math.nextafter(strength, 0.0)
    values: dict[str, Value] = {
        MODEL: look.model,
        "steps": look.steps,
        "sampled_steps": sampled_steps,
        "guidance": look.guidance,
        "strength": strength,
        "sampler": sampler,
        "scheduler": scheduler,
    }
    if look.vae:
        values["vae"] = look.vae
    for name, lora in zip(lora_placeholders(look), look.loras, strict=True):
        values |= {name: lora.model, f"{name}_weight": lora.weight}
    for name, control in zip(control_placeholders(look), look.controls, strict=True):
        values |= {f"{name}_model": control.model, f"{name}_weight": control.weight}
        values |= {f"{name}_start": control.start, f"{name}_end": control.end}
    return values


def is_known(name: str) -> bool:
    """Whether some look has a value for the placeholder."""
    base = re.sub(r"_(model|weight|start|end)$", "", name)
    is_simple = name in PER_IMAGE or name in _LABELS or name in {"steps", "sampled_steps", "guidance", "strength"}
    is_lora = bool(_LORA.fullmatch(base)) and name.removeprefix(base) in {"", "_weight"}
    return is_simple or is_lora or bool(_CONTROL.fullmatch(base))


def is_image(name: str) -> bool:
    """Whether the placeholder's value is the name of an uploaded image."""
    return name in {PLATE, MASK} or bool(_CONTROL.fullmatch(name))


def label_of(name: str) -> str:
    """``model``, ``VAE``, ``LoRA`` and so on, for placeholders whose value the server must list; else empty."""
    if _LORA.fullmatch(name):
        return "LoRA"
    return _LABELS.get(name) or ("control" if name.startswith("control_") and name.endswith("_model") else "")


def setting_of(name: str, section: str) -> str:
    """The setting that gives a placeholder its value, to begin a message with: ``body.controls (depth): ``.

    Empty without a section.
    """
    if match := _CONTROL.match(name):
        return setting_prefix(section, "controls", match[0].removeprefix("control_").replace("_", " "))
    if name == "scheduler":
        return setting_prefix(section, "sampler")
    return setting_prefix(section, "loras" if _LORA.match(name) else name)


def find_placeholders(value: Any) -> Iterator[str]:
    """The names of the placeholders anywhere in a JSON value."""
    if isinstance(value, str):
        yield from _PLACEHOLDER.findall(value)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from find_placeholders(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from find_placeholders(inner)


def sole_placeholder(value: Any) -> str:
    """The name of the placeholder that is the whole of a text; else empty."""
    match = _PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
    return match[1] if match else ""


def fill_placeholders(value: Any, values: Mapping[str, Value]) -> Any:
    """``value`` with its placeholders replaced.

    A text that is nothing but a placeholder becomes the value itself, so that a number stays a number.
    """
    if isinstance(value, str):
        name = sole_placeholder(value)
        return values[name] if name else _PLACEHOLDER.sub(lambda match: str(values[match[1]]), value)
    if isinstance(value, Mapping):
        return {key: fill_placeholders(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill_placeholders(inner, values) for inner in value]
    return value
