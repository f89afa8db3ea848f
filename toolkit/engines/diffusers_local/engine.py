"""The engine: looks are loaded before any work, requests become batches that fit into memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.engines.base import Engine, PaintRequest
from toolkit.engines.diffusers_local.batches import BatchSizes
from toolkit.engines.diffusers_local.painting import paint
from toolkit.engines.diffusers_local.schedule import check
from toolkit.engines.diffusers_local.weights import Library, Parts
from toolkit.engines.torch_models.devices import NAME, choose_device, is_out_of_memory
from toolkit.engines.torch_models.finding import first_line
from toolkit.errors import EngineFailed
from toolkit.settings import DiffusersSettings

_REVISION = 1
"""Raise it when this engine would give other pixels from the same request, weights, compatibility and precision."""
_FORMS = 64
"""Most forms that compiled networks may take before something must be wrong."""


class DiffusersEngine(Engine):
    """Stable Diffusion 1.5 in this process."""

    name: ClassVar[str] = NAME
    wants_matte: ClassVar[bool] = True
    wants_guides: ClassVar[bool] = True

    def __init__(self, settings: DiffusersSettings) -> None:
        """Choose the device. Raises EngineUnavailable when the one asked for is not there."""
        self._settings = settings
        self._device = choose_device(settings)
        self.revision = f"{_REVISION} {settings.compat} {self._device.precision}"
        self._library = Library(settings, self._device)
        self._parts: dict[LookPlan, Parts] = {}
        self._sizes = BatchSizes(device=self._device, asked=settings.batch)
        self.batch = self._sizes.wished
        _hush()

    def prepare(self, looks: Iterable[LookPlan]) -> None:
        """Find and load all that ``looks`` name. Raises EngineUnavailable: what is missing, and where it belongs."""
        for look in looks:
            if look.strength > 0.0 and look not in self._parts:
                parts = self._library.parts(look)
                check(look, self._settings.compat, parts.checkpoint.scheduler)
                self._parts[look] = parts

    def identity(self, look: LookPlan) -> str:
        """The revision, and a digest of every file that ``look`` is painted with."""
        if look.strength == 0.0:
            return self.revision
        self.prepare([look])
        return f"{self.revision} {self._parts[look].identity}"

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """See ``Engine.paint``; strength 0 is given back as it came.

        Raises EngineFailed when a picture alone does not fit into memory, and what ``prepare`` raises.
        """
        if not requests or requests[0].look.strength == 0.0:
            return [request.image.copy() for request in requests]
        self.prepare([requests[0].look])
        prompts = self._parts[requests[0].look].checkpoint.prompts
        results: dict[int, NDArray[np.float32]] = {}
        windows = [prompts.windows(request.prompt, request.negative) for request in requests]
        # Prompts of different lengths cannot share a batch: filling up the shorter would change its picture.
        for length in dict.fromkeys(windows):
            places = [place for place, own in enumerate(windows) if own == length]
            painted = self._paint_alike([requests[place] for place in places], length)
            results |= dict(zip(places, painted, strict=True))
        return [results[place] for place in range(len(requests))]

    def close(self) -> None:
        """Let go of the models."""
        self._parts.clear()
        self._library = Library(self._settings, self._device)

    def _paint_alike(self, requests: Sequence[PaintRequest], windows: int) -> list[NDArray[np.float32]]:
        """In batches as large as memory allows, tried again in halves when it does not."""
        size = requests[0].image.shape[:2]
        painted: list[NDArray[np.float32]] = []
        while len(painted) < len(requests):
            most = self._sizes.of(size)
            batch = requests[len(painted) : len(painted) + most]
            done = self._tried(batch, windows, most)
            if done is None:
                self._sizes.halve(size, len(batch), batch[0].place)
            else:
                painted += done
        return painted

    def _tried(self, batch: Sequence[PaintRequest], windows: int, most: int) -> list[NDArray[np.float32]] | None:
        """The paintings of ``batch``; None when memory ran out, with all that hung on the attempt let go."""
        try:
            return self._paint_batch(batch, windows, most)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise EngineFailed(NAME, f"{batch[0].place}: {first_line(error)}") from error
            return None

    def _paint_batch(self, batch: Sequence[PaintRequest], windows: int, most: int) -> list[NDArray[np.float32]]:
        import torch

        parts = self._parts[batch[0].look]
        # A compiled network is compiled anew for every size of batch: the last one is filled up with its last picture.
        filled = [*batch, *[batch[-1]] * (most - len(batch))] if self._settings.compile else batch
        with torch.no_grad(), _compiling() if self._settings.compile else nullcontext():
            parts.checkpoint.use(parts.loras)
            texts = [request.negative for request in filled] + [request.prompt for request in filled]
            prompts = parts.checkpoint.prompts
            words = torch.cat([prompts.encode(text, windows, parts.loras) for text in texts])
            painted = paint(parts, filled, words=words, device=self._device, compat=self._settings.compat)
        return painted[: len(batch)]


def _compiling() -> AbstractContextManager[None]:
    """Compiled networks may have as many forms as a cut needs: sizes, LoRAs on and off, with and without controls.

    All of diffusers' networks share one function to torch, which after eight forms would go on uncompiled, and say so
    only in a warning.
    """
    import torch._dynamo

    patched: AbstractContextManager[None] = torch._dynamo.config.patch(
        recompile_limit=_FORMS, fail_on_recompile_limit_hit=True
    )
    return patched


def _hush() -> None:
    """The libraries' own progress bars and advice would be written across ours."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    for logging in (diffusers_logging, transformers_logging):
        logging.disable_progress_bar()
        logging.set_verbosity_error()
