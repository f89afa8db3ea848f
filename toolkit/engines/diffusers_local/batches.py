"""How many pictures the networks can hold at once."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field

from toolkit.engines.torch_models.devices import NAME, Device
from toolkit.errors import EngineFailed

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
