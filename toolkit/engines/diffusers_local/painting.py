"""The denoising loop: pictures of one size and one look, each with its own words, noise, mask and guides.

Written out here because the stock pipelines paint one masked picture per call and refuse several ControlNets with a
crop (huggingface/diffusers issue 10573). Where both can do the same, tests hold them to the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.engines.base import PaintRequest
from toolkit.engines.diffusers_local.schedule import Schedule, make_schedule
from toolkit.engines.diffusers_local.weights import Control, Parts
from toolkit.engines.png import LATENT, filled, may_change
from toolkit.engines.torch_models.devices import Device
from toolkit.plates import to_8bit_codes

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True, kw_only=True)
class _Networks:
    """A look's networks with what they are told beside the sample, its negative half first when there is one."""

    parts: Parts
    look: LookPlan
    words: torch.Tensor
    """(B or 2B, tokens, width)."""
    guides: tuple[torch.Tensor, ...]
    """(B or 2B, width, h, w), as their ControlNets see them; one for each control."""
    doubled: bool
    """Whether there is a negative half."""
    dtype: torch.dtype

    def noise_in(self, sample: torch.Tensor, schedule: Schedule, index: int) -> torch.Tensor:
        """The noise they see in ``sample`` (B, 4, h, w) before step ``index``, guided; float32, as large."""
        import torch

        time = schedule.timesteps[index]
        scaled = schedule.scheduler.scale_model_input(torch.cat([sample] * 2) if self.doubled else sample, time)
        keywords: dict[str, Any] = {"encoder_hidden_states": self.words, "return_dict": False}
        seen = scaled.to(self.dtype)
        added = self._residuals(seen, time, keywords, schedule, index)
        noise: torch.Tensor = self.parts.checkpoint.unet(seen, time, **keywords, **added)[0].float()
        if not self.doubled:
            return noise
        without, within = noise.chunk(2)
        return without + self.look.guidance * (within - without)

    def _residuals(
        self, seen: torch.Tensor, time: torch.Tensor, keywords: dict[str, Any], schedule: Schedule, index: int
    ) -> dict[str, Any]:
        """What the ControlNets that are on in this step add to the UNet: their sum; one of weight 0 is off."""
        import torch

        total: list[torch.Tensor] = []
        for control, guide, plan in zip(self.parts.controls, self.guides, self.look.controls, strict=True):
            if plan.weight == 0 or not schedule.covers(index, plan.start, plan.end):
                continue
            lower, centre = control.network(seen, time, controlnet_cond=guide, **keywords)
            # Weighted here: a compiled network takes a weight it is told for a part of its code.
            more = [*lower, centre]
            if total:
                total = [torch.add(*pair, alpha=plan.weight) for pair in zip(total, more, strict=True)]
            else:
                total = [plan.weight * one for one in more]
        if not total:
            return {}
        return {"down_block_additional_residuals": total[:-1], "mid_block_additional_residual": total[-1]}


def paint(
    parts: Parts, requests: Sequence[PaintRequest], *, words: torch.Tensor, device: Device, compat: str
) -> list[NDArray[np.float32]]:
    """One painting per request, (H, W, 3) float32 0..1; all have one size and one look, its strength above 0.

    ``words`` are the encoded prompts, (2B, tokens, width), negative ones first. What lies outside the mask of a request
    with a matte comes back bit by bit as it was. Latents are float32 whatever the networks compute in, so that a seed
    gives the same noise in every precision, and noise comes from a generator of the CPU for each request, so that it is
    the same on every device and in every batch.
    """
    import torch

    look, count = requests[0].look, len(requests)

    # 1. The pictures as latents: the middle of what the VAE holds possible, because all chance belongs to the seed.
    masks = [None if request.matte is None else may_change(request.matte) for request in requests]
    begun = [_begun(request, mask) for request, mask in zip(requests, masks, strict=True)]
    pixels = torch.from_numpy(np.stack(begun)).permute(0, 3, 1, 2) * 2 - 1
    original = _encoded(parts.vae, pixels.to(device.torch))  # (B, 4, h, w)

    # 2. What may be painted.
    mask = _latent_masks(masks, original)  # (B, 1, h, w), 0 or 1; None: everything

    # 3. Noise, and the sample it starts from.
    generators = [torch.Generator().manual_seed(request.seed) for request in requests]
    drawn = [torch.randn((1, *original.shape[1:]), generator=generator) for generator in generators]
    noise = torch.cat([_moved(*pair) for pair in zip(drawn, requests, strict=True)]).to(device.torch)
    if mask is not None and look.masked_content.startswith("latent"):
        original = (1 - mask) * original + (mask * noise if look.masked_content == "latent noise" else 0)
    schedule = make_schedule(look, compat, parts.checkpoint.scheduler, device.torch)
    sample = schedule.noised(original, noise, 0)

    # 4. What the networks are told.
    doubled = look.guidance != 1.0  # at 1 the negative half would be taken away again
    networks = _Networks(
        parts=parts,
        look=look,
        words=words if doubled else words[count:],
        guides=tuple(
            _guide_seen(control, [request.guides[index] for request in requests], device, doubled=doubled)
            for index, control in enumerate(parts.controls)
        ),
        doubled=doubled,
        dtype=device.dtype,
    )

    # 5. The steps.
    for index in range(len(schedule.timesteps)):
        predicted = networks.noise_in(sample, schedule, index)
        if mask is not None and compat == "a1111":
            predicted = schedule.keeping(predicted, index, sample, original, mask)
        sample = schedule.step(predicted, index, sample, generators)
        if mask is not None and compat == "none" and index + 1 < len(schedule.timesteps):
            sample = mask * sample + (1 - mask) * schedule.noised(original, noise, index + 1)
    if mask is not None:
        sample = mask * sample + (1 - mask) * original

    # 6. Back to pixels.
    painted = _decoded(parts.vae, sample).permute(0, 2, 3, 1).cpu().numpy()  # (B, H, W, 3)
    return [_within(request, picture, mask) for request, picture, mask in zip(requests, painted, masks, strict=True)]


