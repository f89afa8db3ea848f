"""Read the timecode track of a QuickTime file: FFmpeg gives no timecode if the drop-frame flag is set at 24 or 25 fps.

The layout is that of the QuickTime File Format: boxes of size and type, ``moov`` with one ``trak`` for each track, and
in its ``stbl`` the sample description (``stsd``) and the place of the samples (``stco``, ``co64``). The only sample is
the number of the first frame.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from toolkit.frames import timecode_from_frames

_MAX_MOOV = 1 << 28
"""Bytes; a larger table of contents is not searched."""


def read_timecode_track(path: Path) -> str:
    """Timecode of the first frame, counted without dropping numbers; empty if the file has no readable track."""
    try:
        with path.open("rb") as file:
            moov = _read_moov(file)
            return next((label for trak in _children(moov, b"trak") if (label := _label(file, trak))), "")
    except (OSError, struct.error, IndexError, ValueError):
        return ""


def _read_moov(file: BinaryIO) -> bytes:
    position, end = 0, file.seek(0, 2)
    while position + 8 <= end:
        file.seek(position)
        size, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1:
            (size,), header = struct.unpack(">Q", file.read(8)), 16
        size = size or end - position
        if kind == b"moov":
            return file.read(min(size - header, _MAX_MOOV))
        if size < header:
            break
        position += size
    return b""


def _label(file: BinaryIO, trak: bytes) -> str:
    """The first timecode of a track; empty if the track is not one of timecode."""
    table = trak
    for kind in (b"mdia", b"minf", b"stbl"):
        table = next(_children(table, kind), b"")
    description = next(_children(table, b"stsd"), b"")
    if description[12:16] != b"tmcd":
        return ""
    per_second = description[8 + 32]  # after size, type, reserved, index, reserved, flags, scale and duration
    offset = next(_children(table, b"stco"), b"")[8:12] or next(_children(table, b"co64"), b"")[8:16]
    file.seek(int.from_bytes(offset, "big"))
    (number,) = struct.unpack(">i", file.read(4))
    return str(timecode_from_frames(number, Fraction(per_second))) if offset and per_second else ""


def _children(data: bytes, wanted: bytes) -> Iterator[bytes]:
    """The contents of the boxes of one type that ``data`` begins with."""
    position = 0
    while position + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        if size < 8:
            return
        if kind == wanted:
            yield data[position + 8 : position + size]
        position += size
