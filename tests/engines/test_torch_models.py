"""Models by path, by name and by repository; only safetensors; and what is missing is said before any work."""

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
from tests.engines.test_diffusers_against_pipelines import ask
from toolkit.documents import ControlPlan, LookPlan, LoraPlan
from toolkit.engines import PaintRequest
from toolkit.engines.diffusers_local import DiffusersEngine
from toolkit.engines.torch_models.files import CHECKPOINT, CONTROL, LORA, VAE, digest_of
from toolkit.engines.torch_models.finding import find
from toolkit.errors import EngineUnavailable
from toolkit.settings import DiffusersSettings


def refusal(look: LookPlan, **settings: Any) -> str:
    with DiffusersEngine(DiffusersSettings(**settings)) as engine, pytest.raises(EngineUnavailable) as caught:
        engine.prepare([look])
    assert caught.value.exit_code == 4
    assert "\n" not in str(caught.value)
    return str(caught.value)


def _with(request: PaintRequest, look: LookPlan) -> PaintRequest:
    return replace(request, look=look)


def copied(tiny: TinyModels, folder: Path) -> Path:
    return Path(shutil.copytree(tiny.checkpoint, folder / "sd"))


# --- finding -------------------------------------------------------------------------------------------------------


def test_a_model_is_found_by_path_and_by_name_below_the_studios_folder(tiny: TinyModels) -> None:
    for name in (str(tiny.checkpoint), "tiny-sd", "checkpoints/tiny-sd"):
        assert find(CHECKPOINT, name, tiny.folder).path == tiny.checkpoint
    for name in ("tiny-lora", "tiny-lora.safetensors", "loras/tiny-lora", "loras/tiny-lora.safetensors"):
        assert find(LORA, name, tiny.folder).path == tiny.lora
    assert find(CONTROL, "tiny-control-2", tiny.folder).path == tiny.controls[1]


def test_a_look_of_names_paints_as_one_of_paths(tiny: TinyModels) -> None:
    request = ask(tiny, 1, guides=2)
    controls = tuple(
        control.model_copy(update={"model": Path(control.model).name}) for control in request.look.controls
    )
    named = request.look.model_copy(update={"model": "tiny-sd", "controls": controls})
    pictures = []
    for one in (request.look, named):
        with DiffusersEngine(DiffusersSettings(models=str(tiny.folder))) as engine:
            pictures.append(engine.paint([_with(request, one)])[0])
    assert np.array_equal(*pictures)


def test_a_name_that_fits_two_models_is_refused_with_both(tiny: TinyModels, tmp_path: Path) -> None:
    for show in ("one", "two"):
        shutil.copytree(tiny.controls[0], tmp_path / show / "face")
    with pytest.raises(EngineUnavailable, match=r"ControlNet 'face' may be one/face, two/face; write which"):
        find(CONTROL, "face", tmp_path)


@pytest.mark.parametrize(
    ("name", "models", "says"),
    [
        ("", False, "no checkpoint is named, and this engine has none of its own; set body.model and face.model"),
        (
            "realistic",
            False,
            "no checkpoint 'realistic'; write a path, a name below diffusers.models, which is not set",
        ),
        ("realistic", True, "no checkpoint 'realistic'; write a path, a name below /"),
        ("/no/such/folder/at/all", False, "no checkpoint '/no/such/folder/at/all'"),
        ("[a-z]*", True, "no checkpoint '[a-z]*'"),
    ],
)
def test_a_checkpoint_that_is_not_there_is_refused(tiny: TinyModels, name: str, models: bool, says: str) -> None:
    assert says in refusal(look(model=name), models=str(tiny.folder) if models else "")


def test_a_studios_folder_that_is_not_there_is_refused() -> None:
    assert "diffusers.models: there is no folder /no/studio" in refusal(look(model="tiny"), models="/no/studio")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"vae": "other"}, "no VAE 'other'"),
        ({"loras": (LoraPlan(model="skin", weight=1.0),)}, "no LoRA 'skin'"),
        ({"controls": (ControlPlan(kind="face", model="mesh", weight=1, start=0, end=1),)}, "no ControlNet 'mesh'"),
    ],
)
def test_every_part_of_a_look_is_asked_for_before_anything_is_loaded(
    tiny: TinyModels, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], says: str
) -> None:
    monkeypatch.setattr("toolkit.engines.diffusers_local.weights._loading", lambda *_: pytest.fail("loaded"))
    assert says in refusal(look(model=str(tiny.checkpoint), **changes))


# --- files ---------------------------------------------------------------------------------------------------------


def test_a_folder_names_each_file_it_lacks(tiny: TinyModels, tmp_path: Path) -> None:
    folder = copied(tiny, tmp_path)
    (folder / "unet/diffusion_pytorch_model.safetensors").unlink()
    (folder / "tokenizer/merges.txt").unlink()
    (folder / "vae/config.json").unlink()
    assert (
        f"checkpoint {folder} lacks vae/config.json, tokenizer/merges.txt, unet/diffusion_pytorch_model.safetensors; "
        "put these into that folder"
    ) in refusal(look(model=str(folder)))


