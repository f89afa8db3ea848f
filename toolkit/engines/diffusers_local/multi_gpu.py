"""Several GPUs: one process each, every one an engine of its own; what is asked is dealt out to all of them.

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


class SeveralDevices(Engine):
    """The engine on every one of ``devices``. A picture is the same on each of them, within the stated tolerance."""

    name: ClassVar[str] = NAME
    wants_matte: ClassVar[bool] = DiffusersEngine.wants_matte
    wants_guides: ClassVar[bool] = DiffusersEngine.wants_guides

    def __init__(self, settings: DiffusersSettings, devices: Sequence[str]) -> None:
        """Start the processes. Raises EngineUnavailable when a device is not there or computes differently."""
        each = [replace(settings, device=device) for device in devices]
        precisions = {choose_device(one).precision for one in each}
        if len(precisions) > 1:
            problem = f"{settings.device} would compute in {' and '.join(sorted(precisions))}"
            raise EngineUnavailable(NAME, problem, remedy="set diffusers.precision to one that all of them have")
        self._devices = devices
        fresh = get_context("spawn")  # CUDA cannot be used in a process that was forked
        self._processes = [
            ProcessPoolExecutor(1, mp_context=fresh, initializer=_open, initargs=(settings,)) for settings in each
        ]
        facts = self._ask_all(_facts)
        self.revision = facts[0][0]
        self.batch = sum(batch for _, batch in facts)

    def prepare(self, looks: Iterable[LookPlan]) -> None:
        """As the engine, on all devices at once."""
        self._ask_all(_prepare, list(looks))

    def identity(self, look: LookPlan) -> str:
        """As the engine: all devices read the same files."""
        return self._ask(0, self._send(0, _identity, look))

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """As the engine; neighbours stay together, since they may share their words."""
        share = -(-len(requests) // len(self._processes))
        shares = [requests[start : start + share] for start in range(0, len(requests), share or 1)]
        sent = [self._send(index, _paint, part) for index, part in enumerate(shares)]
        return [picture for index, future in enumerate(sent) for picture in self._ask(index, future)]

    def close(self) -> None:
        """End the processes, and with them all they hold."""
        for process in self._processes:
            process.shutdown(wait=True, cancel_futures=True)

    def _ask_all(self, work: Callable[..., T], *arguments: object) -> list[T]:
        sent = [self._send(index, work, *arguments) for index in range(len(self._processes))]
        return [self._ask(index, future) for index, future in enumerate(sent)]

    def _send(self, index: int, work: Callable[..., T], *arguments: object) -> Future[T]:
        try:
            return self._processes[index].submit(work, *arguments)
        except BrokenProcessPool as error:
            raise self._ended(index) from error

    def _ask(self, index: int, future: Future[T]) -> T:
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise self._ended(index) from error

    def _ended(self, index: int) -> EngineFailed:
        says = f"its process on {self._devices[index]} ended, killed or out of the machine's memory"
        return EngineFailed(NAME, f"{says}; frames that were written stay, and a second run goes on from there")


# --- in the processes --------------------------------------------------------------------------------------------

_engine: DiffusersEngine
"""Of this process."""


def _open(settings: DiffusersSettings) -> None:
    global _engine  # noqa: PLW0603  a process is told its device once, and has nowhere else to keep it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal interrupts all of them; the first process ends the rest
    threading.Thread(target=_follow_parent, daemon=True).start()
    _engine = DiffusersEngine(settings)


def _follow_parent() -> None:
    """End with a parent that was killed: waiting for work forever would keep the GPU's memory."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _facts() -> tuple[str, int]:
    return _engine.revision, _engine.batch


def _prepare(looks: Sequence[LookPlan]) -> None:
    _engine.prepare(looks)


def _identity(look: LookPlan) -> str:
    return _engine.identity(look)


def _paint(requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
    return _engine.paint(requests)
