"""Noise levels of AUTOMATIC1111's samplers, as k-diffusion computes them.

Sources: modules/sd_samplers_common.py and sd_samplers_kdiffusion.py of AUTOMATIC1111/stable-diffusion-webui,
k_diffusion/external.py and sampling.py of crowsonkb/k-diffusion.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_RHO = 7.0
"""Exponent of the Karras noise schedule (arXiv 2206.00364, table 1)."""


def first_step(steps: int, strength: float) -> int:
    """The 0-based step at which image-to-image starts: of 30 steps it runs 20 at strength 0.65, and 16 at 0.5."""
    return steps - int(min(strength, 0.999) * steps) - 1


def k_diffusion_sigmas(
    alphas_cumprod: NDArray[np.float64], steps: int, *, karras: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ``steps + 1`` noise levels (sigmas), descending to 0, and the fractional timestep of each but the last.

    ``alphas_cumprod`` are the checkpoint's cumulative alphas, one for each training timestep. Without ``karras`` the
    timesteps are evenly spaced.
    """
    log_sigmas = np.log((1 - alphas_cumprod) / alphas_cumprod) / 2
    training_steps = np.arange(len(log_sigmas), dtype=np.float64)
    if karras:
        max_root, min_root = np.exp(log_sigmas[-1]) ** (1 / _RHO), np.exp(log_sigmas[0]) ** (1 / _RHO)
        sigmas = (max_root + np.linspace(0, 1, steps) * (min_root - max_root)) ** _RHO
        timesteps = np.interp(np.log(sigmas), log_sigmas, training_steps)
    else:
        timesteps = np.linspace(len(log_sigmas) - 1, 0, steps)
        sigmas = np.exp(np.interp(timesteps, training_steps, log_sigmas))
    return np.append(sigmas, 0.0), timesteps
