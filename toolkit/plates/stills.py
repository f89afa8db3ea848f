"""Read PNG, JPEG and TIFF files as stored; a truncated file is an error, never half a picture.

Measured on truncated and damaged files: OpenCV and PyAV silently return half a JPEG; OpenCV multiplies 8-bit TIFF by
straight alpha and scrambles planar 16-bit TIFF; PyAV scrambles tiled TIFF. So the structure of every file is checked
here first; PNG and JPEG are decoded by OpenCV (twice as fast as PyAV), TIFF in strips by PyAV, and tiled TIFF is
refused.
"""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import CorruptMedia, MissingMedia
from toolkit.plates.colour import Encoding
from toolkit.plates.png_gamma import png_encoding
from toolkit.plates.stored_picture import StoredPicture
from toolkit.plates.tiff import read_tiff

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SEGMENT_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
"""A marker that ends entropy-coded data: no stuffed byte, padding or restart marker."""


def read_still(path: Path) -> StoredPicture:
    """The picture at ``path``: 8 and 16-bit codes, or the float32 of a float TIFF; display-referred, if not linear PNG.

    Alpha is straight in PNG and as tagged in TIFF; JPEG is rotated by its Exif orientation. Raises MissingMedia,
    CorruptMedia and UnsupportedMedia.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise MissingMedia(path) from None
    except OSError as error:
        raise CorruptMedia(path, error.strerror or str(error)) from error
    if path.suffix.lower() in {".tif", ".tiff"}:
        return read_tiff(path, data)
    is_png = data[:8] == _PNG
    problem = _png_problem(data) if is_png else _jpeg_problem(data)
    if problem:
        raise CorruptMedia(path, problem)
    encoding = png_encoding(data) if is_png else "display"
    return _to_stored_picture(_decode(path, data, keep_alpha=is_png), encoding)


def _decode(path: Path, data: bytes, *, keep_alpha: bool) -> NDArray[Any]:
    import cv2

    flags = cv2.IMREAD_UNCHANGED if keep_alpha else cv2.IMREAD_COLOR
    try:
        codes = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise CorruptMedia(path, str(error).strip().splitlines()[-1]) from error
    if codes is None:
        raise CorruptMedia(path, "its pixels cannot be decoded")
    return np.asarray(codes)


def _to_stored_picture(bgr: NDArray[Any], encoding: Encoding) -> StoredPicture:
    import cv2

    if bgr.ndim == 2:
        rgb = cv2.cvtColor(bgr, cv2.COLOR_GRAY2RGB)
    elif bgr.shape[2] == 4:
        rgb = cv2.cvtColor(bgr, cv2.COLOR_BGRA2RGB)
    else:
        rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    alpha = np.ascontiguousarray(bgr[..., 3]) if bgr.ndim == 3 and bgr.shape[2] == 4 else None
    return StoredPicture(rgb=rgb, alpha=alpha, premultiplied=False, encoding=encoding)


def _png_problem(data: bytes) -> str:
    """The error in the chunks (W3C PNG, section 5: length, type, data, CRC of type and data), or ""."""
    position, view = len(_PNG), memoryview(data)
    while position + 12 <= len(data):
        (size,) = struct.unpack_from(">I", data, position)
        end = position + 12 + size
        if end > len(data):
            break
        (checksum,) = struct.unpack_from(">I", data, end - 4)
        if zlib.crc32(view[position + 4 : end - 4]) != checksum:
            return f"wrong checksum of the chunk at byte {position}"
        if data[position + 4 : position + 8] == b"IEND":
            return ""
        position = end
    return f"truncated after {len(data)} bytes"


def _jpeg_problem(data: bytes) -> str:
    """The error in the segments (ITU-T T.81, annex B), or "": an end-of-image marker must follow the scans."""
    if data[:2] != b"\xff\xd8":
        return "neither PNG nor JPEG"
    position = 2
    while position + 2 <= len(data):
        marker = data[position + 1]
        if data[position] != 0xFF:
            return f"no marker at byte {position}"
        if marker == 0xD9:
            return ""
        if marker == 0xFF or 0xD0 <= marker <= 0xD7 or marker == 0x01:
            position += 1 if marker == 0xFF else 2
            continue
        if position + 4 > len(data):
            break
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
        if marker == 0xDA:
            found = _JPEG_SEGMENT_END.search(data, position)
            position = found.start() if found else len(data)
    return f"truncated after {len(data)} bytes"
