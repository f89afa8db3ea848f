"""Checks a workflow against what a server offers (``/object_info``), before the first image is sent."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Any

from toolkit.engines.comfyui.placeholders import (
    PER_IMAGE,
    Value,
    fill_placeholders,
    find_placeholders,
    is_image,
    label_of,
    setting_of,
    sole_placeholder,
)
from toolkit.engines.comfyui.workflow import Workflow
from toolkit.engines.names import suggest_names

_RESULT_TITLE = "result"
"""Title of the node whose image is used when several nodes output one."""
_WEIGHTS_SUFFIXES = {".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf"}
"""Suffixes that users leave out of the name of a model."""
_DYNAMIC_TYPE_PREFIX = "COMFY_"
"""Prefix of the types whose inputs only the server can expand, so that it alone knows which are required."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerMatch:
    """How a workflow maps onto one server."""

    names: Mapping[tuple[str, str], str]
    """The server's own names of models and the like, by node and input."""
    result_node: str
    """The node whose image is used; empty when it cannot be determined."""


def match_workflow(
    workflow: Workflow, values: Mapping[str, Value], object_info: Mapping[str, Any], problems: list[str], section: str
) -> ServerMatch:
    """Match ``workflow`` with the nodes in ``object_info``; everything missing is appended to ``problems``.

    ``values`` are those of the placeholders that are the same for every image of the pass; ``section`` of the settings
    is where they come from.
    """
    names: dict[tuple[str, str], str] = {}
    for key, node in workflow.nodes.items():
        label, node_class = workflow.label(key), node["class_type"]
        class_info = object_info.get(node_class)
        if not isinstance(class_info, Mapping):
            hint = suggest_names(str(node_class), object_info)
            problems.append(f"no node class '{node_class}' for {label} ({hint})")
            continue
        problems += (f"{label} lacks its required input '{name}'" for name in _missing_inputs(node, class_info))
        for name, value in node["inputs"].items():
            if isinstance(value, list) and value and str(value[0]) not in workflow.nodes:
                problems.append(f"{label} takes '{name}' from node {value[0]}, which does not exist")
                continue
            choices, placeholder = _choices(class_info, name), sole_placeholder(value)
            if choices is None or isinstance(value, list) or _differs_per_image(value):
                continue
            if kind := label_of(placeholder):
                setting = setting_of(placeholder, section)
                names[key, name] = _resolve_choice(kind, str(values[placeholder]), choices, problems, setting)
            elif (filled := fill_placeholders(value, values)) not in choices:
                hint = suggest_names(str(filled), _texts(choices))
                problems.append(f"{label} has '{name}' {filled!r}, which is not one of its choices ({hint})")
    return ServerMatch(names=names, result_node=_find_result(workflow, object_info, problems))


def _differs_per_image(value: Any) -> bool:
    return any(name in PER_IMAGE or is_image(name) for name in find_placeholders(value))


def _inputs(class_info: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    """The ``required`` or ``optional`` inputs of a class, each with its type and perhaps a table of details."""
    inputs = class_info.get("input")
    found = inputs.get(part) if isinstance(inputs, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _missing_inputs(node: Mapping[str, Any], class_info: Mapping[str, Any]) -> Iterator[str]:
    """The required inputs that the workflow does not give."""
    for name, spec in _inputs(class_info, "required").items():
        is_dynamic = isinstance(spec, list) and spec and str(spec[0]).startswith(_DYNAMIC_TYPE_PREFIX)
        if name not in node["inputs"] and not is_dynamic:
            yield name


def _choices(class_info: Mapping[str, Any], name: str) -> list[Any] | None:
    """The allowed values of an input; None when there is no list, or when it lists files that are uploaded later."""
    spec = _inputs(class_info, "required").get(name) or _inputs(class_info, "optional").get(name)
    if not isinstance(spec, list) or not spec:
        return None
    details = spec[1] if len(spec) > 1 and isinstance(spec[1], Mapping) else {}
    # Such a class validates the file itself: it may be in another folder, or be uploaded later.
    is_file = any(flag.endswith("_upload") and value for flag, value in details.items())
    if is_file or details.get("remote") or details.get("remote_combo"):
        return None
    if isinstance(spec[0], list):
        return spec[0]
    options = details.get("options") if spec[0] == "COMBO" and not details.get("multiselect") else None
    return options if isinstance(options, list) else None


def _resolve_choice(kind: str, wanted: str, choices: list[Any], problems: list[str], setting: str) -> str:
    """The choice that ``wanted`` means; without one, appends a problem, which begins with ``setting``.

    The folder, the suffix, and the hash that AUTOMATIC1111 appends may each be left out.
    """
    texts = _texts(choices)
    uses = Counter(alias for text in texts for alias in _aliases(text))
    known = {alias: text for text in texts for alias in _aliases(text) if uses[alias] == 1}
    known |= {text: text for text in texts}
    choice = known.get(wanted) or known.get(wanted.partition(" [")[0]) or ""
    if not choice:
        short = [min((alias for alias in _aliases(text) if uses[alias] == 1), key=len, default=text) for text in texts]
        problem = f"no {kind} '{wanted}'" if wanted else f"no {kind} is set"
        option = shlex.quote(f"{setting.removesuffix(': ')}={short[0]}") if setting and short and not wanted else ""
        remedy = f"; {'for instance ' if len(short) > 1 else ''}--set {option}" if option else ""
        problems.append(f"{setting}{problem} ({suggest_names(wanted, short)}){remedy}")
    return choice


def _aliases(name: str) -> set[str]:
    """``SD1.5/film.safetensors`` is also ``film.safetensors`` and ``film``; a server on Windows writes ``\\``."""
    path = PureWindowsPath(name)
    return {path.name, path.stem} if path.suffix in _WEIGHTS_SUFFIXES else {path.name}


def _texts(choices: list[Any]) -> list[str]:
    return [choice for choice in choices if isinstance(choice, str)]


def _find_result(workflow: Workflow, object_info: Mapping[str, Any], problems: list[str]) -> str:
    """The only output node, or, of several, the one whose title is ``result``."""
    outputs = [
        key
        for key, node in workflow.nodes.items()
        if (object_info.get(node["class_type"]) or {}).get("output_node") is True
    ]
    titled = [key for key in outputs if workflow.title(key).strip().lower() == _RESULT_TITLE]
    chosen = outputs if len(outputs) == 1 else titled
    if len(chosen) == 1:
        return chosen[0]
    if not outputs:
        problems.append(f"{workflow.name} has no output node: end it with PreviewImage or SaveImage")
    else:
        listed = ", ".join(map(workflow.label, outputs))
        problems.append(f"several output nodes ({listed}): title the one to use '{_RESULT_TITLE}'")
    return ""
