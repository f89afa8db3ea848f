"""The ``gAMA`` chunk of PNG: some renderers write linear light into 16-bit PNG, and say so only there."""

from __future__ import annotations

import struct
from pathlib import Path

from toolkit.plates.colour import Encoding

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_OTHERS = {b"sRGB", b"iCCP", b"cICP"}
"""Chunks that take precedence over ``gAMA`` (W3C PNG, section 4.3)."""
_LINEAR, _DISPLAY = 1.0, 1 / 2.2
_TOLERANCE = 0.03
"""2.2 stands for the sRGB curve; writers round both."""


def png_encoding(data: bytes) -> Encoding:
    """``linear`` if the PNG ``data`` says so, else ``display``."""
    gamma = _read_gamma(data)
    return "linear" if gamma is not None and abs(gamma - _LINEAR) < _TOLERANCE else "display"


def png_gamma_notes(path: Path) -> list[str]:
    """A note if the file at ``path`` is a PNG of linear light, or of a gamma that is not read."""
    if path.suffix.lower() != ".png" or not path.is_file():
        return []
    with path.open("rb") as file:
        gamma = _read_gamma(file.read(1 << 16))
    if gamma is None or abs(gamma - _DISPLAY) < _TOLERANCE:
        return []
    if abs(gamma - _LINEAR) < _TOLERANCE:
        return ["its PNG files say that they are linear (gamma 1.0), and are read so; hosts may read them as sRGB"]
    return [f"its PNG files say that their gamma is 1/{1 / gamma:.3g}, which is not applied; they are read as sRGB"]


def _read_gamma(data: bytes) -> float | None:
    """The exponent of a PNG's codes, if nothing else before its pixels describes its colours."""
    if not data.startswith(_SIGNATURE):
        return None
    position, gamma = len(_SIGNATURE), None
    while position + 12 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, position)
        if kind in _OTHERS:
            return None
        if kind == b"IDAT":
            break
        if kind == b"gAMA" and size == 4 and position + 12 <= len(data):
            gamma = int.from_bytes(data[position + 8 : position + 12], "big") / 100_000
        position += size + 12
    return gamma or None