def _moved(noise: torch.Tensor, request: PaintRequest) -> torch.Tensor:
    """``noise`` (1, 4, h, w), each latent pixel taken from where its middle came from; beyond its edges it repeats.

    Taken, not interpolated: a mean of noise is weaker than noise, and the networks would take it for blur.
    """
    if request.noise_stmap is None:
        return noise
    middles = request.noise_stmap[LATENT // 2 :: LATENT, LATENT // 2 :: LATENT] // LATENT
    columns, rows = (middles[..., axis].astype(np.int64) % noise.shape[3 - axis] for axis in (0, 1))
    return noise[:, :, rows, columns]


def _begun(request: PaintRequest, mask: NDArray[np.uint8] | None) -> NDArray[np.float32]:
    """The picture that is encoded; anything but the plate's own content is begun by filling, as AUTOMATIC1111 does."""
    if mask is None or request.look.masked_content == "original":
        return request.image
    smeared = filled(to_8bit_codes(request.image), mask).astype(np.float32) / np.float32(255)
    return np.where(mask[..., None] > 0, smeared, request.image)


def _guide_seen(
    control: Control, guides: Sequence[NDArray[np.uint8]], device: Device, *, doubled: bool
) -> torch.Tensor:
    """What ``control`` sees in ``guides``, one at a time: its first layers work in the size of the picture."""
    import torch

    pictures = [torch.from_numpy(guide).permute(2, 0, 1)[None] for guide in guides]
    seen = torch.cat([control.embed((one.to(device.torch).float() / 255).to(device.dtype)) for one in pictures])
    return torch.cat([seen] * 2) if doubled else seen


def _encoded(vae: Any, pixels: torch.Tensor) -> torch.Tensor:
    """Latents of ``pixels`` (B, 3, H, W), -1..1: one picture at a time, which fills a GPU as it is."""
    import torch

    found = [vae.encode(pixels[i : i + 1]) for i in range(len(pixels))]
    # A tiny autoencoder knows no spread around what it finds.
    means = [one.latents if hasattr(one, "latents") else one.latent_dist.mode() for one in found]
    return torch.cat(means) * vae.config.scaling_factor


def _decoded(vae: Any, latents: torch.Tensor) -> torch.Tensor:
    """Pixels (B, 3, H, W), 0..1, of ``latents``."""
    import torch

    latents = latents / vae.config.scaling_factor
    pictures = [vae.decode(latents[i : i + 1], return_dict=False)[0] for i in range(len(latents))]
    return (torch.cat(pictures) / 2 + 0.5).clamp(0, 1)


def _latent_masks(masks: Sequence[NDArray[np.uint8] | None], like: torch.Tensor) -> torch.Tensor | None:
    """1 where a latent pixel of ``like`` may change, rounded as AUTOMATIC1111 does; None when every one may."""
    import torch
    from PIL import Image

    if all(mask is None for mask in masks):
        return None
    height, width = like.shape[2:]
    rows = []
    for mask in masks:
        white = np.full((height * LATENT, width * LATENT), 255, np.uint8) if mask is None else mask
        small = np.asarray(Image.fromarray(white).resize((width, height), Image.Resampling.BICUBIC), np.float32)
        rows.append(np.around(small / np.float32(255)))
    return torch.from_numpy(np.stack(rows)[:, None]).to(like.device)


def _within(request: PaintRequest, picture: NDArray[np.float32], mask: NDArray[np.uint8] | None) -> NDArray[np.float32]:
    """``picture`` inside ``mask`` and the request's own pixels outside."""
    if mask is None:
        return np.ascontiguousarray(picture)
    return np.where(mask[..., None] > 0, picture, request.image)
