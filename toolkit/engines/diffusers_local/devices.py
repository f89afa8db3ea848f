"""Where the networks run, in which precision, and how many pictures they can hold at once."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from toolkit.errors import EngineError, EngineFailed, EngineUnavailable
from toolkit.settings import DiffusersSettings

if TYPE_CHECKING:
    import torch

NAME = "diffusers"
"""The engine's, as messages say it."""
_MOST = 16
"""Most pictures at once when memory allows any number: launching the kernels of one picture costs as much as of many,
and from about here on the arithmetic of a crop hides it."""
_ELSEWHERE = 2
"""The same on a CPU, where a batch gains nothing, and on Apple's GPUs, which share the machine's memory."""
_NETWORKS = 1600
"""Bytes per pixel of one picture that the UNet and the ControlNets work in, in half precision, both halves of the
guidance: an estimate on the safe side, corrected by what happens."""
_VAE = 8000
"""Bytes per pixel that the VAE works in, in float32; it sees one picture at a time."""


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


@dataclass(slots=True, kw_only=True)
class BatchSizes:
    """How many pictures of a size are denoised at once: what the settings or the free memory say, halved whenever that
    turns out to be too many."""

    device: Device
    asked: int
    """The setting; 0 looks at the memory."""
    _known: dict[tuple[int, ...], int] = field(default_factory=dict)

    @property
    def wished(self) -> int:
        """For any size, before its first picture."""
        return self.asked or (_MOST if self.device.torch.type == "cuda" else _ELSEWHERE)

    def of(self, size: tuple[int, ...]) -> int:
        """For pictures of ``size`` (height, width)."""
        if size not in self._known:
            self._known[size] = self.asked or min(self.wished, self._fitting(size))
        return self._known[size]

    def halve(self, size: tuple[int, ...], tried: int, place: str) -> None:
        """``tried`` pictures of ``size`` were too many. Raises EngineFailed with ``place`` when it was one."""
        if tried == 1:
            height, width = size
            says = f"{place}: a picture of {width} x {height} pixels alone does not fit into the memory of"
            wayout = "paint smaller pictures, free memory, or set diffusers.device=cpu"
            raise EngineFailed(NAME, f"{says} {self.device.torch}; {wayout}")
        self._known[size] = tried // 2
        gc.collect()
        self._let_go()

    def _fitting(self, size: tuple[int, ...]) -> int:
        import torch

        if self.device.torch.type != "cuda":
            return self.wished
        free, _ = torch.cuda.mem_get_info(self.device.torch)
        free += torch.cuda.memory_reserved(self.device.torch) - torch.cuda.memory_allocated(self.device.torch)
        pixels = size[0] * size[1]
        each = pixels * _NETWORKS * (2 if self.device.precision == "float32" else 1)
        return max(1, int(free - pixels * _VAE) // each)

    def _let_go(self) -> None:
        import torch

        if self.device.torch.type == "cuda":
            torch.cuda.empty_cache()


def is_out_of_memory(error: Exception) -> bool:
    """Whether a smaller batch may succeed where ``error`` was raised."""
    import torch

    # The CPU's and Apple's allocators raise a plain RuntimeError with nothing else to tell it by.
    says = str(error)
    words = ("out of memory", "can't allocate memory")
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(word in says for word in words)
