"""The contract of every engine, tested for each engine that can run on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engines._requests import make_request as make_any_request
from tests.engines._requests import to_float
from tests.engines._tiny import FixedCheckpointEngine
from tests.engines.fake_automatic1111 import FakeAutomatic1111
from tests.engines.fake_comfyui import FakeComfyui, Graph, node_of
from toolkit.engines import ENGINES, Engine, PaintRequest, open_engine
from toolkit.settings import ServerSettings, Settings

READY = [name for name, entry in ENGINES.items() if entry.ready and not entry.server]


SERVERS: Mapping[str, Callable[[], FakeAutomatic1111 | FakeComfyui]] = {
    "automatic1111": lambda: FakeAutomatic1111(paint=paint_a1111),
    "comfyui": lambda: FakeComfyui(paint=paint_comfyui),
}
"""Fake servers that render with ``builtin``: this tests the way to the server and back."""


@pytest.fixture(params=[*READY, *SERVERS])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "diffusers":
        fixed = FixedCheckpointEngine(Settings().diffusers)
        fixed.checkpoint = request.getfixturevalue("tiny").checkpoint
        with fixed:
            yield fixed
    elif request.param in READY:
        with open_engine(request.param) as opened:
            yield opened
    else:
        with (
            SERVERS[request.param]() as fake,
            open_engine(request.param, Settings(server=ServerSettings(url=fake.address))) as opened,
        ):
            yield opened


def test_every_ready_engine_is_tested() -> None:
    assert {name for name, entry in ENGINES.items() if entry.ready} == {*READY, *SERVERS}


def make_request(image: NDArray[np.float32], **changes: Any) -> PaintRequest:
    """A request with a checkpoint that every fake server has."""
    return make_any_request(image, model="deliberate_v2", **changes)


def paint_a1111(pixels: NDArray[np.uint8], body: Mapping[str, Any]) -> NDArray[np.uint8]:
    return paint_builtin(pixels, seed=body["seed"], strength=body["denoising_strength"])


def paint_comfyui(pixels: NDArray[np.uint8], graph: Graph) -> NDArray[np.uint8]:
    sampler = node_of(graph, "KSampler")
    return paint_builtin(pixels, seed=sampler["seed"], strength=sampler["denoise"])


def paint_builtin(pixels: NDArray[np.uint8], *, seed: int, strength: float) -> NDArray[np.uint8]:
    painted = open_engine("builtin").paint([make_request(to_float(pixels), seed=seed, strength=strength)])[0]
    return np.rint(painted * 255).astype(np.uint8)


def picture(height: int = 64, width: int = 96) -> NDArray[np.float32]:
    """Soft gradients, a hard edge and fine texture, as in a face."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    grey = 0.5 + 0.3 * np.sin(x / 9) * np.cos(y / 7) + 0.05 * np.sin(x * 2.1)
    grey[:, width // 2 :] *= 0.6
    return np.asarray(np.clip(np.stack([grey, grey * 0.9, grey * 0.8], axis=-1), 0, 1), np.float32)


def test_an_image_has_the_shape_type_and_range_of_its_request(engine: Engine) -> None:
    for height, width in ((64, 64), (64, 96), (720, 1280)):
        (painted,) = engine.paint([make_request(picture(height, width))])
        assert painted.shape == (height, width, 3)
        assert painted.dtype == np.float32
        assert painted.min() >= 0
        assert painted.max() <= 1


def test_the_same_request_gives_the_same_image(engine: Engine) -> None:
    assert np.array_equal(engine.paint([make_request(picture())])[0], engine.paint([make_request(picture())])[0])


def test_another_seed_gives_another_image(engine: Engine) -> None:
    assert not np.array_equal(
        engine.paint([make_request(picture(), seed=1)])[0], engine.paint([make_request(picture(), seed=2)])[0]
    )


def test_grouping_does_not_change_an_image(engine: Engine) -> None:
    requests = [make_request(picture(), seed=seed) for seed in (1, 2, 3)]
    together = engine.paint(requests)
    alone = [engine.paint([request])[0] for request in reversed(requests)][::-1]
    for one, other in zip(together, alone, strict=True):
        assert np.allclose(one, other, atol=1e-3)


def test_strength_zero_returns_the_image(engine: Engine) -> None:
    assert np.allclose(engine.paint([make_request(picture(), strength=0)])[0], picture(), atol=1e-6)


def test_the_change_grows_with_strength(engine: Engine) -> None:
    changes = [
        np.abs(engine.paint([make_request(picture(), strength=s)])[0] - picture()).mean()
        for s in (0.1, 0.3, 0.5, 0.65, 1.0)
    ]
    assert changes == sorted(changes)
    assert changes[0] > 0


def test_the_request_is_not_modified(engine: Engine) -> None:
    request = make_request(picture())
    engine.paint([request])
    assert np.array_equal(request.image, picture())
