"""The tiny checkpoint as a single file, with the weight names of the original Stable Diffusion release."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

RESNET = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "norm2": "out_layers.0", "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1", "conv_shortcut": "skip_connection",
}  # fmt: skip
ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}


def write_single_file(path: Path, checkpoint: Path) -> Path:
    """Write ``checkpoint`` as one .safetensors file."""
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from safetensors.torch import load_file, save_file

    unet = UNet2DConditionModel.from_pretrained(checkpoint / "unet")
    vae = AutoencoderKL.from_pretrained(checkpoint / "vae")
    text = load_file(checkpoint / "text_encoder/model.safetensors")
    tensors = {f"model.diffusion_model.{name}": value for name, value in unet_weights(unet)}
    tensors |= {f"first_stage_model.{name}": value for name, value in vae_weights(vae)}
    tensors |= {
        f"cond_stage_model.transformer.text_model.{name.removeprefix('text_model.')}": value
        for name, value in text.items()
    }
    save_file({name: value.clone().contiguous() for name, value in tensors.items()}, path)
    return path


def unet_weights(unet: Any) -> Iterator[tuple[str, Any]]:
    """Of a UNet, or of the part of it that a ControlNet copies."""
    layers = unet.config.layers_per_block + 1
    fixed = {
        "conv_in": "input_blocks.0.0", "time_embedding.linear_1": "time_embed.0",
        "time_embedding.linear_2": "time_embed.2", "conv_norm_out": "out.0", "conv_out": "out.2",
        "mid_block.resnets.0": "middle_block.0", "mid_block.attentions.0": "middle_block.1",
        "mid_block.resnets.1": "middle_block.2",
    }  # fmt: skip
    for level, block in enumerate(unet.down_blocks):
        for layer in range(layers - 1):
            fixed[f"down_blocks.{level}.resnets.{layer}"] = f"input_blocks.{level * layers + layer + 1}.0"
            fixed[f"down_blocks.{level}.attentions.{layer}"] = f"input_blocks.{level * layers + layer + 1}.1"
        fixed[f"down_blocks.{level}.downsamplers.0.conv"] = f"input_blocks.{(level + 1) * layers}.0.op"
        assert block is not None
    for level, block in enumerate(getattr(unet, "up_blocks", ())):
        for layer in range(layers):
            fixed[f"up_blocks.{level}.resnets.{layer}"] = f"output_blocks.{level * layers + layer}.0"
            fixed[f"up_blocks.{level}.attentions.{layer}"] = f"output_blocks.{level * layers + layer}.1"
        place = 2 if hasattr(block, "attentions") else 1
        last = f"output_blocks.{level * layers + layers - 1}.{place}.conv"
        fixed[f"up_blocks.{level}.upsamplers.0.conv"] = last
    for name, value in unet.state_dict().items():
        yield _rename(name, fixed, RESNET), value


def vae_weights(vae: Any) -> Iterator[tuple[str, Any]]:
    fixed = {}
    for part, kind, one, change in (
        ("encoder", "down_blocks", "down", "downsamplers.0"), ("decoder", "up_blocks", "up", "upsamplers.0")
    ):  # fmt: skip
        levels = len(getattr(getattr(vae, part), kind))
        for level in range(levels):
            there = level if one == "down" else levels - 1 - level
            for layer in range(vae.config.layers_per_block + (one == "up")):
                fixed[f"{part}.{kind}.{level}.resnets.{layer}"] = f"{part}.{one}.{there}.block.{layer}"
            fixed[f"{part}.{kind}.{level}.{change}"] = f"{part}.{one}.{there}.{one}sample"
        fixed |= {
            f"{part}.mid_block.resnets.0": f"{part}.mid.block_1", f"{part}.mid_block.resnets.1": f"{part}.mid.block_2",
            f"{part}.mid_block.attentions.0": f"{part}.mid.attn_1", f"{part}.conv_norm_out": f"{part}.norm_out",
        }  # fmt: skip
    for name, value in vae.state_dict().items():
        renamed = _rename(name, fixed, {"conv_shortcut": "nin_shortcut"} | ATTENTION)
        within = "attn_1" in renamed and "norm" not in renamed and value.ndim == 2
        yield renamed, value[..., None, None] if within else value


def _rename(name: str, fixed: Mapping[str, str], inner: Mapping[str, str]) -> str:
    for old in sorted(fixed, key=len, reverse=True):
        if name.startswith(f"{old}."):
            rest = name.removeprefix(f"{old}.")
            if "resnets" in old or "mid_block.attentions" in old:
                for piece, other in inner.items():
                    rest = re.sub(rf"^{re.escape(piece)}\.", f"{other}.", rest)
            return f"{fixed[old]}.{rest}"
    return name
