"""What a plate's header says of its colours survives into its layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.passes._plate import COUNT, FIRST, HEIGHT, WIDTH
from tests.passes.rendering.test_render import layer, read, render
from toolkit.plates import write_exr
from toolkit.plates.primaries import AP1, from_rec709, to_rec709

LIGHT = np.random.default_rng(3).random((HEIGHT, WIDTH, 3)).astype(np.float16)
LIGHT[3:9, 5:12] = (7.5, 0.02, 0.0)


@pytest.fixture(scope="module")
def acescg_plate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("acescg")
    for source_frame in range(FIRST, FIRST + COUNT):
        write_exr(folder / f"plate.{source_frame:04d}.exr", LIGHT, {"chromaticities": AP1})
    return folder / "plate.####.exr"


@pytest.mark.parametrize("encoding", ["plate", "acescg"])
def test_an_acescg_plate_is_not_converted_twice(encoding: str, acescg_plate: Path, tmp_path: Path) -> None:
    pytest.importorskip("PyOpenColorIO", reason="the extra colour is not installed")
    render(acescg_plate, tmp_path, "body.strength=0", "output.passes=BODY", f"output.encoding={encoding}")
    spec, pixels = read(layer(tmp_path, "BODY", 1001))
    assert np.allclose(pixels, LIGHT, rtol=1e-3, atol=2e-4)
    assert spec.getattribute("chromaticities") == pytest.approx(AP1, abs=1e-6)


def test_an_acescg_plate_becomes_rec709_on_request(acescg_plate: Path, tmp_path: Path) -> None:
    render(acescg_plate, tmp_path, "body.strength=0", "output.passes=BODY", "output.encoding=linear")
    spec, pixels = read(layer(tmp_path, "BODY", 1001))
    assert np.allclose(pixels, to_rec709(LIGHT.astype(np.float32), AP1), rtol=1e-3, atol=5e-4)
    assert spec.getattribute("chromaticities") is None


def test_a_layer_says_that_it_is_acescg(tmp_path: Path) -> None:
    """So that it is read right when it comes back as a plate."""
    pytest.importorskip("PyOpenColorIO", reason="the extra colour is not installed")
    for source_frame in range(FIRST, FIRST + COUNT):
        write_exr(tmp_path / f"plate.{source_frame:04d}.exr", LIGHT, {})
    pattern = tmp_path / "plate.####.exr"
    render(pattern, tmp_path / "out", "body.strength=0", "output.passes=BODY", "output.encoding=acescg")
    spec, pixels = read(layer(tmp_path / "out", "BODY", 1001))
    assert spec.getattribute("chromaticities") == pytest.approx(AP1, abs=1e-6)
    assert np.allclose(pixels, from_rec709(LIGHT.astype(np.float32), AP1), rtol=2e-3, atol=5e-4)
