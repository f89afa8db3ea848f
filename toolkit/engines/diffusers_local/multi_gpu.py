"""Runs the engine on several GPUs: one process with its own engine for each, and the requests divided among them.

Processes, not threads: launching the kernels of one GPU keeps Python busy enough to starve a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.engines.base import Engine, PaintRequest
from toolkit.engines.diffusers_local.device_process import DeviceProcess, ProcessDied
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
        self._processes = [DeviceProcess(one) for one in per_device]
        try:
            answers = self._call_all(_get_revision_and_batch)
        except BaseException:
            self.close()
            raise
        self.revision = answers[0][0]
        self.batch = sum(batch for _, batch in answers)

    def prepare(self, looks: Iterable[LookPlan], section: str = "") -> None:
        """See ``DiffusersEngine.prepare``; on all devices at once."""
        self._call_all(DiffusersEngine.prepare, list(looks), section)

    def identity(self, look: LookPlan) -> str:
        """See ``DiffusersEngine.identity``; all devices load the same files."""
        (identity,) = self._call(DiffusersEngine.identity, [(look,)])
        return identity

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """See ``DiffusersEngine.paint``. Neighbouring requests stay together: they often share their prompts."""
        share = -(-len(requests) // len(self._processes))
        shares = [(requests[start : start + share],) for start in range(0, len(requests), share or 1)]
        return [image for images in self._call(DiffusersEngine.paint, shares) for image in images]

    def close(self) -> None:
        """End the processes, which releases everything they hold."""
        for process in self._processes:
            process.close()

    def _call_all(self, function: Callable[..., T], *arguments: object) -> list[T]:
        return self._call(function, [arguments] * len(self._processes))

    def _call(self, function: Callable[..., T], calls: Sequence[tuple[object, ...]]) -> list[T]:
        """What ``function`` returns for each of ``calls``, the first on the first device, all at once.

        Raises the first exception, but only when every device has answered: the next call is for its own answers.
        """
        sent = [self._try(index, self._processes[index].send, function, *one) for index, one in enumerate(calls)]
        answers = [
            self._try(index, self._processes[index].receive) if failure is None else failure
            for index, failure in enumerate(sent)
        ]
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers

    def _try(self, index: int, act: Callable[..., Any], *arguments: object) -> Any:
        """What ``act`` returns, or the failure to report if the process died."""
        try:
            return act(*arguments)
        except ProcessDied:
            problem = f"the process on {self._devices[index]} died: it was killed, or the machine ran out of memory"
            return EngineFailed(NAME, f"{problem}; run the same command again to resume")


def _get_revision_and_batch(engine: DiffusersEngine) -> tuple[str, int]:
    return engine.revision, engine.batch
