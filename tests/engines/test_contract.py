"""What every engine promises; each engine that can run here runs through all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engines._requests import ask
from tests.engines._tiny import OfCheckpoint
from tests.engines.fake_automatic1111 import FakeAutomatic1111
from toolkit.engines import ENGINES, Engine, open_engine
from toolkit.settings import ServerSettings, Settings

READY = [name for name, entry in ENGINES.items() if entry.ready and not entry.server]


@pytest.fixture(params=[*READY, "automatic1111"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A server is stood in for by one that paints with ``builtin``: the way there and back is what is held here."""
    if request.param == "diffusers":
        with OfCheckpoint(Settings().diffusers) as opened:
            opened.checkpoint = request.getfixturevalue("tiny").checkpoint
            yield opened
    elif request.param in READY:
        with open_engine(request.param) as opened:
            yield opened
    else:
        with (
            FakeAutomatic1111(paint=with_builtin) as fake,
            open_engine(request.param, Settings(server=ServerSettings(url=fake.address))) as opened,
        ):
            yield opened


def with_builtin(pixels: NDArray[np.uint8], body: Mapping[str, Any]) -> NDArray[np.uint8]:
    image = pixels.astype(np.float32) / 255
    painted = open_engine("builtin").paint([ask(image, seed=body["seed"], strength=body["denoising_strength"])])[0]
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
