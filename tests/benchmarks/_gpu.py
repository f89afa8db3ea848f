"""What is measured on a GPU, and on which."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.benchmarks._full_size import Models

DENSE_BF16 = {"H100": 989e12, "H200": 989e12, "A100": 312e12}
"""Peak of dense bfloat16 arithmetic, operations per second."""
FACE, BODY = 16, 20
"""Evaluations of the founding recipe: 30 steps at strength 0.5 and 0.65, as AUTOMATIC1111 counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What is measured; the test that rehearses it on a CPU has smaller numbers."""

    models: Models
    size: int = 512
    """Of a crop, pixels."""
    batch: int = 16
    rounds: int = 5
    looped: int = 4
    """Crops that a round gives to a pipeline that takes one."""
    precision: str = "bfloat16"
    device: str = "cuda"
    compile: bool = True


def gpu_peak() -> float | None:
    """Operations per second of the GPU, 0 when not known; None without one, which is said."""
    import torch

    if not torch.cuda.is_available():
        print(f"{'diffusers engine':28s} no GPU here: not measured")
        return None
    name = torch.cuda.get_device_name()
    print(f"{'on':28s} {name}, torch {torch.__version__}")
    return next((value for key, value in DENSE_BF16.items() if key in name), 0.0)


def memory(setup: Setup, *, reset: bool = False) -> float:
    """Most that the GPU held since the last reset, GiB; 0 elsewhere. With ``reset``: what it holds now."""
    import torch

    if setup.device != "cuda":
        return 0.0
    if reset:
        torch.cuda.reset_peak_memory_stats()
        return float(torch.cuda.memory_allocated()) / 2**30
    return float(torch.cuda.max_memory_allocated()) / 2**30


def let_go(setup: Setup) -> None:
    import torch

    gc.collect()
    if setup.device == "cuda":
        torch.cuda.empty_cache()


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
