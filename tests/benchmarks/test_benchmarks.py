"""Runs the GPU benchmarks on a CPU with tiny networks, so that they keep working although they are seldom run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks._full_size import Models, count_operations
from tests.benchmarks._gpu import FACE, Setup
from tests.benchmarks._performers import warp_performer
from tests.benchmarks.bench_engines import compare_engines
from tests.benchmarks.bench_shot import measure_shot
from tests.engines.conftest import TinyModels, tiny  # noqa: F401  a fixture here, too
from toolkit.demo.motion import PUSH_IN

pytestmark = pytest.mark.no_cover  # what is tested are the benchmarks, not the toolkit


@pytest.fixture
def setup(tiny: TinyModels) -> Setup:  # noqa: F811  the fixture
    models = Models(checkpoint=tiny.checkpoint, controls=tiny.controls)
    return Setup(
        models=models, size=64, batch=2, rounds=1, looped=1, precision="float32", device="cpu", compile=False
    )  # fmt: skip


def test_the_skin_of_a_clip_is_moved_as_it_is_told(demo_out: Path, tmp_path: Path) -> None:
    performer = warp_performer("she", demo_out / "footage" / PUSH_IN.media, tmp_path, frames=13)
    assert all(np.array_equal(*pair) for pair in zip(performer.paint(performer.acting), performer.plate, strict=True))
    moved = performer.acting.copy()
    moved[:, 3 * 17 + 1] -= 0.1  # her lower lip, by a tenth of the face
    for picture, before, sample in zip(
        performer.paint(moved), performer.plate, performer.tracks.faces[0].samples, strict=True
    ):
        assert sample.landmarks is not None
        y, x = np.nonzero(np.abs(picture.astype(int) - before).max(axis=2) > 8)
        assert len(y) and np.hypot(*(np.array([x.mean(), y.mean()]) - sample.landmarks[17, :2])) < 15


@pytest.mark.parametrize("controls", [1, 3])
def test_every_variant_is_measured(setup: Setup, controls: int, capsys: pytest.CaptureFixture[str]) -> None:
    compare_engines(setup, controls, peak=1e12)
    said = capsys.readouterr().out
    ways = ["stock, looped", *["stock, batched by hand"] * (controls == 1), "ours"]
    assert [line.split("  ")[1] for line in said.splitlines() if "crops/s" in line] == ways
    assert "% of dense bf16" in said
    assert "ours / stock, looped" in said


def test_a_shot_is_rendered_with_and_without_face(
    setup: Setup, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    measure_shot(setup, tmp_path, frames=3, width=160, height=90, lines=64)
    assert "FACE adds" in capsys.readouterr().out
    for turn in (0, 1):
        assert len(list((tmp_path / f"BODY {turn}").rglob("*.exr"))) == 3
        assert len(list((tmp_path / f"BODY and FACE {turn}").rglob("*.exr"))) == 6


def test_a_crop_of_the_recipe_takes_38_teraflop() -> None:
    """Known from other counts of the same networks; the reported shares of a GPU's peak are based on it."""
    crop = count_operations(512, 512)
    assert crop.per_image(evaluations=FACE, controls=1) / 1e12 == pytest.approx(38.4, abs=0.1)
    assert (
        0.01 < crop.saved_per_image(evaluations=FACE, controls=1) / crop.per_image(evaluations=FACE, controls=1) < 0.02
    )
