"""Where networks run, and in which precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolkit.errors import EngineError, EngineUnavailable
from toolkit.settings import DiffusersSettings

if TYPE_CHECKING:
    import torch

NAME = "diffusers"
"""Name of the engine, as in ``--engine``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where the networks run."""

    torch: torch.device
    precision: str
    """``float16``, ``bfloat16`` or ``float32``, for the UNet and the ControlNets."""

    @property
    def dtype(self) -> torch.dtype:
        """``precision`` as a torch type."""
        import torch

        types = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}
        return types[self.precision]


def engine_unavailable(problem: str, *, remedy: str) -> EngineError:
    """The error of the ``diffusers`` engine for something missing."""
    return EngineUnavailable(NAME, problem, remedy=remedy)


def list_devices(settings: DiffusersSettings) -> list[str]:
    """The names of the devices in ``settings``, with ``all`` as every CUDA device. They are checked when opened."""
    import torch

    if settings.device == "all":
        return [f"cuda:{index}" for index in range(torch.cuda.device_count())] or ["cuda"]
    return [name.strip() for name in settings.device.split(",")]


def choose_device(settings: DiffusersSettings, make_error: Callable[..., EngineError] = engine_unavailable) -> Device:
    """The device that ``settings`` name. Raises ``make_error(problem, remedy=…)`` when it is not available."""
    import torch

    name = settings.device if settings.device != "all" else "cuda"
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        device = torch.device("meta")  # unsupported as well: refused below
    available = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not available.get(device.type, False):
        cuda = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
        listed = ", ".join(["cpu", *cuda, *(["mps"] if available["mps"] else [])])
        remedy = "set diffusers.device to one of these, or install the torch build for your GPU"
        raise make_error(f"diffusers.device '{name}' is not available (torch finds: {listed})", remedy=remedy)
    precision = settings.precision
    if precision == "auto":
        precision = "float32" if device.type == "cpu" else "float16"
    return Device(torch=device, precision=precision)


def is_out_of_memory(error: Exception) -> bool:
    """Whether ``error`` means that memory ran out, so that a smaller batch may succeed."""
    import torch

    # On the CPU and on Apple GPUs it is a plain RuntimeError that only its text tells apart.
    text = str(error)
    phrases = ("out of memory", "can't allocate memory")
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(phrase in text for phrase in phrases)
