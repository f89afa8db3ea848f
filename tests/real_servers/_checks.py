"""What is checked on a real server: a function per promise, which raises AssertionError or returns what it measured."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import toolkit
from tests.engines._requests import look, send_ctrl_c
from tests.faces._footage import cut_out_astronaut, grey
from tests.real_servers._processes import RealServer
from tests.real_servers._weights import CHECKPOINT, CONTROL
from toolkit.documents import ControlPlan, Delivery
from toolkit.engines import Engine, PaintRequest, open_engine
from toolkit.errors import EngineUnavailable
from toolkit.plates import read_channels
from toolkit.settings import Settings, load_settings

CONTROL_PLAN = ControlPlan(kind="face", model=CONTROL, weight=1.0, start=0.0, end=1.0)
FRAMES = 3
_IDLE_S = 120.0
"""How long a server may take to stop after a picture was cancelled, seconds: it ends the step that it is at."""
_ROUNDING = 8 / 255
"""How far unchanged pixels may be off: 8 bits there and back, and a VAE in half precision."""
_SIZE = 64, 96
_MARGIN = 16
"""Pixels around the matte that may change as well: two latent pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A running server, and a folder for what is rendered."""

    server: RealServer
    folder: Path

    def settings(self, *assignments: str) -> Settings:
        """A full run with small canvases and few steps, FACE with a ControlNet."""
        control = f'[{{kind="face", model="{CONTROL}"}}]'
        passes = [f"{name}.{key}" for name in ("body", "face") for key in (f"model={CHECKPOINT}", "steps=4")]
        return load_settings(
            overrides=[
                *(f"engine={self.server.engine}", f"server.url={self.server.address}", "server.reconnect=300"),
                *passes,
                *("body.strength=0.5", "face.strength=0.5", "body.size=64", "face.canvas=128"),
                *(f"face.controls={control}", "face.prompt=a face, {expression}"),
                *assignments,
            ]
        )

    def open(self) -> Engine:
        """The toolkit's engine on the server."""
        return open_engine(self.server.engine, self.settings())

    def plates(self) -> Path:
        """A person who moves slowly to the right."""
        anna, folder = cut_out_astronaut(), self.folder / "plates"
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(FRAMES):
            frame = anna.composite_over(grey(), 300 + 4 * number, 130, height=120)
            assert cv2.imwrite(str(folder / f"plate.{1001 + number}.png"), frame[..., ::-1])
        return folder / "plate.####.png"


Check = Callable[[Bench], str]


