"""What tests of the comfyui engine share: a look it can paint, and engines on stand-ins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.engines._requests import colours, look, unit
from tests.engines.fake_comfyui import FakeComfyui, Graph, node_of
from toolkit.documents import ControlPlan
from toolkit.engines import Engine, PaintRequest
from toolkit.engines.comfyui import ComfyuiEngine
from toolkit.settings import ServerSettings

MESH = ControlPlan(kind="face", model="control_v1p_sd15_mediapipe_face", weight=1.0, start=0.0, end=1.0)
DEPTH = ControlPlan(kind="depth", model="control_v11f1p_sd15_depth", weight=0.4, start=0.1, end=0.8)


@contextmanager
def engine_on(*fakes: FakeComfyui, timeout: float = 10.0, workflow: object = "") -> Iterator[Engine]:
    with ExitStack() as stack:
        addresses = [stack.enter_context(fake).address for fake in fakes]
        settings = ServerSettings(url=", ".join(addresses), timeout=timeout, workflow=str(workflow))
        yield stack.enter_context(ComfyuiEngine(settings))


def ask(seed: int = 7, *, prompt: str = "a face", **changes: Any) -> PaintRequest:
    """The founding recipe's face; ``changes`` are of the request where it has the field, else of its look."""
    own = {key: changes.pop(key) for key in ("image", "matte", "guides", "negative") if key in changes}
    fields: dict[str, Any] = {"image": unit(colours()), "negative": "blurry"} | own
    changes = {"model": "v1-5-pruned-emaonly", "negative": fields["negative"]} | changes
    return PaintRequest(look=look(**changes), prompt=prompt, seed=seed, place=f"sh010 FACE {1000 + seed}", **fields)


def with_mesh(**changes: Any) -> PaintRequest:
    return ask(controls=(MESH.model_copy(update=changes),), guides=(colours(),))


def by_seed(pixels: NDArray[np.uint8], graph: Graph) -> NDArray[np.uint8]:
    """A painting that shows whose it is."""
    return np.full_like(pixels, node_of(graph, "KSampler")["seed"])
