"""Stable Diffusion 1.5 with ControlNets, VAEs and LoRAs, painted in this process with torch and diffusers.

``finding`` turns the names of a look into models on disk, ``files`` knows what these consist of and refuses what is not
safetensors, ``weights`` loads each once; ``prompts`` and ``schedule`` say what the networks are told and at which noise
levels; ``painting`` is the denoising loop; ``devices`` knows what the machine can hold; ``engine`` joins them to the
seam.
"""

from __future__ import annotations

from toolkit.engines.diffusers_local.engine import DiffusersEngine

__all__ = ["DiffusersEngine"]
