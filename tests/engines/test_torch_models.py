"""Finding models by path, name and repository; only safetensors; missing files are reported before any work."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engines import _tiny
from tests.engines._requests import look
from tests.engines._single_file import write_single_file
from tests.engines.conftest import TinyModels
from tests.engines.test_diffusers_against_pipelines import make_request
from toolkit.documents import ControlPlan, LookPlan, LoraPlan
from toolkit.engines import PaintRequest
from toolkit.engines.diffusers_local import DiffusersEngine
from toolkit.engines.torch_models.files import CHECKPOINT, CONTROL, LORA, VAE, digest_files
from toolkit.engines.torch_models.lookup import find_model
from toolkit.errors import EngineUnavailable
from toolkit.settings import DiffusersSettings


def refusal_message(look: LookPlan, **settings: Any) -> str:
    with DiffusersEngine(DiffusersSettings(**settings)) as engine, pytest.raises(EngineUnavailable) as caught:
        engine.prepare([look])
    assert caught.value.exit_code == 4
    assert "\n" not in str(caught.value)
    return str(caught.value)


def with_look(request: PaintRequest, look: LookPlan) -> PaintRequest:
    return replace(request, look=look)


def copy_checkpoint(tiny: TinyModels, folder: Path) -> Path:
    return Path(shutil.copytree(tiny.checkpoint, folder / "sd"))


# --- finding models ----------------------------------------------------------------------------------------------


def test_a_model_is_found_by_path_and_by_name_in_the_studios_folder(tiny: TinyModels) -> None:
    for name in (str(tiny.checkpoint), "tiny-sd", "checkpoints/tiny-sd"):
        assert find_model(CHECKPOINT, name, tiny.folder).path == tiny.checkpoint
    for name in ("tiny-lora", "tiny-lora.safetensors", "loras/tiny-lora", "loras/tiny-lora.safetensors"):
        assert find_model(LORA, name, tiny.folder).path == tiny.lora
    assert find_model(CONTROL, "tiny-control-2", tiny.folder).path == tiny.controls[1]


def test_names_and_paths_give_the_same_image(tiny: TinyModels) -> None:
    request = make_request(tiny, 1, guides=2)
    controls = tuple(
        control.model_copy(update={"model": Path(control.model).name}) for control in request.look.controls
    )
    named = request.look.model_copy(update={"model": "tiny-sd", "controls": controls})
    pictures = []
    for one in (request.look, named):
        with DiffusersEngine(DiffusersSettings(models=str(tiny.folder))) as engine:
            pictures.append(engine.paint([with_look(request, one)])[0])
    assert np.array_equal(pictures[0], pictures[1])


def test_an_ambiguous_name_is_refused_with_both_matches(tiny: TinyModels, tmp_path: Path) -> None:
    for show in ("one", "two"):
        shutil.copytree(tiny.controls[0], tmp_path / show / "face")
    with pytest.raises(
        EngineUnavailable, match=r"ControlNet 'face' is ambiguous: one/face, two/face; write one of these"
    ):
        find_model(CONTROL, "face", tmp_path)


@pytest.mark.parametrize(
    ("name", "models", "expected"),
    [
        ("", False, "no checkpoint is set, and this engine has no default; set body.model and face.model"),
        (
            "realistic",
            False,
            "no checkpoint 'realistic'; set it to a path, a name below diffusers.models (not set)",
        ),
        ("realistic", True, "no checkpoint 'realistic'; set it to a path, a name below /"),
        ("/no/such/folder/at/all", False, "no checkpoint '/no/such/folder/at/all'"),
        ("[a-z]*", True, "no checkpoint '[a-z]*'"),
    ],
)
def test_a_missing_checkpoint_is_refused(tiny: TinyModels, name: str, models: bool, expected: str) -> None:
    assert expected in refusal_message(look(model=name), models=str(tiny.folder) if models else "")


def test_the_setting_that_names_a_missing_model_is_named(tiny: TinyModels) -> None:
    mesh = ControlPlan(kind="face", model="mesh", weight=1, start=0, end=1)
    with DiffusersEngine(DiffusersSettings()) as engine:
        with pytest.raises(EngineUnavailable, match=r"^setting face.controls: .*no ControlNet 'mesh'"):
            engine.prepare([look(model=str(tiny.checkpoint), controls=(mesh,))], section="face")
        with pytest.raises(EngineUnavailable, match=r"set body.model to a folder"):
            engine.prepare([look(model="")], section="body")


def test_a_missing_studio_folder_is_refused() -> None:
    assert "diffusers.models: no folder /no/studio" in refusal_message(look(model="tiny"), models="/no/studio")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"vae": "other"}, "no VAE 'other'"),
        ({"loras": (LoraPlan(model="skin", weight=1.0),)}, "no LoRA 'skin'"),
        ({"controls": (ControlPlan(kind="face", model="mesh", weight=1, start=0, end=1),)}, "no ControlNet 'mesh'"),
    ],
)
def test_every_part_of_a_look_is_found_before_anything_is_loaded(
    tiny: TinyModels, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], expected: str
) -> None:
    monkeypatch.setattr("toolkit.engines.diffusers_local.model_cache._try_load", lambda *_: pytest.fail("loaded"))
    assert expected in refusal_message(look(model=str(tiny.checkpoint), **changes))


# --- files -------------------------------------------------------------------------------------------------------


def test_each_missing_file_of_a_folder_is_named(tiny: TinyModels, tmp_path: Path) -> None:
    folder = copy_checkpoint(tiny, tmp_path)
    (folder / "unet/diffusion_pytorch_model.safetensors").unlink()
    (folder / "tokenizer/merges.txt").unlink()
    (folder / "vae/config.json").unlink()
    assert (
        f"checkpoint {folder} lacks vae/config.json, tokenizer/merges.txt, unet/diffusion_pytorch_model.safetensors; "
        "add these files to the folder"
    ) in refusal_message(look(model=str(folder)))


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin"])
def test_a_pickle_is_refused(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"model{suffix}").write_bytes(b"cos\nsystem\n(S'echo run'\ntR.")
    assert "is a pickle, which can run code when it is loaded" in refusal_message(
        look(model=str(tmp_path / f"model{suffix}"))
    )


def test_a_pickle_is_refused_with_a_command_that_converts_it(tmp_path: Path) -> None:
    """Runs the command in the message and compares the weights."""
    import torch
    from safetensors.torch import load_file

    weights = {"state_dict": {"a.weight": torch.rand(3, 4), "b": torch.rand(2)}, "epoch": 3}
    torch.save(weights, tmp_path / "my model.ckpt")
    text = refusal_message(look(model=str(tmp_path / "my model.ckpt")))
    assert "is a pickle, which can run code when it is loaded; convert it once: python -c " in text
    command = shlex.split(text.partition("convert it once: ")[2])
    subprocess.run([sys.executable, *command[1:]], check=True, capture_output=True)
    back = load_file(tmp_path / "my model.safetensors")
    assert set(back) == {"a.weight", "b"}
    assert torch.equal(back["b"], weights["state_dict"]["b"])  # type: ignore[index]


def test_pickles_inside_a_folder_are_refused_with_a_command_for_each(
    tiny: TinyModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from safetensors.torch import load_file

    folder = copy_checkpoint(tiny, tmp_path)
    for part, name in (("text_encoder", "pytorch_model"), ("unet", "diffusion_pytorch_model")):
        (weights,) = (folder / part).glob("*.safetensors")
        torch.save(load_file(weights), folder / part / f"{name}.bin")
        weights.unlink()
    text = refusal_message(look(model=str(folder)))
    commands = text.partition("convert it once: ")[2].split(" && ")
    assert len(commands) == 2
    for command in commands:
        _, _, program, *arguments = shlex.split(command)
        monkeypatch.setattr(sys, "argv", ["-c", *arguments])
        exec(program)  # the command without starting another Python
    with DiffusersEngine(DiffusersSettings()) as engine:
        engine.prepare([look(model=str(folder))])


def test_a_folder_with_only_half_precision_weights_is_loaded(tiny: TinyModels, tmp_path: Path) -> None:
    folder = copy_checkpoint(tiny, tmp_path)
    for weights in folder.rglob("*.safetensors"):
        weights.rename(weights.with_suffix(".fp16.safetensors"))
    with DiffusersEngine(DiffusersSettings()) as engine:
        half = engine.paint([with_look(make_request(tiny, 1), look(model=str(folder)))])[0]
        full = engine.paint([with_look(make_request(tiny, 1), look(model=str(tiny.checkpoint)))])[0]
    assert np.array_equal(half, full)
    (folder / "vae/diffusion_pytorch_model.fp16.safetensors").unlink()
    assert "lacks text_encoder/model.safetensors, unet/" in refusal_message(look(model=str(folder)))


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (CHECKPOINT, "unet/config.json", "is not a folder or a .safetensors file"),
        (LORA, "unet", "is a folder; name the .safetensors file in it"),
        (VAE, "unet/../tokenizer", "lacks config.json, diffusion_pytorch_model.safetensors"),
    ],
)
def test_other_files_and_folders_are_refused(tiny: TinyModels, kind: Any, name: str, expected: str) -> None:
    with pytest.raises(EngineUnavailable, match=re.escape(expected)):
        find_model(kind, str(tiny.checkpoint / name), None)


def test_a_damaged_file_is_reported_in_one_line(tiny: TinyModels, tmp_path: Path) -> None:
    folder = copy_checkpoint(tiny, tmp_path)
    weights = folder / "unet/diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    text = refusal_message(look(model=str(folder)))
    assert f"checkpoint {folder} cannot be loaded: " in text
    assert text.endswith("use an undamaged model of the Stable Diffusion 1.5 family")


@pytest.mark.parametrize(
    ("part", "change", "expected"),
    [
        ("unet", ('"in_channels": 4', '"in_channels": 9'), "cannot be loaded"),
        ("text_encoder", ('"hidden_size": 32', '"hidden_size": 48'), "cannot be loaded"),
        ("scheduler", ('"prediction_type": "epsilon"', '"prediction_type": "v_prediction"'), "predicts v_prediction"),
    ],
)
def test_another_model_family_is_refused(
    tiny: TinyModels, tmp_path: Path, part: str, change: tuple[str, str], expected: str
) -> None:
    old, new = change
    folder = copy_checkpoint(tiny, tmp_path)
    name = "scheduler_config.json" if part == "scheduler" else "config.json"
    config = folder / part / name
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))
    assert expected in refusal_message(look(model=str(folder)))


def test_a_controlnet_for_another_model_family_is_refused(tiny: TinyModels, tmp_path: Path) -> None:
    from diffusers import ControlNetModel, UNet2DConditionModel

    other = _tiny.make_unet(UNet2DConditionModel, cross_attention_dim=48)
    ControlNetModel.from_unet(other).save_pretrained(tmp_path / "other")
    control = ControlPlan(kind="face", model=str(tmp_path / "other"), weight=1, start=0, end=1)
    text = refusal_message(look(model=str(tiny.checkpoint), controls=(control,)))
    assert f"ControlNet {tmp_path / 'other'} cannot be loaded: it was made for a different model family" in text


# --- single files ------------------------------------------------------------------------------------------------

REPOSITORY = "stable-diffusion-v1-5/stable-diffusion-v1-5"


@pytest.fixture
def studio(tiny: TinyModels, tmp_path: Path) -> Path:
    """A folder with a single-file checkpoint, and the configuration that such a file does not contain."""
    configs = tmp_path / "studio" / REPOSITORY
    shutil.copytree(tiny.checkpoint, configs, ignore=shutil.ignore_patterns("*.safetensors"))
    write_single_file(tmp_path / "studio" / "tiny.safetensors", tiny.checkpoint)
    return tmp_path / "studio"


def test_a_single_file_checkpoint_gives_the_same_image_as_its_folder(tiny: TinyModels, studio: Path) -> None:
    request = make_request(tiny, 1, guides=1)
    pictures = []
    for model in (str(tiny.checkpoint), "tiny"):
        with DiffusersEngine(DiffusersSettings(models=str(studio))) as engine:
            named = request.look.model_copy(update={"model": model})
            pictures.append(engine.paint([with_look(request, named)])[0])
    assert np.array_equal(pictures[0], pictures[1])


def test_a_missing_configuration_of_a_single_file_checkpoint_is_reported(tiny: TinyModels, studio: Path) -> None:
    (studio / REPOSITORY / "vae/config.json").unlink()
    text = refusal_message(look(model="tiny"), models=str(studio))
    assert f"configuration {studio / REPOSITORY} lacks vae/config.json" in text


def test_single_file_controlnets_and_vaes_are_configured_like_the_checkpoint(tiny: TinyModels, tmp_path: Path) -> None:
    for source, name in ((tiny.controls[0], "control"), (tiny.checkpoint / "vae", "vae")):
        shutil.copy(source / "diffusion_pytorch_model.safetensors", tmp_path / f"{name}.safetensors")
    request = make_request(tiny, 1, guides=1)
    (control,) = request.look.controls
    single = control.model_copy(update={"model": str(tmp_path / "control.safetensors")})
    files = request.look.model_copy(update={"vae": str(tmp_path / "vae.safetensors"), "controls": (single,)})
    with DiffusersEngine(DiffusersSettings()) as engine:
        one, other = engine.paint([request])[0], engine.paint([with_look(request, files)])[0]
    assert np.array_equal(one, other)


# --- the hub -----------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache, without a network."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def publish(cache: Path, repository: str, folder: Path) -> None:
    """Write a repository into the cache, in the layout of the hub's own library."""
    place = cache / f"models--{repository.replace('/', '--')}"
    shutil.copytree(folder, place / "snapshots" / ("0" * 40))
    (place / "refs").mkdir()
    (place / "refs/main").write_text("0" * 40)


