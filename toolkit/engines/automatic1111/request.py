"""One picture as ``POST /sdapi/v1/img2img`` wants it, and the picture in what it answers.

Every field that changes a pixel is sent, because the defaults of this interface are not those of the web UI (steps 50,
masked content "fill", whole pictures cut to their mask).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import ControlPlan
from toolkit.engines.base import PaintRequest
from toolkit.engines.http_errors import ServerRefused
from toolkit.engines.png import may_change, picture, png
from toolkit.plates import display_codes

NAME = "automatic1111"
"""Of the engine, as in ``--engine``."""
OPTIONS = {"sd_model_checkpoint": "model", "sd_vae": "vae"}
"""The web UI's own options that a look can name, and what the look calls them."""
_MASKED_CONTENT = {"fill": 0, "original": 1, "latent noise": 2, "latent nothing": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What one server calls the parts of a look."""

    model: str
    """Title of the checkpoint; empty: the one it has loaded."""
    vae: str
    """Empty: the one its options name."""
    loras: tuple[str, ...]
    """In the order of ``look.loras``."""
    sampler: str
    schedule: str
    """How its steps are spaced, apart from its name since 1.9.0."""
    controls: tuple[str, ...]
    """Names with their hashes, in the order of ``look.controls``."""


def request_body(request: PaintRequest, names: Names, *, task: str, options: Mapping[str, str]) -> dict[str, Any]:
    """The fields of ``POST /sdapi/v1/img2img`` for one picture.

    ``task`` is what the server's queue shall call it; ``options`` hold where the look names nothing else.
    """
    look = request.look
    height, width = request.image.shape[:2]
    body: dict[str, Any] = {
        "prompt": _with_loras(request, names.loras),
        "negative_prompt": request.negative,
        "init_images": [_text(display_codes(request.image))],
        "resize_mode": 0,  # "just resize": the sizes are equal
        "denoising_strength": look.strength,
        "steps": look.steps,
        "cfg_scale": look.guidance,
        "sampler_name": names.sampler,
        "scheduler": names.schedule,  # servers before 1.9.0 pass over it
        "width": width,
        "height": height,
        "seed": request.seed,
        "subseed": -1,
        "subseed_strength": 0,
        "batch_size": 1,
        "n_iter": 1,
        "restore_faces": False,
        "tiling": False,
        "override_settings": {**options, **_overridden(names)},
        "override_settings_restore_afterwards": False,  # or every picture would load the model anew
        "send_images": True,
        "save_images": False,
        "include_init_images": False,
        "alwayson_scripts": {},
        "force_task_id": task,  # servers before 1.8.0 pass over it
    }
    if request.matte is not None:
        body |= {
            "mask": _text(may_change(request.matte)),
            "mask_blur": 0,
            "inpainting_fill": _MASKED_CONTENT[look.masked_content],
            "inpaint_full_res": False,  # the picture is the crop already
            "inpaint_full_res_padding": 0,
            "inpainting_mask_invert": 0,
        }
    if look.controls:
        units = zip(look.controls, names.controls, request.guides, strict=True)
        body["alwayson_scripts"] = {"controlnet": {"args": [_unit(*unit) for unit in units]}}
    return body


def _with_loras(request: PaintRequest, names: Sequence[str]) -> str:
    """The prompt with a tag for each LoRA: the web UI knows no other way to name them."""
    tags = (f"<lora:{name}:{lora.weight:g}>" for name, lora in zip(names, request.look.loras, strict=True))
    return " ".join(filter(None, (request.prompt, *tags)))


def _overridden(names: Names) -> dict[str, str]:
    """The web UI's own options for this picture."""
    named = {option: getattr(names, part) for option, part in OPTIONS.items()}
    return {option: name for option, name in named.items() if name}


def _unit(control: ControlPlan, model: str, guide: NDArray[np.uint8]) -> dict[str, Any]:
    """One ControlNet unit; the extension passes over fields it does not know, so a misspelt one would go unseen."""
    return {
        "enabled": True,
        "module": "none",  # the guide is ready made
        "model": model,
        "weight": control.weight,
        "image": _text(guide),
        "resize_mode": "Just Resize",
        "processor_res": -1,
        "guidance_start": control.start,
        "guidance_end": control.end,
        "control_mode": "Balanced",
        "pixel_perfect": False,
        "save_detected_map": True,  # a unit that held the picture comes back behind it: the only sign that it did
    }


def _text(pixels: NDArray[np.uint8]) -> str:
    """A picture as it travels: a PNG in base64."""
    return base64.b64encode(png(pixels)).decode("ascii")


def pictures_in(address: str, answer: Any) -> list[str]:
    """What an answer holds: the picture, and behind it masks and guides. Raises ServerRefused when it holds none."""
    images = answer.get("images") if isinstance(answer, dict) else None
    if not isinstance(images, list) or not images or not isinstance(images[0], str):
        raise ServerRefused(address, "answered without a picture")
    return images


def decoded(address: str, text: str, size: tuple[int, ...]) -> NDArray[np.float32]:
    """A picture that travelled, (H, W, 3) float32 0..1. Raises ServerRefused unless it is a PNG of ``size``."""
    try:
        data = base64.b64decode(text.rpartition(",")[2], validate=True)  # after "data:image/png;base64,", if any
    except binascii.Error:
        data = b""
    # Its option samples_format may say jpg or webp.
    return picture(address, data, size, remedy="set its image file format to png")
