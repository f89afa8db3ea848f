"""Painting on AUTOMATIC1111 servers: the Stable Diffusion web UI started with ``--api``, and its ControlNet extension.

One picture is one ``POST /sdapi/v1/img2img``: the server takes one mask per request, so pictures with masks of their
own cannot share one. Every field that changes a pixel is sent, because the defaults of this interface are not those
of the web UI (steps 50, masked content "fill", whole pictures cut to their mask).

The server works in 8 bits: pictures, mattes and guides travel as PNG, rounded to codes 0..255, and what comes back is
one of 256 levels per channel. Only a picture that is not asked for at all (strength 0) keeps its full precision.

Facts: modules/api/api.py and models.py of AUTOMATIC1111/stable-diffusion-webui, internal_controlnet/args.py and
scripts/api.py of Mikubill/sd-webui-controlnet.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import ControlPlan, LookPlan
from toolkit.engines.addresses import AUTH_REMEDY
from toolkit.engines.answers import ServerRefused
from toolkit.engines.base import Engine, PaintRequest, Watch
from toolkit.engines.names import found
from toolkit.engines.pictures import may_change, picture, png
from toolkit.engines.servers import ServerKind, Servers
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.plates import display_codes
from toolkit.settings import ServerSettings

_MASKED_CONTENT = {"fill": 0, "original": 1, "latent noise": 2, "latent nothing": 3}
_PAINT = "/sdapi/v1/img2img"
_MODELS = "/sdapi/v1/sd-models"
_VAES = "/sdapi/v1/sd-vae"
_LORAS = "/sdapi/v1/loras"
_SAMPLERS = "/sdapi/v1/samplers"
_CONTROLS = "/controlnet/model_list"
_PROGRESS = "/sdapi/v1/progress?skip_current_image=true"
LOOK_AGAIN_S = 1.0
"""Between two questions how far a picture is, seconds."""
_KIND = ServerKind(
    engine="automatic1111",
    usual="http://127.0.0.1:7860",
    probe=_MODELS,
    interrupt="/sdapi/v1/interrupt",
    start="start the web UI there with --api, or set server.url to where it runs",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """What one server calls the parts of a look."""

    model: str
    """Title of the checkpoint; empty: the one it has loaded."""
    vae: str
    """Empty: the one its options name."""
    loras: tuple[str, ...]
    """In the order of ``look.loras``."""
    controls: tuple[str, ...]
    """Names with their hashes, in the order of ``look.controls``."""


class Automatic1111Engine(Engine):
    """The web UI on one or several machines; each paints the next picture as soon as it is free."""

    name: ClassVar[str] = _KIND.engine
    revision = "1"
    wants_matte: ClassVar[bool] = True
    wants_guides: ClassVar[bool] = True

    def __init__(self, server: ServerSettings) -> None:
        """Ask every server whether it is there; raises EngineUnavailable when none is, warns of some."""
        self._servers = Servers(_KIND, server)
        self._names: dict[LookPlan, dict[str, _Names]] = {}
        self.batch = 2 * len(self._servers.addresses)
        """Twice the number of servers: each has its next picture waiting."""

    def close(self) -> None:
        """Close the connections."""
        self._servers.close()

    def prepare(self, looks: Iterable[LookPlan]) -> None:
        """Ask every server for the model, sampler and controls of each look.

        Raises EngineUnavailable, which names what is missing and where, and EngineFailed when no server is left.
        """
        for look in looks:
            if look not in self._names and look.strength > 0.0:
                self._names[look] = self._servers.everywhere(partial(self._look_up, look))

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """See ``Engine.paint``; strength 0 is given back without asking a server.

        Raises EngineFailed with the place of the picture that could not be had, and what ``prepare`` raises.
        """
        asking = [request for request in requests if request.look.strength > 0.0]
        self.prepare(dict.fromkeys(request.look for request in asking))
        painted = iter(self._servers.share(asking, self._paint_one))
        return [next(painted) if request.look.strength > 0.0 else request.image.copy() for request in requests]

    async def _paint_one(self, address: str, request: PaintRequest) -> NDArray[np.float32]:
        body = _request_body(request, self._names[request.look][address])
        try:
            async with self._watched(address):
                answer = await self._servers.post(address, _PAINT, body)
            return _picture(address, answer, request.image.shape[:2])
        except ServerRefused as refusal:
            hint = f"; {AUTH_REMEDY}" if refusal.wants_credentials else ""
            raise EngineFailed(self.name, f"{request.place}: {refusal}{hint}") from refusal

    @asynccontextmanager
    async def _watched(self, address: str) -> AsyncIterator[None]:
        """Tells who watches how far the server at ``address`` is. It does not say whose picture it is at."""
        if self.watch is None:
            yield
            return
        watching = asyncio.create_task(self._report(address, self.watch))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])
            self.watch(address, 1, 1)

    async def _report(self, address: str, watch: Watch) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            answer = await self._servers.tell(address, _PROGRESS, method="GET")
            state = answer.get("state") if isinstance(answer, dict) else None
            if isinstance(state, dict):
                step, steps = state.get("sampling_step"), state.get("sampling_steps")
                if isinstance(step, int) and isinstance(steps, int) and 0 < step < steps:
                    watch(address, step, steps)

    async def _look_up(self, look: LookPlan, address: str) -> _Names:
        """The parts of ``look`` at one server. Raises EngineUnavailable with all that is missing, and ServerLost."""
        missing: list[str] = []
        try:
            checkpoints = await self._checkpoints(address) if look.model else {"": ""}
            model = found("model", look.model, checkpoints, missing)
            vaes = _texts(address, _VAES, await self._servers.get(address, _VAES), "model_name") if look.vae else [""]
            vae = found("VAE", look.vae, dict(zip(vaes, vaes, strict=True)), missing)
            loras = await self._loras(address) if look.loras else {}
            added = tuple(found("LoRA", lora.model, loras, missing) for lora in look.loras)
            samplers = _texts(address, _SAMPLERS, await self._servers.get(address, _SAMPLERS), "name")
            found("sampler", look.sampler, {name: name for name in samplers}, missing, shortened=False)
            known = await self._control_models(address) if look.controls else {}
            controls = tuple(found("control", control.model, known, missing) for control in look.controls)
        except ServerRefused as refusal:
            remedy = AUTH_REMEDY if refusal.wants_credentials else "look at the server's own console"
            raise EngineUnavailable(self.name, str(refusal), remedy=remedy) from refusal
        if missing:
            remedy = "install it there, or choose one that is there in the settings of the pass"
            raise EngineUnavailable(self.name, f"{address} has {'; '.join(missing)}", remedy=remedy)
        return _Names(model=model, vae=vae, loras=added, controls=controls)

    async def _checkpoints(self, address: str) -> dict[str, str]:
        """Title of each checkpoint by everything it may be called."""
        answer = await self._servers.get(address, _MODELS)
        titles = _texts(address, _MODELS, answer, "title")
        names = _texts(address, _MODELS, answer, "model_name")
        return dict(zip(names, titles, strict=True)) | {title: title for title in titles}

    async def _loras(self, address: str) -> dict[str, str]:
        """What a prompt calls each LoRA, by its name and by what it calls itself."""
        answer = await self._servers.get(address, _LORAS)
        names = _texts(address, _LORAS, answer, "name")
        return dict(zip(_texts(address, _LORAS, answer, "alias"), names, strict=True)) | {name: name for name in names}

    async def _control_models(self, address: str) -> dict[str, str]:
        """The ControlNets the extension knows. Raises EngineUnavailable when there is no extension."""
        try:
            answer = await self._servers.get(address, _CONTROLS)
        except ServerRefused as refusal:
            if refusal.status != HTTPStatus.NOT_FOUND:
                raise
            remedy = "install the extension sd-webui-controlnet there, or remove the controls from the settings"
            raise EngineUnavailable(self.name, f"{address} has no ControlNet extension", remedy=remedy) from refusal
        names = answer.get("model_list") if isinstance(answer, dict) else None
        if not isinstance(names, list):
            raise _unknown_shape(address, _CONTROLS)
        return {name: name for name in names if isinstance(name, str) and name != "None"}


def _request_body(request: PaintRequest, names: _Names) -> dict[str, Any]:
    """The fields of ``POST /sdapi/v1/img2img`` for one picture."""
    look = request.look
    height, width = request.image.shape[:2]
    body: dict[str, Any] = {
        "prompt": _with_loras(request, names.loras),
        "negative_prompt": request.negative,
        "init_images": [_text(display_codes(request.image))],
        "resize_mode": 0,  # "just resize": the sizes are equal
        "denoising_strength": look.strength,
        "steps": look.steps,
        "cfg_scale": look.guidance,
        "sampler_name": look.sampler,
        "scheduler": "Automatic",  # the sampler's own; servers older than the field pass over it
        "width": width,
        "height": height,
        "seed": request.seed,
        "subseed": -1,
        "subseed_strength": 0,
        "batch_size": 1,
        "n_iter": 1,
        "restore_faces": False,
        "tiling": False,
        "override_settings": _overridden(names),
        "override_settings_restore_afterwards": False,  # or every picture would load the model anew
        "send_images": True,
        "save_images": False,
        "include_init_images": False,
        "alwayson_scripts": {},
    }
    if request.matte is not None:
        body |= {
            "mask": _text(may_change(request.matte)),
            "mask_blur": 0,
            "inpainting_fill": _MASKED_CONTENT[look.masked_content],
            "inpaint_full_res": False,  # the picture is the crop already
            "inpaint_full_res_padding": 0,
            "inpainting_mask_invert": 0,
        }
    if look.controls:
        units = zip(look.controls, names.controls, request.guides, strict=True)
        body["alwayson_scripts"] = {"controlnet": {"args": [_unit(*unit) for unit in units]}}
    return body


def _with_loras(request: PaintRequest, names: Sequence[str]) -> str:
    """The prompt with a tag for each LoRA: the web UI knows no other way to name them."""
    tags = (f"<lora:{name}:{lora.weight:g}>" for name, lora in zip(names, request.look.loras, strict=True))
    return " ".join(filter(None, (request.prompt, *tags)))


def _overridden(names: _Names) -> dict[str, str]:
    """The web UI's own options for this picture."""
    options = {"sd_model_checkpoint": names.model, "sd_vae": names.vae}
    return {option: value for option, value in options.items() if value}


