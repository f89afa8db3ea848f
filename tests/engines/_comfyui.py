"""What the tests of the comfyui engine share: requests, and engines on fake servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.engines._requests import colours, look, to_float
from tests.engines.fake_comfyui import FakeComfyui, Graph, node_of
from toolkit.documents import ControlPlan
from toolkit.engines import Engine, PaintRequest
from toolkit.engines.comfyui import ComfyuiEngine
from toolkit.settings import ServerSettings

MESH = ControlPlan(kind="face", model="control_v1p_sd15_mediapipe_face", weight=1.0, start=0.0, end=1.0)
DEPTH = ControlPlan(kind="depth", model="control_v11f1p_sd15_depth", weight=0.4, start=0.1, end=0.8)


@contextmanager
def engine_on(*fakes: FakeComfyui, timeout: float = 10.0, workflow: object = "") -> Iterator[Engine]:
    """One engine on all of ``fakes``, which are started first."""
    with ExitStack() as stack:
        addresses = [stack.enter_context(fake).address for fake in fakes]
        settings = ServerSettings(url=", ".join(addresses), timeout=timeout, reconnect=0.0, workflow=str(workflow))
        yield stack.enter_context(ComfyuiEngine(settings))


def make_request(seed: int = 7, *, prompt: str = "a face", **changes: Any) -> PaintRequest:
    """The founding recipe's face; ``changes`` set fields of the request, or else of its look."""
    own = {key: changes.pop(key) for key in ("image", "matte", "guides", "negative") if key in changes}
    fields: dict[str, Any] = {"image": to_float(colours()), "negative": "blurry"} | own
    changes = {"model": "v1-5-pruned-emaonly", "negative": fields["negative"]} | changes
    return PaintRequest(look=look(**changes), prompt=prompt, seed=seed, place=f"sh010 FACE {1000 + seed}", **fields)


def request_with_mesh(**changes: Any) -> PaintRequest:
    """A request with one face ControlNet; ``changes`` set fields of the control."""
    return make_request(controls=(MESH.model_copy(update=changes),), guides=(colours(),))


def paint_seed(pixels: NDArray[np.uint8], graph: Graph) -> NDArray[np.uint8]:
    """A painter whose image shows which request it belongs to."""
    return np.full_like(pixels, node_of(graph, "KSampler")["seed"])
