"""The parts of a look at one server, asked for before any work is done."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import Any

from toolkit.documents import LookPlan
from toolkit.engines.addresses import AUTH_REMEDY
from toolkit.engines.automatic1111.request import NAME, Names
from toolkit.engines.automatic1111.samplers import Row, sampler_and_schedule
from toolkit.engines.http_errors import ServerRefused
from toolkit.engines.names import found
from toolkit.engines.servers import Servers
from toolkit.errors import EngineUnavailable

MODELS = "/sdapi/v1/sd-models"
_VAES = "/sdapi/v1/sd-vae"
_LORAS = "/sdapi/v1/loras"
_SAMPLERS = "/sdapi/v1/samplers"
_SCHEDULES = "/sdapi/v1/schedulers"
_CONTROLS = "/controlnet/model_list"
_CONTROL_SETTINGS = "/controlnet/settings"
_UNITS = ("control_net_unit_count", "control_net_max_models_num")
"""How many there are, as the extension calls it since autumn 2023, and as it did before."""


async def look_up(servers: Servers, look: LookPlan, address: str) -> Names:
    """The parts of ``look`` at one server. Raises EngineUnavailable with all that is missing, and ServerLost."""
    missing: list[str] = []
    try:
        checkpoints = await _checkpoints(servers, address) if look.model else {"": ""}
        model = found("model", look.model, checkpoints, missing)
        vae = found("VAE", look.vae, await _vaes(servers, address) if look.vae else {"": ""}, missing)
        loras = await _loras(servers, address) if look.loras else {}
        added = tuple(found("LoRA", lora.model, loras, missing) for lora in look.loras)
        samplers = _rows(address, _SAMPLERS, await servers.get(address, _SAMPLERS), "name")
        answer = await _get_if_known(servers, address, _SCHEDULES)
        schedules = None if answer is None else _rows(address, _SCHEDULES, answer, "label")
        sampler, schedule = sampler_and_schedule(look.sampler, samplers, schedules, missing)
        known = await _control_models(servers, address) if look.controls else {}
        controls = tuple(found("control", control.model, known, missing) for control in look.controls)
        if look.controls:
            await _check_units(servers, address, len(look.controls))
    except ServerRefused as refusal:
        remedy = AUTH_REMEDY if refusal.wants_credentials else "look at the server's own console"
        raise EngineUnavailable(NAME, str(refusal), remedy=remedy) from refusal
    if missing:
        remedy = "install it there, or choose one that is there in the settings of the pass"
        raise EngineUnavailable(NAME, f"{address} has {'; '.join(missing)}", remedy=remedy)
    return Names(model=model, vae=vae, loras=added, sampler=sampler, schedule=schedule, controls=controls)


async def _checkpoints(servers: Servers, address: str) -> dict[str, str]:
    """Title of each checkpoint by everything it may be called."""
    answer = await servers.get(address, MODELS)
    titles = _texts(address, MODELS, answer, "title")
    names = _texts(address, MODELS, answer, "model_name")
    return dict(zip(names, titles, strict=True)) | {title: title for title in titles}


async def _vaes(servers: Servers, address: str) -> dict[str, str]:
    """The VAEs by their names. Raises EngineUnavailable where a server is too old to list them."""
    answer = await _get_if_known(servers, address, _VAES)
    if answer is None:
        remedy = "update it, or choose the VAE in its own settings and name none here"
        raise EngineUnavailable(NAME, f"{address} lists no VAEs", remedy=remedy)
    return {name: name for name in _texts(address, _VAES, answer, "model_name")}


async def _loras(servers: Servers, address: str) -> dict[str, str]:
    """What a prompt calls each LoRA, by its name and by what it alone calls itself."""
    answer = await servers.get(address, _LORAS)
    names, aliases = (_texts(address, _LORAS, answer, key) for key in ("name", "alias"))
    uses = Counter(aliases)
    own = {alias: name for alias, name in zip(aliases, names, strict=True) if uses[alias] == 1}
    return own | {name: name for name in names}


async def _control_models(servers: Servers, address: str) -> dict[str, str]:
    """The ControlNets the extension knows. Raises EngineUnavailable when there is no extension."""
    answer = await _get_if_known(servers, address, _CONTROLS)
    if answer is None:
        remedy = "install the extension sd-webui-controlnet there, or remove the controls from the settings"
        raise EngineUnavailable(NAME, f"{address} has no ControlNet extension", remedy=remedy)
    names = answer.get("model_list") if isinstance(answer, dict) else None
    if not isinstance(names, list):
        raise _unknown_shape(address, _CONTROLS)
    return {name: name for name in names if isinstance(name, str) and name != "None"}


async def _check_units(servers: Servers, address: str, wanted: int) -> None:
    """Raises EngineUnavailable when a server takes fewer units than ``wanted``: it passes over the rest in silence."""
    answer = await _get_if_known(servers, address, _CONTROL_SETTINGS)
    counts = [answer[key] for key in _UNITS if isinstance(answer.get(key), int)] if isinstance(answer, dict) else []
    if counts and counts[0] < wanted:
        remedy = "raise the number of ControlNet units in its settings and start it again, or ask for fewer controls"
        problem = f"{address} would leave out controls: it takes {counts[0]} at once, and the look has {wanted}"
        raise EngineUnavailable(NAME, problem, remedy=remedy)


async def _get_if_known(servers: Servers, address: str, path: str) -> Any:
    """The JSON at ``path``, None where a server does not know it. Raises ServerLost and ServerRefused."""
    try:
        return await servers.get(address, path)
    except ServerRefused as refusal:
        if refusal.status != HTTPStatus.NOT_FOUND:
            raise
        return None


def _texts(address: str, path: str, answer: Any, key: str) -> list[str]:
    """``key`` of each row of a list. Raises ServerRefused when the answer is anything else."""
    return [row[key] for row in _rows(address, path, answer, key)]


def _rows(address: str, path: str, answer: Any, key: str) -> list[Row]:
    """The rows of a list, each with a text under ``key``. Raises ServerRefused when the answer is anything else."""
    if not isinstance(answer, list) or not all(
        isinstance(row, dict) and isinstance(row.get(key), str) for row in answer
    ):
        raise _unknown_shape(address, path)
    return answer


def _unknown_shape(address: str, path: str) -> ServerRefused:
    return ServerRefused(address, f"answered {path} with something else than the web UI's list")
