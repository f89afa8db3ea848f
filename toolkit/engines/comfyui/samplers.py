"""What ComfyUI calls the samplers that looks name as AUTOMATIC1111 does: a sampler and, apart from it, a scheduler."""

from __future__ import annotations

_SAMPLERS = {
    "Euler": "euler",
    "Euler a": "euler_ancestral",
    "LMS": "lms",
    "Heun": "heun",
    "DPM2": "dpm_2",
    "DPM2 a": "dpm_2_ancestral",
    "DPM++ 2S a": "dpmpp_2s_ancestral",
    "DPM++ 2M": "dpmpp_2m",
    "DPM++ SDE": "dpmpp_sde",
    "DPM++ 2M SDE": "dpmpp_2m_sde",
    "DPM++ 3M SDE": "dpmpp_3m_sde",
    "DPM fast": "dpm_fast",
    "DPM adaptive": "dpm_adaptive",
    "DDIM": "ddim",
    "UniPC": "uni_pc",
    "LCM": "lcm",
}
"""By the name in the web UI. PLMS and Restart have no counterpart."""
_SCHEDULERS = {
    "Karras": "karras",
    "Exponential": "exponential",
    "SGM Uniform": "sgm_uniform",
    "Simple": "simple",
    "Normal": "normal",
    "DDIM": "ddim_uniform",
    "Beta": "beta",
}
"""By the word that may stand behind the sampler's name."""
_USUAL = "normal"
"""The spacing of steps that the web UI's samplers have when their name says none."""
_OWN = {"DDIM": "ddim_uniform", "LCM": "sgm_uniform"}
"""Where it is another."""


def sampler_and_scheduler(name: str) -> tuple[str, str]:
    """``Euler`` is euler/normal, ``DPM++ 2M Karras`` is dpmpp_2m/karras; ``euler/karras`` names both ComfyUI's way.

    A name that is none of these is taken for ComfyUI's own, with the scheduler ``normal``.
    """
    if "/" in name:
        sampler, _, scheduler = name.partition("/")
        return sampler.strip(), scheduler.strip()
    if name in _SAMPLERS:
        return _SAMPLERS[name], _OWN.get(name, _USUAL)
    for word, scheduler in _SCHEDULERS.items():
        bare = name.removesuffix(f" {word}")
        if bare != name and bare in _SAMPLERS:
            return _SAMPLERS[bare], scheduler
    return name, _USUAL
