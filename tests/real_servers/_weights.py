"""A checkpoint and a ControlNet that real servers load: the shapes of Stable Diffusion 1.5, few layers, random weights.

Servers recognise a model by the names and shapes of its tensors. The width of the UNet, the text encoder and the VAE
must be those of Stable Diffusion 1.5; how many layers the UNet has is read from the file. Half a gigabyte in all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.engines._single_file import unet_weights, vae_weights

CHECKPOINT, CONTROL = "toolkit_random", "toolkit_random_control"
LEVELS: dict[str, Any] = {
    "block_out_channels": (320, 640), "layers_per_block": 1, "cross_attention_dim": 768, "attention_head_dim": 8,
    "down_block_types": ("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
}  # fmt: skip
_VAE_WIDTHS = (128, 256, 512, 512)
_CONSTANT = 20.0
"""So large that the norms divide every picture by nearly the same value."""


def write_models(folder: Path) -> tuple[Path, Path]:
    """Write the checkpoint and the ControlNet below ``folder``; returns their paths. Files that exist are kept."""
    import torch

    checkpoint, control = folder / f"checkpoints/{CHECKPOINT}.safetensors", folder / f"controlnet/{CONTROL}.safetensors"
    torch.manual_seed(3)
    if not checkpoint.exists():
        _save(checkpoint, _checkpoint_weights())
    if not control.exists():
        _save(control, _control_weights())
    return checkpoint, control


def _save(path: Path, tensors: Mapping[str, Any]) -> None:
    """In half precision, under its name only when it is complete."""
    from safetensors.torch import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    save_file({name: value.detach().half().contiguous() for name, value in tensors.items()}, partial)
    partial.replace(path)


def _checkpoint_weights() -> dict[str, Any]:
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    unet = UNet2DConditionModel(up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"), **LEVELS)
    text = CLIPTextModel(
        CLIPTextConfig(hidden_size=768, intermediate_size=3072, num_attention_heads=12, num_hidden_layers=12)
    )
    tensors = {f"model.diffusion_model.{name}": value for name, value in unet_weights(unet)}
    tensors |= {f"first_stage_model.{name}": value for name, value in vae_weights(_make_vae(AutoencoderKL))}
    prefix = "cond_stage_model.transformer.text_model."
    return tensors | {
        prefix + name.removeprefix("text_model."): value
        for name, value in text.state_dict().items()
        if "position_ids" not in name
    }


def _control_weights() -> dict[str, Any]:
    """Its last layers, zero in a new ControlNet, are random, so that its guide has an effect."""
    import torch
    from diffusers import ControlNetModel

    control = ControlNetModel(conditioning_channels=3, **LEVELS)
    for name, weight in control.named_parameters():
        if not weight.any() or "conv_out" in name:
            torch.nn.init.normal_(weight, std=0.2)
        elif "cond_embedding" in name and weight.ndim == 4:
            weight.data *= 3  # with their initial weights the eight layers would let hardly anything through
    return {f"control_model.{_rename_control(name)}": value for name, value in unet_weights(control)}


def _rename_control(name: str) -> str:
    """The original release's names of what a ControlNet has beside the copy of the UNet."""
    name = re.sub(r"^controlnet_down_blocks\.(\d+)", r"zero_convs.\1.0", name)
    name = name.replace("controlnet_mid_block.", "middle_block_out.0.")
    if match := re.match(r"controlnet_cond_embedding\.(conv_in|blocks\.(\d+)|conv_out)\.", name):
        number = {"conv_in": 0, "conv_out": 14}.get(match[1], 2 * int(match[2] or 0) + 2)
        return f"input_hint_block.{number}.{name[match.end() :]}"
    return name


def _make_vae(kind: Any) -> Any:
    """Set by hand: a latent pixel is the mean colour of its 8 x 8 pixels, and nothing is left to chance.

    Each group of four channels holds one colour, plain and negated (silu(x) - silu(-x) is x), and a constant and its
    negative, because the norms work on such groups.
    """
    import torch

    vae = kind(
        block_out_channels=_VAE_WIDTHS, latent_channels=4, layers_per_block=2, norm_num_groups=32,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, scaling_factor=0.18215,
    )  # fmt: skip
    used = 12
    with torch.no_grad():
        for name, weight in vae.named_parameters():
            if "norm" not in name:
                weight.zero_()
        there = torch.zeros(used, 3)
        for colour in range(3):
            there[4 * colour, colour], there[4 * colour + 1, colour] = 1.0, -1.0
        for part in (vae.encoder, vae.decoder):
            part.conv_in.weight[:used, :3, 1, 1] = there
            part.conv_in.bias[[2, 6, 10]], part.conv_in.bias[[3, 7, 11]] = _CONSTANT, -_CONSTANT
        for network, last_group in ((vae.encoder, _VAE_WIDTHS[-1] // 32), (vae.decoder, _VAE_WIDTHS[0] // 32)):
            spread = _CONSTANT * (2 * min(3, last_group // 4) / last_group) ** 0.5  # what the norm divides by
            network.conv_out.weight[:3, :used, 1, 1] = there.T * spread / 1.0
        vae.encoder.conv_out.bias[4:] = -30.0  # log variance: no spread
        _pass_through(vae, used)
        vae.quant_conv.weight[..., 0, 0] = torch.eye(8)
        vae.post_quant_conv.weight[..., 0, 0] = torch.eye(4)
    return vae


def _pass_through(vae: Any, used: int) -> None:
    """Let the channels that are used pass every block; a change of size takes means, or repeats pixels."""
    import torch

    eye = torch.eye(used)
    for block in vae.encoder.down_blocks:
        for down in block.downsamplers or ():
            down.conv.weight[:used, :used, :2, :2] = eye[..., None, None] / 4
    for block in vae.decoder.up_blocks:
        for up in block.upsamplers or ():
            up.conv.weight[:used, :used, 1, 1] = eye
    for block in (*vae.encoder.down_blocks, *vae.decoder.up_blocks):
        for resnet in block.resnets:
            if resnet.conv_shortcut is not None:
                resnet.conv_shortcut.weight[:used, :used, 0, 0] = eye
