"""A workflow in ComfyUI's API format with placeholders: reading it, checking it, and filling it in."""

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
    PER_IMAGE,
    PLATE,
    Value,
    control_placeholders,
    fill_placeholders,
    find_placeholders,
    is_known,
    look_values,
    lora_placeholders,
    setting_of,
)
from toolkit.errors import NoSuchFile, WorkflowError

_COMMON = (*sorted(PER_IMAGE), "model", "vae", "steps", "sampled_steps", "guidance", "strength", "sampler")
_SUGGESTIONS = (*_COMMON, "scheduler", "lora", "lora_weight", "control_face", "control_face_model")
"""Placeholders to suggest for a misspelt one."""

Graph = dict[str, dict[str, Any]]
"""A workflow without placeholders, by node id, as ``POST /prompt`` takes it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Workflow:
    """Nodes by id, each with its ``class_type``, its ``inputs`` and perhaps a title."""

    name: str
    """Its file, for messages."""
    nodes: Mapping[str, Mapping[str, Any]]
    """In the API format, with placeholders in the inputs."""

    @property
    def placeholders(self) -> set[str]:
        """The names of all placeholders."""
        return {name for node in self.nodes.values() for name in find_placeholders(node["inputs"])}

    @property
    def digest(self) -> str:
        """Digest of everything that can affect pixels, and of the titles."""
        text = json.dumps(self.nodes, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def title(self, node: str) -> str:
        """The title that its author gave a node, or else its class."""
        meta = self.nodes[node].get("_meta")
        title = meta.get("title") if isinstance(meta, Mapping) else None
        return title if isinstance(title, str) and title else str(self.nodes[node]["class_type"])

    def label(self, node: str, class_type: str = "") -> str:
        """``node 9 'Sampler' (KSampler)``; ``class_type`` is for nodes that the server added while executing."""
        if node not in self.nodes:
            return f"node {node}" + (f" ({class_type})" if class_type else "")
        own_class, title = self.nodes[node]["class_type"], self.title(node)
        return f"node {node} ({own_class})" if title == own_class else f"node {node} '{title}' ({own_class})"

    def fill(self, values: Mapping[str, Value], server_names: Mapping[tuple[str, str], str]) -> Graph:
        """The workflow with its placeholders replaced by ``values``.

        ``server_names``, by node and input, replace the names of models and the like by those of the server.
        """
        graph: Graph = {
            key: {"class_type": node["class_type"], "inputs": fill_placeholders(node["inputs"], values)}
            | ({"_meta": node["_meta"]} if "_meta" in node else {})
            for key, node in self.nodes.items()
        }
        for (key, input_name), server_name in server_names.items():
            if key in graph:
                graph[key]["inputs"][input_name] = server_name
        return graph

    def check_look(self, look: LookPlan, section: str) -> None:
        """Check that ``look`` fills every placeholder, and that everything it sets has one. Raises WorkflowError.

        ``section`` of the settings is where the look comes from, for messages.
        """
        guides = control_placeholders(look)
        available = PER_IMAGE | set(look_values(look)) | set(guides)
        unfilled = [
            f"{setting_of(name, section)}the look has no value for {{{{{name}}}}}"
            for name in self.placeholders - available
        ]
        is_set = {"model": bool(look.model), "vae": bool(look.vae), "negative": bool(look.negative)}
        is_set |= dict.fromkeys((*lora_placeholders(look), *guides), True)
        unused = [
            f"{setting_of(name, section)}the look sets {name}, but {{{{{name}}}}} is not in the workflow"
            for name, given in is_set.items()
            if given and name not in self.placeholders
        ]
        if unfilled or unused:
            raise WorkflowError(self.name, "; ".join(sorted(unfilled) + unused))


def read_workflow(path: Path) -> Workflow:
    """Read and check a user's workflow. Raises NoSuchFile, and WorkflowError with the first problem found."""
    workflow = Workflow(name=str(path), nodes=_read_nodes(path))
    for key, node in workflow.nodes.items():
        for name in find_placeholders(node["inputs"]):
            if not is_known(name):
                close = get_close_matches(name, _SUGGESTIONS, n=1, cutoff=0.5)
                hint = f"did you mean {{{{{close[0]}}}}}?" if close else "available: " + ", ".join(_SUGGESTIONS)
                raise WorkflowError(path, f"unknown placeholder {{{{{name}}}}} in {workflow.label(key)}; {hint}")
    if PLATE not in workflow.placeholders:
        raise WorkflowError(path, "it has no {{plate}}; write {{plate}} as the image of a LoadImage node")
    return workflow


def _read_nodes(path: Path) -> dict[str, dict[str, Any]]:
    try:
        nodes = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except (OSError, ValueError) as error:
        raise WorkflowError(path, f"it cannot be read as JSON: {error}") from error
    if isinstance(nodes, dict) and isinstance(nodes.get("nodes"), list):
        raise WorkflowError(path, "it was saved in the editor's format; export it in the API format")
    if not isinstance(nodes, dict) or not nodes:
        raise WorkflowError(
            path, "it is not in ComfyUI's API format (an object with one entry per node); export it again"
        )
    for key, node in nodes.items():
        for field, kind in (("class_type", str), ("inputs", dict)):
            if not isinstance(node, dict) or not isinstance(node.get(field), kind):
                problem = f"node {key} has no {field}; it is not in ComfyUI's API format; export it again"
                raise WorkflowError(path, problem)
    return nodes
