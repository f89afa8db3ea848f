"""Translates AUTOMATIC1111's sampler names, which looks use, into ComfyUI's pairs of sampler and scheduler."""

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
"""By the web UI's name. PLMS and Restart have no counterpart."""
_SCHEDULERS = {
    "Karras": "karras",
    "Exponential": "exponential",
    "SGM Uniform": "sgm_uniform",
    "Simple": "simple",
    "Normal": "normal",
    "DDIM": "ddim_uniform",
    "Beta": "beta",
}
"""By the word that may follow the name of the sampler."""
_DEFAULT = "normal"
"""The spacing of the steps when the web UI's name does not give one."""
_OTHER_DEFAULTS = {"DDIM": "ddim_uniform", "LCM": "sgm_uniform"}
"""Samplers with a different default."""


def choose_sampler(name: str) -> tuple[str, str]:
    """``Euler`` is euler/normal, ``DPM++ 2M Karras`` is dpmpp_2m/karras; ``euler/karras`` gives ComfyUI's own names.

    Any other name is taken as ComfyUI's own, with the scheduler ``normal``.
    """
    if "/" in name:
        sampler, _, scheduler = name.partition("/")
        return sampler.strip(), scheduler.strip()
    if name in _SAMPLERS:
        return _SAMPLERS[name], _OTHER_DEFAULTS.get(name, _DEFAULT)
    for word, scheduler in _SCHEDULERS.items():
        plain = name.removesuffix(f" {word}")
        if plain != name and plain in _SAMPLERS:
            return _SAMPLERS[plain], scheduler
    return name, _DEFAULT
