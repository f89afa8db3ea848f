"""Painting on ComfyUI servers: one picture is one prompt, a workflow whose slots are filled with what is asked for.

The workflow is ours, made for the look, or a user's own in the API format (``server.workflow``). It is held against
what each server offers before any work is done. What the server works with is its own business; what crosses the
network is 8-bit PNG, both ways, and only a picture that is not asked for at all (strength 0) keeps its full precision.

Facts: server.py, execution.py, main.py and nodes.py of Comfy-Org/ComfyUI, 2023 to 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.engines.addresses import AUTH_REMEDY
from toolkit.engines.base import PaintRequest
from toolkit.engines.comfyui.default_workflow import our_workflow
from toolkit.engines.comfyui.object_info import Fit, fit
from toolkit.engines.comfyui.placeholders import MASK, PLATE, Value, control_slots, values_of
from toolkit.engines.comfyui.queue import PromptForgotten, Prompts
from toolkit.engines.comfyui.uploads import Uploads
from toolkit.engines.comfyui.workflow import Workflow, read_workflow
from toolkit.engines.http_errors import ServerLost, ServerRefused
from toolkit.engines.png import filled, may_change, picture, png
from toolkit.engines.server_engine import ServerEngine
from toolkit.engines.servers import RETRIES, ServerKind
from toolkit.errors import EngineFailed, EngineUnavailable, WorkflowError
from toolkit.plates import display_codes
from toolkit.settings import ServerSettings

_KIND = ServerKind(
    engine="comfyui",
    usual="http://127.0.0.1:8188",
    probe="/prompt",  # how long its queue is
    start="start ComfyUI there (with --listen for other machines), or set server.url to where it runs: its desktop app "
    "is at port 8000",
)
_OFFERED = "/object_info"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A look that was looked up."""

    values: Mapping[str, Value]
    """For the slots that all its pictures have in common."""
    fits: Mapping[str, Fit]
    """By address."""


