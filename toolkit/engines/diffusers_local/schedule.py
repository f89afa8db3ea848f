"""Samplers and noise levels: which networks' noise is taken away in which steps.

The step formulas are those of diffusers' schedulers; a sampler's name says which one and how it is set up. In ``compat
= a1111`` the noise levels are those of k-diffusion, as AUTOMATIC1111 calls it, put into the same schedulers: Euler, its
ancestral form and DPM++ 2M are then the same sums in both.

Facts: modules/sd_samplers_common.py and sd_samplers_kdiffusion.py of AUTOMATIC1111/stable-diffusion-webui,
k_diffusion/external.py and sampling.py of crowsonkb/k-diffusion.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from toolkit.a1111 import first_step, k_diffusion_levels
from toolkit.documents import LookPlan
from toolkit.engines.torch_models.devices import NAME
from toolkit.errors import EngineUnavailable

if TYPE_CHECKING:
    import torch

_TRAINED: Mapping[str, Any] = MappingProxyType(
    {
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "num_train_timesteps": 1000,
        "steps_offset": 1,
    }
)
"""What a scheduler takes over from the checkpoint's own, and what Stable Diffusion 1.5 has there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """A sampler by the scheduler of diffusers that computes it."""

    scheduler: str
    """Name of the class."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """What it is made with, beside the betas of the checkpoint."""
    levels: str = ""
    """Its noise levels in AUTOMATIC1111: ``even`` or ``karras``; empty: it has no such form here."""
    preserving: bool = False
    """Whether its samples are scaled to a variance of 1, rather than growing with the noise."""


_EVEN = {"timestep_spacing": "linspace"}
_KARRAS = {"timestep_spacing": "linspace", "use_karras_sigmas": True}
_SDE = {"algorithm_type": "sde-dpmsolver++"}
_DPM = "DPMSolverMultistepScheduler"
SAMPLERS: Mapping[str, Sampler] = MappingProxyType(
    {
        "Euler": Sampler(scheduler="EulerDiscreteScheduler", options=_EVEN, levels="even"),
        "Euler a": Sampler(scheduler="EulerAncestralDiscreteScheduler", options=_EVEN, levels="even"),
        "DPM++ 2M": Sampler(scheduler=_DPM, options=_EVEN, levels="even", preserving=True),
        "DPM++ 2M Karras": Sampler(scheduler=_DPM, options=_KARRAS, levels="karras", preserving=True),
        "DPM++ 2M SDE": Sampler(scheduler=_DPM, options=_EVEN | _SDE),
        "DPM++ 2M SDE Karras": Sampler(scheduler=_DPM, options=_KARRAS | _SDE),
        "DDIM": Sampler(scheduler="DDIMScheduler", options={"clip_sample": False, "set_alpha_to_one": False}),
        "UniPC": Sampler(scheduler="UniPCMultistepScheduler", options=_EVEN),
        "LCM": Sampler(scheduler="LCMScheduler"),
        "TCD": Sampler(scheduler="TCDScheduler"),
    }
)
"""By AUTOMATIC1111's names. LCM and TCD are for LoRAs and checkpoints that need few steps (LCM, Hyper-SD)."""


