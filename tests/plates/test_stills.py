"""PNG, JPEG and TIFF sequences are read exactly as stored."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.errors import UnsupportedMedia
from toolkit.plates import PlateFrame, file_digest, open_plate, probe

RNG = np.random.default_rng(11)
CODES = {bits: RNG.integers(0, 2**bits, (24, 32, 4)).astype(f"u{bits // 8}") for bits in (8, 16)}


def _write(path: Path, rgba: NDArray[Any]) -> Path:
    swapped = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    picture = rgba if rgba.ndim == 2 else cv2.cvtColor(rgba, swapped[rgba.shape[2]])
    assert cv2.imwrite(str(path), picture)
    return path


def _only_frame(path: Path) -> tuple[PlateFrame, NDArray[np.uint8], str]:
    media = probe(path)
    assert media.source_range is not None
    number = media.source_range.first
    with open_plate(media) as plate:
        frame, (_, rgb_8bit) = next(plate.frames([number])), next(plate.frames_8bit([number]))
        assert (plate.height, plate.width) == frame.rgb.shape[:2]
        assert plate.has_alpha == (frame.alpha is not None)
        return frame, rgb_8bit, plate.encoding


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("channels", [3, 4], ids=["RGB", "RGBA"])
def test_codes_of_a_png_are_divided_by_full_scale(bits: int, channels: int, tmp_path: Path) -> None:
    codes = CODES[bits][..., :channels]
    frame, rgb_8bit, encoding = _only_frame(_write(tmp_path / "a.png", np.ascontiguousarray(codes)))
    unit = (codes / (2**bits - 1)).astype(np.float32)
    assert np.array_equal(frame.rgb, unit[..., :3])
    assert frame.rgb.flags.c_contiguous
    assert (frame.alpha is None) == (channels == 3)
    if channels == 4:
        assert frame.alpha is not None
        assert np.array_equal(frame.alpha, unit[..., 3])
    assert (encoding, frame.premultiplied) == ("display", False)
    assert np.array_equal(rgb_8bit, np.rint(codes[..., :3] / (1 if bits == 8 else 257)))


@pytest.mark.parametrize(("suffix", "bits"), [(".png", 8), (".png", 16), (".tif", 8), (".tif", 16), (".jpg", 8)])
def test_grey_becomes_rgb(suffix: str, bits: int, tmp_path: Path) -> None:
    ramp = np.tile(np.arange(64, dtype=f"u{bits // 8}") * (2 ** (bits - 8)), (16, 1))
    frame, rgb_8bit, _ = _only_frame(_write(tmp_path / f"a{suffix}", ramp))
    unit = (ramp / (2**bits - 1)).astype(np.float32)[..., None]
    assert np.abs(frame.rgb - unit).max() <= (1.1 / 255 if suffix == ".jpg" else 0)
    assert rgb_8bit.shape == (16, 64, 3)


def test_a_jpeg_equals_what_opencv_decodes(tmp_path: Path) -> None:
    smooth = cv2.GaussianBlur(CODES[8][..., :3], (0, 0), 3)
    path = _write(tmp_path / "a.JPG", smooth)
    frame, rgb_8bit, _ = _only_frame(path)
    stored = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    assert np.array_equal(rgb_8bit, stored)
    assert np.array_equal(frame.rgb, (stored / 255).astype(np.float32))
    assert np.abs(stored.astype(int) - smooth).mean() < 4


def test_a_jpeg_followed_by_other_bytes_is_complete(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jpg", np.ascontiguousarray(CODES[8][..., :3]))
    path.write_bytes(path.read_bytes() + b"maker notes" * 9)
    _only_frame(path)


# --- TIFF, byte by byte ----------------------------------------------------------------------------------------


def _tiff(
    pixels: NDArray[Any], *, extra: int | None = None, order: Literal["<", ">"] = "<", **more: tuple[int, ...]
) -> bytes:
    """One uncompressed strip; ``extra`` is the ExtraSamples tag: 1 associated alpha, 2 unassociated."""
    height, width, samples = pixels.shape
    bits, kind = pixels.itemsize * 8, 3 if pixels.dtype.kind == "f" else 1
    data = pixels.astype(pixels.dtype.newbyteorder(order)).tobytes()
    tags: dict[int, tuple[str, tuple[int, ...]]] = {
        256: ("H", (width,)), 257: ("H", (height,)), 258: ("H", (bits,) * samples), 259: ("H", (1,)), 262: ("H", (2,)),
        273: ("I", (8,)), 277: ("H", (samples,)), 278: ("H", (height,)), 279: ("I", (len(data),)),
        339: ("H", (kind,) * samples),
    }  # fmt: skip
    if extra is not None:
        tags[338] = ("H", (extra,))
    tags |= {int(name[1:]): ("H", values) for name, values in more.items()}
    start = 8 + len(data)
    overflow = start + 2 + 12 * len(tags) + 4
    entries, tail = b"", b""
    for tag, (letter, values) in sorted(tags.items()):
        packed = struct.pack(f"{order}{len(values)}{letter}", *values)
        where = packed.ljust(4, b"\0")
        if len(packed) > 4:
            where, tail = struct.pack(f"{order}I", overflow + len(tail)), tail + packed
        entries += struct.pack(f"{order}HHI", tag, {"H": 3, "I": 4}[letter], len(values)) + where
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", start)
    return head + data + struct.pack(f"{order}H", len(tags)) + entries + bytes(4) + tail


@pytest.mark.parametrize("order", ["<", ">"], ids=["little endian", "big endian"])
@pytest.mark.parametrize(("extra", "premultiplied"), [(2, False), (1, True)], ids=["straight", "associated"])
@pytest.mark.parametrize("bits", [8, 16])
def test_alpha_of_a_tiff_is_as_tagged_and_never_applied(
    bits: int, extra: int, premultiplied: bool, order: Literal["<", ">"], tmp_path: Path
) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(_tiff(CODES[bits], extra=extra, order=order))
    frame, _, _ = _only_frame(path)
    unit = (CODES[bits] / (2**bits - 1)).astype(np.float32)
    assert np.array_equal(frame.rgb, unit[..., :3])
    assert frame.alpha is not None
    assert np.array_equal(frame.alpha, unit[..., 3])
    assert frame.premultiplied == premultiplied


UPRIGHT: dict[int, Callable[[NDArray[Any]], NDArray[Any]]] = {
    1: lambda stored: stored,
    2: np.fliplr,
    3: lambda stored: np.rot90(stored, 2),
    4: np.flipud,
    5: lambda stored: np.swapaxes(stored, 0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.rot90(np.swapaxes(stored, 0, 1), 2),
    8: np.rot90,
}
"""By the Orientation tag of TIFF 6.0: 6 says that the first row is the right side of the picture."""


@pytest.mark.parametrize("tag", UPRIGHT)
def test_a_tiff_is_read_upright(tag: int, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(_tiff(CODES[8], extra=2, t274=(tag,)))
    frame, rgb_8bit, _ = _only_frame(path)
    expected = UPRIGHT[tag](CODES[8])
    assert np.array_equal(rgb_8bit, expected[..., :3])
    assert frame.alpha is not None
    assert np.array_equal(frame.alpha, (expected[..., 3] / 255).astype(np.float32))
    with open_plate(probe(path)) as plate:
        assert (plate.width, plate.height) == expected.shape[1::-1]
        assert (plate.digest(0) != file_digest(path)) == (tag > 1), "rendered again, as it was read as stored"


@pytest.mark.parametrize("channels", [3, 4])
def test_a_float_tiff_is_exact(channels: int, tmp_path: Path) -> None:
    pixels = RNG.normal(0.5, 1.0, (8, 12, channels)).astype(np.float32)
    path = tmp_path / "a.tiff"
    path.write_bytes(_tiff(pixels, extra=2 if channels == 4 else None))
    frame, rgb_8bit, _ = _only_frame(path)
    assert np.array_equal(frame.rgb, pixels[..., :3])
    assert np.array_equal(rgb_8bit, np.rint(np.clip(pixels[..., :3], 0, 1) * 255))


def test_nan_and_infinities_of_a_float_tiff_are_replaced(tmp_path: Path) -> None:
    """As in an EXR plate: such a pixel would spread over a whole crop, and no layer can be written with it."""
    pixels = np.zeros((4, 4, 4), np.float32)
    pixels[0, :3] = [[np.nan], [np.inf], [-np.inf]]
    (tmp_path / "a.tif").write_bytes(_tiff(pixels, extra=1))
    frame, _, _ = _only_frame(tmp_path / "a.tif")
    assert frame.alpha is not None
    assert frame.rgb[0, :, 0].tolist() == frame.alpha[0].tolist() == [0, 65504, -65504, 0]


@pytest.mark.parametrize("bits", [8, 16])
def test_a_compressed_tiff_is_exact(bits: int, tmp_path: Path) -> None:
    codes = np.ascontiguousarray(CODES[bits][..., :3])
    path = tmp_path / "a.tif"
    assert cv2.imwrite(str(path), codes[..., ::-1], [cv2.IMWRITE_TIFF_COMPRESSION, 5])
    assert np.array_equal(_only_frame(path)[0].rgb, (codes / (2**bits - 1)).astype(np.float32))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_tiff(CODES[8][..., :3], t322=(16,), t323=(16,)), "tiled TIFF"),
        (_tiff(CODES[8], t262=(5,)), "neither grey, RGB nor palette"),
        (_tiff(np.zeros((4, 4, 3), np.uint32)), "32-bit samples"),
        (_tiff(np.zeros((4, 4, 3), np.float64)), "64-bit samples"),
        (_tiff(np.zeros((4, 4, 3), np.float32), t284=(2,), t317=(3,)), "planar floats"),
    ],
    ids=["tiles", "CMYK", "32-bit integers", "doubles", "planar floats with a predictor"],
)
def test_unsupported_tiffs_are_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(content)
    with pytest.raises(UnsupportedMedia, match=reason):
        _only_frame(path)


def test_each_file_is_read_once_for_its_digest_even_in_a_long_sequence(tmp_path: Path) -> None:
    """Tracks and content keys need the digests again and again; unchanged files are not read again."""
    files = [tmp_path / f"p.{number:05d}.png" for number in range(5000)]
    for file in files:
        file.write_bytes(b"read")
    digests = [file_digest(file) for file in files]
    before = files[0].stat()
    files[0].write_bytes(b"READ")
    os.utime(files[0], ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [file_digest(file) for file in files] == digests


def test_the_digest_is_that_of_the_frames_file(tmp_path: Path) -> None:
    from hashlib import sha256

    for number in (1, 2):
        _write(tmp_path / f"p.{number:04d}.png", CODES[8][number:, :, :3].copy())
    with open_plate(probe(tmp_path / "p.####.png")) as plate:
        for number in (1, 2):
            assert plate.digest(number) == sha256((tmp_path / f"p.{number:04d}.png").read_bytes()).hexdigest()
        before = plate.digest(2)
    _write(tmp_path / "p.0002.png", CODES[8][..., :3].copy())
    with open_plate(probe(tmp_path / "p.####.png")) as plate:
        assert plate.digest(2) != before
