"""AUTOMATIC1111's infotext, converted to settings."""

from __future__ import annotations

import tomllib
import zlib
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from toolkit.a1111.infotext import parse_infotext
from toolkit.cli import run_command
from toolkit.settings import ControlSettings, load_settings

TEXT = """film still of a woman, (sharp focus:1.2)
second line of the prompt, with: a colon
Negative prompt: blurry, "cartoon"
Steps: 30, Sampler: Euler, CFG scale: 8, Seed: 1234, Size: 512x512, Model hash: 9aba26abdf, Model: deliberate_v2, \
Denoising strength: 0.5, Mask blur: 4, ControlNet 0: "Module: mediapipe_face, Model: control_v1p_sd15_mediapipe_face \
[9e397ea6], Weight: 0.8, Resize Mode: Crop and Resize, Guidance Start: 0, Guidance End: 0.9", \
ControlNet 1: "Module: depth_midas, Model: control_v11f1p_sd15_depth [cfd03158], Weight: 1", Version: v1.2.1"""

VALUES = {
    "prompt": "film still of a woman, (sharp focus:1.2)\nsecond line of the prompt, with: a colon",
    "negative": 'blurry, "cartoon"',
    "steps": 30,
    "sampler": "Euler",
    "guidance": 8.0,
    "model": "deliberate_v2",
    "strength": 0.5,
    "seed": 1234,
    "canvas": 512,
    "size": 512,
    "mask_blur": 4,
    "mask_blur_version": "1.3",
    "controls": (
        ControlSettings(kind="face", model="control_v1p_sd15_mediapipe_face", weight=0.8, start=0.0, end=0.9),
    ),
}


def test_known_settings_are_converted_and_the_rest_is_listed() -> None:
    found = parse_infotext(TEXT)
    assert found.values == VALUES
    assert found.unmapped == (
        "Model hash: 9aba26abdf",
        "ControlNet 1: Module: depth_midas, Model: control_v11f1p_sd15_depth [cfd03158], Weight: 1",
        "Version: v1.2.1",
    )


@pytest.mark.parametrize(
    ("version", "blur"), [("v1.3.2", "1.3"), ("v1.4.0", "1.4"), ("1.10.1", "1.4"), ("f0.0.17v1.8.0rc-latest", "1.4")]
)
def test_mask_blur_follows_the_version_of_the_web_ui(version: str, blur: str) -> None:
    line = f"Steps: 2, Sampler: Euler, CFG scale: 1, Mask blur: 8, Masked content: latent noise, Version: {version}"
    values = parse_infotext(line).values
    assert (values["mask_blur"], values["mask_blur_version"]) == (8, blur)
    assert values["masked_content"] == "latent noise"


def test_an_openpose_unit_becomes_a_body_control() -> None:
    """Variants that also draw hands and faces are not supported: they are listed instead."""
    line = 'Steps: 2, Sampler: Euler, CFG scale: 1, ControlNet 0: "Module: openpose, Weight: 0.5"'
    assert parse_infotext(line).values["controls"] == (
        ControlSettings(kind="body", model="control_v11p_sd15_openpose", weight=0.5),
    )
    assert "controls" not in parse_infotext(line.replace("openpose", "openpose_full")).values


@pytest.mark.parametrize(
    ("pairs", "sampler"),
    [
        ("Sampler: Euler, Schedule type: Automatic", "Euler"),
        ("Sampler: DPM++ 2M, Schedule type: Karras", "DPM++ 2M Karras"),
        ("Sampler: DPM++ 2M, Schedule type: Uniform", "DPM++ 2M"),
        ("Sampler: DPM++ 2M Karras", "DPM++ 2M Karras"),
    ],
)
def test_the_schedule_is_part_of_the_samplers_name(pairs: str, sampler: str) -> None:
    """Since 1.9.0 the text has them separately (create_infotext in modules/processing.py)."""
    found = parse_infotext(f"Steps: 2, {pairs}, CFG scale: 1, Size: 8x8")
    assert found.values["sampler"] == sampler
    assert found.unmapped == ("Size: 8x8",)


MESH = "control_v1p_sd15_mediapipe_face [9e397ea6]"
OF_2023 = {
    "early, of several": "ControlNet-0 Enabled: True, ControlNet-0 Module: mediapipe_face, "
    f"ControlNet-0 Model: {MESH}, ControlNet-0 Weight: 0.8, ControlNet-0 Guidance Start: 0.1, "
    "ControlNet-0 Guidance End: 0.9",
    "early, the only one": f"ControlNet Enabled: True, ControlNet Module: mediapipe_face, ControlNet Model: {MESH}, "
    "ControlNet Weight: 0.8, ControlNet Guidance Start: 0.1, ControlNet Guidance End: 0.9",
    "summer, of several": f'ControlNet 0: "preprocessor: mediapipe_face, model: {MESH}, weight: 0.8, '
    'starting/ending: (0.1, 0.9), resize mode: Crop and Resize, preprocessor params: (512, 0.5, 64)"',
    "summer, the only one": f'ControlNet: "preprocessor: mediapipe_face, model: {MESH}, weight: 0.8, '
    'starting/ending: (0.1, 0.9), resize mode: Crop and Resize, preprocessor params: (512, 0.5, 64)"',
}


