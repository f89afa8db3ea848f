"""Stable Diffusion 1.5 in its exact shapes with random numbers in it: as fast as the real one, and never downloaded.

What it paints is not looked at, only that it is finite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTROLS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Where they lie."""

    checkpoint: Path
    controls: tuple[Path, ...]


def make_models(folder: Path) -> Models:
    """A checkpoint and three ControlNets in float32: 8 GB on disk. Its words are the tiny tokenizer's."""
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
    """Multiplications and additions for one picture of a size, counted by torch on networks without numbers."""

    unet: int
    """One evaluation, one half of the guidance."""
    control: int
    """The same of one ControlNet, the layers that look at its guide included."""
    guide: int
    """Of those layers."""
    vae: int
    """There and back."""

    def painting(self, *, evaluations: int, controls: int) -> int:
        """As the stock pipelines paint it, guided."""
        return 2 * evaluations * (self.unet + controls * self.control) + self.vae

    def saved(self, *, evaluations: int, controls: int) -> int:
        """Of it, what is not done when a guide is looked at once only."""
        return controls * self.guide * (2 * evaluations - 1)


def count_operations(width: int, height: int) -> Operations:
    """For pictures of ``width`` x ``height``; takes no memory and about a second."""
    import torch
    from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
    from torch.utils.flop_counter import FlopCounterMode

    def counted(work: Callable[[], object]) -> int:
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
        unet=counted(lambda: unet(latents, time, words)),
        control=counted(lambda: control(latents, time, words, picture)),
        guide=counted(lambda: control.controlnet_cond_embedding(picture)),
        vae=counted(lambda: vae.decode(vae.encode(picture).latent_dist.mode())),
    )