@pytest.mark.parametrize("suffix", [".pt", ".pth", ".bin"])
def test_a_pickle_is_not_read(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"model{suffix}").write_bytes(b"cos\nsystem\n(S'echo run'\ntR.")
    assert "is a pickle, which can run code when it is read" in refusal(look(model=str(tmp_path / f"model{suffix}")))


def test_a_pickle_is_refused_with_a_command_that_converts_it(tmp_path: Path) -> None:
    """The command of the message is run: what it writes is what was in the pickle."""
    import torch
    from safetensors.torch import load_file

    weights = {"state_dict": {"a.weight": torch.rand(3, 4), "b": torch.rand(2)}, "epoch": 3}
    torch.save(weights, tmp_path / "my model.ckpt")
    said = refusal(look(model=str(tmp_path / "my model.ckpt")))
    assert "is a pickle, which can run code when it is read; convert it once: python -c " in said
    command = shlex.split(said.partition("convert it once: ")[2])
    subprocess.run([sys.executable, *command[1:]], check=True, capture_output=True)
    back = load_file(tmp_path / "my model.safetensors")
    assert set(back) == {"a.weight", "b"}
    assert torch.equal(back["b"], weights["state_dict"]["b"])  # type: ignore[index]


def test_pickles_inside_a_folder_are_refused_with_a_command_for_each(
    tiny: TinyModels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from safetensors.torch import load_file

    folder = copied(tiny, tmp_path)
    for part, name in (("text_encoder", "pytorch_model"), ("unet", "diffusion_pytorch_model")):
        (weights,) = (folder / part).glob("*.safetensors")
        torch.save(load_file(weights), folder / part / f"{name}.bin")
        weights.unlink()
    said = refusal(look(model=str(folder)))
    commands = said.partition("convert it once: ")[2].split(" && ")
    assert len(commands) == 2
    for command in commands:
        _, _, program, *arguments = shlex.split(command)
        monkeypatch.setattr(sys, "argv", ["-c", *arguments])
        exec(program)  # as the command does, without a new Python for each
    with DiffusersEngine(DiffusersSettings()) as engine:
        engine.prepare([look(model=str(folder))])


def test_a_folder_of_halved_weights_alone_is_read(tiny: TinyModels, tmp_path: Path) -> None:
    folder = copied(tiny, tmp_path)
    for weights in folder.rglob("*.safetensors"):
        weights.rename(weights.with_suffix(".fp16.safetensors"))
    with DiffusersEngine(DiffusersSettings()) as engine:
        half = engine.paint([_with(ask(tiny, 1), look(model=str(folder)))])[0]
        full = engine.paint([_with(ask(tiny, 1), look(model=str(tiny.checkpoint)))])[0]
    assert np.array_equal(half, full)
    (folder / "vae/diffusion_pytorch_model.fp16.safetensors").unlink()
    assert "lacks text_encoder/model.safetensors, unet/" in refusal(look(model=str(folder)))


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        (CHECKPOINT, "unet/config.json", "is not a folder or a .safetensors file"),
        (LORA, "unet", "is a folder; name the .safetensors file in it"),
        (VAE, "unet/../tokenizer", "lacks config.json, diffusion_pytorch_model.safetensors"),
    ],
)
def test_what_is_no_model_is_refused(tiny: TinyModels, kind: Any, name: str, says: str) -> None:
    with pytest.raises(EngineUnavailable, match=re.escape(says)):
        find(kind, str(tiny.checkpoint / name), None)


def test_a_damaged_file_is_one_clear_line(tiny: TinyModels, tmp_path: Path) -> None:
    folder = copied(tiny, tmp_path)
    weights = folder / "unet/diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    said = refusal(look(model=str(folder)))
    assert f"checkpoint {folder} cannot be loaded: " in said
    assert said.endswith("name one that is whole and of the family of Stable Diffusion 1.5")


@pytest.mark.parametrize(
    ("part", "change", "says"),
    [
        ("unet", ('"in_channels": 4', '"in_channels": 9'), "cannot be loaded"),
        ("text_encoder", ('"hidden_size": 32', '"hidden_size": 48'), "cannot be loaded"),
        ("scheduler", ('"prediction_type": "epsilon"', '"prediction_type": "v_prediction"'), "predicts v_prediction"),
    ],
)
def test_another_family_is_refused(
    tiny: TinyModels, tmp_path: Path, part: str, change: tuple[str, str], says: str
) -> None:
    old, new = change
    folder = copied(tiny, tmp_path)
    name = "scheduler_config.json" if part == "scheduler" else "config.json"
    config = folder / part / name
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new))
    assert says in refusal(look(model=str(folder)))


