"""A layer of unchanged pixels is invisible over its plate, whatever colour management the host uses (decision 010).

The layers are real files of real runs over a plate with every 8-bit code. The hosts are simulated: OpenColorIO converts
each clip from its input space to the working space, as managed hosts are documented to do. This proves that the numbers
are right if the host does that; it does not prove that a host does.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO
import pytest
from numpy.typing import NDArray

from tests.turnover._cuts import Json, write_movie
from tests.turnover._turnovers import host_clip, write_turnover
from toolkit.cli import run_command
from toolkit.documents import Delivery

ocio = pytest.importorskip("PyOpenColorIO")
CONFIG = ocio.Config.CreateFromBuiltinConfig("studio-config-v2.1.0_aces-v1.3_ocio-v2.3")
HALF_A_CODE = 0.5 / 255

Picture = NDArray[np.float32]
Codes = NDArray[np.uint8]


def every_code() -> Codes:
    """64 by 64 pixels, RGB: each channel has all 256 codes, in a different order."""
    ramp = np.arange(64 * 64, dtype=np.int64)
    return (
        np.stack([ramp % 256, (ramp * 7 + 31) % 256, (ramp * 101 + 5) % 256], axis=-1)
        .reshape(64, 64, 3)
        .astype(np.uint8)
    )


def run(folder: Path, *, host: str = "resolve", colour: Json, space: str = "") -> Delivery:
    """Run a turnover of two frames with every code, rendered at strength 0, so that the pixels stay unchanged."""
    (folder / "plates").mkdir()
    for number in (1, 2):
        assert cv2.imwrite(str(folder / f"plates/p.{number:04d}.png"), cv2.cvtColor(every_code(), cv2.COLOR_RGB2BGR))
    host_row = host_clip("plates/p.[0001-0002].png", (0, 2), media_count=2, media_index=1, input_colour_space=space)
    path = write_turnover(folder, host_row, host=host, colour=colour)
    settings = ["--set", "body.strength=0", "--set", "output.passes=BODY"]
    assert run_command(["run", str(path), "-o", str(folder / "out"), *settings]) == 0
    return Delivery.read(folder / "out" / "delivery.json")


def layer_pixels(delivery: Delivery, folder: Path) -> Picture:
    (clip,) = delivery.tracks[1].clips
    image = OpenImageIO.ImageBuf(str(folder / "out" / clip.path))
    return np.asarray(image.get_pixels(OpenImageIO.FLOAT))[..., :3]


def convert(pixels: Picture, source: str, working: str) -> Picture:
    """``pixels`` converted as a managed host would."""
    result = np.array(pixels, np.float32, order="C", copy=True)
    processor = CONFIG.getProcessor(source, working).getDefaultCPUProcessor()
    processor.apply(ocio.PackedImageDesc(result, result.shape[1], result.shape[0], 3))
    return result


def max_difference(one: Picture, other: Picture) -> float:
    return float(np.max(np.abs(one - other)))


def test_in_an_unmanaged_host_the_layer_has_the_plates_codes(tmp_path: Path) -> None:
    delivery = run(tmp_path, colour={"mode": "unmanaged"})
    (layer,) = delivery.tracks[1].clips
    assert (layer.encoding, layer.input_colour_space) == ("display", "")
    assert (
        max_difference(layer_pixels(delivery, tmp_path), every_code().astype(np.float32) / np.float32(255))
        < HALF_A_CODE
    )
    assert not [note for note in delivery.notes if "codes" in note]


@pytest.mark.parametrize(
    ("mode", "space"),
    [
        ("managed", "sRGB - Texture"),
        ("managed", "Gamma 2.4 Rec.709 - Texture"),
        ("managed", "ARRI LogC3 (EI800)"),
        ("aces", "sRGB - Texture"),
    ],
)
def test_in_a_managed_host_the_layer_gets_the_plates_input_space(mode: str, space: str, tmp_path: Path) -> None:
    """Both match in any working space, measured in the plate's codes, and there is nothing to check by hand."""
    delivery = run(tmp_path, colour={"mode": mode, "science": "davinciYRGBColorManagedv2"}, space=space)
    plate_clip, layer_clip = delivery.tracks[0].clips[0], delivery.tracks[1].clips[0]
    assert (layer_clip.encoding, layer_clip.input_colour_space) == ("display", space)
    assert plate_clip.input_colour_space == space
    assert not [note for note in delivery.notes if "manages colour" in note]

    codes, pixels = every_code().astype(np.float32) / np.float32(255), layer_pixels(delivery, tmp_path)
    for working in ("DaVinci Intermediate WideGamut", "ACEScct", "Linear Rec.709 (sRGB)"):
        plate = convert(codes, plate_clip.input_colour_space, working)
        layer = convert(pixels, layer_clip.input_colour_space, working)
        assert max_difference(*(convert(seen, working, space) for seen in (layer, plate))) < HALF_A_CODE
        mistaken = convert(pixels, "ACES2065-1", working)
        assert max_difference(mistaken, plate) > 20 / 255, "an EXR that the host reads as linear would be visible"


