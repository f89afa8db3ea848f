"""Builds the default workflow for a look from ComfyUI's own nodes, with placeholders like those of a user's workflow.

Masked content is the plate itself, or the plate filled before it was sent (SetLatentNoiseMask; VAEEncodeForInpaint
would paint over grey); for "latent nothing" an empty latent is composited over it. The result is a PreviewImage: it is
stored among the server's temporary files, not in the user's output folder.
"""

from __future__ import annotations

from typing import Any

from toolkit.documents import LookPlan
from toolkit.engines.comfyui.placeholders import MASK, MODEL, PLATE, control_placeholders, lora_placeholders
from toolkit.engines.comfyui.workflow import Workflow

_IDS = {
    "checkpoint": 1,
    "vae": 2,
    "prompt": 3,
    "negative": 4,
    "plate": 5,
    "latent": 6,
    "mask": 7,
    "masked": 8,
    "sampler": 9,
    "decoded": 10,
    "result": 11,
    "nothing": 12,
    "emptied": 13,
}
"""Node ids by title. Numbers, because some extensions expect them."""
_FIRST_LORA_ID, _FIRST_CONTROL_ID = 100, 200

Link = list[str | int]
"""Id of a node and the number of its output."""


class _Nodes:
    """The nodes of a workflow while it is built."""

    def __init__(self) -> None:
        self.by_id: dict[str, Any] = {}

    def add(self, number: int, title: str, class_type: str, **inputs: Any) -> str:
        """Add a node with the id ``number``; returns the id."""
        self.by_id[str(number)] = {"class_type": class_type, "inputs": inputs, "_meta": {"title": title}}
        return str(number)

    def add_titled(self, title: str, class_type: str, **inputs: Any) -> str:
        """Add a node with the fixed id of its ``title``; returns the id."""
        return self.add(_IDS[title], title, class_type, **inputs)


def build_workflow(look: LookPlan, *, masked: bool) -> Workflow:
    """The workflow for ``look``, from the checkpoint to the result. A node has the same id with and without mask."""
    nodes = _Nodes()
    model, clip, vae = _add_models(nodes, look)
    positive, negative = _add_conditioning(nodes, look, clip)
    sampler = nodes.add_titled(
        "sampler",
        "KSampler",
        model=model,
        positive=positive,
        negative=negative,
        latent_image=_add_latent(nodes, look, vae, masked=masked),
        seed=_placeholder("seed"),
        steps=_placeholder("sampled_steps"),  # only the steps that a denoising of this strength runs
        cfg=_placeholder("guidance"),
        sampler_name=_placeholder("sampler"),
        scheduler=_placeholder("scheduler"),
        denoise=_placeholder("strength"),
    )
    decoded = nodes.add_titled("decoded", "VAEDecode", samples=[sampler, 0], vae=vae)
    nodes.add_titled("result", "PreviewImage", images=[decoded, 0])
    return Workflow(name="the default workflow", nodes=nodes.by_id)


def _add_models(nodes: _Nodes, look: LookPlan) -> list[Link]:
    """The UNet and the text encoder with all LoRAs applied, and the VAE."""
    checkpoint = nodes.add_titled("checkpoint", "CheckpointLoaderSimple", ckpt_name=_placeholder(MODEL))
    model, clip, vae = _outputs(checkpoint, 3)
    if look.vae:
        vae = [nodes.add_titled("vae", "VAELoader", vae_name=_placeholder("vae")), 0]
    for number, name in enumerate(lora_placeholders(look), start=_FIRST_LORA_ID):
        weight = _placeholder(f"{name}_weight")
        weights = {"strength_model": weight, "strength_clip": weight}
        lora = nodes.add(number, name, "LoraLoader", lora_name=_placeholder(name), model=model, clip=clip, **weights)
        model, clip = _outputs(lora, 2)
    return [model, clip, vae]


def _add_conditioning(nodes: _Nodes, look: LookPlan, clip: Link) -> list[Link]:
    """The prompt and the negative prompt, each passed through all controls."""
    positive: Link = [nodes.add_titled("prompt", "CLIPTextEncode", clip=clip, text=_placeholder("prompt")), 0]
    negative: Link = [nodes.add_titled("negative", "CLIPTextEncode", clip=clip, text=_placeholder("negative")), 0]
    for index, name in enumerate(control_placeholders(look)):
        first_id = _FIRST_CONTROL_ID + 10 * index
        guide = nodes.add(first_id, f"{name} picture", "LoadImage", image=_placeholder(name))
        model_name = _placeholder(f"{name}_model")
        net = nodes.add(first_id + 1, f"{name} model", "ControlNetLoader", control_net_name=model_name)
        control = nodes.add(
            first_id + 2,
            name,
            "ControlNetApplyAdvanced",
            positive=positive,
            negative=negative,
            control_net=[net, 0],
            image=[guide, 0],
            strength=_placeholder(f"{name}_weight"),
            start_percent=_placeholder(f"{name}_start"),
            end_percent=_placeholder(f"{name}_end"),
        )
        positive, negative = _outputs(control, 2)
    return [positive, negative]


def _add_latent(nodes: _Nodes, look: LookPlan, vae: Link, *, masked: bool) -> Link:
    """The plate as a latent, with the mask of what may change."""
    plate = nodes.add_titled("plate", "LoadImage", image=_placeholder(PLATE))
    latent: Link = [nodes.add_titled("latent", "VAEEncode", pixels=[plate, 0], vae=vae), 0]
    if not masked:
        return latent
    mask = nodes.add_titled("mask", "LoadImageMask", image=_placeholder(MASK), channel="red")
    if look.masked_content == "latent nothing":
        size = {"width": _placeholder("width"), "height": _placeholder("height"), "batch_size": 1}
        empty = nodes.add_titled("nothing", "EmptyLatentImage", **size)
        source = {"source": [empty, 0], "mask": [mask, 0], "x": 0, "y": 0, "resize_source": False}
        latent = [nodes.add_titled("emptied", "LatentCompositeMasked", destination=latent, **source), 0]
    return [nodes.add_titled("masked", "SetLatentNoiseMask", samples=latent, mask=[mask, 0]), 0]


def _placeholder(name: str) -> str:
    return "{{" + name + "}}"


def _outputs(node: str, count: int) -> list[Link]:
    """Links to the first ``count`` outputs of a node."""
    return [[node, number] for number in range(count)]
