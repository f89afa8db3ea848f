"""Whether the ``diffusers`` engine with ``compat = a1111`` paints what Forge paints with the same weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.real_servers._checks import CONTROL_PLAN, Bench, make_guide, make_matte, make_request
from tests.real_servers._weights import LEVELS
from toolkit.engines import PaintRequest, open_engine
from toolkit.settings import load_settings

_CONFIGS = "stable-diffusion-v1-5/stable-diffusion-v1-5"
_TOLERANCE = 8 / 255
"""Half precision of the weights, and 8 bits there and back."""
_REQUESTS: Mapping[str, PaintRequest] = {
    "Euler": make_request(),
    "Euler a": make_request(sampler="Euler a"),
    "DPM++ 2M Karras": make_request(sampler="DPM++ 2M Karras"),
    "30 steps": make_request(strength=0.65, steps=30),
    "a ControlNet": make_request(controls=(CONTROL_PLAN,), guides=(make_guide(),)),
}


def check_diffusers_paints_the_same(bench: Bench) -> str:
    """Without a mask, pixel for pixel. Inside one Forge differs from AUTOMATIC1111: see docs/engines-proof.md."""
    masked = {"a mask": make_request(matte=make_matte())}
    ours, theirs = _paint_here(bench, {**_REQUESTS, **masked}), {}
    with bench.open() as engine:
        for name, request in {**_REQUESTS, **masked}.items():
            (theirs[name],) = engine.paint([request])
    worst = max(_REQUESTS, key=lambda name: float(np.abs(ours[name] - theirs[name]).max()))
    difference = float(np.abs(ours[worst] - theirs[worst]).max())
    assert difference <= _TOLERANCE, f"{255 * difference:.1f} codes of difference with {worst}"
    inside = make_matte() > 0
    correlation = np.corrcoef(ours["a mask"][inside].ravel(), theirs["a mask"][inside].ravel())[0, 1]
    return f"at most {255 * difference:.1f} codes of difference; inside a mask a correlation of {correlation:.3f}"


def _paint_here(bench: Bench, requests: Mapping[str, PaintRequest]) -> dict[str, NDArray[np.float32]]:
    folder = bench.folder / "diffusers"
    _write_configuration(bench.server.checkout, folder / _CONFIGS)
    for weights in (bench.server.folder / "models").glob("*/*.safetensors"):
        (folder / weights.name).symlink_to(weights)
    named = [f"diffusers.models={folder}", "diffusers.compat=a1111", "diffusers.precision=float32"]
    with open_engine("diffusers", load_settings(overrides=named)) as engine:
        return {name: engine.paint([request])[0] for name, request in requests.items()}


def _write_configuration(checkout: Path, folder: Path) -> None:
    """What a single file does not contain, from the checkout, with the number of layers that our checkpoint has."""
    shutil.copytree(checkout / "backend/huggingface/runwayml/stable-diffusion-v1-5", folder)
    path = folder / "unet/config.json"
    ups = ("CrossAttnUpBlock2D",) * len(LEVELS["block_out_channels"])
    path.write_text(json.dumps({**json.loads(path.read_text()), **LEVELS, "up_block_types": ups}))
