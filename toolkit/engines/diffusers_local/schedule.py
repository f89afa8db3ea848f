"""Samplers and noise levels: how much noise each step removes.

The step formulas are those of diffusers' schedulers; the name of a sampler determines the scheduler and its options.
With ``compat = a1111`` these schedulers get the noise levels of k-diffusion, which AUTOMATIC1111 uses: Euler, Euler
ancestral and DPM++ 2M then compute the same in both.

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

from toolkit.a1111 import first_step, k_diffusion_sigmas
from toolkit.documents import LookPlan
from toolkit.engines.torch_models.devices import NAME
from toolkit.errors import EngineUnavailable

if TYPE_CHECKING:
    import torch

_DEFAULT_CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "num_train_timesteps": 1000,
        "steps_offset": 1,
    }
)
"""The options that come from the checkpoint's scheduler configuration, with the values of Stable Diffusion 1.5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """A sampler, as a scheduler of diffusers."""

    scheduler: str
    """Name of the class."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Its options, besides those from the checkpoint."""
    a1111_levels: str = ""
    """Its noise levels in AUTOMATIC1111: ``uniform`` or ``karras``; empty: not supported with ``compat = a1111``."""
    variance_preserving: bool = False
    """Whether its samples are scaled to a variance of 1, instead of growing with the noise."""


_UNIFORM = {"timestep_spacing": "linspace"}
_KARRAS = {"timestep_spacing": "linspace", "use_karras_sigmas": True}
_SDE = {"algorithm_type": "sde-dpmsolver++"}
_DPM = "DPMSolverMultistepScheduler"
SAMPLERS: Mapping[str, Sampler] = MappingProxyType(
    {
        "Euler": Sampler(scheduler="EulerDiscreteScheduler", options=_UNIFORM, a1111_levels="uniform"),
        "Euler a": Sampler(scheduler="EulerAncestralDiscreteScheduler", options=_UNIFORM, a1111_levels="uniform"),
        "DPM++ 2M": Sampler(scheduler=_DPM, options=_UNIFORM, a1111_levels="uniform", variance_preserving=True),
        "DPM++ 2M Karras": Sampler(scheduler=_DPM, options=_KARRAS, a1111_levels="karras", variance_preserving=True),
        "DPM++ 2M SDE": Sampler(scheduler=_DPM, options=_UNIFORM | _SDE),
        "DPM++ 2M SDE Karras": Sampler(scheduler=_DPM, options=_KARRAS | _SDE),
        "DDIM": Sampler(scheduler="DDIMScheduler", options={"clip_sample": False, "set_alpha_to_one": False}),
        "UniPC": Sampler(scheduler="UniPCMultistepScheduler", options=_UNIFORM),
        "LCM": Sampler(scheduler="LCMScheduler"),
        "TCD": Sampler(scheduler="TCDScheduler"),
    }
)
"""By AUTOMATIC1111's names. LCM and TCD are for few-step LoRAs and checkpoints (LCM, Hyper-SD)."""