class ComfyuiEngine(ServerEngine):
    """ComfyUI on one or several machines."""

    name: ClassVar[str] = _KIND.engine

    def __init__(self, server: ServerSettings) -> None:
        """Read the workflow, then ask every server whether it is there.

        Raises NoSuchFile, WorkflowError, and EngineUnavailable when no server is there; warns of some.
        """
        self._workflow = read_workflow(Path(server.workflow)) if server.workflow else None
        self.revision = "2" if self._workflow is None else f"2+{self._workflow.digest}"
        super().__init__(_KIND, server)
        self._prompts = Prompts(self._servers, timeout=server.timeout)
        self._uploads = Uploads(self._servers)
        self._offered: dict[str, Any] = {}
        self._ready: dict[LookPlan, _Ready] = {}

    def prepare(self, looks: Iterable[LookPlan]) -> None:
        """Hold the workflow of each look against what every server offers.

        Raises WorkflowError where it and the look do not go together, EngineUnavailable, which names what is missing
        and where or what ComfyUI cannot do, and EngineFailed when no server is left.
        """
        for look in looks:
            if look not in self._ready and look.strength > 0.0:
                self._check_masked_content(look)
                workflow, values = self._workflow_for(look, masked=True), values_of(look)
                workflow.check(look)
                fits = self._servers.everywhere(partial(self._look_up, workflow, values))
                self._ready[look] = _Ready(values=values, fits=fits)

    def _check_masked_content(self, look: LookPlan) -> None:
        """What is sent filled serves any workflow; an empty latent is laid on by ours; noise has no node."""
        if look.masked_content == "latent noise":
            remedy = "set face.masked_content to fill or latent nothing, or take the engine automatic1111 or diffusers"
            raise EngineUnavailable(self.name, "no node of ComfyUI's lays a seed's noise under a mask", remedy=remedy)
        if look.masked_content == "latent nothing" and self._workflow is not None:
            problem = "what denoising starts from is its own affair; set face.masked_content to original or fill"
            raise WorkflowError(self._workflow.name, problem)

    def _workflow_for(self, look: LookPlan, *, masked: bool) -> Workflow:
        return self._workflow or our_workflow(look, masked=masked)

    async def _look_up(self, workflow: Workflow, values: Mapping[str, Value], address: str) -> Fit:
        """How ``workflow`` goes with one server. Raises EngineUnavailable with all that does not, and ServerLost."""
        try:
            if address not in self._offered:
                self._offered[address] = await self._servers.get(address, _OFFERED)
        except ServerRefused as refusal:
            remedy = AUTH_REMEDY if refusal.wants_credentials else "look at the server's own console"
            raise EngineUnavailable(self.name, str(refusal), remedy=remedy) from refusal
        problems: list[str] = []
        if not isinstance(self._offered[address], dict):
            remedy = "is that a ComfyUI server?"
            raise EngineUnavailable(self.name, f"{address} answered {_OFFERED} with something else", remedy=remedy)
        fitting = fit(workflow, values, self._offered[address], problems)
        if problems:
            remedy = "install it there, or choose one that is there in the settings of the pass"
            if self._workflow is not None:
                remedy += f", or change {self._workflow.name}"
            raise EngineUnavailable(self.name, f"{address}: {'; '.join(dict.fromkeys(problems))}", remedy=remedy)
        return fitting

    async def _paint_one(self, address: str, request: PaintRequest) -> NDArray[np.float32]:
        workflow = self._workflow_for(request.look, masked=request.matte is not None)
        pictures = _pictures(request, workflow.slots)
        for _ in range(RETRIES + 1):
            stale = self._uploads.holds_any(address, pictures.values())
            try:
                return await self._painted(address, request, workflow, pictures)
            except PromptForgotten:
                self._uploads.forget(address)
            except ServerRefused as refusal:
                if refusal.status == HTTPStatus.BAD_REQUEST and stale:  # it was restarted between two pictures
                    self._uploads.forget(address)
                    continue
                hint = f"; {AUTH_REMEDY}" if refusal.wants_credentials else ""
                raise EngineFailed(self.name, f"{request.place}: {refusal}{hint}") from refusal
        raise ServerLost(f"{address} has forgotten its work {RETRIES + 1} times")

    async def _painted(
        self, address: str, request: PaintRequest, workflow: Workflow, pictures: Mapping[str, bytes]
    ) -> NDArray[np.float32]:
        """Raises ServerLost, ServerRefused and PromptForgotten."""
        ready = self._ready[request.look]
        fitting = ready.fits[address]
        height, width = request.image.shape[:2]
        own: dict[str, Value] = {"seed": request.seed, "prompt": request.prompt, "negative": request.negative}
        own |= {"width": width, "height": height}
        values = {**ready.values, **own, **await self._uploads.names(address, pictures)}
        outputs = await self._prompts.run(address, workflow, workflow.filled(values, fitting.names))
        label = workflow.label(fitting.result)
        data = await self._servers.fetch(address, "/view", _file(address, outputs.get(fitting.result), label))
        return picture(address, data, (height, width), remedy=f"let {label} save PNG")


def _pictures(request: PaintRequest, slots: set[str]) -> dict[str, bytes]:
    """The PNG of each slot that the workflow has."""
    codes = display_codes(request.image)
    if request.matte is not None and request.look.masked_content != "original":
        codes = filled(codes, may_change(request.matte))
    pictures = {PLATE: png(codes)}
    if MASK in slots:
        pictures[MASK] = png(_mask(request))
    guides = zip(control_slots(request.look), request.guides, strict=True)
    return pictures | {slot: png(guide) for slot, guide in guides if slot in slots}


def _mask(request: PaintRequest) -> NDArray[np.uint8]:
    """White where the picture may change, all of it where no matte cuts it; in three channels, as any loader reads."""
    white = np.full(request.image.shape[:2], 255, np.uint8)
    grey = white if request.matte is None else may_change(request.matte)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _file(address: str, given: Any, label: str) -> dict[str, str]:
    """Where the one picture lies that a node gave out. Raises ServerRefused."""
    images = given.get("images") if isinstance(given, dict) else None
    if not isinstance(images, list) or not images:
        raise ServerRefused(address, f"was done without a picture from {label}")
    if len(images) > 1:
        raise ServerRefused(address, f"was done with {len(images)} pictures from {label} where one was asked for")
    image = images[0] if isinstance(images[0], dict) else {}
    file = {key: image.get(key) or "" for key in ("filename", "subfolder", "type")}
    if not file["filename"]:
        raise ServerRefused(address, f"does not say where the picture from {label} is")
    return {key: str(value) for key, value in file.items()}