def make_request(*, seed: int = 7, size: tuple[int, int] = _SIZE, steps: int = 4, **changes: Any) -> PaintRequest:
    """A request for a picture of tiles of 8 x 8 pixels, which the VAE of our checkpoint leaves as they are."""
    tiles = np.random.default_rng(1).random((size[0] // 8, size[1] // 8, 3), np.float32)
    own = {key: changes.pop(key) for key in ("matte", "guides") if key in changes}
    wanted = look(model=CHECKPOINT, steps=steps, guidance=4.0, **changes)
    image = np.kron(tiles, np.ones((8, 8, 1), np.float32))
    return PaintRequest(image=image, look=wanted, prompt="a face", negative="blurry", seed=seed, place="check", **own)


def make_matte() -> NDArray[np.float32]:
    """A square in the middle."""
    matte = np.zeros(_SIZE, np.float32)
    matte[24:40, 32:48] = 1.0
    return matte


def make_guide() -> NDArray[np.uint8]:
    """A green bar."""
    guide = np.zeros((*_SIZE, 3), np.uint8)
    guide[16:48, 40:44] = (10, 200, 10)
    return guide


def _paint(engine: Engine, *requests: PaintRequest) -> list[NDArray[np.float32]]:
    return engine.paint(list(requests))


def _difference(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(np.abs(np.subtract(one, other, dtype=np.float32)).max())


def check_sizes_and_seeds(bench: Bench) -> str:
    """A picture has the size of its request; the same request gives the same picture, another seed another one."""
    with bench.open() as engine:
        first, other, wide = _paint(engine, make_request(), make_request(seed=8), make_request(size=(72, 136)))
        (again,) = _paint(engine, make_request())
    assert (first.shape, wide.shape) == ((*_SIZE, 3), (72, 136, 3))
    assert np.array_equal(first, again), "the same request gave another picture"
    assert _difference(first, other) > _ROUNDING, "another seed gave the same picture"
    return "64 x 96 and 72 x 136"


def check_only_the_mask_changes(bench: Bench) -> str:
    """Outside the matte a picture stays as it is, up to rounding; inside it is painted."""
    request = make_request(matte=make_matte())
    with bench.open() as engine:
        (painted,) = _paint(engine, request)
    may_change = cv2.dilate(make_matte(), np.ones((2 * _MARGIN + 1, 2 * _MARGIN + 1), np.uint8)) > 0
    outside = _difference(painted[~may_change], request.image[~may_change])
    inside = _difference(painted[make_matte() > 0], request.image[make_matte() > 0])
    assert outside <= _ROUNDING, f"{255 * outside:.0f} codes of difference outside the matte"
    assert inside > 4 * _ROUNDING, f"only {255 * inside:.0f} codes of difference inside the matte"
    return f"at most {255 * outside:.0f} codes outside the matte, {255 * inside:.0f} inside"


def check_controls_are_used(bench: Bench) -> str:
    """A guide changes the picture; a black one gives the picture without the control."""
    guide = make_guide()
    with bench.open() as engine:
        without, guided, empty = _paint(
            engine,
            make_request(),
            make_request(controls=(CONTROL_PLAN,), guides=(guide,)),
            make_request(controls=(CONTROL_PLAN,), guides=(np.zeros_like(guide),)),
        )
    changed = _difference(guided, without)
    assert changed > _ROUNDING, "the guide has no effect"
    assert np.array_equal(empty, without), "a black guide has an effect"
    return f"a guide changes the picture by up to {255 * changed:.0f} codes"


def check_missing_models_are_named(bench: Bench) -> str:
    """A model that the server lacks is reported before any work, with the setting that names it."""
    with bench.open() as engine:
        try:
            engine.prepare([make_request().look.model_copy(update={"model": "toolkit_randon"})], section="body")
        except EngineUnavailable as error:
            assert "body.model: no model 'toolkit_randon'" in str(error), error
            assert CHECKPOINT in str(error), error
            return str(error)
    raise AssertionError("a model that does not exist was accepted")


def check_ctrl_c_stops_the_server(bench: Bench) -> str:
    """Ctrl-C stops the picture that is being painted, which would take minutes, and the one that waits."""
    steps: list[int] = []

    def interrupt(_: str, step: int, count: int) -> None:
        if step < count and not steps:
            steps.append(step)
            send_ctrl_c()

    with bench.open() as engine:
        engine.step_callback = interrupt
        try:
            _paint(engine, make_request(steps=900), make_request(steps=900, seed=8))
        except KeyboardInterrupt:
            start = time.monotonic()
        else:
            raise AssertionError("Ctrl-C did not end the call")
    while not bench.server.is_idle():
        assert time.monotonic() - start < _IDLE_S, "the server is still working"
        time.sleep(0.2)
    assert steps, "no step was reported"
    return f"idle {time.monotonic() - start:.1f} s after Ctrl-C at step {steps[0]} of 450"


def check_full_run(bench: Bench) -> str:
    """A full run writes both passes complete, in the plate's size, with every control applied."""
    delivery = toolkit.run(bench.plates(), bench.folder / "out", bench.settings()).delivery
    layers = _read_layers(bench.folder / "out")
    assert len(layers) == 2 * FRAMES, sorted(layers)
    assert all(next(iter(channels.values())).shape == (360, 640) for channels in layers.values())
    alphas = [channels["A"] for name, channels in layers.items() if "FACE" in name]
    assert all(alpha.max() == 1 and alpha.min() == 0 for alpha in alphas), "a FACE layer is not cut"
    assert not _control_notes(delivery), _control_notes(delivery)
    return f"{len(layers)} layers"


def check_a_restart_is_survived(bench: Bench) -> str:
    """The server is killed in the middle of a run and started again: the run goes on, with the same pixels."""
    starter = threading.Thread(target=bench.server.start)
    pictures: list[str] = []

    class KillsOnce(toolkit.SilentProgress):
        def step_callback(self, place: str, step: int, count: int) -> None:
            if step == count:
                pictures.append(place)
            elif len(pictures) == 2 and starter.ident is None:
                bench.server.kill()
                starter.start()

    toolkit.run(bench.plates(), bench.folder / "out", bench.settings())  # frames of the full run are kept
    toolkit.run(bench.plates(), bench.folder / "restarted", bench.settings(), progress=KillsOnce())
    assert starter.ident is not None, "the server was not restarted: no step was reported"
    starter.join()
    ours, theirs = _read_layers(bench.folder / "restarted"), _read_layers(bench.folder / "out")
    assert ours.keys() == theirs.keys()
    different = [name for name in ours if any(_difference(ours[name][c], theirs[name][c]) for c in ours[name])]
    assert not different, f"other pixels than in the run without a restart: {different}"
    return f"{len(ours)} layers, the same pixels"


def _read_layers(out: Path) -> dict[str, dict[str, NDArray[Any]]]:
    """The channels of each layer file by its name."""
    return {path.name: dict(read_channels(path)[1]) for path in sorted(out.rglob("*.exr"))}


def _control_notes(delivery: Delivery) -> list[str]:
    return [note for note in delivery.notes if "without its control" in note]


CHECKS: tuple[Check, ...] = (
    check_missing_models_are_named,
    check_sizes_and_seeds,
    check_only_the_mask_changes,
    check_controls_are_used,
    check_ctrl_c_stops_the_server,
    check_full_run,
    check_a_restart_is_survived,
)
