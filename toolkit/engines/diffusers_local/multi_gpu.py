"""Runs the engine on several GPUs: one process with its own engine for each, and the requests divided among them.

Processes, not threads: launching the kernels of one GPU keeps Python busy enough to starve a second one.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.engines.base import Engine, PaintRequest
from toolkit.engines.diffusers_local.engine import DiffusersEngine
from toolkit.engines.torch_models.devices import NAME, choose_device
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.settings import DiffusersSettings

T = TypeVar("T")


class MultiDeviceEngine(Engine):
    """The engine on each of ``devices``. Every device gives the same images, within the documented tolerance."""

    name: ClassVar[str] = NAME
    wants_matte: ClassVar[bool] = DiffusersEngine.wants_matte
    wants_guides: ClassVar[bool] = DiffusersEngine.wants_guides

    def __init__(self, settings: DiffusersSettings, devices: Sequence[str]) -> None:
        """Start the processes. Raises EngineUnavailable when a device is missing or would use a different precision."""
        per_device = [replace(settings, device=device) for device in devices]
        precisions = {choose_device(one).precision for one in per_device}
        if len(precisions) > 1:
            problem = f"{settings.device} would compute in {' and '.join(sorted(precisions))}"
            remedy = "set diffusers.precision to one that all devices support"
            raise EngineUnavailable(NAME, problem, remedy=remedy)
        self._devices = devices
        spawn = get_context("spawn")  # CUDA cannot be used in a forked process
        self._processes = [
            ProcessPoolExecutor(1, mp_context=spawn, initializer=_open_engine, initargs=(one,)) for one in per_device
        ]
        answers = self._call_all(_get_revision_and_batch)
        self.revision = answers[0][0]
        self.batch = sum(batch for _, batch in answers)

    def prepare(self, looks: Iterable[LookPlan], section: str = "") -> None:
        """See ``DiffusersEngine.prepare``; on all devices at once."""
        self._call_all(_prepare, list(looks), section)

    def identity(self, look: LookPlan) -> str:
        """See ``DiffusersEngine.identity``; all devices load the same files."""
        return self._result(0, self._submit(0, _identity, look))

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """See ``DiffusersEngine.paint``. Neighbouring requests stay together: they often share their prompts."""
        share = -(-len(requests) // len(self._processes))
        shares = [requests[start : start + share] for start in range(0, len(requests), share or 1)]
        futures = [self._submit(index, _paint, part) for index, part in enumerate(shares)]
        return [image for index, future in enumerate(futures) for image in self._result(index, future)]

    def close(self) -> None:
        """End the processes, which releases everything they hold."""
        for process in self._processes:
            process.shutdown(wait=True, cancel_futures=True)

    def _call_all(self, function: Callable[..., T], *arguments: object) -> list[T]:
        futures = [self._submit(index, function, *arguments) for index in range(len(self._processes))]
        return [self._result(index, future) for index, future in enumerate(futures)]

    def _submit(self, index: int, function: Callable[..., T], *arguments: object) -> Future[T]:
        try:
            return self._processes[index].submit(function, *arguments)
        except BrokenProcessPool as error:
            raise self._process_died(index) from error

    def _result(self, index: int, future: Future[T]) -> T:
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise self._process_died(index) from error

    def _process_died(self, index: int) -> EngineFailed:
        problem = f"the process on {self._devices[index]} died: it was killed, or the machine ran out of memory"
        return EngineFailed(NAME, f"{problem}; run the same command again to resume")


# --- in the processes --------------------------------------------------------------------------------------------

_engine: DiffusersEngine
"""The engine of this process."""


def _open_engine(settings: DiffusersSettings) -> None:
    global _engine  # noqa: PLW0603  each process has one engine, and nowhere else to keep it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the parent ends the others
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    _engine = DiffusersEngine(settings)


def _exit_with_parent() -> None:
    """Exit when the parent is killed; otherwise this process would wait for work forever and keep the GPU's memory."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _get_revision_and_batch() -> tuple[str, int]:
    return _engine.revision, _engine.batch


def _prepare(looks: Sequence[LookPlan], section: str) -> None:
    _engine.prepare(looks, section)


def _identity(look: LookPlan) -> str:
    return _engine.identity(look)


def _paint(requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
    return _engine.paint(requests)