@dataclass(slots=True, kw_only=True)
class Schedule:
    """The steps of one batch. It can be used only once, because its scheduler keeps state from step to step."""

    scheduler: Any
    """A scheduler of diffusers, set to the first step."""
    timesteps: torch.Tensor
    """One per evaluation of the networks."""
    sampler: Sampler
    compat: str
    """``none`` or ``a1111``."""

    def step(
        self, noise: torch.Tensor, index: int, sample: torch.Tensor, generators: Sequence[torch.Generator]
    ) -> torch.Tensor:
        """``sample`` (B, 4, h, w) after step ``index``, given the predicted ``noise``."""
        randomness = {}
        if "generator" in inspect.signature(self.scheduler.step).parameters:
            randomness["generator"] = list(generators)
        answer = self.scheduler.step(noise, self.timesteps[index], sample, return_dict=False, **randomness)
        stepped: torch.Tensor = answer[0]
        return stepped

    def is_control_active(self, index: int, start: float, end: float) -> bool:
        """Whether a control that runs from ``start`` to ``end``, fractions of all steps, is active in step ``index``.

        diffusers requires the whole step to lie between them, the web UI's extension only its beginning.
        """
        steps = len(self.timesteps)
        last = index if self.compat == "a1111" else index + 1
        return start <= index / steps and last / steps <= end

    def add_noise(self, latents: torch.Tensor, noise: torch.Tensor, index: int) -> torch.Tensor:
        """``latents`` with as much ``noise`` as a sample has before step ``index``, which must be the next step."""
        times = self.timesteps[index : index + 1].repeat(len(latents))
        mixed: torch.Tensor = self.scheduler.add_noise(latents, noise, times)
        return mixed

    def keep_unmasked(
        self, noise: torch.Tensor, index: int, sample: torch.Tensor, original: torch.Tensor, mask: torch.Tensor
    ) -> torch.Tensor:
        """Change the predicted ``noise`` so that the predicted image is ``original`` wherever ``mask`` is 0.

        AUTOMATIC1111 keeps the area outside a mask in this way: in the prediction, before the sampler uses it.
        """
        begin = self.scheduler.begin_index or 0
        sigma = self.scheduler.sigmas[begin + index].item()
        scaled = sample * (1 + sigma**2) ** 0.5 if self.sampler.variance_preserving else sample
        predicted = mask * (scaled - sigma * noise) + (1 - mask) * original
        return (scaled - predicted) / sigma


def check_look(look: LookPlan, compat: str, config: Mapping[str, Any]) -> None:
    """Check that ``compat`` supports the look's masked content, sampler and number of steps.

    Raises EngineUnavailable.
    """
    if look.masked_content != "original" and compat != "a1111":
        problem = f"masked content '{look.masked_content}' needs diffusers.compat=a1111, and it is {compat}"
        raise EngineUnavailable(NAME, problem, remedy="set diffusers.compat=a1111, or face.masked_content=original")
    known = [name for name, sampler in SAMPLERS.items() if compat == "none" or sampler.a1111_levels]
    if look.sampler not in known:
        condition = "" if compat == "none" else f" with diffusers.compat={compat}"
        remedy = f"choose one of {', '.join(known)}"
        raise EngineUnavailable(NAME, f"no sampler '{look.sampler}'{condition}", remedy=remedy)
    try:
        make_schedule(look, compat, config, None)
    except ValueError as error:
        problem = f"{look.sampler} does not support {look.steps} steps: {error}"
        raise EngineUnavailable(NAME, problem, remedy="change the steps in the settings of the pass") from error


def make_schedule(look: LookPlan, compat: str, config: Mapping[str, Any], device: torch.device | None) -> Schedule:
    """The steps of ``look.steps`` that its strength runs, at least one.

    ``none``: the last int(steps * strength) of them, as in diffusers. ``a1111``: one more than
    int(steps * min(strength, 0.999)), so that 30 steps evaluate the networks 20 times at 0.65 and 16 times at 0.5.
    ``config`` is the scheduler configuration of the checkpoint.
    """
    import diffusers

    sampler = SAMPLERS[look.sampler]
    from_checkpoint = {key: config.get(key, default) for key, default in _DEFAULT_CONFIG.items()}
    scheduler = getattr(diffusers, sampler.scheduler)(**from_checkpoint, **sampler.options)
    scheduler.set_timesteps(look.steps, device=device)
    if compat == "a1111":
        alphas = scheduler.alphas_cumprod.double().numpy()
        levels = k_diffusion_sigmas(alphas, look.steps, karras=sampler.a1111_levels == "karras")
        _set_noise_levels(scheduler, levels, device)
        begin = first_step(look.steps, look.strength)
    else:
        begin = look.steps - max(1, int(look.steps * look.strength))
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    return Schedule(scheduler=scheduler, timesteps=scheduler.timesteps[begin:], sampler=sampler, compat=compat)


def _set_noise_levels(
    scheduler: Any, levels: tuple[NDArray[np.float64], NDArray[np.float64]], device: torch.device | None
) -> None:
    """Replace the sigmas and timesteps of ``set_timesteps``. The schedulers have no common method for this."""
    import torch

    sigmas, times = levels
    scheduler.sigmas = torch.from_numpy(sigmas.astype(np.float32))
    scheduler.timesteps = torch.from_numpy(times.astype(np.float32)).to(device)
