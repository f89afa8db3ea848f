"""What every engine promises; each engine that can run here runs through all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engines._requests import ask as ask_for
from tests.engines._tiny import OfCheckpoint
from tests.engines.fake_automatic1111 import FakeAutomatic1111
from tests.engines.fake_comfyui import FakeComfyui, Graph, node_of
from toolkit.engines import ENGINES, Engine, PaintRequest, open_engine
from toolkit.settings import ServerSettings, Settings

READY = [name for name, entry in ENGINES.items() if entry.ready and not entry.server]


SERVERS: Mapping[str, Callable[[], FakeAutomatic1111 | FakeComfyui]] = {
    "automatic1111": lambda: FakeAutomatic1111(paint=as_asked),
    "comfyui": lambda: FakeComfyui(paint=as_wired),
}
"""A server is stood in for by one that paints with ``builtin``: the way there and back is what is held here."""


@pytest.fixture(params=[*READY, *SERVERS])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "diffusers":
        with OfCheckpoint(Settings().diffusers) as opened:
            opened.checkpoint = request.getfixturevalue("tiny").checkpoint
            yield opened
    elif request.param in READY:
        with open_engine(request.param) as opened:
            yield opened
    else:
        with (
            SERVERS[request.param]() as fake,
            open_engine(request.param, Settings(server=ServerSettings(url=fake.address))) as opened,
        ):
            yield opened


def test_every_engine_that_is_ready_runs_through_this() -> None:
    assert {name for name, entry in ENGINES.items() if entry.ready} == {*READY, *SERVERS}


def ask(image: NDArray[np.float32], **changes: Any) -> PaintRequest:
    """With a checkpoint that every server has."""
    return ask_for(image, model="deliberate_v2", **changes)


def as_asked(pixels: NDArray[np.uint8], body: Mapping[str, Any]) -> NDArray[np.uint8]:
    return with_builtin(pixels, seed=body["seed"], strength=body["denoising_strength"])


def as_wired(pixels: NDArray[np.uint8], graph: Graph) -> NDArray[np.uint8]:
    sampler = node_of(graph, "KSampler")
    return with_builtin(pixels, seed=sampler["seed"], strength=sampler["denoise"])


def with_builtin(pixels: NDArray[np.uint8], *, seed: int, strength: float) -> NDArray[np.uint8]:
    painted = open_engine("builtin").paint([ask(pixels.astype(np.float32) / 255, seed=seed, strength=strength)])[0]
    return np.rint(painted * 255).astype(np.uint8)


def picture(height: int = 64, width: int = 96) -> NDArray[np.float32]:
    """A face-like patch: soft gradients, a hard edge and fine texture."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    grey = 0.5 + 0.3 * np.sin(x / 9) * np.cos(y / 7) + 0.05 * np.sin(x * 2.1)
    grey[:, width // 2 :] *= 0.6
    return np.clip(np.stack([grey, grey * 0.9, grey * 0.8], axis=-1), 0, 1).astype(np.float32)


def test_a_painting_has_the_shape_type_and_range_of_its_request(engine: Engine) -> None:
    for height, width in ((64, 64), (64, 96), (720, 1280)):
        (painted,) = engine.paint([ask(picture(height, width))])
        assert painted.shape == (height, width, 3)
        assert painted.dtype == np.float32
        assert painted.min() >= 0
        assert painted.max() <= 1


def test_the_same_request_gives_the_same_picture(engine: Engine) -> None:
    assert np.array_equal(engine.paint([ask(picture())])[0], engine.paint([ask(picture())])[0])


def test_another_seed_gives_another_picture(engine: Engine) -> None:
    assert not np.array_equal(engine.paint([ask(picture(), seed=1)])[0], engine.paint([ask(picture(), seed=2)])[0])


def test_grouping_does_not_change_a_picture(engine: Engine) -> None:
    requests = [ask(picture(), seed=seed) for seed in (1, 2, 3)]
    together = engine.paint(requests)
    alone = [engine.paint([request])[0] for request in reversed(requests)][::-1]
    for one, other in zip(together, alone, strict=True):
        assert np.allclose(one, other, atol=1e-3)


def test_strength_zero_gives_the_picture_back(engine: Engine) -> None:
    assert np.allclose(engine.paint([ask(picture(), strength=0)])[0], picture(), atol=1e-6)


def test_the_change_grows_with_strength(engine: Engine) -> None:
    changes = [
        np.abs(engine.paint([ask(picture(), strength=s)])[0] - picture()).mean() for s in (0.1, 0.3, 0.5, 0.65, 1.0)
    ]
    assert changes == sorted(changes)
    assert changes[0] > 0


def test_the_request_is_left_as_it_was(engine: Engine) -> None:
    request = ask(picture())
    engine.paint([request])
    assert np.array_equal(request.image, picture())
