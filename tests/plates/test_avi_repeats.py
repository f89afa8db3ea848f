"""AVI files that repeat pictures by empty chunks: each repeat is a frame, as players and hosts show it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from toolkit.errors import CorruptMedia
from toolkit.frames import FrameRange
from toolkit.plates import open_plate, probe

RATE = 25


def _chunk(tag: bytes, data: bytes) -> bytes:
    return tag + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _write_avi(path: Path, shown: Sequence[int | None]) -> Path:
    """A Motion JPEG movie of grey pictures, 20 times the number; None: an empty chunk."""
    width, height = 96, 64
    pictures = [
        b"" if number is None else cv2.imencode(".jpg", np.full((height, width, 3), 20 * number, np.uint8))[1].tobytes()
        for number in shown
    ]
    count = len(shown)
    main = struct.pack("<14I", 10**6 // RATE, 0, 0, 0x10, count, 0, 1, 0, width, height, 0, 0, 0, 0)
    timing = struct.pack("<8I", 0, 1, RATE, 0, count, 0, 0xFFFFFFFF, 0)
    stream = b"vidsMJPG" + struct.pack("<IHH", 0, 0, 0) + timing + struct.pack("<4h", 0, 0, width, height)
    form = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    streams = _chunk(b"LIST", b"strl" + _chunk(b"strh", stream) + _chunk(b"strf", form))
    header = _chunk(b"LIST", b"hdrl" + _chunk(b"avih", main) + streams)
    movie, index = b"movi", b""
    for picture in pictures:
        index += b"00dc" + struct.pack("<III", 0x10 if picture else 0, len(movie), len(picture))
        movie += _chunk(b"00dc", picture)
    path.write_bytes(_chunk(b"RIFF", b"AVI " + header + _chunk(b"LIST", movie) + _chunk(b"idx1", index)))
    return path


def _shown(path: Path) -> list[int]:
    media = probe(path)
    assert media.source_range is not None
    with open_plate(media) as plate:
        return [round(float(picture.mean()) / 20) for _, picture in plate.frames_8bit(media.source_range)]


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ([0, 1, 2, None, None, 5, 6, None, 8, 9], [0, 1, 2, 2, 2, 5, 6, 6, 8, 9]),
        ([0, 1, 2, 3, None, None], [0, 1, 2, 3, 3, 3]),
        ([None, 1, 2, 3], [1, 1, 2, 3]),
        ([0, 1, 2, 3], [0, 1, 2, 3]),
    ],
    ids=["in the middle", "at the end", "at the start", "none"],
)
def test_an_empty_chunk_shows_the_picture_before(stored: list[int | None], expected: list[int], tmp_path: Path) -> None:
    path = _write_avi(tmp_path / "a.avi", stored)
    media = probe(path, variable_rate="refuse")  # its rate is constant

    assert (media.rate, media.source_range, media.notes) == (RATE, FrameRange.of(0, len(stored)), ())
    assert _shown(path) == expected


def test_a_frame_is_the_same_however_it_is_reached(tmp_path: Path) -> None:
    path = _write_avi(tmp_path / "a.avi", [0, 1, None, 3, None, None, 6, 7])
    with open_plate(probe(path)) as plate:
        single = {frame: round(float(next(plate.frames_8bit([frame]))[1].mean()) / 20) for frame in (7, 2, 4, 0, 5, 3)}
    assert single == {7: 7, 2: 1, 4: 3, 0: 0, 5: 3, 3: 3}


@pytest.mark.parametrize("part", [0.5, 0.9])
def test_one_that_is_cut_off_is_still_refused(part: float, tmp_path: Path) -> None:
    path = _write_avi(tmp_path / "a.avi", [0, 1, None, 3, None, 5, 6, 7])
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises(CorruptMedia, match=r"a\.avi.*truncated"):
        probe(path)
