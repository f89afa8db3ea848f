"""Our own workflow: what a look asks for, as ComfyUI's own nodes, with the slots that a user's workflow would have.

Masked content is the plate's own, or what it was filled with before it was sent (SetLatentNoiseMask:
VAEEncodeForInpaint would paint over grey); "latent nothing" lays an empty latent over it. The result is a preview: it
lies among the server's temporary files, not in the folder of its user's pictures.
"""

from __future__ import annotations

from typing import Any

from toolkit.documents import LookPlan
from toolkit.engines.comfyui.slots import MASK, MODEL, PLATE, control_slots, lora_slots
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


def our_workflow(look: LookPlan, *, masked: bool) -> Workflow:
    """The nodes for ``look``, from the checkpoint to the result; a node has one number, masked or not."""
    nodes: dict[str, Any] = {}

    def add(number: int, title: str, class_type: str, **inputs: Any) -> str:
        nodes[str(number)] = {"class_type": class_type, "inputs": inputs, "_meta": {"title": title}}
        return str(number)

    def node(title: str, class_type: str, **inputs: Any) -> str:
        return add(_IDS[title], title, class_type, **inputs)

    checkpoint = node("checkpoint", "CheckpointLoaderSimple", ckpt_name=_slot(MODEL))
    model, clip, vae = _links(checkpoint, 3)
    if look.vae:
        vae = [node("vae", "VAELoader", vae_name=_slot("vae")), 0]
    for number, slot in enumerate(lora_slots(look), start=_LORAS):
        weight = _slot(f"{slot}_weight")
        weights = {"strength_model": weight, "strength_clip": weight}
        lora = add(number, slot, "LoraLoader", lora_name=_slot(slot), model=model, clip=clip, **weights)
        model, clip = _links(lora, 2)

    positive: Link = [node("prompt", "CLIPTextEncode", clip=clip, text=_slot("prompt")), 0]
    negative: Link = [node("negative", "CLIPTextEncode", clip=clip, text=_slot("negative")), 0]
    for number, slot in enumerate(control_slots(look)):
        first = _CONTROLS + 10 * number
        guide = add(first, f"{slot} picture", "LoadImage", image=_slot(slot))
        net = add(first + 1, f"{slot} model", "ControlNetLoader", control_net_name=_slot(f"{slot}_model"))
        control = add(
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

    plate = node("plate", "LoadImage", image=_slot(PLATE))
    latent: Link = [node("latent", "VAEEncode", pixels=[plate, 0], vae=vae), 0]
    if masked:
        mask = node("mask", "LoadImageMask", image=_slot(MASK), channel="red")
        if look.masked_content == "latent nothing":
            size = {"width": _slot("width"), "height": _slot("height"), "batch_size": 1}
            nothing = {"source": [node("nothing", "EmptyLatentImage", **size), 0], "mask": [mask, 0]}
            place = {"x": 0, "y": 0, "resize_source": False}
            latent = [node("emptied", "LatentCompositeMasked", destination=latent, **nothing, **place), 0]
        latent = [node("masked", "SetLatentNoiseMask", samples=latent, mask=[mask, 0]), 0]
    sampler = node(
        "sampler",
        "KSampler",
        model=model,
        positive=positive,
        negative=negative,
        latent_image=latent,
        seed=_slot("seed"),
        steps=_slot("sampled_steps"),  # of those that a denoising of this strength would have in all
        cfg=_slot("guidance"),
        sampler_name=_slot("sampler"),
        scheduler=_slot("scheduler"),
        denoise=_slot("strength"),
    )
    decoded = node("decoded", "VAEDecode", samples=[sampler, 0], vae=vae)
    node("result", "PreviewImage", images=[decoded, 0])
    return Workflow(name="our workflow", nodes=nodes)


def _slot(name: str) -> str:
    return "{{" + name + "}}"


def _links(node: str, count: int) -> list[Link]:
    """The first outputs of a node."""
    return [[node, number] for number in range(count)]
