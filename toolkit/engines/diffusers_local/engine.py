"""The engine: loads the models of all looks before any work, and groups requests into batches that fit into memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.engines.base import Engine, PaintRequest
from toolkit.engines.diffusers_local.batches import BatchSizes
from toolkit.engines.diffusers_local.denoising import denoise
from toolkit.engines.diffusers_local.model_cache import LookModels, ModelCache
from toolkit.engines.diffusers_local.schedule import check_look
from toolkit.engines.torch_models.devices import NAME, choose_device, is_out_of_memory
from toolkit.engines.torch_models.lookup import first_line
from toolkit.errors import EngineFailed
from toolkit.settings import DiffusersSettings

_REVISION = 1
"""Increment when this engine would give different pixels for the same request, weights, compatibility and precision."""
_RECOMPILE_LIMIT = 64
"""More compiled variants of the networks than this mean that something is wrong."""


class DiffusersEngine(Engine):
    """Stable Diffusion 1.5 in this process."""

    name: ClassVar[str] = NAME
    wants_matte: ClassVar[bool] = True
    wants_guides: ClassVar[bool] = True

    def __init__(self, settings: DiffusersSettings) -> None:
        """Choose the device. Raises EngineUnavailable when the requested one is not available."""
        self._settings = settings
        self._device = choose_device(settings)
        self.revision = f"{_REVISION} {settings.compat} {self._device.precision}"
        self._cache = ModelCache(settings, self._device)
        self._models: dict[LookPlan, LookModels] = {}
        self._sizes = BatchSizes(device=self._device, requested=settings.batch)
        self.batch = self._sizes.preferred
        _silence_libraries()

    def prepare(self, looks: Iterable[LookPlan], section: str = "") -> None:
        """Find and load everything ``looks`` name. Raises EngineUnavailable: what is missing, and where it belongs."""
        for look in looks:
            if look.strength > 0.0 and look not in self._models:
                models = self._cache.load(look, section)
                check_look(look, self._settings.compat, models.checkpoint.scheduler)
                self._models[look] = models

    def identity(self, look: LookPlan) -> str:
        """The revision, and a digest of every model file that ``look`` uses."""
        if look.strength == 0.0:
            return self.revision
        self.prepare([look])
        return f"{self.revision} {self._models[look].identity}"

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """See ``Engine.paint``. At strength 0 the images are returned unchanged.

        Raises EngineFailed when a single image does not fit into memory, and what ``prepare`` raises.
        """
        if not requests or requests[0].look.strength == 0.0:
            return [request.image.copy() for request in requests]
        self.prepare([requests[0].look])
        prompts = self._models[requests[0].look].checkpoint.prompts
        results: dict[int, NDArray[np.float32]] = {}
        lengths = [prompts.count_chunks(request.prompt, request.negative) for request in requests]
        # Prompts of different lengths cannot share a batch: padding the shorter one would change its image.
        for length in dict.fromkeys(lengths):
            indices = [index for index, own in enumerate(lengths) if own == length]
            painted = self._paint_same_length([requests[index] for index in indices], length)
            results |= dict(zip(indices, painted, strict=True))
        return [results[index] for index in range(len(requests))]

    def close(self) -> None:
        """Release the models."""
        self._models.clear()
        self._cache = ModelCache(self._settings, self._device)

    def _paint_same_length(self, requests: Sequence[PaintRequest], chunks: int) -> list[NDArray[np.float32]]:
        """Paint in batches as large as memory allows, halving them when it runs out."""
        size = requests[0].image.shape[:2]
        painted: list[NDArray[np.float32]] = []
        while len(painted) < len(requests):
            batch_size = self._sizes.for_size(size)
            batch = requests[len(painted) : len(painted) + batch_size]
            images = self._try_batch(batch, chunks, batch_size)
            if images is None:
                self._sizes.halve(size, len(batch), batch[0].place)
            else:
                painted += images
        return painted

    def _try_batch(
        self, batch: Sequence[PaintRequest], chunks: int, batch_size: int
    ) -> list[NDArray[np.float32]] | None:
        """The images of ``batch``; None when memory ran out. Returning frees everything the attempt allocated."""
        try:
            return self._paint_batch(batch, chunks, batch_size)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise EngineFailed(NAME, f"{batch[0].place}: {first_line(error)}") from error
            return None

    def _paint_batch(self, batch: Sequence[PaintRequest], chunks: int, batch_size: int) -> list[NDArray[np.float32]]:
        import torch

        models = self._models[batch[0].look]
        # A compiled network is recompiled for every batch size, so an incomplete batch is padded with its last image.
        padded = [*batch, *[batch[-1]] * (batch_size - len(batch))] if self._settings.compile else batch
        with torch.no_grad(), _allow_recompiles() if self._settings.compile else nullcontext():
            models.checkpoint.activate_loras(models.loras)
            texts = [request.negative for request in padded] + [request.prompt for request in padded]
            prompts = models.checkpoint.prompts
            embeddings = torch.cat([prompts.encode(text, chunks, models.loras) for text in texts])
            painted = denoise(models, padded, embeddings=embeddings, device=self._device, compat=self._settings.compat)
        return painted[: len(batch)]


def _allow_recompiles() -> AbstractContextManager[None]:
    """Allow as many compiled variants as a cut needs: image sizes, LoRAs on and off, with and without controls.

    To torch, all networks of diffusers are one function. By default it stops compiling after eight variants, and only
    logs a warning.
    """
    import torch._dynamo

    patched: AbstractContextManager[None] = torch._dynamo.config.patch(
        recompile_limit=_RECOMPILE_LIMIT, fail_on_recompile_limit_hit=True
    )
    return patched


def _silence_libraries() -> None:
    """Turn off the libraries' progress bars and advice, which would be printed across our own progress bars."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    for logging in (diffusers_logging, transformers_logging):
        logging.disable_progress_bar()
        logging.set_verbosity_error()
