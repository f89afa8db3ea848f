"""Read EXR attributes without pixels, and detect truncated files.

OpenEXR reads the header of a truncated file without an error, and omits parts when it reads the pixels. The layout
(magic, attributes, offset table, chunks) is that of the OpenEXR file layout document at openexr.com.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

from toolkit.errors import CorruptMedia, MissingMedia
from toolkit.frames import Timecode

_MAGIC = b"\x76\x2f\x31\x01"
_TILED, _DEEP, _MULTI_PART = 0x200, 0x800, 0x1000
"""Flags of the version word."""

_LINES_PER_CHUNK = (1, 1, 1, 16, 32, 16, 32, 32, 32, 256, 256, 32, 256, 1)
"""By compression number: none, RLE, ZIPS, ZIP, PIZ, PXR24, B44, B44A, DWAA, DWAB, HTJ2K256, HTJ2K32, LJ2K, ZSTD."""


def read_attributes(path: Path) -> dict[str, Any]:
    """The header of the first part as plain values, without reading a pixel (about 0.1 ms).

    ``framesPerSecond`` is a Fraction, ``timeCode`` a ``Timecode``, vectors are tuples, windows are pairs of tuples;
    OpenEXR's own enumerations and channel lists stay as they are. Raises MissingMedia and CorruptMedia.
    """
    import OpenEXR  # type: ignore[import-not-found,unused-ignore]

    if not path.is_file():
        raise MissingMedia(path)
    try:
        with OpenEXR.File(str(path), header_only=True) as file:
            header = dict(file.header())
    except (RuntimeError, ValueError, OSError, MemoryError) as error:
        raise CorruptMedia(path, f"its EXR header cannot be read ({error})") from error
    rate = header.get("framesPerSecond")
    label_frames = frames_per_label(rate) if isinstance(rate, Fraction) else 1
    return {name: _to_plain(value, label_frames) for name, value in header.items()}


def is_complete(path: Path) -> bool:
    """Whether every chunk in the offset tables lies inside the file; also False if it is missing or not an EXR.

    Reads the header, the tables and one chunk's size only (about 0.1 ms): damaged pixels are not detected.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _last_chunk_ends_inside(data)
    except (OSError, ValueError, struct.error, LookupError):
        return False


def locate_chunks(data: bytes) -> tuple[int, int]:
    """Where the offset table of a file with one part begins, and the number of its entries; the chunks follow it."""
    (part,), position = _read_headers(data, 8, multi_part=False)
    return position, part.chunk_count()


def frames_per_label(rate: Fraction) -> int:
    """How many frames share one EXR ``timeCode``, whose frame field ends at 29.

    Above 30 fps frames are counted in pairs, and the field flag marks the second one, as in SMPTE ST 12-1 for 50 and
    60 fps. At higher rates, more frames share a timecode and are not distinguished.
    """
    return max(1, -(-round(rate) // 30))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    attributes: Mapping[str, bytes]

    @property
    def kind(self) -> bytes:
        return self.attributes.get("type", b"").rstrip(b"\0")

    def chunk_count(self) -> int:
        if "chunkCount" in self.attributes:
            return int(struct.unpack("<i", self.attributes["chunkCount"])[0])
        x0, y0, x1, y1 = struct.unpack("<4i", self.attributes["dataWindow"])
        width, height = x1 - x0 + 1, y1 - y0 + 1
        if "tiles" in self.attributes:
            return _tile_count(self.attributes["tiles"], width, height)
        lines = _LINES_PER_CHUNK[self.attributes["compression"][0]]
        return int(-(-height // lines))


def _tile_count(tiles: bytes, width: int, height: int) -> int:
    tile_width, tile_height, mode = struct.unpack("<IIB", tiles)
    levels, round_up = mode & 15, mode >> 4

    def sizes(size: int) -> list[int]:
        level_sizes = [size]
        while levels and level_sizes[-1] > 1:
            level_sizes.append((level_sizes[-1] + round_up) // 2)
        return level_sizes

    across, down = sizes(width), sizes(height)
    if levels == 2:
        pairs = list(product(across, down))
    else:
        longest = max(len(across), len(down))
        across += [1] * (longest - len(across))
        down += [1] * (longest - len(down))
        pairs = list(zip(across, down, strict=True))
    return sum(-(-w // tile_width) * -(-h // tile_height) for w, h in pairs)


def _last_chunk_ends_inside(data: mmap.mmap) -> bool:
    if data[:4] != _MAGIC:
        return False
    (version,) = struct.unpack_from("<I", data, 4)
    parts, position = _read_headers(data, 8, multi_part=bool(version & _MULTI_PART))
    last, kind = 0, b""
    for part in parts:
        offsets = struct.unpack_from(f"<{part.chunk_count()}Q", data, position)
        position += 8 * len(offsets)
        if min(offsets) < position:  # an interrupted writer leaves zeros
            return False
        if max(offsets) > last:
            last, kind = max(offsets), part.kind
    tiled = kind == b"tiledimage" or (not kind and bool(version & _TILED))
    end = _chunk_end(data, last, tiled=tiled, deep=kind.startswith(b"deep"), multi=bool(version & _MULTI_PART))
    return end <= len(data)


def _chunk_end(data: mmap.mmap | bytes, offset: int, *, tiled: bool, deep: bool, multi: bool) -> int:
    """Where the chunk at ``offset`` ends; it starts with part number, coordinates and sizes."""
    leader = offset + 4 * multi + (16 if tiled else 4)
    if deep:
        tables, pixels = struct.unpack_from("<QQ", data, leader)
        return int(leader + 24 + tables + pixels)
    (size,) = struct.unpack_from("<i", data, leader)
    return int(leader + 4 + size)


def _read_headers(data: mmap.mmap | bytes, position: int, *, multi_part: bool) -> tuple[list[_Part], int]:
    """Every part's attributes, and the position of the offset tables."""
    parts: list[_Part] = []
    while data[position]:
        attributes: dict[str, bytes] = {}
        while data[position]:
            name, position = _read_name(data, position)
            _, position = _read_name(data, position)
            (size,) = struct.unpack_from("<i", data, position)
            attributes[name] = data[position + 4 : position + 4 + size]
            position += 4 + size
        parts.append(_Part(attributes=attributes))
        position += 1
        if not multi_part:
            return parts, position
    return parts, position + 1


def _read_name(data: mmap.mmap | bytes, position: int) -> tuple[str, int]:
    end = data.find(b"\0", position, position + 256)
    if end < 0:
        raise ValueError("an attribute name is not terminated")
    return data[position:end].decode("latin-1"), end + 1


def _to_plain(value: Any, label_frames: int) -> Any:
    import numpy as np
    import OpenEXR  # type: ignore[import-not-found,unused-ignore]

    if isinstance(value, OpenEXR.TimeCode):
        return Timecode(
            hours=value.hours,
            minutes=value.minutes,
            seconds=value.seconds,
            frames=value.frame * label_frames + (int(value.fieldPhase) if label_frames == 2 else 0),
            drop_frame=bool(value.dropFrame),
        )
    if isinstance(value, np.ndarray):
        return tuple(value.tolist())
    if isinstance(value, tuple):
        return tuple(_to_plain(item, label_frames) for item in value)
    return value
