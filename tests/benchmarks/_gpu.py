"""Setup and helpers of the GPU benchmarks."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.benchmarks._full_size import Models

DENSE_BF16 = {"H100": 989e12, "H200": 989e12, "A100": 312e12}
"""Peak of dense bfloat16 arithmetic, operations per second."""
FACE, BODY = 16, 20
"""Evaluations of the founding recipe: 30 steps at strength 0.5 and 0.65, as AUTOMATIC1111 counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Parameters of the measurement; the tests on a CPU use smaller ones."""

    models: Models
    size: int = 512
    """Side of a crop, pixels."""
    batch: int = 16
    rounds: int = 5
    looped: int = 4
    """Crops per round for a pipeline that takes one at a time."""
    precision: Literal["float16", "bfloat16", "float32"] = "bfloat16"
    device: str = "cuda"
    compile: bool = True


def gpu_peak() -> float | None:
    """Peak operations per second of the GPU, 0 if unknown; None, with a line of output, without a GPU."""
    import torch

    if not torch.cuda.is_available():
        print(f"{'diffusers engine':28s} no GPU available: not measured")
        return None
    name = torch.cuda.get_device_name()
    print(f"{'on':28s} {name}, torch {torch.__version__}")
    return next((value for key, value in DENSE_BF16.items() if key in name), 0.0)


def gpu_memory(setup: Setup, *, reset: bool = False) -> float:
    """Peak GPU memory since the last reset, GiB; 0 on other devices. With ``reset``: the current use."""
    import torch

    if setup.device != "cuda":
        return 0.0
    if reset:
        torch.cuda.reset_peak_memory_stats()
        return float(torch.cuda.memory_allocated()) / 2**30
    return float(torch.cuda.max_memory_allocated()) / 2**30


def release_memory(setup: Setup) -> None:
    import torch

    gc.collect()
    if setup.device == "cuda":
        torch.cuda.empty_cache()


def measure(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
