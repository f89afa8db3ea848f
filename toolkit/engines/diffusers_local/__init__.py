"""The ``diffusers`` engine: Stable Diffusion 1.5 with ControlNets, VAEs and LoRAs, in this process, with torch.

``model_cache`` loads each model once; ``prompts`` encodes text and ``schedule`` chooses noise levels; ``denoising`` is
the denoising loop; ``batches`` decides how many images fit into memory; ``engine`` joins them, and ``multi_gpu`` runs
one engine per GPU, each in a ``device_process``.
"""

from __future__ import annotations

from toolkit.engines.base import Engine
from toolkit.engines.diffusers_local.engine import DiffusersEngine
from toolkit.engines.diffusers_local.multi_gpu import MultiDeviceEngine
from toolkit.engines.torch_models.devices import list_devices
from toolkit.settings import DiffusersSettings

__all__ = ["DiffusersEngine", "open_diffusers"]


def open_diffusers(settings: DiffusersSettings) -> Engine:
    """One device runs in this process, several run in a process each. Raises EngineUnavailable for a missing one."""
    devices = list_devices(settings)
    return MultiDeviceEngine(settings, devices) if len(devices) > 1 else DiffusersEngine(settings)
