"""Stable Diffusion 1.5 with ControlNets, VAEs and LoRAs, painted in this process with torch and diffusers.

``weights`` loads each model that a look names once; ``prompts`` and ``schedule`` say what the networks are told and at
which noise levels; ``painting`` is the denoising loop; ``batches`` knows how many pictures fit into memory; ``engine``
joins them to the seam, and ``several`` runs one for each GPU.
"""

from __future__ import annotations

from toolkit.engines.base import Engine
from toolkit.engines.diffusers_local.engine import DiffusersEngine
from toolkit.engines.diffusers_local.multi_gpu import SeveralDevices
from toolkit.engines.torch_models.devices import devices_of
from toolkit.settings import DiffusersSettings

__all__ = ["DiffusersEngine", "open_diffusers"]


def open_diffusers(settings: DiffusersSettings) -> Engine:
    """In this process on one device, else one process for each. Raises EngineUnavailable for one that is not there."""
    devices = devices_of(settings)
    return SeveralDevices(settings, devices) if len(devices) > 1 else DiffusersEngine(settings)
