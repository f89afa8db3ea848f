"""Renders on ComfyUI servers: one image is one queued workflow, with its placeholders filled in.

The workflow is the default one, built for the look, or a user's own in the API format (``server.workflow``). It is
checked against what each server offers before any work is done. What crosses the network is 8-bit PNG, both ways; only
an image that is not sent at all (strength 0) keeps its full precision.

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
from toolkit.engines.base import PaintRequest, is_drawn
from toolkit.engines.comfyui.default_workflow import build_workflow
from toolkit.engines.comfyui.object_info import ServerMatch, match_workflow
from toolkit.engines.comfyui.placeholders import MASK, PLATE, Value, control_placeholders, look_values
from toolkit.engines.comfyui.queue import ItemLost, Queue
from toolkit.engines.comfyui.uploads import Uploads
from toolkit.engines.comfyui.workflow import Workflow, read_workflow
from toolkit.engines.http_client import RETRIES
from toolkit.engines.http_errors import ServerLost, ServerRefused
from toolkit.engines.png import decode_png, encode_png, fill_mask, inpaint_mask
from toolkit.engines.server_engine import ServerEngine
from toolkit.engines.servers import ServerKind
from toolkit.errors import EngineFailed, EngineUnavailable, WorkflowError
from toolkit.plates import to_8bit_codes
from toolkit.settings import ServerSettings

_KIND = ServerKind(
    engine="comfyui",
    default_address="http://127.0.0.1:8188",
    probe_path="/prompt",  # the length of its queue
    remedy="start ComfyUI there (with --listen for other machines), or set server.url to the address of a running one; "
    "the desktop app uses port 8000",
)
_OBJECT_INFO = "/object_info"


@dataclass(frozen=True, slots=True, kw_only=True)
class _PreparedLook:
    values: Mapping[str, Value]
    """The values of the placeholders that are the same for all its images."""
    matches: Mapping[str, ServerMatch]
    """By address."""


class ComfyuiEngine(ServerEngine):
    """ComfyUI on one or several machines."""

    name: ClassVar[str] = _KIND.engine

    def __init__(self, server: ServerSettings) -> None:
        """Read the workflow, then connect to every server.

        Raises NoSuchFile, WorkflowError, and EngineUnavailable when no server answers. Warns when only some do.
        """
        self._workflow = read_workflow(Path(server.workflow)) if server.workflow else None
        self.revision = "3" if self._workflow is None else f"3+{self._workflow.digest}"
        super().__init__(_KIND, server)
        self._queue = Queue(self._servers, timeout=server.timeout)
        self._uploads = Uploads(self._servers)
        self._object_info: dict[str, Any] = {}
        """By address."""
        self._prepared: dict[LookPlan, _PreparedLook] = {}

    def prepare(self, looks: Iterable[LookPlan], section: str = "") -> None:
        """Check the workflow of each look against what every server offers.

        Raises WorkflowError when it does not fit the look, EngineUnavailable, which names what is missing and where or
        what ComfyUI does not support, and EngineFailed when no server is left.
        """
        for look in looks:
            if look not in self._prepared and look.strength > 0.0:
                self._check_masked_content(look)
                workflow, values = self._workflow_for(look, masked=True), look_values(look)
                workflow.check_look(look, section)
                matches = self._servers.broadcast(partial(self._match, workflow, values, section))
                self._prepared[look] = _PreparedLook(values=values, matches=matches)

    def _check_masked_content(self, look: LookPlan) -> None:
        """``fill`` is done before upload, for any workflow; ``latent nothing`` only by the default workflow."""
        if look.masked_content == "latent noise":
            remedy = "set face.masked_content to fill or latent nothing, or use the engine automatic1111 or diffusers"
            raise EngineUnavailable(self.name, "ComfyUI has no node for masked content 'latent noise'", remedy=remedy)
        if look.masked_content == "latent nothing" and self._workflow is not None:
            remedy = "set face.masked_content to original or fill"
            problem = f"masked content 'latent nothing' needs the default workflow; {remedy}"
            raise WorkflowError(self._workflow.name, problem)

    def _workflow_for(self, look: LookPlan, *, masked: bool) -> Workflow:
        return self._workflow or build_workflow(look, masked=masked)

    async def _match(self, workflow: Workflow, values: Mapping[str, Value], section: str, address: str) -> ServerMatch:
        """Match ``workflow`` with one server. Raises EngineUnavailable with everything missing; ServerLost."""
        try:
            if address not in self._object_info:
                self._object_info[address] = await self._servers.get(address, _OBJECT_INFO)
        except ServerRefused as refusal:
            remedy = AUTH_REMEDY if refusal.wants_credentials else "see the server's console for the reason"
            raise EngineUnavailable(self.name, str(refusal), remedy=remedy) from refusal
        if not isinstance(self._object_info[address], dict):
            problem = f"{address} answered {_OBJECT_INFO} without a table of nodes"
            raise EngineUnavailable(self.name, problem, remedy="check that it is a ComfyUI server")
        problems: list[str] = []
        match = match_workflow(workflow, values, self._object_info[address], problems, section)
        if problems:
            remedy = "install it on the server, or set an available one"
            if self._workflow is not None:
                remedy += f", or change {self._workflow.name}"
            raise EngineUnavailable(self.name, f"{address}: {'; '.join(dict.fromkeys(problems))}", remedy=remedy)
        return match

    async def _paint_one(self, address: str, request: PaintRequest) -> NDArray[np.float32]:
        try:
            return await self._paint_until_done(address, request)
        finally:
            self._report_step(address, 1, 1)

    def _report_step(self, address: str, step: int, steps: int) -> None:
        if self.step_callback is not None:
            self.step_callback(address, step, steps)

    async def _paint_until_done(self, address: str, request: PaintRequest) -> NDArray[np.float32]:
        """Paint, once more after each restart of the server. Raises ServerLost and EngineFailed."""
        workflow = self._workflow_for(request.look, masked=request.matte is not None)
        images = _encode_images(request, workflow.placeholders)
        for _ in range(RETRIES + 1):
            may_be_stale = self._uploads.has_any(address, images.values())
            try:
                return await self._run_workflow(address, request, workflow, images)
            except ItemLost:
                self._uploads.forget(address)
            except ServerRefused as refusal:
                if refusal.status == HTTPStatus.BAD_REQUEST and may_be_stale:  # restarted, so the uploads are gone
                    self._uploads.forget(address)
                    continue
                hint = f"; {AUTH_REMEDY}" if refusal.wants_credentials else ""
                raise EngineFailed(self.name, f"{request.place}: {refusal}{hint}") from refusal
        raise ServerLost(f"{address} has lost its work {RETRIES + 1} times")

    async def _run_workflow(
        self, address: str, request: PaintRequest, workflow: Workflow, images: Mapping[str, bytes]
    ) -> NDArray[np.float32]:
        """Raises ServerLost, ServerRefused and ItemLost."""
        prepared = self._prepared[request.look]
        match = prepared.matches[address]
        height, width = request.image.shape[:2]
        own: dict[str, Value] = {"seed": request.seed, "prompt": request.prompt, "negative": request.negative}
        own |= {"width": width, "height": height}
        guides = zip(control_placeholders(request.look), request.guides, strict=True)
        # A control with a strength of 0 passes its conditioning on unchanged.
        own |= {f"{name}_weight": 0.0 for name, guide in guides if not is_drawn(guide)}
        values = {**prepared.values, **own, **await self._uploads.upload_all(address, images)}
        graph = workflow.fill(values, match.names)
        outputs = await self._queue.run(address, workflow, graph, partial(self._report_step, address))
        label = workflow.label(match.result_node)
        params = _image_location(address, outputs.get(match.result_node), label)
        data = await self._servers.get_bytes(address, "/view", params)
        return decode_png(address, data, (height, width), remedy=f"let {label} save PNG")


def _encode_images(request: PaintRequest, placeholders: set[str]) -> dict[str, bytes]:
    """The PNG for each image placeholder of the workflow."""
    codes = to_8bit_codes(request.image)
    if request.matte is not None and request.look.masked_content != "original":
        codes = fill_mask(codes, inpaint_mask(request.matte))
    images = {PLATE: encode_png(codes)}
    if MASK in placeholders:
        images[MASK] = encode_png(_mask(request))
    guides = zip(control_placeholders(request.look), request.guides, strict=True)
    return images | {name: encode_png(guide) for name, guide in guides if name in placeholders}


def _mask(request: PaintRequest) -> NDArray[np.uint8]:
    """White where the image may change; all white without a matte. Three channels, so that any loader can read it."""
    white = np.full(request.image.shape[:2], 255, np.uint8)
    grey = white if request.matte is None else inpaint_mask(request.matte)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _image_location(address: str, output: Any, label: str) -> dict[str, str]:
    """Where the only image of a node's output is stored, as ``/view`` takes it. Raises ServerRefused."""
    images = output.get("images") if isinstance(output, dict) else None
    if not isinstance(images, list) or not images:
        raise ServerRefused(address, f"finished without an image from {label}")
    if len(images) > 1:
        raise ServerRefused(address, f"finished with {len(images)} images from {label} instead of one")
    image = images[0] if isinstance(images[0], dict) else {}
    location = {key: image.get(key) or "" for key in ("filename", "subfolder", "type")}
    if not location["filename"]:
        raise ServerRefused(address, f"does not say where it stored the image from {label}")
    return {key: str(value) for key, value in location.items()}