def _unit(control: ControlPlan, model: str, guide: NDArray[np.uint8]) -> dict[str, Any]:
    """One ControlNet unit; the extension passes over fields it does not know, so a misspelt one would go unseen."""
    return {
        "enabled": True,
        "module": "none",  # the guide is ready made
        "model": model,
        "weight": control.weight,
        "image": _text(guide),
        "resize_mode": "Just Resize",
        "processor_res": -1,
        "guidance_start": control.start,
        "guidance_end": control.end,
        "control_mode": "Balanced",
        "pixel_perfect": False,
        "save_detected_map": False,  # or the guide would come back as one more picture
    }


def _text(pixels: NDArray[np.uint8]) -> str:
    """A picture as it travels: a PNG in base64."""
    return base64.b64encode(png(pixels)).decode("ascii")


def _picture(address: str, answer: Any, size: tuple[int, ...]) -> NDArray[np.float32]:
    """The first picture of an answer, (H, W, 3) float32 0..1. Raises ServerRefused unless it is a PNG of ``size``."""
    images = answer.get("images") if isinstance(answer, dict) else None
    if not isinstance(images, list) or not images or not isinstance(images[0], str):
        raise ServerRefused(address, "answered without a picture")
    try:
        data = base64.b64decode(images[0].rpartition(",")[2], validate=True)  # after "data:image/png;base64,", if any
    except binascii.Error:
        data = b""
    # Its option samples_format may say jpg or webp.
    return picture(address, data, size, remedy="set its image file format to png")


def _texts(address: str, path: str, answer: Any, key: str) -> list[str]:
    """``key`` of each row of a list. Raises ServerRefused when the answer is anything else."""
    if not isinstance(answer, list) or not all(
        isinstance(row, dict) and isinstance(row.get(key), str) for row in answer
    ):
        raise _unknown_shape(address, path)
    return [row[key] for row in answer]


def _unknown_shape(address: str, path: str) -> ServerRefused:
    return ServerRefused(address, f"answered {path} with something else than the web UI's list")
