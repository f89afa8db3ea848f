"""Stable Diffusion 1.5 at full size with random weights: as fast as the real one, without a download.

Its images are only checked for being finite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTROLS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Their paths."""

    checkpoint: Path
    controls: tuple[Path, ...]


def make_models(folder: Path) -> Models:
    """A checkpoint and three ControlNets in float32: 8 GB on disk. It uses the tiny tokenizer of the tests."""
    import torch
    from diffusers import AutoencoderKL, ControlNetModel, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    from tests.engines._tiny import make_tokenizer

    torch.manual_seed(0)
    make_tokenizer(folder / "words")
    text = CLIPTextConfig(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12)
    unet = UNet2DConditionModel(**_UNET)
    pipeline = StableDiffusionPipeline(
        unet=unet,
        vae=AutoencoderKL(**_VAE),
        text_encoder=CLIPTextModel(text),
        tokenizer=CLIPTokenizer.from_pretrained(folder / "words"),
        scheduler=PNDMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder / "sd")
    controls = tuple(folder / f"control{number}" for number in range(CONTROLS))
    for path in controls:
        ControlNetModel.from_unet(unet).save_pretrained(path)
    return Models(checkpoint=folder / "sd", controls=controls)


_UNET: dict[str, Any] = {"sample_size": 64, "cross_attention_dim": 768}
_VAE: dict[str, Any] = {
    "block_out_channels": (128, 256, 512, 512), "latent_channels": 4, "layers_per_block": 2, "sample_size": 512,
    "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """Multiplications and additions for one image, counted by torch on networks without weights (device ``meta``)."""

    unet: int
    """One evaluation of the UNet, for one half of the guidance."""
    control: int
    """The same of one ControlNet, including the layers that embed its guide."""
    guide: int
    """Only the layers that embed the guide."""
    vae: int
    """Encoding and decoding."""

    def per_image(self, *, evaluations: int, controls: int) -> int:
        """As the stock pipelines do it, with guidance."""
        return 2 * evaluations * (self.unet + controls * self.control) + self.vae

    def saved_per_image(self, *, evaluations: int, controls: int) -> int:
        """The part of it that is saved by embedding each guide only once."""
        return controls * self.guide * (2 * evaluations - 1)


def count_operations(width: int, height: int) -> Operations:
    """Count for images of ``width`` x ``height``; needs no memory and about a second."""
    import torch
    from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
    from torch.utils.flop_counter import FlopCounterMode

    def count(work: Callable[[], object]) -> int:
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            work()
        return int(counter.get_total_flops())

    with torch.device("meta"):
        unet, vae, control = (
            UNet2DConditionModel(**_UNET),
            AutoencoderKL(**_VAE),
            ControlNetModel(cross_attention_dim=768),
        )
        picture, latents = torch.zeros(1, 3, height, width), torch.zeros(1, 4, height // 8, width // 8)
        time, words = torch.zeros(()), torch.zeros(1, 77, 768)
    return Operations(
        unet=count(lambda: unet(latents, time, words)),
        control=count(lambda: control(latents, time, words, picture)),
        guide=count(lambda: control.controlnet_cond_embedding(picture)),
        vae=count(lambda: vae.decode(vae.encode(picture).latent_dist.mode())),
    )