def test_a_repository_in_the_hubs_cache_is_used_without_the_network(tiny: TinyModels, cache: Path) -> None:
    publish(cache, "studio/tiny-sd", tiny.checkpoint)
    publish(cache, "studio/tiny-lora", tiny.lora.parent)
    changes = {"model": "studio/tiny-sd", "loras": (LoraPlan(model="studio/tiny-lora", weight=1.0),)}
    with DiffusersEngine(DiffusersSettings()) as engine:
        engine.prepare([look(**changes)])
    (weights,) = find_model(LORA, "studio/tiny-lora/tiny-lora.safetensors", None).files
    assert weights.name == "tiny-lora.safetensors"


def test_an_unavailable_repository_is_reported_in_one_line(cache: Path) -> None:
    text = refusal_message(look(model="studio/nowhere"))
    assert "checkpoint 'studio/nowhere' is not on this machine and cannot be downloaded: " in text
    assert text.endswith("go online, log in to the hub, or put its files into a folder and name that")


def test_a_repository_with_several_loras_is_ambiguous(tiny: TinyModels, cache: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "loras").mkdir(exist_ok=True)
        shutil.copy(tiny.lora, tmp_path / "loras" / f"{name}.safetensors")
    publish(cache, "studio/loras", tmp_path / "loras")
    with pytest.raises(
        EngineUnavailable, match=r"must have one .safetensors file, but has a.safetensors, b.safetensors"
    ):
        find_model(LORA, "studio/loras", None)


# --- identity ----------------------------------------------------------------------------------------------------


def test_the_identity_depends_on_contents_not_on_paths(tiny: TinyModels, tmp_path: Path) -> None:
    identities = []
    for folder in (tiny.checkpoint, copy_checkpoint(tiny, tmp_path)):
        with DiffusersEngine(DiffusersSettings()) as engine:
            identities.append(engine.identity(look(model=str(folder))))
    assert identities[0] == identities[1]
    weights = tmp_path / "sd/vae/diffusion_pytorch_model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with DiffusersEngine(DiffusersSettings()) as engine:
        assert engine.identity(look(model=str(tmp_path / "sd"))) != identities[0]


def test_a_digest_distinguishes_files_of_the_same_name(tmp_path: Path) -> None:
    for folder, text in (("unet", "a"), ("vae", "b")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "config.json").write_text(text)
    files = [tmp_path / "unet/config.json", tmp_path / "vae/config.json"]
    before = digest_files(files)
    assert before == digest_files(reversed(files))
    (tmp_path / "unet/config.json").write_text("b")
    (tmp_path / "vae/config.json").write_text("a")
    assert digest_files(files) != before
