"""Looks up the parts of a look on one server, before any work is done."""

from __future__ import annotations

from collections import Counter
from functools import partial
from http import HTTPStatus
from typing import Any

from toolkit.documents import LookPlan
from toolkit.engines.addresses import AUTH_REMEDY
from toolkit.engines.automatic1111.request import NAME, ServerNames
from toolkit.engines.automatic1111.samplers import Row, choose_sampler
from toolkit.engines.http_errors import ServerRefused
from toolkit.engines.names import resolve_name, setting_prefix
from toolkit.engines.servers import Servers
from toolkit.errors import EngineUnavailable

MODELS = "/sdapi/v1/sd-models"
_VAES = "/sdapi/v1/sd-vae"
_LORAS = "/sdapi/v1/loras"
_SAMPLERS = "/sdapi/v1/samplers"
_SCHEDULES = "/sdapi/v1/schedulers"
_CONTROLS = "/controlnet/model_list"
_MODULES = "/controlnet/module_list"
_CONTROL_SETTINGS = "/controlnet/settings"
_UNIT_COUNTS = ("control_net_unit_count", "control_net_max_models_num")
"""The setting for the number of ControlNet units: its name since autumn 2023, and its older name."""


async def resolve_look(servers: Servers, look: LookPlan, section: str, address: str) -> ServerNames:
    """What one server calls the parts of ``look``, which comes from ``section`` of the settings.

    Raises EngineUnavailable with everything missing; ServerLost.
    """
    missing: list[str] = []
    setting = partial(setting_prefix, section)
    try:
        checkpoints = await _checkpoints(servers, address) if look.model else {"": ""}
        model = resolve_name("model", look.model, checkpoints, missing, setting("model"))
        known_vaes = await _vaes(servers, address) if look.vae else {"": ""}
        vae = resolve_name("VAE", look.vae, known_vaes, missing, setting("vae"))
        known_loras = await _loras(servers, address) if look.loras else {}
        loras = tuple(resolve_name("LoRA", lora.model, known_loras, missing, setting("loras")) for lora in look.loras)
        samplers = _rows(address, _SAMPLERS, await servers.get(address, _SAMPLERS), "name")
        answer = await _get_or_none(servers, address, _SCHEDULES)
        schedules = None if answer is None else _rows(address, _SCHEDULES, answer, "label")
        sampler, schedule = choose_sampler(look.sampler, samplers, schedules, missing, setting("sampler"))
        known_controls = await _control_models(servers, address) if look.controls else {}
        controls = tuple(
            resolve_name("control", one.model, known_controls, missing, setting("controls", one.kind))
            for one in look.controls
        )
        module = await _no_preprocessor(servers, address) if look.controls else ""
        if look.controls:
            await _check_unit_count(servers, address, len(look.controls))
    except ServerRefused as refusal:
        remedy = AUTH_REMEDY if refusal.wants_credentials else "see the server's console for the reason"
        raise EngineUnavailable(NAME, str(refusal), remedy=remedy) from refusal
    if missing:
        remedy = "install it on the server, or set an available one"
        raise EngineUnavailable(NAME, f"{address}: {'; '.join(missing)}", remedy=remedy)
    return ServerNames(
        model=model, vae=vae, loras=loras, sampler=sampler, schedule=schedule, controls=controls, module=module
    )


async def _checkpoints(servers: Servers, address: str) -> dict[str, str]:
    """The titles of the checkpoints, by title and by name."""
    answer = await servers.get(address, MODELS)
    titles = _texts(address, MODELS, answer, "title")
    names = _texts(address, MODELS, answer, "model_name")
    return dict(zip(names, titles, strict=True)) | {title: title for title in titles}


async def _vaes(servers: Servers, address: str) -> dict[str, str]:
    """The VAEs by name. Raises EngineUnavailable when the server is too old to list them."""
    answer = await _get_or_none(servers, address, _VAES)
    if answer is None:
        remedy = "update it, or select the VAE in its own settings and leave vae empty here"
        raise EngineUnavailable(NAME, f"{address} does not list its VAEs", remedy=remedy)
    return {name: name for name in _texts(address, _VAES, answer, "model_name")}


