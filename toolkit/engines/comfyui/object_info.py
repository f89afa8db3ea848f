"""A workflow held against what a server offers (``/object_info``), before the first picture is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import Any

from toolkit.engines.comfyui.placeholders import PICTURE, Value, filled, is_picture, slots_in, whole_slot, word_for
from toolkit.engines.comfyui.workflow import Workflow
from toolkit.engines.names import nearest

_RESULT = "result"
"""Title of the node whose picture is taken where several give one."""
_WEIGHTS = {".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf"}
"""Endings that nobody writes behind the name of a model."""
_UNFOLDED = "COMFY_"
"""How types begin whose inputs have names of their own: the server alone knows which of them are needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a workflow goes with one server."""

    names: Mapping[tuple[str, str], str]
    """The server's own name of a model and the like, by node and input."""
    result: str
    """The node whose picture is taken; empty when none can be told."""


def fit(workflow: Workflow, values: Mapping[str, Value], offered: Mapping[str, Any], problems: list[str]) -> Fit:
    """How ``workflow`` goes with ``offered``; everything that does not is a line more in ``problems``.

    ``values`` fill the slots that every picture of the pass has in common.
    """
    names: dict[tuple[str, str], str] = {}
    for key, node in workflow.nodes.items():
        known = offered.get(node["class_type"])
        if not isinstance(known, Mapping):
            problems.append(f"no node class '{node['class_type']}' for {workflow.label(key)} ({_near(node, offered)})")
            continue
        problems += (f"{workflow.label(key)} lacks its input '{name}'" for name in _lacking(node, known))
        for name, value in node["inputs"].items():
            if isinstance(value, list) and value and str(value[0]) not in workflow.nodes:
                problems.append(f"{workflow.label(key)} takes '{name}' from node {value[0]}, which is not there")
                continue
            choices, slot = _choices(known, name), whole_slot(value)
            own = any(slot in PICTURE or is_picture(slot) for slot in slots_in(value))  # each picture has its own
            if choices is None or isinstance(value, list) or own:
                continue
            if word := word_for(slot):
                names[key, name] = _own_name(word, str(values[slot]), choices, problems)
            elif filled(value, values) not in choices:
                given = filled(value, values)
                label = f"{workflow.label(key)} has '{name}'"
                problems.append(f"{label} {given!r}, which is no choice of it ({nearest(str(given), _texts(choices))})")
    return Fit(names=names, result=_result(workflow, offered, problems))


def _near(node: Mapping[str, Any], offered: Mapping[str, Any]) -> str:
    return nearest(str(node["class_type"]), offered)


def _inputs(known: Mapping[str, Any], part: str) -> Mapping[str, Any]:
    """``required`` or ``optional`` inputs of a class, each with its type and perhaps a table of details."""
    inputs = known.get("input")
    found = inputs.get(part) if isinstance(inputs, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _lacking(node: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    """The required inputs that are not given."""
    for name, kind in _inputs(known, "required").items():
        unfolded = isinstance(kind, list) and kind and str(kind[0]).startswith(_UNFOLDED)
        if name not in node["inputs"] and not unfolded:
            yield name


def _choices(known: Mapping[str, Any], name: str) -> list[Any] | None:
    """What an input may be; None: no list is given, or it is a list of files that the picture need not be in yet."""
    kind = _inputs(known, "required").get(name) or _inputs(known, "optional").get(name)
    if not isinstance(kind, list) or not kind:
        return None
    details = kind[1] if len(kind) > 1 and isinstance(kind[1], Mapping) else {}
    if details.get("image_upload") or details.get("remote") or details.get("remote_combo"):
        return None
    if isinstance(kind[0], list):
        return kind[0]
    options = details.get("options") if kind[0] == "COMBO" and not details.get("multiselect") else None
    return options if isinstance(options, list) else None


def _own_name(word: str, wanted: str, choices: list[Any], problems: list[str]) -> str:
    """The choice that is ``wanted``, with or without its folder, its ending and the hash that A1111 shows behind it."""
    texts = _texts(choices)
    uses = Counter(alias for text in texts for alias in _aliases(text))
    known = {alias: text for text in texts for alias in _aliases(text) if uses[alias] == 1}
    known |= {text: text for text in texts}
    own = known.get(wanted) or known.get(wanted.partition(" [")[0]) or ""
    if not own:
        short = [min((alias for alias in _aliases(text) if uses[alias] == 1), key=len, default=text) for text in texts]
        problems.append(f"no {word} {repr(wanted) if wanted else 'is named'} ({nearest(wanted, short)})")
    return own


def _aliases(name: str) -> set[str]:
    """``SD1.5/film.safetensors`` is ``film.safetensors`` and ``film``, too; a server on Windows writes ``\\``."""
    path = PureWindowsPath(name)
    return {path.name, path.stem} if path.suffix in _WEIGHTS else {path.name}


def _texts(choices: list[Any]) -> list[str]:
    return [choice for choice in choices if isinstance(choice, str)]


def _result(workflow: Workflow, offered: Mapping[str, Any], problems: list[str]) -> str:
    """The one node that gives something out, or the one of several whose title is ``result``."""
    giving = [
        key
        for key, node in workflow.nodes.items()
        if (offered.get(node["class_type"]) or {}).get("output_node") is True
    ]
    titled = [key for key in giving if workflow.title(key).strip().lower() == _RESULT]
    chosen = giving if len(giving) == 1 else titled
    if len(chosen) == 1:
        return chosen[0]
    if not giving:
        problems.append(f"{workflow.name} gives no picture out: end it with PreviewImage or SaveImage")
    else:
        several = ", ".join(map(workflow.label, giving))
        problems.append(f"several nodes give something out ({several}): title the one to take '{_RESULT}'")
    return ""
