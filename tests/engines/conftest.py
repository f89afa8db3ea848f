"""Tiny models with random weights, made once and loaded by the code that loads real ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engines import _tiny


@dataclass(frozen=True, kw_only=True)
class TinyModels:
    """Where they lie: ``folder`` is as a studio's would be."""

    folder: Path
    checkpoint: Path
    controls: tuple[Path, Path, Path]
    lora: Path


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyModels:
    import torch

    torch.set_num_threads(1)  # what such small networks compute is less than what threads cost
    folder = tmp_path_factory.mktemp("models")
    checkpoint = _tiny.make_checkpoint(folder / "checkpoints" / "tiny-sd")
    first, second, third = (
        _tiny.make_control(folder / "controlnets" / f"tiny-control-{number}", checkpoint, seed=number)
        for number in (1, 2, 3)
    )
    lora = _tiny.make_lora(folder / "loras" / "tiny-lora.safetensors", checkpoint)
    return TinyModels(folder=folder, checkpoint=checkpoint, controls=(first, second, third), lora=lora)