async def _loras(servers: Servers, address: str) -> dict[str, str]:
    """The names of the LoRAs as prompts use them, by name and by every alias that only one of them has."""
    answer = await servers.get(address, _LORAS)
    names, aliases = (_texts(address, _LORAS, answer, key) for key in ("name", "alias"))
    uses = Counter(aliases)
    by_alias = {alias: name for alias, name in zip(aliases, names, strict=True) if uses[alias] == 1}
    return by_alias | {name: name for name in names}


async def _control_models(servers: Servers, address: str) -> dict[str, str]:
    """The ControlNets by name. Raises EngineUnavailable when the extension is not installed."""
    answer = await _get_or_none(servers, address, _CONTROLS)
    if answer is None:
        remedy = "install the extension sd-webui-controlnet there, or remove the controls from the settings"
        raise EngineUnavailable(NAME, f"{address} has no ControlNet extension", remedy=remedy)
    names = answer.get("model_list") if isinstance(answer, dict) else None
    if not isinstance(names, list):
        raise _unexpected_answer(address, _CONTROLS)
    return {name: name for name in names if isinstance(name, str) and name != "None"}


async def _no_preprocessor(servers: Servers, address: str) -> str:
    """The server's name for "no preprocessor": ``none`` in the extension, ``None`` in Forge and reForge.

    A name that a server does not know makes its ControlNet fail, and the image is rendered without it. Raises
    EngineUnavailable when the list has no such name; a server that has no list uses the extension's name.
    """
    answer = await _get_or_none(servers, address, _MODULES)
    if answer is None:
        return "none"
    names = answer.get("module_list") if isinstance(answer, dict) else None
    if not isinstance(names, list):
        raise _unexpected_answer(address, _MODULES)
    found = [name for name in names if isinstance(name, str) and name.casefold() == "none"]
    if not found:
        problem = f"{address} lists no ControlNet preprocessor named none, which the toolkit's guides need"
        raise EngineUnavailable(NAME, problem, remedy="update its ControlNet, or remove the controls from the settings")
    return found[0]


async def _check_unit_count(servers: Servers, address: str, wanted: int) -> None:
    """Raises EngineUnavailable when the server has fewer units than ``wanted``: it ignores the rest silently."""
    answer = await _get_or_none(servers, address, _CONTROL_SETTINGS)
    settings = answer if isinstance(answer, dict) else {}
    counts = [settings[key] for key in _UNIT_COUNTS if isinstance(settings.get(key), int)]
    if counts and counts[0] < wanted:
        problem = f"{address} would ignore controls: the look has {wanted}, and its ControlNet is set to {counts[0]}"
        remedy = "raise the number of ControlNet units in its settings and restart it, or use fewer controls"
        raise EngineUnavailable(NAME, problem, remedy=remedy)


async def _get_or_none(servers: Servers, address: str, path: str) -> Any:
    """The JSON at ``path``; None when the server does not have it (404). Raises ServerLost and ServerRefused."""
    try:
        return await servers.get(address, path)
    except ServerRefused as refusal:
        if refusal.status != HTTPStatus.NOT_FOUND:
            raise
        return None


def _texts(address: str, path: str, answer: Any, key: str) -> list[str]:
    """The text under ``key`` of each row. Raises ServerRefused when the answer is not a list of such rows."""
    return [row[key] for row in _rows(address, path, answer, key)]


def _rows(address: str, path: str, answer: Any, key: str) -> list[Row]:
    """The rows of a list, each with a text under ``key``. Raises ServerRefused when the answer is anything else."""
    if not isinstance(answer, list) or not all(
        isinstance(row, dict) and isinstance(row.get(key), str) for row in answer
    ):
        raise _unexpected_answer(address, path)
    return answer


def _unexpected_answer(address: str, path: str) -> ServerRefused:
    return ServerRefused(address, f"answered {path} with something other than the web UI's list")
