"""The denoising loop: images of one size and one look, each with its own prompt, noise, mask and guides.

Written here because the stock pipelines paint one masked image per call and do not combine several ControlNets with a
crop (huggingface/diffusers issue 10573). Where they can do the same, tests compare the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.engines.base import PaintRequest
from toolkit.engines.diffusers_local.model_cache import Control, LookModels
from toolkit.engines.diffusers_local.schedule import Schedule, make_schedule
from toolkit.engines.png import LATENT, fill_mask, inpaint_mask
from toolkit.engines.torch_models.devices import Device
from toolkit.plates import to_8bit_codes

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class _Networks:
    """The networks of a look with their constant inputs.

    With guidance, the negative half of a batch comes first.
    """

    models: LookModels
    look: LookPlan
    embeddings: torch.Tensor
    """Encoded prompts, (B or 2B, tokens, width)."""
    guides: tuple[torch.Tensor, ...]
    """(B or 2B, width, h, w): the embedded guides, one per control."""
    guided: bool
    """Whether there is a negative half."""
    dtype: torch.dtype

    def predict_noise(self, sample: torch.Tensor, schedule: Schedule, index: int) -> torch.Tensor:
        """The noise in ``sample`` (B, 4, h, w) before step ``index``, after guidance; float32, the same shape."""
        import torch

        time = schedule.timesteps[index]
        doubled = torch.cat([sample] * 2) if self.guided else sample
        latents = schedule.scheduler.scale_model_input(doubled, time).to(self.dtype)
        keywords: dict[str, Any] = {"encoder_hidden_states": self.embeddings, "return_dict": False}
        residuals = self._control_residuals(latents, time, keywords, schedule, index)
        noise: torch.Tensor = self.models.checkpoint.unet(latents, time, **keywords, **residuals)[0].float()
        if not self.guided:
            return noise
        negative, positive = noise.chunk(2)
        return negative + self.look.guidance * (positive - negative)

    def _control_residuals(
        self, latents: torch.Tensor, time: torch.Tensor, keywords: dict[str, Any], schedule: Schedule, index: int
    ) -> dict[str, Any]:
        """The weighted sum of what the active ControlNets add to the UNet. A control of weight 0 is not run."""
        import torch

        total: list[torch.Tensor] = []
        for control, guide, plan in zip(self.models.controls, self.guides, self.look.controls, strict=True):
            if plan.weight == 0 or not schedule.is_control_active(index, plan.start, plan.end):
                continue
            down, mid = control.network(latents, time, controlnet_cond=guide, **keywords)
            # Weighted here: passed as an argument, the weight would be compiled into the network as a constant.
            residuals = [*down, mid]
            if total:
                total = [torch.add(*pair, alpha=plan.weight) for pair in zip(total, residuals, strict=True)]
            else:
                total = [plan.weight * one for one in residuals]
        if not total:
            return {}
        return {"down_block_additional_residuals": total[:-1], "mid_block_additional_residual": total[-1]}


def denoise(
    models: LookModels, requests: Sequence[PaintRequest], *, embeddings: torch.Tensor, device: Device, compat: str
) -> list[NDArray[np.float32]]:
    """One image per request, (H, W, 3) float32 0..1. All have one size and one look, whose strength is above 0.

    ``embeddings`` are the encoded prompts, (2B, tokens, width), negative ones first. Pixels outside the mask of a
    request with a matte are returned bit for bit. Latents are float32 whatever the precision of the networks, so that a
    seed gives the same noise in every precision. The noise of each request comes from its own CPU generator, so that it
    is the same on every device and in every batch.
    """
    import torch

    look, count = requests[0].look, len(requests)

    # 1. Encode the images. The mean of the VAE's distribution, not a sample: only the seed may add randomness.
    masks = [None if request.matte is None else inpaint_mask(request.matte) for request in requests]
    images = [_initial_image(request, mask) for request, mask in zip(requests, masks, strict=True)]
    pixels = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2) * 2 - 1
    original = _encode(models.vae, pixels.to(device.torch))  # (B, 4, h, w)

    # 2. What may change.
    mask = _latent_masks(masks, original)  # (B, 1, h, w), 0 or 1; None: everything

    # 3. The noise, and the initial sample.
    generators = [torch.Generator().manual_seed(request.seed) for request in requests]
    drawn = [torch.randn((1, *original.shape[1:]), generator=generator) for generator in generators]
    noise = torch.cat([_warp_noise(*pair) for pair in zip(drawn, requests, strict=True)]).to(device.torch)
    if mask is not None and look.masked_content.startswith("latent"):
        original = (1 - mask) * original + (mask * noise if look.masked_content == "latent noise" else 0)
    schedule = make_schedule(look, compat, models.checkpoint.scheduler, device.torch)
    sample = schedule.add_noise(original, noise, 0)

    # 4. The constant inputs of the networks.
    guided = look.guidance != 1.0  # at 1 the negative half cancels out
    networks = _Networks(
        models=models,
        look=look,
        embeddings=embeddings if guided else embeddings[count:],
        guides=tuple(
            _embed_guides(control, [request.guides[index] for request in requests], device, doubled=guided)
            for index, control in enumerate(models.controls)
        ),
        guided=guided,
        dtype=device.dtype,
    )

    # 5. The steps.
    for index in range(len(schedule.timesteps)):
        predicted = networks.predict_noise(sample, schedule, index)
        if mask is not None and compat == "a1111":
            predicted = schedule.keep_unmasked(predicted, index, sample, original, mask)
        sample = schedule.step(predicted, index, sample, generators)
        if mask is not None and compat == "none" and index + 1 < len(schedule.timesteps):
            sample = mask * sample + (1 - mask) * schedule.add_noise(original, noise, index + 1)
    if mask is not None:
        sample = mask * sample + (1 - mask) * original

    # 6. Back to pixels.
    painted = _decode(models.vae, sample).permute(0, 2, 3, 1).cpu().numpy()  # (B, H, W, 3)
    return [_composite(request, image, mask) for request, image, mask in zip(requests, painted, masks, strict=True)]


def _warp_noise(noise: torch.Tensor, request: PaintRequest) -> torch.Tensor:
    """``noise`` (1, 4, h, w) sampled through the request's ST map at the centre of each latent pixel; it tiles.

    Nearest neighbour, not interpolated: averaged noise is weaker, and the networks would take it for blur.
    """
    if request.noise_stmap is None:
        return noise
    centres = request.noise_stmap[LATENT // 2 :: LATENT, LATENT // 2 :: LATENT] // LATENT
    columns, rows = (centres[..., axis].astype(np.int64) % noise.shape[3 - axis] for axis in (0, 1))
    return noise[:, :, rows, columns]


def _initial_image(request: PaintRequest, mask: NDArray[np.uint8] | None) -> NDArray[np.float32]:
    """The image to encode: the plate, filled under the mask unless masked content is ``original``.

    AUTOMATIC1111 also fills before it applies ``latent noise`` and ``latent nothing``.
    """
    if mask is None or request.look.masked_content == "original":
        return request.image
    filled = fill_mask(to_8bit_codes(request.image), mask).astype(np.float32) / np.float32(255)
    return np.where(mask[..., None] > 0, filled, request.image)


def _embed_guides(
    control: Control, guides: Sequence[NDArray[np.uint8]], device: Device, *, doubled: bool
) -> torch.Tensor:
    """The embedded ``guides``, one at a time: the first layers work at the full size of the image."""
    import torch

    images = [torch.from_numpy(guide).permute(2, 0, 1)[None] for guide in guides]
    embedded = torch.cat([control.embed((one.to(device.torch).float() / 255).to(device.dtype)) for one in images])
    return torch.cat([embedded] * 2) if doubled else embedded


def _encode(vae: Any, pixels: torch.Tensor) -> torch.Tensor:
    """Latents of ``pixels`` (B, 3, H, W), -1..1. One image at a time, which is enough to keep a GPU busy."""
    import torch

    encoded = [vae.encode(pixels[i : i + 1]) for i in range(len(pixels))]
    # A tiny autoencoder returns latents, not a distribution.
    means = [one.latents if hasattr(one, "latents") else one.latent_dist.mode() for one in encoded]
    return torch.cat(means) * vae.config.scaling_factor


def _decode(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """Pixels (B, 3, H, W), 0..1, of ``latents``."""
    import torch

    latents = latents / vae.config.scaling_factor
    images = [vae.decode(latents[i : i + 1], return_dict=False)[0] for i in range(len(latents))]
    return (torch.cat(images) / 2 + 0.5).clamp(0, 1)


def _latent_masks(masks: Sequence[NDArray[np.uint8] | None], like: torch.Tensor) -> torch.Tensor | None:
    """(B, 1, h, w): 1 where a latent pixel may change, rounded as AUTOMATIC1111 does; None without any mask."""
    import torch
    from PIL import Image

    if all(mask is None for mask in masks):
        return None
    height, width = like.shape[2:]
    latent_masks = []
    for mask in masks:
        white = np.full((height * LATENT, width * LATENT), 255, np.uint8) if mask is None else mask
        small = np.asarray(Image.fromarray(white).resize((width, height), Image.Resampling.BICUBIC), np.float32)
        latent_masks.append(np.around(small / np.float32(255)))
    return torch.from_numpy(np.stack(latent_masks)[:, None]).to(like.device)


def _composite(
    request: PaintRequest, image: NDArray[np.float32], mask: NDArray[np.uint8] | None
) -> NDArray[np.float32]:
    """``image`` inside ``mask``, the request's own pixels outside."""
    if mask is None:
        return np.ascontiguousarray(image)
    return np.where(mask[..., None] > 0, image, request.image)
