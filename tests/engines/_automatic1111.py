"""What the tests of the automatic1111 engine share: requests, and engines on fake servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from tests.engines._requests import colours, look, to_float
from tests.engines.fake_automatic1111 import FakeAutomatic1111, Pixels
from toolkit.documents import ControlPlan
from toolkit.engines import Engine, PaintRequest
from toolkit.engines.automatic1111 import Automatic1111Engine
from toolkit.settings import ServerSettings

MESH = ControlPlan(kind="face", model="control_v1p_sd15_mediapipe_face", weight=1.0, start=0.0, end=1.0)


@contextmanager
def engine_on(*fakes: FakeAutomatic1111, timeout: float = 10.0, **settings: Any) -> Iterator[Engine]:
    """One engine on all of ``fakes``, which are started first; ``settings`` of the server."""
    with ExitStack() as stack:
        addresses = [stack.enter_context(fake).address for fake in fakes]
        server = ServerSettings(url=", ".join(addresses), timeout=timeout, **{"reconnect": 0.0, **settings})
        yield stack.enter_context(Automatic1111Engine(server))


def make_request(seed: int = 7, *, prompt: str = "a face", **changes: Any) -> PaintRequest:
    """The founding recipe's face; ``changes`` set fields of the request, or else of its look."""
    own = {key: changes.pop(key) for key in ("image", "matte", "guides", "negative") if key in changes}
    fields: dict[str, Any] = {"image": to_float(colours()), "negative": "blurry"} | own
    return PaintRequest(
        look=look(**changes),
        prompt=prompt,
        seed=seed,
        place=f"sh010 FACE {1000 + seed}",
        **fields,
    )


def request_with_mesh(**changes: Any) -> PaintRequest:
    """A request with one face ControlNet; ``changes`` set fields of the control."""
    return make_request(controls=(MESH.model_copy(update=changes),), guides=(colours(),))


def paint_seed(pixels: Pixels, body: Mapping[str, Any]) -> Pixels:
    """A painter whose image shows which request it belongs to."""
    return np.full_like(pixels, body["seed"])
