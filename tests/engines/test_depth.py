"""Depth estimation: the numbers of transformers with near as large, and finding and refusing models."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.engines import _tiny_depth
from tests.engines._tiny_depth import predict
from tests.engines.test_torch_models import cache, publish  # noqa: F401  a fixture here, too
from toolkit.engines import DepthEstimator, open_estimators
from toolkit.errors import DepthUnavailable
from toolkit.settings import DiffusersSettings

PICTURE = np.random.default_rng(7).integers(0, 256, (90, 160, 3), np.uint8)


def open_estimator(name: str | Path, **settings: Any) -> DepthEstimator:
    (estimator,) = open_estimators([str(name)], DiffusersSettings(**settings)).values()
    return estimator


def refusal_message(name: str | Path, **settings: Any) -> str:
    with pytest.raises(DepthUnavailable) as caught:
        open_estimator(name, **settings)
    assert caught.value.exit_code == 4
    message = str(caught.value)
    assert message.startswith("cannot estimate depth: ")
    assert "\n" not in message
    return message


def change(folder: Path, **facts: Any) -> None:
    """Change fields of ``config.json``."""
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


@pytest.fixture(scope="module")
def anything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Depth Anything for tests that do not modify it."""
    return _tiny_depth.make_depth_anything(tmp_path_factory.mktemp("estimators") / "tiny-anything")


@pytest.fixture
def mine(anything: Path, tmp_path: Path) -> Path:
    """A copy that a test may modify."""
    return Path(shutil.copytree(anything, tmp_path / "mine"))


# --- depth values ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [_tiny_depth.make_depth_anything, _tiny_depth.make_dpt])
def test_inverse_depth_equals_the_output_of_transformers(make: Callable[[Path], Path], tmp_path: Path) -> None:
    folder = make(tmp_path / "model")
    depth = open_estimator(folder).estimate(PICTURE)
    assert depth.shape == PICTURE.shape[:2]
    assert depth.dtype == np.float32
    assert np.array_equal(depth, predict(folder, PICTURE))


def test_distances_are_inverted(tmp_path: Path) -> None:
    folder = _tiny_depth.make_depth_anything(tmp_path / "model", kind="metric", max_depth=20)
    assert open_estimator(folder).estimate(PICTURE) == pytest.approx(
        1 / np.maximum(predict(folder, PICTURE), 1e-3), rel=1e-6
    )


@pytest.mark.parametrize("shape", [(90, 160, 3), (91, 73, 3)])
def test_the_padding_of_zoedepth_is_removed(
    shape: tuple[int, int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compared with its own post-processing.

    That needs torchvision, which is not installed here: its ``resize``, bicubic without antialiasing, is replaced by
    torch's ``interpolate``.
    """
    import torch
    from transformers.models.zoedepth import image_processing_pil_zoedepth as original

    def resize(depth: torch.Tensor, *, size: list[int], interpolation: str, antialias: bool) -> torch.Tensor:
        assert (interpolation, antialias) == ("bicubic", False)
        return torch.nn.functional.interpolate(depth[None], size=size, mode=interpolation, align_corners=False)[0]

    names = SimpleNamespace(resize=resize, InterpolationMode=SimpleNamespace(BICUBIC="bicubic"))
    monkeypatch.setattr(original, "tvF", names, raising=False)
    folder, picture = _tiny_depth.make_zoe(tmp_path / "model"), np.resize(PICTURE, shape)
    assert open_estimator(folder).estimate(picture) == pytest.approx(
        1 / np.maximum(predict(folder, picture), 1e-3), rel=1e-4
    )


def test_near_is_large_by_a_known_amount(tmp_path: Path) -> None:
    """The left is bright, which this model takes for near. The middle is not checked."""
    picture = np.full((96, 96, 3), 51, np.uint8)
    picture[:, :48] = 204
    relative = _tiny_depth.make_bright_is_near(tmp_path / "relative", gain=3, bias=0.5)
    depth = open_estimator(relative).estimate(picture)
    assert depth[:, :20] == pytest.approx(np.full((96, 20), 3 * 0.8 + 0.5), abs=1e-5)
    assert depth[:, -20:] == pytest.approx(np.full((96, 20), 3 * 0.2 + 0.5), abs=1e-5)
    metric = _tiny_depth.make_bright_is_near(tmp_path / "metric", gain=-5, bias=2, kind="metric", max_depth=20)
    inverse = open_estimator(metric).estimate(picture)
    for place, brightness in ((np.s_[:, :20], 0.8), (np.s_[:, -20:], 0.2)):
        metres = 20 / (1 + np.exp(5 * brightness - 2))
        assert inverse[place] == pytest.approx(np.full((96, 20), 1 / metres), rel=1e-5)


def test_nan_is_refused(mine: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    weights = load_file(mine / "model.safetensors")
    weights["head.conv3.bias"] = torch.tensor([float("nan")])
    save_file(weights, mine / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(DepthUnavailable, match="mine returns NaN or Inf; use another estimator"):
        open_estimator(mine).estimate(PICTURE)


def test_running_out_of_memory_is_reported(anything: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the library's own error, raised by the test."""
    import torch

    def allocate(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    estimator = open_estimator(anything)
    monkeypatch.setattr(torch.nn.functional, "interpolate", allocate)
    with pytest.raises(DepthUnavailable, match=r"the memory of cpu; free memory, or set diffusers.device=cpu"):
        estimator.estimate(PICTURE)


# --- finding and refusing models ---------------------------------------------------------------------------------


def test_a_model_is_found_by_path_by_name_and_in_the_hubs_cache(
    anything: Path,
    cache: Path,  # noqa: F811  the fixture
) -> None:
    publish(cache, "studio/anything", anything)
    studio = str(anything.parent.parent)
    depths = [
        open_estimator(name, models=models).estimate(PICTURE)
        for name, models in ((anything, ""), ("tiny-anything", studio), ("studio/anything", ""))
    ]
    assert all(np.array_equal(depth, depths[0]) for depth in depths)
    message = refusal_message("studio/nowhere")
    assert "estimator 'studio/nowhere' is not on this machine and cannot be downloaded: " in message
    assert "no estimator 'midas'; set it to a path, a name below diffusers.models (not set)" in refusal_message("midas")
    assert f"no estimator 'midas'; set it to a path, a name below {studio}" in refusal_message("midas", models=studio)


def test_missing_files_are_named(mine: Path) -> None:
    (mine / "preprocessor_config.json").unlink()
    (mine / "model.safetensors").unlink()
    assert f"estimator {mine} lacks preprocessor_config.json, model.safetensors; add these files" in refusal_message(
        mine
    )


def test_a_pickle_is_refused_with_the_command_that_converts_it(mine: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(mine / "model.safetensors"), mine / "pytorch_model.bin")
    (mine / "model.safetensors").rename(mine.parent / "kept.safetensors")
    message = refusal_message(mine)
    assert f"estimator {mine} is a pickle, which can run code when it is loaded; convert it once: python -c" in message
    assert str(mine / "model.safetensors") in message
    assert "is not a folder; name a folder" in refusal_message(mine.parent / "kept.safetensors")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"model_type": "glpn"}, "is of the unsupported kind 'glpn'"),
        ({"model_type": "dpt", "add_projection": True}, "is of the unsupported kind 'dpt'"),
        ({"depth_estimation_type": "odd"}, "cannot be loaded"),
        ({"fusion_hidden_size": 16}, "of its config.json"),
    ],
)
def test_unsupported_models_and_mismatched_weights_are_refused(
    mine: Path, facts: dict[str, Any], expected: str
) -> None:
    change(mine, **facts)
    message = refusal_message(mine)
    assert expected in message
    assert message.endswith("use a DPT (MiDaS), Depth Anything or ZoeDepth model")


