"""Our own workflow: what a look asks for, as ComfyUI's own nodes, with the slots that a user's workflow would have.

Masked content is the plate's own, or what it was filled with before it was sent (SetLatentNoiseMask:
VAEEncodeForInpaint would paint over grey); "latent nothing" lays an empty latent over it. The result is a preview: it
lies among the server's temporary files, not in the folder of its user's pictures.
"""

from __future__ import annotations

from typing import Any

from toolkit.documents import LookPlan
from toolkit.engines.comfyui.placeholders import MASK, MODEL, PLATE, control_slots, lora_slots
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
"""Numbers, because that is what some extensions expect of the ids of nodes."""
_LORAS, _CONTROLS = 100, 200
"""Where the numbers of additions and of controls begin."""

Link = list[str | int]
"""Id of a node and the number of its output."""


class _Nodes:
    """The nodes of a workflow while they are joined."""

    def __init__(self) -> None:
        self.made: dict[str, Any] = {}

    def add(self, number: int, title: str, class_type: str, **inputs: Any) -> str:
        """A node with the id ``number``; the id."""
        self.made[str(number)] = {"class_type": class_type, "inputs": inputs, "_meta": {"title": title}}
        return str(number)

    def node(self, title: str, class_type: str, **inputs: Any) -> str:
        """A node with the id that belongs to its ``title``; the id."""
        return self.add(_IDS[title], title, class_type, **inputs)


def our_workflow(look: LookPlan, *, masked: bool) -> Workflow:
    """The nodes for ``look``, from the checkpoint to the result; a node has one number, masked or not."""
    nodes = _Nodes()
    model, clip, vae = _models(nodes, look)
    positive, negative = _words(nodes, look, clip)
    sampler = nodes.node(
        "sampler",
        "KSampler",
        model=model,
        positive=positive,
        negative=negative,
        latent_image=_latent(nodes, look, vae, masked=masked),
        seed=_slot("seed"),
        steps=_slot("sampled_steps"),  # of those that a denoising of this strength would have in all
        cfg=_slot("guidance"),
        sampler_name=_slot("sampler"),
        scheduler=_slot("scheduler"),
        denoise=_slot("strength"),
    )
    decoded = nodes.node("decoded", "VAEDecode", samples=[sampler, 0], vae=vae)
    nodes.node("result", "PreviewImage", images=[decoded, 0])
    return Workflow(name="our workflow", nodes=nodes.made)


def _models(nodes: _Nodes, look: LookPlan) -> list[Link]:
    """The UNet and the text encoder with all LoRAs in them, and the VAE."""
    model, clip, vae = _links(nodes.node("checkpoint", "CheckpointLoaderSimple", ckpt_name=_slot(MODEL)), 3)
    if look.vae:
        vae = [nodes.node("vae", "VAELoader", vae_name=_slot("vae")), 0]
    for number, slot in enumerate(lora_slots(look), start=_LORAS):
        weight = _slot(f"{slot}_weight")
        weights = {"strength_model": weight, "strength_clip": weight}
        lora = nodes.add(number, slot, "LoraLoader", lora_name=_slot(slot), model=model, clip=clip, **weights)
        model, clip = _links(lora, 2)
    return [model, clip, vae]


def _words(nodes: _Nodes, look: LookPlan, clip: Link) -> list[Link]:
    """The prompt and what not to paint, each led through all controls."""
    positive: Link = [nodes.node("prompt", "CLIPTextEncode", clip=clip, text=_slot("prompt")), 0]
    negative: Link = [nodes.node("negative", "CLIPTextEncode", clip=clip, text=_slot("negative")), 0]
    for number, slot in enumerate(control_slots(look)):
        first = _CONTROLS + 10 * number
        guide = nodes.add(first, f"{slot} picture", "LoadImage", image=_slot(slot))
        net = nodes.add(first + 1, f"{slot} model", "ControlNetLoader", control_net_name=_slot(f"{slot}_model"))
        control = nodes.add(
            first + 2,
            slot,
            "ControlNetApplyAdvanced",
            positive=positive,
            negative=negative,
            control_net=[net, 0],
            image=[guide, 0],
            strength=_slot(f"{slot}_weight"),
            start_percent=_slot(f"{slot}_start"),
            end_percent=_slot(f"{slot}_end"),
        )
        positive, negative = _links(control, 2)
    return [positive, negative]


def _latent(nodes: _Nodes, look: LookPlan, vae: Link, *, masked: bool) -> Link:
    """The plate as latents, and what of it may be painted."""
    plate = nodes.node("plate", "LoadImage", image=_slot(PLATE))
    latent: Link = [nodes.node("latent", "VAEEncode", pixels=[plate, 0], vae=vae), 0]
    if not masked:
        return latent
    mask = nodes.node("mask", "LoadImageMask", image=_slot(MASK), channel="red")
    if look.masked_content == "latent nothing":
        size = {"width": _slot("width"), "height": _slot("height"), "batch_size": 1}
        nothing = {"source": [nodes.node("nothing", "EmptyLatentImage", **size), 0], "mask": [mask, 0]}
        place = {"x": 0, "y": 0, "resize_source": False}
        latent = [nodes.node("emptied", "LatentCompositeMasked", destination=latent, **nothing, **place), 0]
    return [nodes.node("masked", "SetLatentNoiseMask", samples=latent, mask=[mask, 0]), 0]


def _slot(name: str) -> str:
    return "{{" + name + "}}"


def _links(node: str, count: int) -> list[Link]:
    """The first outputs of a node."""
    return [[node, number] for number in range(count)]
