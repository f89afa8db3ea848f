"""Renders on AUTOMATIC1111 servers: the Stable Diffusion web UI started with ``--api``, and its ControlNet extension.

One image is one ``POST /sdapi/v1/img2img``: the server takes one mask per request, so images with different masks
cannot share one.

The server works in 8 bits: images, mattes and guides are sent as PNG, rounded to codes 0..255, and what comes back has
256 levels per channel. Only an image that is not sent at all (strength 0) keeps its full precision.

The server reports success for images that another client interrupted, and for images that ControlNet did not affect
because the extension failed. Both are checked after each image.

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
from toolkit.engines.automatic1111.lookup import MODELS, resolve_look
from toolkit.engines.automatic1111.request import (
    NAME,
    OPTIONS,
    ServerNames,
    build_body,
    count_guides,
    decode_image,
    read_images,
)
from toolkit.engines.base import PaintRequest, is_drawn
from toolkit.engines.http_errors import ServerRefused, ServerTimeout
from toolkit.engines.server_engine import ServerEngine
from toolkit.engines.servers import ServerKind
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.progress import StepCallback
from toolkit.settings import ServerSettings

log = logging.getLogger(__name__)

_IMG2IMG = "/sdapi/v1/img2img"
_INTERRUPT = "/sdapi/v1/interrupt"
_PROGRESS = "/sdapi/v1/progress?skip_current_image=true"
_TASK_PROGRESS = "/internal/progress"
_OPTIONS = "/sdapi/v1/options"
PROGRESS_INTERVAL_S = 1.0
"""Between two progress queries, seconds."""
_KIND = ServerKind(
    engine=NAME,
    default_address="http://127.0.0.1:7860",
    probe_path=MODELS,
    remedy="start the web UI there with --api, or set server.url to the address of a running one",
)


class Automatic1111Engine(ServerEngine):
    """The web UI on one or several machines."""

    name: ClassVar[str] = NAME
    revision = "3"

    def __init__(self, server: ServerSettings) -> None:
        """Connect to every server. Raises EngineUnavailable when none answers; logs a warning when only some do."""
        super().__init__(_KIND, server)
        self._names: dict[LookPlan, dict[str, ServerNames]] = {}
        self._initial_options: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """By address: the values, before any look changed them, of the options that looks change; empty if unknown."""
        self._accepts_unproven = server.unproven_controls
        self._unproven: set[str] = set()
        """Addresses of servers that rendered a frame without proof that its controls were applied."""

    def prepare(self, looks: Iterable[LookPlan], section: str = "") -> None:
        """Look up the model, sampler and controls of each look on every server.

        Raises EngineUnavailable, which names what is missing and where, and EngineFailed when no server is left.
        """
        for look in looks:
            if look not in self._names and look.strength > 0.0:
                self._names[look] = self._servers.broadcast(partial(self._resolve_look, look, section))

    async def _resolve_look(self, look: LookPlan, section: str, address: str) -> ServerNames:
        """What one server calls the parts of ``look``. Raises EngineUnavailable with everything missing; ServerLost.

        Saves the options that the look will change. They stay changed after an image, because restoring them would
        reload the model each time. Looks that do not set them are sent the saved values; otherwise one pass would
        render with the model of another.
        """
        options = {option for option, part in OPTIONS.items() if getattr(look, part)}
        unsaved = options - self._initial_options[address].keys()
        if unsaved:
            values = await self._read_options(address)
            self._initial_options[address] |= {option: str(values.get(option) or "") for option in unsaved}
        return await resolve_look(self._servers, look, section, address)

    async def _read_options(self, address: str) -> Mapping[str, Any]:
        """The server's options. Raises EngineUnavailable when it does not say them; ServerLost.

        Without them, a look that names no checkpoint would be painted with that of another look.
        """
        try:
            answer = await self._servers.get(address, _OPTIONS)
        except ServerRefused as refusal:
            remedy = AUTH_REMEDY if refusal.wants_credentials else "see the server's console for the reason"
            raise EngineUnavailable(self.name, str(refusal), remedy=remedy) from refusal
        if not isinstance(answer, dict):
            problem = f"{address} answered {_OPTIONS} without a table of options"
            raise EngineUnavailable(self.name, problem, remedy="check that it is a web UI started with --api")
        return answer

    async def _paint_one(self, address: str, request: PaintRequest) -> NDArray[np.float32]:
        task_id = f"task({uuid4().hex})"
        options = {option: value for option, value in self._initial_options[address].items() if value}
        body = build_body(request, self._names[request.look][address], task_id=task_id, options=options)
        try:
            async with self._report_progress(address):
                answer = await self._run_img2img(address, body, task_id)
            images = read_images(address, answer)
            if wanted := sum(map(is_drawn, request.guides)):
                self._check_controls(address, applied=count_guides(images[1:], body), wanted=wanted)
            return decode_image(address, images[0], request.image.shape[:2])
        except ServerRefused as refusal:
            hint = f"; {AUTH_REMEDY}" if refusal.wants_credentials else ""
            raise EngineFailed(self.name, f"{request.place}: {refusal}{hint}") from refusal

    async def _run_img2img(self, address: str, body: Mapping[str, Any], task_id: str) -> Any:
        """The answer to a finished ``img2img`` request. Raises ServerLost and ServerRefused."""
        try:
            when_cut = partial(self._interrupt, address, task_id, only_if_known=True)
            answer = await self._servers.post(address, _IMG2IMG, body, answers_when_done=True, when_cut=when_cut)
        except (ServerTimeout, asyncio.CancelledError):
            await self._interrupt(address, task_id)
            raise
        # An interrupted image is returned as if it were finished, however little of it has been denoised. So a server
        # that does not answer this is asked again, unlike for its progress.
        try:
            state = _state_in(await self._servers.get(address, _PROGRESS, retry_unanswered=True))
        except ServerRefused:  # it has no such path
            state = {}
        if state.get("interrupted") is True or state.get("skipped") is True:
            raise ServerRefused(address, "was interrupted by another client")
        return answer

    async def _interrupt(self, address: str, task_id: str, *, only_if_known: bool = False) -> None:
        """Stop our own image. ``/interrupt`` stops whatever the server is working on, so check first that it is ours.

        A server that does not know our task (before 1.8.0, or with ``--nowebui``) is interrupted anyway, unless
        ``only_if_known``: it may have been restarted, and be working for somebody else.
        """
        query = {"id_task": task_id, "live_preview": False}
        task = await self._servers.send_best_effort(address, _TASK_PROGRESS, query)
        facts = task if isinstance(task, dict) else {}
        may_run = facts.get("queued") is not True and facts.get("completed") is not True
        if facts.get("active") is True if only_if_known else may_run:
            await self._servers.send_best_effort(address, _INTERRUPT)

    def _check_controls(self, address: str, *, applied: int, wanted: int) -> None:
        """Raises ServerRefused when fewer than ``wanted`` controls were applied, unless the settings allow that.

        When ControlNet fails (out of memory, a ControlNet for another kind of model), the image is rendered without
        it, and only the server's console reports that. The guides are then not returned with the image. They are also
        not returned where an option hides them, which many servers do not list. So whatever the server says of itself,
        a guide that does not come back is a control that is not proven.
        """
        if applied >= wanted:
            return
        if not self._accepts_unproven:
            raise ServerRefused(
                address,
                f"returned {applied} of {wanted} guides, so its ControlNet failed: see the server's console for the "
                'reason, or turn off its option "Do not append detectmap to output", which hides them. To accept '
                "frames without this proof, set server.unproven_controls=true",
            )
        if address not in self._unproven:
            self._unproven.add(address)
            log.warning("%s: %s returns no guides; whether it applies the controls is not proven", NAME, address)

    async def _get_state(self, address: str) -> Mapping[str, Any]:
        """The server's state of its current image, or of the last one; empty when it does not answer."""
        return _state_in(await self._servers.send_best_effort(address, _PROGRESS, method="GET"))

    @asynccontextmanager
    async def _report_progress(self, address: str) -> AsyncIterator[None]:
        """Report the progress of the server at ``address`` to the step callback, if any, while the block runs.

        The server reports steps without saying which image they belong to.
        """
        if self.step_callback is None:
            yield
            return
        polling = asyncio.create_task(self._poll_progress(address, self.step_callback))
        try:
            yield
        finally:
            polling.cancel()
            await asyncio.wait([polling])
            self.step_callback(address, 1, 1)

    async def _poll_progress(self, address: str, callback: StepCallback) -> None:
        while True:
            await asyncio.sleep(PROGRESS_INTERVAL_S)
            state = await self._get_state(address)
            step, steps = state.get("sampling_step"), state.get("sampling_steps")
            if isinstance(step, int) and isinstance(steps, int) and 0 < step < steps:
                callback(address, step, steps)


def _state_in(answer: Any) -> Mapping[str, Any]:
    """The state of the current or last image in an answer to a progress query; empty when there is none."""
    state = answer.get("state") if isinstance(answer, dict) else None
    return state if isinstance(state, dict) else {}
