"""Create a small image sequence for Self Check to measure with."""

import os
import struct
import zlib

SCRATCH_FIRST, SCRATCH_COUNT, SCRATCH_SIZE = 1001, 24, 64


def write_scratch_sequence(folder):
    """Write grey, half-transparent PNGs of increasing brightness; return the pattern of their paths."""
    pattern = os.path.join(folder, "toolkit_self_check.%04d.png")
    for number in range(SCRATCH_COUNT):
        with open(pattern % (SCRATCH_FIRST + number), "wb") as stream:
            stream.write(_png(bytes([number * 10] * 3 + [128])))
    return pattern


def _png(pixel):
    rows = (b"\0" + pixel * SCRATCH_SIZE) * SCRATCH_SIZE
    head = struct.pack(">IIBBBBB", SCRATCH_SIZE, SCRATCH_SIZE, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) & 0xFFFFFFFF)
