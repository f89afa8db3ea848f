"""How many images the networks can process at once."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field

from toolkit.engines.torch_models.devices import NAME, Device
from toolkit.errors import EngineFailed

_MAX_ON_CUDA = 16
"""Largest batch on CUDA, however much memory is free. Launching the kernels costs the same for one image as for many;
from about here on it is hidden behind the arithmetic of a crop."""
_MAX_ELSEWHERE = 2
"""Largest batch on a CPU, where batching gains nothing, and on Apple GPUs, which share the machine's memory."""
_NETWORK_BYTES = 1600
"""Working memory of the UNet and the ControlNets per pixel of one image, in half precision, for both halves of the
guidance. A safe estimate; corrected when memory runs out."""
_VAE_BYTES = 8000
"""Working memory of the VAE per pixel, in float32. It processes one image at a time."""


@dataclass(slots=True, kw_only=True)
class BatchSizes:
    """Batch size for each image size: from the settings or the free memory, halved whenever memory runs out."""

    device: Device
    requested: int
    """The setting; 0: decided by the free memory."""
    _by_size: dict[tuple[int, ...], int] = field(default_factory=dict)

    @property
    def preferred(self) -> int:
        """The batch size before the first image, for any image size."""
        return self.requested or (_MAX_ON_CUDA if self.device.torch.type == "cuda" else _MAX_ELSEWHERE)

    def for_size(self, size: tuple[int, ...]) -> int:
        """The batch size for images of ``size`` (height, width)."""
        if size not in self._by_size:
            self._by_size[size] = self.requested or min(self.preferred, self._count_fitting(size))
        return self._by_size[size]

    def halve(self, size: tuple[int, ...], tried: int, place: str) -> None:
        """Memory ran out for ``tried`` images of ``size``. Raises EngineFailed with ``place`` when it was only one."""
        if tried == 1:
            height, width = size
            problem = f"{place}: one image of {width} x {height} pixels does not fit into the memory of"
            remedy = "render at a smaller size, free memory, or set diffusers.device=cpu"
            raise EngineFailed(NAME, f"{problem} {self.device.torch}; {remedy}")
        self._by_size[size] = tried // 2
        gc.collect()
        self._empty_cache()

    def _count_fitting(self, size: tuple[int, ...]) -> int:
        """How many images fit into the free memory, by the estimates above."""
        import torch

        if self.device.torch.type != "cuda":
            return self.preferred
        free, _ = torch.cuda.mem_get_info(self.device.torch)
        free += torch.cuda.memory_reserved(self.device.torch) - torch.cuda.memory_allocated(self.device.torch)
        pixels = size[0] * size[1]
        per_image = pixels * _NETWORK_BYTES * (2 if self.device.precision == "float32" else 1)
        return max(1, int(free - pixels * _VAE_BYTES) // per_image)

    def _empty_cache(self) -> None:
        import torch

        if self.device.torch.type == "cuda":
            torch.cuda.empty_cache()