@dataclass(slots=True, kw_only=True)
class Schedule:
    """The steps of one painting; used once, because its scheduler remembers where it is."""

    scheduler: Any
    """Of diffusers, its first step chosen."""
    timesteps: torch.Tensor
    """One per evaluation of the networks."""
    sampler: Sampler
    compat: str
    """``none`` or ``a1111``."""

    def step(
        self, noise: torch.Tensor, index: int, sample: torch.Tensor, generators: Sequence[torch.Generator]
    ) -> torch.Tensor:
        """``sample`` (B, 4, h, w) after step ``index``, of which the networks say that ``noise`` is in it."""
        chance = {}
        if "generator" in inspect.signature(self.scheduler.step).parameters:
            chance["generator"] = list(generators)
        stepped: torch.Tensor = self.scheduler.step(noise, self.timesteps[index], sample, return_dict=False, **chance)[
            0
        ]
        return stepped

    def covers(self, index: int, start: float, end: float) -> bool:
        """Whether a control that is on from ``start`` to ``end``, parts of all steps, is on in step ``index``.

        diffusers asks for the whole step to lie between them, the web UI's extension only for its beginning.
        """
        steps = len(self.timesteps)
        last = index if self.compat == "a1111" else index + 1
        return start <= index / steps and last / steps <= end

    def noised(self, latents: torch.Tensor, noise: torch.Tensor, index: int) -> torch.Tensor:
        """``latents`` with as much ``noise`` as a sample has before step ``index``, the next one to be taken."""
        times = self.timesteps[index : index + 1].repeat(len(latents))
        mixed: torch.Tensor = self.scheduler.add_noise(latents, noise, times)
        return mixed

    def keeping(
        self, noise: torch.Tensor, index: int, sample: torch.Tensor, original: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """``noise`` changed so that the picture it predicts is ``original`` wherever ``mask`` is 0.

        This is how AUTOMATIC1111 keeps what lies outside a mask: in the prediction, before the sampler uses it.
        """
        begin = self.scheduler.begin_index or 0
        sigma = self.scheduler.sigmas[begin + index].item()
        grown = sample * (1 + sigma**2) ** 0.5 if self.sampler.preserving else sample
        predicted = mask * (grown - sigma * noise) + (1 - mask) * original
        return (grown - predicted) / sigma


def check(look: LookPlan, compat: str, config: Mapping[str, Any]) -> None:
    """Raises EngineUnavailable where ``compat`` has no such masked content or sampler, or that takes no such steps."""
    if look.masked_content != "original" and compat != "a1111":
        problem = f"masked content '{look.masked_content}' is AUTOMATIC1111's, and diffusers.compat is {compat}"
        raise EngineUnavailable(NAME, problem, remedy="set diffusers.compat=a1111, or face.masked_content=original")
    known = [name for name, entry in SAMPLERS.items() if compat == "none" or entry.levels]
    if look.sampler not in known:
        where = "" if compat == "none" else f" that diffusers.compat={compat} can follow"
        raise EngineUnavailable(NAME, f"no sampler '{look.sampler}'{where}", remedy=f"choose of {', '.join(known)}")
    try:
        make_schedule(look, compat, config, None)
    except ValueError as error:
        problem = f"{look.sampler} cannot take {look.steps} steps: {error}"
        raise EngineUnavailable(NAME, problem, remedy="change the steps in the settings of the pass") from error


def make_schedule(look: LookPlan, compat: str, config: Mapping[str, Any], device: torch.device | None) -> Schedule:
    """The part of ``look.steps`` that its strength asks for, at least one step.

    Plain: the last int(steps * strength) of them, as diffusers counts. ``a1111``: one more than
    int(steps * min(strength, 0.999)), so that 30 steps evaluate 20 times at 0.65 and 16 times at 0.5.
    ``config`` is of the scheduler that the checkpoint was published with.
    """
    import diffusers

    entry = SAMPLERS[look.sampler]
    trained = {key: config.get(key, usual) for key, usual in _TRAINED.items()}
    scheduler = getattr(diffusers, entry.scheduler)(**trained, **entry.options)
    scheduler.set_timesteps(look.steps, device=device)
    if compat == "a1111":
        _use_levels(
            scheduler,
            k_diffusion_levels(scheduler.alphas_cumprod.double().numpy(), look.steps, karras=entry.levels == "karras"),
            device,
        )
        begin = first_step(look.steps, look.strength)
    else:
        begin = look.steps - max(1, int(look.steps * look.strength))
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    return Schedule(scheduler=scheduler, timesteps=scheduler.timesteps[begin:], sampler=entry, compat=compat)


def _use_levels(
    scheduler: Any, levels: tuple[NDArray[np.float64], NDArray[np.float64]], device: torch.device | None
) -> None:
    """Replace what ``set_timesteps`` chose. The schedulers have no door for it that all of them share."""
    import torch

    sigmas, times = levels
    scheduler.sigmas = torch.from_numpy(sigmas.astype(np.float32))
    scheduler.timesteps = torch.from_numpy(times.astype(np.float32)).to(device)
