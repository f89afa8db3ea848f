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
"""The engine's, as messages say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Where the networks run."""

    torch: torch.device
    precision: str
    """``float16``, ``bfloat16`` or ``float32``: of the UNet and the ControlNets."""

    @property
    def dtype(self) -> torch.dtype:
        """``precision`` as torch says it."""
        import torch

        kinds = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}
        return kinds[self.precision]


def unavailable(problem: str, *, remedy: str) -> EngineError:
    """The engine's error for what is not here."""
    return EngineUnavailable(NAME, problem, remedy=remedy)


def devices_of(settings: DiffusersSettings) -> list[str]:
    """The devices that ``settings`` name, ``all`` being every CUDA one; what is not there is seen when it is opened."""
    import torch

    if settings.device == "all":
        return [f"cuda:{index}" for index in range(torch.cuda.device_count())] or ["cuda"]
    return [name.strip() for name in settings.device.split(",")]


def choose_device(settings: DiffusersSettings, refuse: Callable[..., EngineError] = unavailable) -> Device:
    """The device that ``settings`` ask for. Raises what ``refuse`` makes of problem and remedy when it is not there."""
    import torch

    name = settings.device if settings.device != "all" else "cuda"
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError:
        device = torch.device("meta")  # no device of ours either: refused with the others below
    there = {
        "cpu": True,
        "cuda": torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not there.get(device.type, False):
        found = ", ".join(["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))] + ["mps"] * there["mps"])
        remedy = "set diffusers.device to one of these, or install the torch build that is made for your GPU"
        raise refuse(f"diffusers.device '{name}' is not here (torch sees: {found})", remedy=remedy)
    precision = settings.precision
    if precision == "auto":
        precision = "float32" if device.type == "cpu" else "float16"
    return Device(torch=device, precision=precision)


def is_out_of_memory(error: Exception) -> bool:
    """Whether a smaller batch may succeed where ``error`` was raised."""
    import torch

    # The CPU's and Apple's allocators raise a plain RuntimeError with nothing else to tell it by.
    says = str(error)
    words = ("out of memory", "can't allocate memory")
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(word in says for word in words)