def test_a_controlnet_for_another_family_is_refused(tiny: TinyModels, tmp_path: Path) -> None:
    from diffusers import ControlNetModel, UNet2DConditionModel

    other = _tiny.make_unet(UNet2DConditionModel, cross_attention_dim=48)
    ControlNetModel.from_unet(other).save_pretrained(tmp_path / "other")
    control = ControlPlan(kind="face", model=str(tmp_path / "other"), weight=1, start=0, end=1)
    said = refusal(look(model=str(tiny.checkpoint), controls=(control,)))
    assert f"ControlNet {tmp_path / 'other'} cannot be loaded: it is made for another family of models" in said


# --- one file ------------------------------------------------------------------------------------------------------

REPOSITORY = "stable-diffusion-v1-5/stable-diffusion-v1-5"


@pytest.fixture
def studio(tiny: TinyModels, tmp_path: Path) -> Path:
    """A folder with a checkpoint in one file, and the configuration that such a file does not hold."""
    configs = tmp_path / "studio" / REPOSITORY
    shutil.copytree(tiny.checkpoint, configs, ignore=shutil.ignore_patterns("*.safetensors"))
    write_single_file(tmp_path / "studio" / "tiny.safetensors", tiny.checkpoint)
    return tmp_path / "studio"


def test_a_checkpoint_in_one_file_paints_as_its_folder(tiny: TinyModels, studio: Path) -> None:
    request = ask(tiny, 1, guides=1)
    pictures = []
    for model in (str(tiny.checkpoint), "tiny"):
        with DiffusersEngine(DiffusersSettings(models=str(studio))) as engine:
            named = request.look.model_copy(update={"model": model})
            pictures.append(engine.paint([_with(request, named)])[0])
    assert np.array_equal(*pictures)


def test_a_checkpoint_in_one_file_says_where_its_configuration_belongs(tiny: TinyModels, studio: Path) -> None:
    (studio / REPOSITORY / "vae/config.json").unlink()
    said = refusal(look(model="tiny"), models=str(studio))
    assert f"configuration {studio / REPOSITORY} lacks vae/config.json" in said


def test_a_controlnet_and_a_vae_in_one_file_are_shaped_as_the_checkpoint(tiny: TinyModels, tmp_path: Path) -> None:
    for source, name in ((tiny.controls[0], "control"), (tiny.checkpoint / "vae", "vae")):
        shutil.copy(source / "diffusion_pytorch_model.safetensors", tmp_path / f"{name}.safetensors")
    request = ask(tiny, 1, guides=1)
    (control,) = request.look.controls
    single = control.model_copy(update={"model": str(tmp_path / "control.safetensors")})
    files = request.look.model_copy(update={"vae": str(tmp_path / "vae.safetensors"), "controls": (single,)})
    with DiffusersEngine(DiffusersSettings()) as engine:
        one, other = engine.paint([request])[0], engine.paint([_with(request, files)])[0]
    assert np.array_equal(one, other)


# --- the hub -------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, and no network."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def publish(cache: Path, repository: str, folder: Path) -> None:
    """As the hub's own library lays a repository down."""
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
    (weights,) = find(LORA, "studio/tiny-lora/tiny-lora.safetensors", None).files
    assert weights.name == "tiny-lora.safetensors"


def test_a_repository_that_cannot_be_had_is_refused_in_one_line(cache: Path) -> None:
    said = refusal(look(model="studio/nowhere"))
    assert "checkpoint 'studio/nowhere' is neither here nor to be had from the hub: " in said
    assert said.endswith("go online, log in there, or put its files into a folder and name that")


def test_a_repository_with_several_loras_asks_which(tiny: TinyModels, cache: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "loras").mkdir(exist_ok=True)
        shutil.copy(tiny.lora, tmp_path / "loras" / f"{name}.safetensors")
    publish(cache, "studio/loras", tmp_path / "loras")
    with pytest.raises(EngineUnavailable, match=r"is not one .safetensors file but a.safetensors, b.safetensors"):
        find(LORA, "studio/loras", None)


# --- identity ------------------------------------------------------------------------------------------------------


def test_the_identity_is_of_the_bytes_not_of_the_place(tiny: TinyModels, tmp_path: Path) -> None:
    identities = []
    for folder in (tiny.checkpoint, copied(tiny, tmp_path)):
        with DiffusersEngine(DiffusersSettings()) as engine:
            identities.append(engine.identity(look(model=str(folder))))
    assert identities[0] == identities[1]
    weights = tmp_path / "sd/vae/diffusion_pytorch_model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with DiffusersEngine(DiffusersSettings()) as engine:
        assert engine.identity(look(model=str(tmp_path / "sd"))) != identities[0]


def test_a_digest_tells_files_of_one_name_apart(tmp_path: Path) -> None:
    for folder, text in (("unet", "a"), ("vae", "b")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "config.json").write_text(text)
    files = [tmp_path / "unet/config.json", tmp_path / "vae/config.json"]
    before = digest_of(files)
    assert before == digest_of(reversed(files))
    (tmp_path / "unet/config.json").write_text("b")
    (tmp_path / "vae/config.json").write_text("a")
    assert digest_of(files) != before