@pytest.mark.parametrize("text", OF_2023.values(), ids=OF_2023)
def test_controlnet_units_of_2023_are_read(text: str) -> None:
    """First one pair per value, later one quoted pair per unit (get_enabled_units in scripts/controlnet.py)."""
    found = parse_infotext(f"Steps: 2, Sampler: Euler, CFG scale: 1, {text}, Version: v1.3.2")
    assert found.values["controls"] == (
        ControlSettings(kind="face", model="control_v1p_sd15_mediapipe_face", weight=0.8, start=0.1, end=0.9),
    )
    assert found.unmapped == ("Version: v1.3.2",)


def test_an_unsupported_unit_of_early_2023_is_listed_as_one_item() -> None:
    pairs = "ControlNet-1 Enabled: True, ControlNet-1 Module: canny, ControlNet-1 Weight: 1"
    assert parse_infotext(f"Steps: 2, Sampler: Euler, CFG scale: 1, {pairs}").unmapped == (
        "ControlNet 1: Enabled: True, Module: canny, Weight: 1",
    )


@pytest.mark.parametrize(
    ("text", "prompt", "negative"),
    [
        ("a face", "a face", ""),
        ("a face\nNegative prompt: blur", "a face", "blur"),
        ("Negative prompt: blur\nnoise\nSteps: 2, Sampler: Euler, CFG scale: 1", "", "blur\nnoise"),
        ("scene: a street, mood: calm", "scene: a street, mood: calm", ""),
        ("", "", ""),
    ],
    ids=["a prompt alone", "no pairs", "no prompt", "two pairs are a prompt", "nothing"],
)
def test_missing_parts_of_the_text_are_empty(text: str, prompt: str, negative: str) -> None:
    values = parse_infotext(text).values
    assert (values["prompt"], values["negative"]) == (prompt, negative)


@pytest.mark.parametrize(
    ("pairs", "values", "unmapped"),
    [
        ("Seed: 5, Size: 640x512", {"seed": 5, "size": 512}, ()),
        ("Seed: 4294967295, Size: 512x512", {"canvas": 512, "size": 512}, ("Seed: 4294967295",)),
        ("Seed: -1, Size: 500x500", {}, ("Seed: -1", "Size: 500x500")),
        ("Seed: x, Size: big", {}, ("Seed: x", "Size: big")),
    ],
)
def test_seed_and_size_are_taken_if_the_settings_take_them(
    pairs: str, values: dict[str, int], unmapped: tuple[str, ...]
) -> None:
    found = parse_infotext(f"x\nSteps: 2, Sampler: Euler, CFG scale: 7, {pairs}")
    assert {name: found.values[name] for name in ("seed", "canvas", "size") if name in found.values} == values
    assert found.unmapped == unmapped


def test_a_value_that_is_not_a_number_is_listed() -> None:
    found = parse_infotext("x\nSteps: many, Sampler: Euler, CFG scale: 7")
    assert "steps" not in found.values
    assert found.unmapped == ("Steps: many",)


@pytest.mark.parametrize("kind", ["tEXt", "iTXt", "deflated iTXt"])
def test_a_png_gives_a_toolkit_toml_that_loads(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    info = PngInfo()
    if kind == "tEXt":
        info.add_text("parameters", TEXT)
    else:
        info.add_itxt("parameters", TEXT.replace("woman", "wömän"), zip=kind.startswith("deflated"))
    picture = tmp_path / "00012-1234.png"
    Image.new("RGB", (8, 8)).save(picture, pnginfo=info)
    assert run_command(["look", "from-png", str(picture), "--pass", "body"]) == 0
    printed = capsys.readouterr().out
    assert "\nseed = 1234  # each frame and face gets a seed of its own from it\n" in printed
    assert "\n# FACE only: canvas = 512\nsize = 512\n" in printed
    assert "# no matching setting: Model hash: 9aba26abdf" in printed
    toml = tmp_path / "toolkit.toml"
    toml.write_text(printed, encoding="utf-8")
    body = load_settings(toml=toml).body
    expected = VALUES | {"prompt": str(VALUES["prompt"]).replace("woman", "woman" if kind == "tEXt" else "wömän")}
    of_any = {name: value for name, value in expected.items() if not name.startswith(("mask", "canvas"))}
    assert {name: getattr(body, name) for name in of_any} == of_any
    assert set(tomllib.loads(printed)) == {"body"}
    assert "# FACE only: mask_blur = 4" in printed

    assert run_command(["look", "from-png", str(picture)]) == 0
    toml.write_text(capsys.readouterr().out, encoding="utf-8")
    face = load_settings(toml=toml).face
    assert {name: getattr(face, name) for name in expected if name != "size"} == {
        name: value for name, value in expected.items() if name != "size"
    }


CHUNK = b"iTXtparameters\0\x01\0\0\0nothing deflated"
DAMAGED = b"\x89PNG\r\n\x1a\n" + (len(CHUNK) - 4).to_bytes(4, "big") + CHUNK + b"\0" * 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"GIF89a", "it is not a PNG"),
        (b"\x89PNG\r\n\x1a\n" + zlib.compress(b"x"), "has no AUTOMATIC1111 text"),
        (DAMAGED, "is damaged"),
        (None, "no such"),
    ],
    ids=["another format", "no text", "damaged", "no file"],
)
def test_an_image_without_settings_is_a_clear_error(
    content: bytes | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "picture.png"
    if content is not None:
        path.write_bytes(content)
    assert run_command(["look", "from-png", str(path)]) == 2
    assert message in capsys.readouterr().err