def test_code_in_a_models_folder_is_not_run(mine: Path, tmp_path: Path) -> None:
    proof = tmp_path / "was run"
    (mine / "evil.py").write_text(f"import pathlib; pathlib.Path({str(proof)!r}).touch()\nclass Evil: ...\n")
    change(mine, auto_map=dict.fromkeys(("AutoConfig", "AutoModelForDepthEstimation"), "evil.Evil"))
    open_estimator(mine)  # transformers uses its own class for this kind
    assert not proof.exists()


def test_missing_weights_are_not_replaced_by_random_ones(mine: Path) -> None:
    from safetensors.torch import load_file, save_file

    def leave_out(name: str) -> None:
        weights = load_file(mine / "model.safetensors")
        del weights[name]
        save_file(weights, mine / "model.safetensors", metadata={"format": "pt"})

    before = open_estimator(mine).estimate(PICTURE)
    leave_out("neck.fusion_stage.layers.0.residual_layer1.convolution1.weight")  # as in MiDaS' published files
    assert np.array_equal(open_estimator(mine).estimate(PICTURE), before), "these weights are not used"
    leave_out("head.conv2.weight")
    assert "its weights lack head.conv2.weight (and 0 more) of its config.json" in refusal_message(mine)
    whole = (mine / "model.safetensors").read_bytes()
    (mine / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    assert f"estimator {mine} cannot be loaded: " in refusal_message(mine)


def test_an_unavailable_device_is_reported(anything: Path) -> None:
    assert "diffusers.device 'cuda:64' is not available (torch finds: cpu" in refusal_message(
        anything, device="cuda:64"
    )
    assert open_estimator(anything, device="cpu,cpu").estimate(PICTURE).any(), "the first of several"


def test_missing_packages_are_reported_only_when_an_estimator_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("toolkit.engines.depth.find_spec", lambda name: None if name == "transformers" else object())
    message = refusal_message("anything")
    assert message.endswith("transformers not installed; pip install 'resolve-ae-toolkit[diffusers]'")
    assert open_estimators([], DiffusersSettings()) == {}


# --- identity ----------------------------------------------------------------------------------------------------


def test_the_identity_depends_on_contents_not_on_paths(anything: Path, mine: Path) -> None:
    assert open_estimator(mine).identity == open_estimator(anything).identity
    identities = {open_estimator(mine).identity}
    for name, old, new in (("preprocessor_config.json", b"0.5", b"0.6"), ("config.json", b"  ", b"   ")):
        path = mine / name
        assert old in path.read_bytes()
        path.write_bytes(path.read_bytes().replace(old, new, 1))
        identities.add(open_estimator(mine).identity)
    weights = bytearray((mine / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (mine / "model.safetensors").write_bytes(weights)
    identities.add(open_estimator(mine).identity)
    assert len(identities) == 4
