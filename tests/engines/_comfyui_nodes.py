"""``/object_info`` of the fake ComfyUI server: nodes with the inputs and outputs that nodes.py of ComfyUI declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_FLOAT = ["FLOAT", {"default": 1.0, "min": 0.0, "max": 10.0, "step": 0.01}]
_TEXT = ["STRING", {"multiline": True, "dynamicPrompts": True}]
_WHOLE = ["INT", {"default": 20, "min": 0, "max": 10000}]
_OPTIONAL = {"ControlNetApplyAdvanced": {"vae": ["VAE"]}, "LatentCompositeMasked": {"mask": ["MASK"]}}
SCHEDULERS = ("normal", "karras", "exponential", "sgm_uniform", "simple", "ddim_uniform", "beta")


def make_object_info(
    checkpoints: Sequence[str], controls: Sequence[str], samplers: Sequence[str], *, old: bool
) -> dict[str, Any]:
    """The body of ``/object_info``; ``old``: choices in the format of servers that have only the first node API."""

    def choice(names: Sequence[str]) -> list[Any]:
        return [list(names), {"tooltip": "…"}] if old else ["COMBO", {"options": list(names)}]

    picture = [["example.png"], {"image_upload": True}]
    vaes, loras = (
        ("vae-ft-mse-840000-ema-pruned.safetensors",),
        ("film_grain_v2.safetensors", "people/skin.safetensors"),
    )
    nodes: dict[str, tuple[dict[str, Any], list[str]]] = {
        "CheckpointLoaderSimple": ({"ckpt_name": choice(checkpoints)}, ["MODEL", "CLIP", "VAE"]),
        "VAELoader": ({"vae_name": choice(vaes)}, ["VAE"]),
        "LoraLoader": (
            {
                "model": ["MODEL"],
                "clip": ["CLIP"],
                "lora_name": choice(loras),
                "strength_model": _FLOAT,
                "strength_clip": _FLOAT,
            },
            ["MODEL", "CLIP"],
        ),
        "CLIPTextEncode": ({"text": _TEXT, "clip": ["CLIP"]}, ["CONDITIONING"]),
        "ControlNetLoader": ({"control_net_name": choice(controls)}, ["CONTROL_NET"]),
        "ControlNetApplyAdvanced": (
            {
                "positive": ["CONDITIONING"],
                "negative": ["CONDITIONING"],
                "control_net": ["CONTROL_NET"],
                "image": ["IMAGE"],
                "strength": _FLOAT,
                "start_percent": _FLOAT,
                "end_percent": _FLOAT,
            },
            ["CONDITIONING", "CONDITIONING"],
        ),
        "LoadImage": ({"image": picture}, ["IMAGE", "MASK"]),
        "LoadImageMask": ({"image": picture, "channel": choice(["alpha", "red", "green", "blue"])}, ["MASK"]),
        "VAEEncode": ({"pixels": ["IMAGE"], "vae": ["VAE"]}, ["LATENT"]),
        "VAEDecode": ({"samples": ["LATENT"], "vae": ["VAE"]}, ["IMAGE"]),
        "SetLatentNoiseMask": ({"samples": ["LATENT"], "mask": ["MASK"]}, ["LATENT"]),
        "EmptyLatentImage": ({"width": _WHOLE, "height": _WHOLE, "batch_size": _WHOLE}, ["LATENT"]),
        "LatentCompositeMasked": (
            {
                "destination": ["LATENT"],
                "source": ["LATENT"],
                "x": _WHOLE,
                "y": _WHOLE,
                "resize_source": ["BOOLEAN", {"default": False}],
            },
            ["LATENT"],
        ),
        "KSampler": (
            {
                "model": ["MODEL"],
                "seed": _WHOLE,
                "steps": _WHOLE,
                "cfg": _FLOAT,
                "sampler_name": choice(samplers),
                "scheduler": choice(SCHEDULERS),
                "positive": ["CONDITIONING"],
                "negative": ["CONDITIONING"],
                "latent_image": ["LATENT"],
                "denoise": _FLOAT,
            },
            ["LATENT"],
        ),
        "PreviewImage": ({"images": ["IMAGE"]}, []),
        "SaveImage": ({"images": ["IMAGE"], "filename_prefix": _TEXT}, []),
    }
    return {
        name: {
            "input": {"required": required, "optional": _OPTIONAL.get(name, {})},
            "output": output,
            "name": name,
            "output_node": name in {"PreviewImage", "SaveImage"},
        }
        for name, (required, output) in nodes.items()
    }
