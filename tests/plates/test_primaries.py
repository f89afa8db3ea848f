"""Primaries in EXR headers, checked against OpenColorIO, and the gamma of PNG files."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from toolkit.errors import UnsupportedMedia
from toolkit.plates import open_plate, probe, read_guide, write_exr
from toolkit.plates.colour import OCIO_CONFIG
from toolkit.plates.primaries import AP1, REC709, Primaries, from_rec709, parse_primaries, to_rec709
from toolkit.turnover import read_cut

AP0: Primaries = (0.7347, 0.2653, 0.0, 1.0, 0.0001, -0.077, 0.32168, 0.33767)
P3_D65: Primaries = (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329)
REC2020: Primaries = (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329)
RNG = np.random.default_rng(5)
LIGHT = RNG.random((7, 9, 3)).astype(np.float32) * 3


@pytest.mark.parametrize(
    ("primaries", "space"),
    [(AP1, "ACEScg"), (AP0, "ACES2065-1"), (P3_D65, "Linear P3-D65"), (REC2020, "Linear Rec.2020")],
    ids=["ACEScg", "ACES2065-1", "P3", "Rec.2020"],
)
def test_the_conversion_is_that_of_opencolorio(primaries: Primaries, space: str) -> None:
    ocio = pytest.importorskip("PyOpenColorIO", reason="the extra colour is not installed")
    config = ocio.Config.CreateFromBuiltinConfig(OCIO_CONFIG.removeprefix("ocio://"))
    expected = LIGHT.copy()
    processor = config.getProcessor(space, "Linear Rec.709 (sRGB)").getDefaultCPUProcessor()
    processor.apply(ocio.PackedImageDesc(expected, 9, 7, 3))
    assert np.allclose(to_rec709(LIGHT, primaries), expected, atol=2e-4)
    assert np.allclose(from_rec709(expected, primaries), LIGHT, atol=2e-4)


def test_white_stays_white_and_the_way_back_is_exact() -> None:
    white = np.ones((1, 1, 3), np.float32)
    for primaries in (AP0, AP1, P3_D65, REC2020):
        assert np.allclose(to_rec709(white, primaries), 1, atol=1e-5)
        assert np.allclose(from_rec709(to_rec709(LIGHT, primaries), primaries), LIGHT, atol=1e-5)


def test_headers_are_rounded_and_may_be_empty() -> None:
    assert parse_primaries(None) is None
    assert parse_primaries(np.array(REC709, np.float32)) is None
    assert parse_primaries([value + 1e-4 for value in AP1]) == AP1
    assert parse_primaries(np.array(P3_D65, np.float32)) == P3_D65
    assert parse_primaries([0.0] * 8) is None


def test_primaries_that_span_nothing_are_ignored_aloud(tmp_path: Path) -> None:
    write_exr(tmp_path / "p.0001.exr", LIGHT.astype(np.float16), {"chromaticities": (0.0,) * 8})
    cut = read_cut(tmp_path / "p.####.exr")
    assert cut.notes == (
        "p: the chromaticities in its header span no colours; they are ignored, and Rec.709 is assumed",
    )
    with open_plate(cut.shots[0].media) as plate:
        assert np.array_equal(next(plate.frames([1])).rgb, LIGHT.astype(np.float16).astype(np.float32))


def test_detectors_and_guides_see_the_colours_that_the_header_means(tmp_path: Path) -> None:
    light = (0.2 + 0.6 * RNG.random((7, 9, 3))).astype(np.float32)
    path = tmp_path / "p.0001.exr"
    write_exr(path, from_rec709(light, AP1).astype(np.float16), {"chromaticities": AP1})
    codes = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    with open_plate(probe(tmp_path / "p.####.exr")) as plate:
        _, seen = next(plate.frames_8bit([1]))
    assert np.abs(seen / 255.0 - codes).max() < 1.5 / 255
    assert np.abs(read_guide(path) - codes).max() < 1.5 / 255


def test_primaries_may_not_change_within_a_sequence(tmp_path: Path) -> None:
    for number, primaries in ((1, AP1), (2, P3_D65)):
        write_exr(tmp_path / f"p.{number:04}.exr", LIGHT.astype(np.float16), {"chromaticities": primaries})
    with (
        open_plate(probe(tmp_path / "p.####.exr")) as plate,
        pytest.raises(UnsupportedMedia, match=r"p\.0002\.exr: source frame 2 is linear with primaries 0.68.*0.713"),
    ):
        list(plate.frames([1, 2]))


def test_the_digest_of_a_plate_knows_its_primaries(tmp_path: Path) -> None:
    """Frames that were rendered while they were ignored are rendered again; all others are kept."""
    from toolkit.plates import file_digest

    for name, primaries in (("a", AP1), ("b", REC709)):
        write_exr(tmp_path / f"{name}.0001.exr", LIGHT.astype(np.float16), {"chromaticities": primaries})
    with open_plate(probe(tmp_path / "a.####.exr")) as wide, open_plate(probe(tmp_path / "b.####.exr")) as usual:
        assert wide.digest(1) != file_digest(tmp_path / "a.0001.exr")
        assert usual.digest(1) == file_digest(tmp_path / "b.0001.exr")


# --- gamma of PNG ------------------------------------------------------------------------------------------------


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _write_png(path: Path, gamma: float, *, other: bytes = b"", deep: bool = False) -> Path:
    """A PNG of code 128 (or 128 * 257) with a ``gAMA`` chunk, and perhaps another one."""
    codes = np.full((9, 16, 3), 128 * 257 if deep else 128, np.uint16 if deep else np.uint8)
    data = cv2.imencode(".png", codes)[1].tobytes()
    header = 8 + 25
    chunks = _chunk(b"gAMA", struct.pack(">I", round(gamma * 100_000))) + other
    path.write_bytes(data[:header] + chunks + data[header:])
    return path


@pytest.mark.parametrize("deep", [False, True], ids=["8 bits", "16 bits"])
def test_a_png_that_says_it_is_linear_is_linear(deep: bool, tmp_path: Path) -> None:
    _write_png(tmp_path / "p.0001.png", 1.0, deep=deep)
    cut = read_cut(tmp_path / "p.####.png")
    assert "linear (gamma 1.0)" in cut.notes[0]
    with open_plate(cut.shots[0].media) as plate:
        assert plate.encoding == "linear"
        assert next(plate.frames([1])).rgb[0, 0].tolist() == pytest.approx([128 / 255] * 3)
        _, seen = next(plate.frames_8bit([1]))
    assert seen[0, 0].tolist() == [188] * 3


@pytest.mark.parametrize(
    ("gamma", "other", "note"),
    [
        (0.45455, b"", None),
        (0.45, b"", None),
        (1.0, _chunk(b"sRGB", b"\0"), None),
        (0.55556, b"", "gamma is 1/1.8, which is not applied"),
    ],
    ids=["2.2", "rounded", "sRGB takes precedence", "1.8"],
)
def test_other_png_are_display_referred(gamma: float, other: bytes, note: str | None, tmp_path: Path) -> None:
    _write_png(tmp_path / "p.0001.png", gamma, other=other)
    cut = read_cut(tmp_path / "p.####.png")
    assert [note in one for one in cut.notes if note] == ([True] if note else [])
    assert len(cut.notes) == bool(note)
    with open_plate(cut.shots[0].media) as plate:
        assert plate.encoding == "display"


def test_a_png_may_not_become_linear_within_a_sequence(tmp_path: Path) -> None:
    _write_png(tmp_path / "p.0001.png", 0.45455)
    _write_png(tmp_path / "p.0002.png", 1.0)
    with (
        open_plate(probe(tmp_path / "p.####.png")) as plate,
        pytest.raises(UnsupportedMedia, match="source frame 2 is linear, the first frame display"),
    ):
        list(plate.frames([1, 2]))
