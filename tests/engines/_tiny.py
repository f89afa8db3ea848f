"""A Stable Diffusion of a few hundred kilobytes with random weights, in diffusers' own classes and file layout.

Its images mean nothing. Its files, its parts and how they fit together are real.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.engines import PaintRequest
from toolkit.engines.diffusers_local import DiffusersEngine

WIDTH = 32
"""Width of the text encoder's output."""


def make_checkpoint(folder: Path, *, seed: int = 0) -> Path:
    """A complete checkpoint as a folder."""
    import torch
    from diffusers import AutoencoderKL, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    make_tokenizer(folder / "tokenizer")
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    torch.manual_seed(seed)
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=WIDTH, intermediate_size=37, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=77, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    pipeline = StableDiffusionPipeline(
        unet=make_unet(UNet2DConditionModel),
        vae=make_vae(AutoencoderKL),
        text_encoder=CLIPTextModel(text),
        tokenizer=tokenizer,
        scheduler=PNDMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)
    shutil.rmtree(folder / "tokenizer")  # transformers 5 writes another format than published models have
    make_tokenizer(folder / "tokenizer")
    return folder


def make_unet(kind: Any, **changes: Any) -> Any:
    """Three levels, with attention only in the lowest, because it is what costs time in large images."""
    return kind(
        **{
            "block_out_channels": (32, 32, 64), "layers_per_block": 1, "sample_size": 8, "in_channels": 4,
            "out_channels": 4, "down_block_types": ("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"),
            "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"), "cross_attention_dim": WIDTH,
            "attention_head_dim": 4, "norm_num_groups": 8,
        } | changes
    )  # fmt: skip


def make_vae(kind: Any) -> Any:
    """A VAE with weights set by hand: a latent pixel is the mean colour of its 8 x 8 pixels.

    Its eight channels are red, green and blue, each plain and negated (silu(x) - silu(-x) is x), and a constant and its
    negative, so large that the norm before the last layer divides every image by the same value.
    """
    import torch

    constant = 20.0
    vae = kind(
        block_out_channels=(8, 8, 8, 8), in_channels=3, out_channels=3, latent_channels=4, layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, norm_num_groups=1,
        sample_size=64, scaling_factor=2.0,
    )  # fmt: skip
    there, eight = torch.zeros(8, 3), torch.eye(8)
    for channel in range(3):
        there[2 * channel, channel], there[2 * channel + 1, channel] = 1.0, -1.0
    back = there.T * constant / 2  # undoes the norm
    with torch.no_grad():
        for name, weight in vae.named_parameters():
            if "norm" not in name:
                weight.zero_()
        for part in (vae.encoder, vae.decoder):
            part.conv_in.weight[:, :3, 1, 1] = there
            part.conv_in.bias[6:] = torch.tensor([constant, -constant])
            part.conv_out.weight[:3, :, 1, 1] = back
        vae.encoder.conv_out.bias[4:] = -30.0  # log variance: no spread
        for block in vae.encoder.down_blocks[:3]:
            block.downsamplers[0].conv.weight[:, :, :2, :2] = eight[..., None, None] / 4
        for block in vae.decoder.up_blocks[:3]:
            block.upsamplers[0].conv.weight[:, :, 1, 1] = eight
        vae.quant_conv.weight[..., 0, 0] = eight
        vae.post_quant_conv.weight[..., 0, 0] = torch.eye(4)
    return vae


def make_control(folder: Path, checkpoint: Path, *, seed: int) -> Path:
    """A ControlNet for ``checkpoint`` whose guide has an effect: its last layers, initially zero, are randomised."""
    import torch
    from diffusers import ControlNetModel, UNet2DConditionModel

    torch.manual_seed(seed)
    unet = UNet2DConditionModel.from_pretrained(checkpoint / "unet")
    control = ControlNetModel.from_unet(unet, conditioning_channels=3)
    for name, weight in control.named_parameters():
        if not weight.any() or "conv_out" in name:
            torch.nn.init.normal_(weight)
        elif "cond_embedding" in name and weight.ndim == 4:
            weight.data *= 3  # with their initial weights the eight layers would let hardly anything through
    control.save_pretrained(folder)
    return folder


def make_lora(path: Path, checkpoint: Path, *, seed: int = 5) -> Path:
    """A LoRA for the attention of the UNet and the text encoder, in the format of diffusers."""
    import torch
    from diffusers import UNet2DConditionModel
    from safetensors.torch import save_file
    from transformers import CLIPTextModel

    torch.manual_seed(seed)
    networks = {
        "unet": (UNet2DConditionModel.from_pretrained(checkpoint / "unet"), ("to_q", "to_v")),
        "text_encoder": (CLIPTextModel.from_pretrained(checkpoint / "text_encoder"), ("q_proj", "v_proj")),
    }
    tensors = {}
    for prefix, (network, targets) in networks.items():
        for name, module in network.named_modules():
            if name.endswith(targets):
                tensors[f"{prefix}.{name}.lora_A.weight"] = torch.randn(4, module.in_features) * 0.5
                tensors[f"{prefix}.{name}.lora_B.weight"] = torch.randn(module.out_features, 4) * 0.5
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path)
    return path


def make_tokenizer(folder: Path) -> None:
    """A CLIP tokenizer with single letters and two words."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)] + list(",.0123456789")
    pieces = letters + [f"{letter}</w>" for letter in letters]
    merges = [("f", "a"), ("fa", "c"), ("fac", "e</w>"), ("o", "p"), ("op", "e"), ("ope", "n</w>")]
    pieces += ["".join(pair) for pair in merges] + ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({piece: number for number, piece in enumerate(pieces)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    facts = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": 77,
        "bos_token": "<|startoftext|>",
        "eos_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
        "pad_token": "<|endoftext|>",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(facts))


class FixedCheckpointEngine(DiffusersEngine):
    """Uses one checkpoint for all looks, because the looks in the tests of the contract name none that it has."""

    checkpoint: Path

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        named = {"model": str(self.checkpoint)}
        return super().paint([replace(one, look=one.look.model_copy(update=named)) for one in requests])
