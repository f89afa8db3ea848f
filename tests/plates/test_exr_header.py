"""Detecting truncated EXR files without decoding them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO
import pytest

from toolkit.errors import CorruptMedia
from toolkit.plates import exr_header, is_complete, read_attributes, write_exr

PIXELS = np.random.default_rng(13).random((300, 70, 3)).astype(np.float16)


def _write(path: Path, **header: Any) -> bytes:
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}
    OpenEXR.File(header, {"RGB": PIXELS}).write(str(path))
    return path.read_bytes()


def _assert_truncations_detected(path: Path, data: bytes) -> None:
    assert is_complete(path)
    for size in [0, 3, 8, 40, 200, *np.linspace(300, len(data) - 1, 9).astype(int), len(data) - 1]:
        path.write_bytes(data[:size])
        assert not is_complete(path), f"{size} of {len(data)} bytes"


@pytest.mark.parametrize("compression", [name for name in dir(OpenEXR) if name.endswith("_COMPRESSION")])
def test_truncation_is_detected_in_every_compression(compression: str, tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    _assert_truncations_detected(path, _write(path, compression=getattr(OpenEXR, compression)))


def test_truncation_is_detected_in_tiles(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    tiles = OpenEXR.TileDescription()
    tiles.xSize, tiles.ySize = 32, 16
    _assert_truncations_detected(path, _write(path, type=OpenEXR.tiledimage, tiles=tiles))


@pytest.mark.parametrize("size", [(300, 70), (257, 33)])
def test_truncation_is_detected_in_mipmaps(size: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    picture = OpenImageIO.ImageBuf(OpenImageIO.ImageSpec(*size, 3, "half"))
    OpenImageIO.ImageBufAlgo.noise(picture, "uniform", 0, 1)
    assert OpenImageIO.ImageBufAlgo.make_texture(OpenImageIO.MakeTxTexture, picture, str(path))
    _assert_truncations_detected(path, path.read_bytes())


@pytest.mark.parametrize(
    ("mode", "count"), [(0x00, 57), (0x01, 91), (0x11, 92), (0x02, 430), (0x12, 484)],
    ids=["one level", "mipmap", "mipmap rounded up", "ripmap", "ripmap rounded up"],
)  # fmt: skip
def test_tiles_of_all_levels_are_counted(mode: int, count: int) -> None:
    """The counts are the sizes of OpenEXR's offset tables for 70x300 in tiles of 32x16."""
    assert exr_header._tile_count(struct.pack("<IIB", 32, 16, mode), 70, 300) == count


def test_truncation_is_detected_in_multi_part_files(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    parts = [
        OpenEXR.Part({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}, {"RGB": PIXELS}, name)
        for name in "ab"
    ]
    OpenEXR.File(parts).write(str(path))
    _assert_truncations_detected(path, path.read_bytes())


def test_a_file_of_an_interrupted_writer_is_not_complete(tmp_path: Path) -> None:
    """OpenEXR writes its offset table last: until then it contains zeros."""
    path = tmp_path / "a.exr"
    data = bytearray(_write(path))
    _, table = exr_header._read_headers(bytes(data), 8, multi_part=False)
    data[table + 8 : table + 16] = bytes(8)
    path.write_bytes(data)
    assert not is_complete(path)


@pytest.mark.parametrize("content", [b"", b"v/1\x01", b"not an EXR file" * 50], ids=["empty", "magic only", "text"])
def test_other_files_are_not_complete_and_have_no_attributes(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    path.write_bytes(content)
    assert not is_complete(path)
    with pytest.raises(CorruptMedia, match="header"):
        read_attributes(path)


def test_attributes_of_a_truncated_file_are_still_read(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    write_exr(path, PIXELS, {"toolkit/contentKey": "abc"})
    path.write_bytes(path.read_bytes()[:2000])
    assert read_attributes(path)["toolkit/contentKey"] == "abc"
    assert not is_complete(path)