@pytest.mark.parametrize(
    ("working", "space"),
    [("sRGB IEC61966-2.1", "sRGB - Texture"), ("Rec.709 Gamma 2.4", "Gamma 2.4 Rec.709 - Texture")],
)
def test_after_effects_with_a_working_space_gets_scene_linear_layers(working: str, space: str, tmp_path: Path) -> None:
    delivery = run(tmp_path, host="after effects", colour={"mode": "managed", "working": working})
    (layer_clip,) = delivery.tracks[1].clips
    assert (layer_clip.encoding, layer_clip.input_colour_space) == ("linear", "")
    (note,) = [note for note in delivery.notes if "linear" in note]
    assert note == (
        f"the layers of all shots are scene-linear Rec.709: After Effects works in {working} and reads EXR files as "
        "linear light, so they match their plates unchanged"
    )
    codes, pixels = every_code().astype(np.float32) / np.float32(255), layer_pixels(delivery, tmp_path)
    for target in (space, "Linear Rec.709 (sRGB)"):  # the working space as it is, and linearised
        plate = convert(codes, "sRGB - Texture", target)
        layer = convert(pixels, "Linear Rec.709 (sRGB)", target)
        assert max_difference(*(convert(seen, target, "sRGB - Texture") for seen in (layer, plate))) < HALF_A_CODE
        assert max_difference(convert(codes, "Linear Rec.709 (sRGB)", target), plate) > 20 / 255, (
            "unconverted codes would be visible"
        )


def test_a_requested_encoding_is_used_in_any_host(tmp_path: Path) -> None:
    run(tmp_path, colour={"mode": "managed"}, space="sRGB")
    arguments = [str(tmp_path / "turnover.json"), "-o", str(tmp_path / "linear")]
    settings = ["--set", "output.encoding=linear", "--set", "output.passes=BODY"]
    assert run_command(["run", *arguments, *settings]) == 0
    delivery = Delivery.read(tmp_path / "linear" / "delivery.json")
    (layer,) = delivery.tracks[1].clips
    assert (layer.encoding, layer.input_colour_space) == ("linear", "")
    assert [note for note in delivery.notes if "as requested" in note]


@pytest.mark.parametrize(
    ("host", "colour", "note"),
    [
        (
            "resolve",
            {"mode": "managed", "science": "davinciYRGBColorManagedv2"},
            "the layers of all shots are encoded like their plates and Resolve manages colour "
            "(davinciYRGBColorManagedv2): give them their plates' Input Color Space (right-click the clip in the "
            "Media Pool)",
        ),
        (
            "resolve",
            {"mode": "unknown"},
            "the layers of all shots are encoded like their plates: if Resolve manages colour (unknown), "
            "give them their plates' Input Color Space (right-click the clip in the Media Pool)",
        ),
        (
            "after effects",
            {"mode": "managed", "working": "ProPhoto RGB"},
            "the layers of all shots are encoded like their plates and After Effects manages colour (ProPhoto RGB): "
            "give them their plates' profile and the same Interpret as Linear Light (Interpret Footage > Color "
            "Management)",
        ),
        (
            "after effects",
            {"mode": "ocio", "science": "ACES 1.3 Studio v1.0"},
            "the layers of all shots are encoded like their plates and After Effects manages colour "
            "(ACES 1.3 Studio v1.0): give them their plates' Input Color Space (Interpret Footage > Color Management)",
        ),
    ],
)
def test_when_the_input_space_is_unknown_the_note_names_the_setting(
    host: str, colour: Json, note: str, tmp_path: Path
) -> None:
    delivery = run(tmp_path, host=host, colour=colour)
    assert delivery.tracks[1].clips[0].encoding == "display"
    assert note in delivery.notes


@pytest.mark.parametrize(
    ("sent", "named"),
    [(1, "s0"), (3, "s0, s1, s2"), (4, "4 shots, including s0"), (5, "all shots")],
)
def test_a_colour_note_names_up_to_three_shots(sent: int, named: str, tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 10)
    rows = [host_clip("a.mov", (2 * at, 2), 2 * at, name=f"s{at}", media_count=10) for at in range(5)]
    path = write_turnover(tmp_path, *rows, colour={"mode": "managed"})
    shots = [option for at in range(sent) for option in ("--shot", f"s{at}")]
    arguments = ["run", str(path), "-o", str(tmp_path / "out"), *shots, "--set", "output.passes=BODY"]
    assert run_command(arguments) == 0
    (note,) = [note for note in Delivery.read(tmp_path / "out" / "delivery.json").notes if "encoded like" in note]
    assert note.startswith(f"the layers of {named} are encoded")


def test_a_movie_in_after_effects_keeps_its_codes_as_its_profile_is_unknown(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 2)
    colour = {"mode": "managed", "working": "sRGB IEC61966-2.1"}
    path = write_turnover(tmp_path, host_clip("a.mov", (0, 2), media_count=2), host="after effects", colour=colour)
    assert run_command(["run", str(path), "-o", str(tmp_path / "out"), "--set", "output.passes=BODY"]) == 0
    written = json.loads((tmp_path / "out" / "delivery.json").read_text())
    assert written["tracks"][1]["clips"][0]["encoding"] == "display"
    assert any("Interpret as Linear Light" in note for note in written["notes"])
