"""Fixtures: tiny models with random weights, created once and loaded by the code that loads real ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests._coverage import unmeasured
from tests.engines import _tiny
from toolkit.engines import http_client
from toolkit.engines.addresses import AUTH_VARIABLE, HOST_VARIABLE


@dataclass(frozen=True, kw_only=True)
class TinyModels:
    """Their paths; ``folder`` has the layout of a studio's."""

    folder: Path
    checkpoint: Path
    controls: tuple[Path, Path, Path]
    lora: Path


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> TinyModels:
    folder = tmp_path_factory.mktemp("models")
    with unmeasured():
        import torch

        torch.set_num_threads(1)  # for networks this small, threads cost more than they save
        checkpoint = _tiny.make_checkpoint(folder / "checkpoints" / "tiny-sd")
        first, second, third = (
            _tiny.make_control(folder / "controlnets" / f"tiny-control-{number}", checkpoint, seed=number)
            for number in (1, 2, 3)
        )
        lora = _tiny.make_lora(folder / "loras" / "tiny-lora.safetensors", checkpoint)
    return TinyModels(folder=folder, checkpoint=checkpoint, controls=(first, second, third), lora=lora)


@pytest.fixture(autouse=True)
def short_server_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits between retries, and no server credentials in the environment."""
    monkeypatch.setattr(http_client, "BACKOFF_S", 0.005)
    for name in (AUTH_VARIABLE, HOST_VARIABLE):
        monkeypatch.delenv(name, raising=False)
