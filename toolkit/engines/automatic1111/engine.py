"""Painting on AUTOMATIC1111 servers: the Stable Diffusion web UI started with ``--api``, and its ControlNet extension.

One picture is one ``POST /sdapi/v1/img2img``: the server takes one mask per request, so pictures with masks of their
own cannot share one.

The server works in 8 bits: pictures, mattes and guides travel as PNG, rounded to codes 0..255, and what comes back is
one of 256 levels per channel. Only a picture that is not asked for at all (strength 0) keeps its full precision.

The server is forgiving where we are not: it answers with a picture that somebody stopped, or that its ControlNet could
not hold, as with any other. Each picture is asked after.

Facts: modules/api/api.py, models.py, processing.py, progress.py and scripts.py of AUTOMATIC1111/stable-diffusion-webui,
internal_controlnet/args.py, scripts/api.py and scripts/controlnet.py of Mikubill/sd-webui-controlnet.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, ClassVar
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.engines.addresses import AUTH_REMEDY
from toolkit.engines.automatic1111.lookup import MODELS, look_up
from toolkit.engines.automatic1111.request import NAME, OPTIONS, Names, decoded, pictures_in, request_body
from toolkit.engines.base import PaintRequest
from toolkit.engines.http_errors import ServerRefused, ServerSlow
from toolkit.engines.server_engine import ServerEngine
from toolkit.engines.servers import ServerKind
from toolkit.errors import EngineFailed
from toolkit.progress import StepCallback
from toolkit.settings import ServerSettings

log = logging.getLogger(__name__)

_PAINT = "/sdapi/v1/img2img"
_INTERRUPT = "/sdapi/v1/interrupt"
_PROGRESS = "/sdapi/v1/progress?skip_current_image=true"
_TASK = "/internal/progress"
_OPTIONS = "/sdapi/v1/options"
_NO_GUIDES, _FORK = "control_net_no_detectmap", "forge_"
LOOK_AGAIN_S = 1.0
"""Between two questions how far a picture is, seconds."""
_KIND = ServerKind(
    engine=NAME,
    usual="http://127.0.0.1:7860",
    probe=MODELS,
    start="start the web UI there with --api, or set server.url to where it runs",
)


class Automatic1111Engine(ServerEngine):
    """The web UI on one or several machines."""

    name: ClassVar[str] = NAME
    revision = "2"

    def __init__(self, server: ServerSettings) -> None:
        """Ask every server whether it is there; raises EngineUnavailable when none is, warns of some."""
        super().__init__(_KIND, server)
        self._names: dict[LookPlan, dict[str, Names]] = {}
        self._found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """By address: options that a look changes, as they were before; empty where that was not told."""
        self._unsure: set[str] = set()
        """Addresses of those that do not tell whether controls held a picture."""

    def prepare(self, looks: Iterable[LookPlan]) -> None:
        """Ask every server for the model, sampler and controls of each look.

        Raises EngineUnavailable, which names what is missing and where, and EngineFailed when no server is left.
        """
        for look in looks:
            if look not in self._names and look.strength > 0.0:
                self._names[look] = self._servers.everywhere(partial(self._look_up, look))

    async def _look_up(self, look: LookPlan, address: str) -> Names:
        """The parts of ``look`` at one server. Raises EngineUnavailable with all that is missing, and ServerLost.

        The options it will change are noted first. They stay changed, or each picture would load the model anew; looks
        that do not name them are sent them as they were, or the passes would paint with one another's models.
        """
        changed = {option for option, part in OPTIONS.items() if getattr(look, part)} - self._found[address].keys()
        if changed:
            told = await self._servers.tell(address, _OPTIONS, method="GET")
            values = {option: told.get(option) if isinstance(told, dict) else None for option in changed}
            self._found[address] |= {option: str(value or "") for option, value in values.items()}
        return await look_up(self._servers, look, address)

    async def _paint_one(self, address: str, request: PaintRequest) -> NDArray[np.float32]:
        task = f"task({uuid4().hex})"
        options = {option: value for option, value in self._found[address].items() if value}
        body = request_body(request, self._names[request.look][address], task=task, options=options)
        try:
            async with self._watched(address):
                answer = await self._answer(address, body, task)
            pictures = pictures_in(address, answer)
            await self._check_controls(address, held=len(pictures) - 1, wanted=len(request.look.controls))
            return decoded(address, pictures[0], request.image.shape[:2])
        except ServerRefused as refusal:
            hint = f"; {AUTH_REMEDY}" if refusal.wants_credentials else ""
            raise EngineFailed(self.name, f"{request.place}: {refusal}{hint}") from refusal

    async def _answer(self, address: str, body: Mapping[str, Any], task: str) -> Any:
        """What a server answers when it has painted to the end. Raises ServerLost and ServerRefused."""
        try:
            answer = await self._servers.post(address, _PAINT, body, painting=True)
        except (ServerSlow, asyncio.CancelledError):
            await self._stop(address, task)
            raise
        # A picture that somebody stopped comes back as if it were done, however little of it is denoised.
        state = await self._state(address)
        if state.get("interrupted") is True or state.get("skipped") is True:
            raise ServerRefused(address, "was told to stop by somebody else")
        return answer

    async def _stop(self, address: str, task: str) -> None:
        """Stop our picture. Interrupting stops whatever a server is at, so it is asked first whether that is ours.

        One that takes no names for its work (before 1.8.0) or does not tell of it (``--nowebui``) is interrupted.
        """
        told = await self._servers.tell(address, _TASK, {"id_task": task, "live_preview": False})
        elsewhere = isinstance(told, dict) and (told.get("queued") is True or told.get("completed") is True)
        if not elsewhere:
            await self._servers.tell(address, _INTERRUPT)

    async def _check_controls(self, address: str, *, held: int, wanted: int) -> None:
        """Raises ServerRefused when fewer controls than ``wanted`` held a picture.

        An extension that fails (out of memory, another kind of model) is left out, and the picture painted without it;
        only the server's console says so. Its guides then do not come back, nor where an option keeps them back, which
        many servers do not list, nor from some versions of Forge, whose own options tell it apart.
        """
        if held >= wanted or address in self._unsure:
            return
        told = await self._servers.tell(address, _OPTIONS, method="GET")
        options = told if isinstance(told, dict) else {}
        if options.get(_NO_GUIDES) is not True and not any(option.startswith(_FORK) for option in options):
            why = "its ControlNet failed, and only the server's own console says why"
            unless = 'unless its option "Do not append detectmap to output" hides that they held: turn that off'
            raise ServerRefused(address, f"painted without the controls: {why}, {unless}")
        self._unsure.add(address)
        log.warning("%s: %s gives no guides back, so that nobody can tell whether they held a picture", NAME, address)

    async def _state(self, address: str) -> Mapping[str, Any]:
        """What a server says of its work, the last one where it has none; empty when it says nothing."""
        answer = await self._servers.tell(address, _PROGRESS, method="GET")
        state = answer.get("state") if isinstance(answer, dict) else None
        return state if isinstance(state, dict) else {}

    @asynccontextmanager
    async def _watched(self, address: str) -> AsyncIterator[None]:
        """Tells who watches how far the server at ``address`` is. It does not say whose picture it is at."""
        if self.step_callback is None:
            yield
            return
        watching = asyncio.create_task(self._report(address, self.step_callback))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            self.step_callback(address, 1, 1)

    async def _report(self, address: str, watch: StepCallback) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            state = await self._state(address)
            step, steps = state.get("sampling_step"), state.get("sampling_steps")
            if isinstance(step, int) and isinstance(steps, int) and 0 < step < steps:
                watch(address, step, steps)
