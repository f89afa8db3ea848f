"""The body of ``POST /sdapi/v1/img2img`` for one request, and the image in its answer.

Every field that affects pixels is sent, because the defaults of the API differ from those of the web UI (50 steps,
masked content "fill", images cropped to their mask).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import ControlPlan
from toolkit.engines.base import PaintRequest, is_drawn
from toolkit.engines.http_errors import ServerRefused
from toolkit.engines.png import decode_png, encode_png, inpaint_mask
from toolkit.plates import to_8bit_codes

NAME = "automatic1111"
"""Name of the engine, as in ``--engine``."""
OPTIONS = {"sd_model_checkpoint": "model", "sd_vae": "vae"}
"""The web UI's options that a look can set, and the fields of the look that set them."""
_MASK_TOLERANCE = 0.02
"""Fraction of the pixels in which a mask that comes back may differ from the one that was sent."""
_MASKED_CONTENT = {"fill": 0, "original": 1, "latent noise": 2, "latent nothing": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerNames:
    """What one server calls the parts of a look."""

    model: str
    """Title of the checkpoint; empty: the one that is loaded."""
    vae: str
    """Empty: the one in the server's options."""
    loras: tuple[str, ...]
    """In the order of ``look.loras``."""
    sampler: str
    schedule: str
    """Schedule type: the spacing of the steps, a field of its own since 1.9.0."""
    controls: tuple[str, ...]
    """Names with their hashes, in the order of ``look.controls``."""
    module: str
    """Of ControlNet, for guides that need no preprocessor; empty without controls."""


def build_body(
    request: PaintRequest, names: ServerNames, *, task_id: str, options: Mapping[str, str]
) -> dict[str, Any]:
    """The fields of ``POST /sdapi/v1/img2img`` for one request.

    ``task_id`` is its id in the server's queue; ``options`` apply where the look does not set them.
    """
    look = request.look
    height, width = request.image.shape[:2]
    body: dict[str, Any] = {
        "prompt": _with_loras(request, names.loras),
        "negative_prompt": request.negative,
        "init_images": [_base64_png(to_8bit_codes(request.image))],
        "resize_mode": 0,  # "just resize": the sizes are equal
        "denoising_strength": look.strength,
        "steps": look.steps,
        "cfg_scale": look.guidance,
        "sampler_name": names.sampler,
        "scheduler": names.schedule,  # ignored by servers before 1.9.0
        "width": width,
        "height": height,
        "seed": request.seed,
        "subseed": -1,
        "subseed_strength": 0,
        "batch_size": 1,
        "n_iter": 1,
        "restore_faces": False,
        "tiling": False,
        "override_settings": {**options, **_named_options(names)},
        "override_settings_restore_afterwards": False,  # restoring would reload the model for every image
        "send_images": True,
        "save_images": False,
        "include_init_images": False,
        "alwayson_scripts": {},
        "force_task_id": task_id,  # ignored by servers before 1.8.0
    }
    if request.matte is not None:
        body |= {
            "mask": _base64_png(inpaint_mask(request.matte)),
            "mask_blur": 0,
            "inpainting_fill": _MASKED_CONTENT[look.masked_content],
            "inpaint_full_res": False,  # the image is already the crop
            "inpaint_full_res_padding": 0,
            "inpainting_mask_invert": 0,
        }
    units = [
        _unit(control, model, guide, module=names.module)
        for control, model, guide in zip(look.controls, names.controls, request.guides, strict=True)
        if is_drawn(guide)
    ]
    if units:
        body["alwayson_scripts"] = {"controlnet": {"args": units}}
    return body


def _with_loras(request: PaintRequest, names: Sequence[str]) -> str:
    """The prompt with a tag for each LoRA, which is the only way to apply one in the web UI."""
    tags = (f"<lora:{name}:{lora.weight:g}>" for name, lora in zip(names, request.look.loras, strict=True))
    return " ".join(filter(None, (request.prompt, *tags)))


def _named_options(names: ServerNames) -> dict[str, str]:
    """The web UI's options that the look sets."""
    named = {option: getattr(names, part) for option, part in OPTIONS.items()}
    return {option: name for option, name in named.items() if name}


def _unit(control: ControlPlan, model: str, guide: NDArray[np.uint8], *, module: str) -> dict[str, Any]:
    """One ControlNet unit. The extension ignores unknown fields, so a misspelt one would go unnoticed."""
    return {
        "enabled": True,
        "module": module,  # no preprocessor: the guide is final
        "model": model,
        "weight": control.weight,
        "image": _base64_png(guide),
        "resize_mode": "Just Resize",
        "processor_res": -1,
        "guidance_start": control.start,
        "guidance_end": control.end,
        "control_mode": "Balanced",
        "pixel_perfect": False,
        "save_detected_map": True,  # returns the guides of applied units, the only proof of it
    }


def _base64_png(pixels: NDArray[np.uint8]) -> str:
    return base64.b64encode(encode_png(pixels)).decode("ascii")


def read_images(address: str, answer: Any) -> list[str]:
    """The images in an answer, in base64: the result, then masks and guides. Raises ServerRefused without any."""
    images = answer.get("images") if isinstance(answer, dict) else None
    if not isinstance(images, list) or not images or not isinstance(images[0], str):
        raise ServerRefused(address, "answered without an image")
    return images


def count_guides(returned: Sequence[str], body: Mapping[str, Any]) -> int:
    """How many of the images ``returned`` behind the result are guides.

    With the options "include the greyscale mask in results" and "include masked composite", a mask and a picture with
    transparency come back as well; they prove nothing.
    """
    mask = _decode(body["mask"]) if "mask" in body else None
    return sum(not _is_mask(image, mask) for image in map(_decode, returned))


def _decode(text: str) -> NDArray[np.uint8] | None:
    """The pixels of an image in base64 as stored; None if it cannot be read."""
    try:
        data = base64.b64decode(text.rpartition(",")[2], validate=True)
    except binascii.Error:
        return None
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    return None if pixels is None else np.asarray(pixels, np.uint8)


def _is_mask(image: NDArray[np.uint8] | None, mask: NDArray[np.uint8] | None) -> bool:
    """Whether an image is not a guide: unreadable, transparent, or the ``mask`` (H, W) that was sent."""
    if image is None or (image.ndim == 3 and image.shape[2] == 4):
        return True
    if mask is None or image.shape[:2] != mask.shape:
        return False
    return float((image != (mask if image.ndim == 2 else mask[..., None])).mean()) < _MASK_TOLERANCE


def decode_image(address: str, text: str, size: tuple[int, ...]) -> NDArray[np.float32]:
    """An image in base64 as (H, W, 3) float32 0..1. Raises ServerRefused unless it is a PNG of ``size`` (H, W)."""
    try:
        data = base64.b64decode(text.rpartition(",")[2], validate=True)  # after "data:image/png;base64,", if any
    except binascii.Error:
        data = b""
    # The server's option samples_format may be jpg or webp.
    return decode_png(address, data, size, remedy="set its image file format to png")
