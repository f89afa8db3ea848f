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
    """The step, 0-based, at which image-to-image begins: 30 steps run 20 of them at strength 0.65 and 16 at 0.5."""
    return steps - int(min(strength, 0.999) * steps) - 1


def k_diffusion_levels(
    alphas_cumprod: NDArray[np.float64], steps: int, *, karras: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The ``steps + 1`` noise levels, descending to 0, and the (fractional) timestep of each but the last.

    ``alphas_cumprod`` are the checkpoint's cumulative alphas, one for each training timestep. Without ``karras`` the
    timesteps are evenly spaced.
    """
    logs = np.log((1 - alphas_cumprod) / alphas_cumprod) / 2
    numbers = np.arange(len(logs), dtype=np.float64)
    if karras:
        high, low = np.exp(logs[-1]) ** (1 / _RHO), np.exp(logs[0]) ** (1 / _RHO)
        sigmas = (high + np.linspace(0, 1, steps) * (low - high)) ** _RHO
        times = np.interp(np.log(sigmas), logs, numbers)
    else:
        times = np.linspace(len(logs) - 1, 0, steps)
        sigmas = np.exp(np.interp(times, numbers, logs))
    return np.append(sigmas, 0.0), times
