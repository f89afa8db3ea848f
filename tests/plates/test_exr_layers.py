"""Layered, multi-part, deep and incomplete EXR files: the picture is chosen by rule, said, and never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from toolkit.errors import UnsupportedMedia
from toolkit.plates import open_plate, probe, read_distances
from toolkit.plates.exr_layers import BEAUTY_NAMES
from toolkit.settings import PlateSettings, describe_settings
from toolkit.turnover import read_cut

LEVELS = {"picture": 0.25, "other": 0.75}
SCANLINES = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}


def _plane(level: float) -> Any:
    return np.full((6, 11), level, np.float16)


def _coloured(name: str, level: float) -> dict[str, Any]:
    return {f"{name}.{component}" if name else component: _plane(level) for component in "RGB"}


def _write(path: Path, channels: Mapping[str, Any]) -> Path:
    OpenEXR.File(dict(SCANLINES), dict(channels)).write(str(path))
    return path


def _write_parts(path: Path, parts: Sequence[tuple[str, Mapping[str, Any]]]) -> Path:
    OpenEXR.File([OpenEXR.Part(dict(SCANLINES), dict(channels), name) for name, channels in parts]).write(str(path))
    return path


def _level(path: Path, layer: str = "") -> float:
    media = probe(path, layer=layer)
    with open_plate(media) as plate:
        (frame,) = plate.frames([media.source_range.first if media.source_range else 0])
    return float(frame.rgb[3, 5, 0])


@pytest.mark.parametrize(
    ("picture", "others"),
    [
        ("Main.Combined", ["Main.AOV"]),
        ("ViewLayer.Combined", ["ViewLayer.Emit", "AO"]),
        ("Composite.Combined", ["ViewLayer.Combined", "ViewLayer.Emit"]),
        ("beauty", ["AO", "rgb"]),
        ("rgba", ["albedo"]),
        ("RGBA", ["AO", "C"]),
        ("C", ["albedo", "sheen"]),
        ("shot.AO.combined", ["beauty"]),
        ("", ["AO", "Beauty"]),
        ("z", []),
    ],
)
def test_the_picture_is_the_layer_with_a_usual_name_not_the_first_of_the_alphabet(
    picture: str, others: list[str], tmp_path: Path
) -> None:
    channels = _coloured(picture, LEVELS["picture"])
    for name in others:
        channels |= _coloured(name, LEVELS["other"])
    assert _level(_write(tmp_path / "p.1001.exr", channels)) == LEVELS["picture"]


def test_a_layer_is_chosen_by_setting(tmp_path: Path) -> None:
    path = _write(tmp_path / "p.1001.exr", {**_coloured("", 0.75), **_coloured("Main.Emit", 0.25), **_coloured("x", 1)})
    for name in ("Main.Emit", "emit", "nothing, Emit"):
        assert _level(path, name) == LEVELS["picture"]
    with pytest.raises(UnsupportedMedia, match=r"no layer Emitt \(plate.layer\).*Main.Emit, x"):
        probe(path, layer="Emitt")
    single = _write(tmp_path / "q.1001.exr", _coloured("", 0.25))
    assert _level(single, "Emit") == LEVELS["picture"], "a file with one picture leaves nothing to choose"


@pytest.mark.parametrize("names", [("AO", "diffuse"), ("a.Combined", "b.Combined")], ids="+".join)
def test_an_undecided_picture_is_refused_with_the_layers(names: tuple[str, str], tmp_path: Path) -> None:
    path = _write(tmp_path / "p.1001.exr", {**_coloured(names[0], 0.1), **_coloured(names[1], 0.2)})
    with pytest.raises(UnsupportedMedia, match=rf"{names[0]}, {names[1]}; choose one with the setting plate.layer"):
        probe(path, layer="")
    with pytest.raises(UnsupportedMedia, match="choose one"):
        open_plate(probe(path))


def test_the_choice_is_a_note_of_the_cut(tmp_path: Path) -> None:
    _write(tmp_path / "p.1001.exr", {**_coloured("AO", 0.1), **_coloured("Combined", 0.2)})
    cut = read_cut(tmp_path / "p.####.exr")
    assert cut.notes == ("p: its picture is read from layer Combined, not from AO (plate.layer)",)
    assert cut.shots[0].media.layer == "Combined"
    other = read_cut(tmp_path / "p.####.exr", plate=PlateSettings(layer="ao"))
    assert other.shots[0].media.layer == "AO"


def test_plain_channels_need_no_note(tmp_path: Path) -> None:
    _write(tmp_path / "p.1001.exr", {**_coloured("", 0.1), **_coloured("AO", 0.2)})
    assert read_cut(tmp_path / "p.####.exr").notes == ()


@pytest.mark.parametrize("first", ["", "Combined"], ids=["plain", "a layer"])
def test_the_layer_never_changes_within_a_sequence(first: str, tmp_path: Path) -> None:
    for number in (7, 8):
        _write(tmp_path / f"p.{number:04}.exr", {**_coloured(first, 0.25), **_coloured("LayerA", 0.75)})
    _write(tmp_path / "p.0009.exr", _coloured("LayerA", 0.75))
    with open_plate(probe(tmp_path / "p.####.exr")) as plate:
        frames = plate.frames([7, 8, 9])
        assert [float(next(frames).rgb[0, 0, 0]) for _ in range(2)] == [0.25, 0.25]
        with pytest.raises(UnsupportedMedia, match=r"p\.0009\.exr: no (R, G, B|layer Combined).* it has LayerA"):
            next(frames)


def test_another_layer_is_another_digest(tmp_path: Path) -> None:
    path = _write(tmp_path / "p.1001.exr", {**_coloured("", 0.1), **_coloured("a", 0.2)})
    with open_plate(probe(path)) as plain, open_plate(probe(path, layer="a")) as layer:
        assert plain.digest(1001) != layer.digest(1001)


@pytest.mark.parametrize(
    "parts",
    [
        [("depth", {"Z": _plane(3)}), ("rgba", _coloured("", 0.25))],
        [("Z", {"Z": _plane(3)}), ("some picture", _coloured("", 0.25))],
        [("a.AO", _coloured("a.AO", 0.75)), ("a.beauty", _coloured("a.beauty", 0.25))],
        [("main", _coloured("AO", 0.75) | _coloured("Combined", 0.25)), ("y", {"Y": _plane(0.75)})],
    ],
    ids=["depth first", "only one has colours", "layers repeat the name of the part", "layers in a part"],
)
def test_the_picture_may_be_in_any_part(parts: Sequence[tuple[str, Mapping[str, Any]]], tmp_path: Path) -> None:
    assert _level(_write_parts(tmp_path / "p.1001.exr", parts)) == LEVELS["picture"]


def test_parts_are_chosen_like_layers(tmp_path: Path) -> None:
    parts = [("left", _coloured("", 0.75)), ("right", _coloured("", 0.25))]
    path = _write_parts(tmp_path / "p.1001.exr", parts)
    assert _level(path, "right") == LEVELS["picture"]
    with pytest.raises(UnsupportedMedia, match="left, right; choose"):
        probe(path, layer="")


def test_parts_without_a_picture_are_named(tmp_path: Path) -> None:
    path = _write_parts(tmp_path / "p.1001.exr", [("depth", {"Z": _plane(1)}), ("n", {"N.X": _plane(1)})])
    with pytest.raises(UnsupportedMedia, match=r"none of its parts has R, G and B: depth \(Z\), n \(N.X\)"):
        probe(path, layer="")


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ("R", "only R of R, G and B among its channels: R"),
        ("GB", "only G and B of R, G and B among its channels: B, G"),
    ],
)
def test_missing_components_are_named(names: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia, match=problem):
        probe(_write(tmp_path / "p.1001.exr", {name: _plane(0.5) for name in names}), layer="")


def test_a_deep_file_is_called_deep(tmp_path: Path) -> None:
    samples = np.empty((4, 5), object)
    for index in np.ndindex(*samples.shape):
        samples[index] = np.full(1 + index[1] % 3, 0.5, np.float16)
    header = {"compression": OpenEXR.ZIPS_COMPRESSION, "type": OpenEXR.deepscanline}
    path = tmp_path / "p.1001.exr"
    OpenEXR.File(header, {name: samples.copy() for name in "RGBA"}).write(str(path))
    with pytest.raises(UnsupportedMedia, match=r"deep.*flatten"):
        probe(path, layer="")
    with pytest.raises(UnsupportedMedia, match=r"deep.*flatten"):
        open_plate(probe(path))


def test_distances_are_found_in_any_part(tmp_path: Path) -> None:
    path = _write_parts(
        tmp_path / "d.1001.exr", [("rgba", _coloured("", 0.25)), ("depth", {"Z": np.full((6, 11), 7, np.float32)})]
    )
    assert float(read_distances(path)[2, 3]) == 7


def test_the_help_text_lists_the_names_that_are_preferred() -> None:
    text = str(describe_settings()).lower()
    assert all(name in text for name in BEAUTY_NAMES)
