"""Cryptomattes: the coverage of named objects, as renderers write it."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from tests.plates.test_guide_files import exr
from toolkit.errors import UnsupportedMedia
from toolkit.plates import list_objects, read_cryptomatte
from toolkit.plates.cryptomatte import cryptomatte_id

ROWS, COLUMNS = 4, 6
NAMES = ("head_geo", "hair_geo", "wall")
HALF = np.full((ROWS, COLUMNS), 0.5, np.float32)


def bits_of(name: str) -> float:
    """The id of ``name`` as it is stored."""
    return float(np.array([cryptomatte_id(name)], np.uint32).view(np.float32)[0])


def ids(left: str, right: str) -> np.ndarray:
    """The picture's halves show these objects."""
    plane = np.empty((ROWS, COLUMNS), np.float32)
    plane[:, : COLUMNS // 2], plane[:, COLUMNS // 2 :] = bits_of(left), bits_of(right)
    return plane


def coverage(left: float, right: float) -> np.ndarray:
    plane = np.full((ROWS, COLUMNS), left, np.float32)
    plane[:, COLUMNS // 2 :] = right
    return plane


def attributes(name: str = "CryptoObject", *, key: str = "abc1234", **more: str) -> dict[str, str]:
    facts = {"name": name, "hash": "MurmurHash3_32", "conversion": "uint32_to_float32", **more}
    return {f"cryptomatte/{key}/{fact}": value for fact, value in facts.items()}


def manifest(*names: str) -> str:
    return json.dumps({name: f"{cryptomatte_id(name):08x}" for name in names})


def scene(layer: str = "CryptoObject", components: Sequence[str] = "RGBA") -> dict[str, np.ndarray]:
    """On the left head before wall, with some hair; on the right the wall."""
    r, g, b, a = list(components)
    return {
        f"{layer}00.{r}": ids("head_geo", "wall"),
        f"{layer}00.{g}": coverage(0.5, 1.0),
        f"{layer}00.{b}": ids("wall", "head_geo"),
        f"{layer}00.{a}": coverage(0.25, 0.0),
        f"{layer}01.{r}": ids("hair_geo", "hair_geo"),
        f"{layer}01.{g}": coverage(0.125, 0.0),
    }


def write(path: Path, channels: dict[str, np.ndarray], header: dict[str, str]) -> Path:
    return exr(path, channels, **header)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hello", 6.0705627102400005616e-17),
        ("равнина", -1.3192631212399999468e-25),
        ("mädchen", 6.2361298211599995797e25),
    ],
)
def test_a_name_has_the_float_that_other_implementations_give_it(name: str, value: float) -> None:
    (found,) = struct.unpack("<f", struct.pack("<I", cryptomatte_id(name)))
    assert found == np.float32(value)


@pytest.mark.parametrize(("name", "value"), [("bunny", "13851a76"), ("default", "42c9679f")])
def test_a_name_has_the_id_of_the_specification(name: str, value: str) -> None:
    assert f"{cryptomatte_id(name):08x}" == value


def test_an_id_is_always_an_ordinary_float() -> None:
    found = np.array([cryptomatte_id(f"object{number}") for number in range(5000)], np.uint32)
    exponents = found >> 23 & 0xFF
    assert exponents.min() > 0
    assert exponents.max() < 255


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["head_geo"], coverage(0.5, 0.0)),
        (["hair_geo"], coverage(0.125, 0.0)),
        (["head_geo", "hair_geo"], coverage(0.625, 0.0)),
        (["wall"], coverage(0.25, 1.0)),
        (["floor"], coverage(0.0, 0.0)),
    ],
)
def test_the_coverages_of_all_ranks_are_added(names: list[str], expected: np.ndarray, tmp_path: Path) -> None:
    path = write(tmp_path / "c.exr", scene() | {"R": HALF, "G": HALF, "B": HALF}, attributes())
    assert np.array_equal(read_cryptomatte(path, names), expected)


@pytest.mark.parametrize(
    ("layer", "components"),
    [
        ("crypto_object", ["R", "G", "B", "A"]),
        ("ViewLayer.CryptoObject", ["r", "g", "b", "a"]),
        ("uCryptoAsset", ["red", "green", "blue", "alpha"]),
    ],
)
def test_layers_are_found_under_the_names_that_renderers_use(layer: str, components: list[str], tmp_path: Path) -> None:
    path = write(tmp_path / "c.exr", scene(layer, components), attributes(layer))
    assert np.array_equal(read_cryptomatte(path, ["head_geo"]), coverage(0.5, 0.0))


def test_where_the_plate_has_alpha_the_share_of_what_is_covered_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "c.exr", scene(), attributes())
    shares = read_cryptomatte(path, ["head_geo", "hair_geo"], visible_only=True)
    assert np.array_equal(shares, coverage(0.625 / 0.875, 0.0))


def test_a_name_is_found_among_objects_and_materials(tmp_path: Path) -> None:
    materials = {"CryptoMaterial00.R": ids("skin", "paint"), "CryptoMaterial00.G": coverage(0.75, 1.0)}
    header = attributes() | attributes("CryptoMaterial", key="def5678", manifest=manifest("skin", "paint"))
    path = write(tmp_path / "c.exr", scene() | materials, header)
    assert np.array_equal(read_cryptomatte(path, ["skin"]), coverage(0.75, 0.0))
    assert np.array_equal(read_cryptomatte(path, ["head_geo"]), coverage(0.5, 0.0))


def test_layers_may_be_parts(tmp_path: Path) -> None:
    beauty = OpenEXR.Part({"name": "rgb", **attributes()}, {"R": HALF, "G": HALF, "B": HALF})
    planes = {name.partition(".")[2]: plane for name, plane in scene().items() if name.startswith("CryptoObject00")}
    first = OpenEXR.Part({"name": "CryptoObject00"}, planes)
    path = tmp_path / "c.exr"
    OpenEXR.File([beauty, first]).write(str(path))
    assert np.array_equal(read_cryptomatte(path, ["head_geo"]), coverage(0.5, 0.0))


def test_the_manifest_lists_the_objects(tmp_path: Path) -> None:
    listed = write(tmp_path / "a.exr", scene(), attributes(manifest=manifest(*NAMES)))
    cut_off = write(tmp_path / "b.exr", scene(), attributes(manifest=manifest(*NAMES)[:-9]))
    without = write(tmp_path / "c.exr", scene(), attributes())
    assert [list_objects(path) for path in (listed, cut_off, without)] == [set(NAMES), set(), set()]


@pytest.mark.parametrize(
    ("channels", "header", "problem"),
    [
        ({"R": HALF, "G": HALF, "B": HALF}, {}, "it has no Cryptomatte"),
        (scene("Other"), attributes(), r"channels of its Cryptomatte CryptoObject are missing: CryptoObject00\.R"),
        (scene(), attributes(hash="MurmurHash3_128"), "hashed by MurmurHash3_128, not MurmurHash3_32"),
        (
            {name: np.ones_like(plane, np.float16) for name, plane in scene().items()},
            attributes(),
            r"channel CryptoObject00\.R is not float32, so the ids",
        ),
    ],
)
def test_a_file_without_a_usable_cryptomatte_is_refused(
    channels: dict[str, Any], header: dict[str, str], problem: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "c.exr", channels, header)
    with pytest.raises(UnsupportedMedia, match=problem):
        read_cryptomatte(path, ["head_geo"])
