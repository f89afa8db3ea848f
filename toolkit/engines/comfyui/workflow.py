"""A workflow in ComfyUI's API format with named slots: read, checked in itself and against a look, and filled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from toolkit.documents import LookPlan
from toolkit.engines.comfyui.placeholders import (
    PICTURE,
    PLATE,
    Value,
    control_slots,
    filled,
    is_known,
    lora_slots,
    slots_in,
    values_of,
)
from toolkit.errors import NoSuchFile, WorkflowError

_USUAL = (*sorted(PICTURE), "model", "vae", "steps", "sampled_steps", "guidance", "strength", "sampler")
_OFFERED = (*_USUAL, "scheduler", "lora", "lora_weight", "control_face", "control_face_model")
"""What a misspelt slot may have meant."""

Graph = dict[str, dict[str, Any]]
"""A workflow without slots, by the id of each node, as ``POST /prompt`` takes it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workflow:
    """Nodes by their id, each with its ``class_type``, its ``inputs`` and perhaps a title."""

    name: str
    """For messages: the file."""
    nodes: Mapping[str, Mapping[str, Any]]
    """In the API format, with slots in the inputs."""

    @property
    def slots(self) -> set[str]:
        """Every slot there is."""
        return {slot for node in self.nodes.values() for slot in slots_in(node["inputs"])}

    @property
    def digest(self) -> str:
        """Of all that can change a pixel, and the titles."""
        text = json.dumps(self.nodes, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def title(self, node: str) -> str:
        """What its author called a node; else its class."""
        given = self.nodes[node].get("_meta")
        title = given.get("title") if isinstance(given, Mapping) else None
        return title if isinstance(title, str) and title else str(self.nodes[node]["class_type"])

    def label(self, node: str, class_type: str = "") -> str:
        """``node 9 'Sampler' (KSampler)``; ``class_type`` is for one that the server made itself while it worked."""
        if node not in self.nodes:
            return f"node {node}" + (f" ({class_type})" if class_type else "")
        own, title = self.nodes[node]["class_type"], self.title(node)
        return f"node {node} ({own})" if title == own else f"node {node} '{title}' ({own})"

    def filled(self, values: Mapping[str, Value], names: Mapping[tuple[str, str], str]) -> Graph:
        """The graph with ``values`` in its slots, and ``names``, by node and input, where the server calls them so."""
        graph: Graph = {
            key: {"class_type": node["class_type"], "inputs": filled(node["inputs"], values)}
            | ({"_meta": node["_meta"]} if "_meta" in node else {})
            for key, node in self.nodes.items()
        }
        for (key, name), own in names.items():
            if key in graph:
                graph[key]["inputs"][name] = own
        return graph

    def check(self, look: LookPlan) -> None:
        """Every slot is filled by ``look``, and all that the look names has a slot. Raises WorkflowError."""
        pictures = control_slots(look)
        filled_here = PICTURE | set(values_of(look)) | set(pictures)
        empty = [f"{{{{{slot}}}}} is filled by nothing: the look has no such part" for slot in self.slots - filled_here]
        wanted = {"model": bool(look.model), "vae": bool(look.vae), "negative": bool(look.negative)}
        wanted |= dict.fromkeys((*lora_slots(look), *pictures), True)
        unheeded = [
            f"the look has its {slot}, and {{{{{slot}}}}} is nowhere in it"
            for slot, given in wanted.items()
            if given and slot not in self.slots
        ]
        if empty or unheeded:
            raise WorkflowError(self.name, "; ".join(sorted(empty) + unheeded))


def read_workflow(path: Path) -> Workflow:
    """A user's workflow. Raises NoSuchFile, and WorkflowError with the first thing that is wrong in it."""
    try:
        nodes = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except (OSError, ValueError) as error:
        raise WorkflowError(path, f"it cannot be read as JSON: {error}") from error
    if isinstance(nodes, dict) and isinstance(nodes.get("nodes"), list):
        raise WorkflowError(path, "it is a workflow as the editor saves it; export it in the API format")
    if not isinstance(nodes, dict) or not nodes:
        raise WorkflowError(path, "it is not in ComfyUI's API format: an object with one entry per node")
    for key, node in nodes.items():
        if not isinstance(node, dict) or not isinstance(node.get("class_type"), str):
            raise WorkflowError(path, f"node {key} has no class_type; it is not in ComfyUI's API format")
        if not isinstance(node.get("inputs"), dict):
            raise WorkflowError(path, f"node {key} has no inputs; it is not in ComfyUI's API format")
    workflow = Workflow(name=str(path), nodes=nodes)
    for key, node in nodes.items():
        for slot in slots_in(node["inputs"]):
            if not is_known(slot):
                near = get_close_matches(slot, _OFFERED, n=1, cutoff=0.5)
                hint = f"did you mean {{{{{near[0]}}}}}?" if near else "slots: " + ", ".join(_OFFERED)
                raise WorkflowError(path, f"{{{{{slot}}}}} in {workflow.label(key)} is no slot; {hint}")
    if PLATE not in workflow.slots:
        raise WorkflowError(path, "{{plate}} is nowhere in it; write it where a LoadImage names its picture")
    return workflow
