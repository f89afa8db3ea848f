"""Read TIFF: the directory is parsed here to check the format and completeness, the strips are decoded by PyAV."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from toolkit.errors import CorruptMedia, UnsupportedMedia
from toolkit.plates.orientation import Orientation
from toolkit.plates.stored_picture import StoredPicture, make_finite

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_LETTERS = {1: "B", 3: "H", 4: "I"}
_BITS, _COLOURS, _STRIP_OFFSETS, _ORIENTATION, _STRIP_SIZES, _PLANAR = 258, 262, 273, 274, 279, 284
_PREDICTOR, _TILE_WIDTH, _EXTRA, _FORMAT = 317, 322, 338, 339
"""Tag numbers of TIFF 6.0 and its SampleFormat extension."""

_SAMPLE_KINDS = {(8, 1), (16, 1), (32, 3)}
"""Bits and sample format: unsigned integers of 8 and 16 bits, IEEE float of 32."""

_GREY_RGB_PALETTE = {0, 1, 2, 3}
"""Photometric interpretations: WhiteIsZero, BlackIsZero, RGB, palette."""


def read_tiff(path: Path, data: bytes) -> StoredPicture:
    """The first picture of the file, upright; premultiplied if its ExtraSamples tag is "associated alpha".

    Raises CorruptMedia for a file whose directory or strips reach beyond its end, UnsupportedMedia for tiles, for
    sample kinds other than 8 and 16-bit integers and 32-bit floats, and for floats that FFmpeg would scramble. NaN and
    infinities are replaced by ``make_finite``.
    """
    try:
        tags = _read_directory(data)
    except (struct.error, LookupError) as error:
        raise CorruptMedia(path, "truncated, or not a TIFF file") from error
    if _TILE_WIDTH in tags:
        raise UnsupportedMedia(path, "tiled TIFF; save it in strips")
    bits, kind = tags.get(_BITS, (1,))[0], tags.get(_FORMAT, (1,))[0]
    if tags.get(_COLOURS, (2,))[0] not in _GREY_RGB_PALETTE:
        raise UnsupportedMedia(path, "TIFF that is neither grey, RGB nor palette; save it as RGB")
    if (bits, kind) not in _SAMPLE_KINDS:
        raise UnsupportedMedia(
            path, f"TIFF with {bits}-bit samples of format {kind}; save it with 8 or 16-bit integers or 32-bit floats"
        )
    if (tags.get(_PLANAR), tags.get(_PREDICTOR)) == ((2,), (3,)):
        raise UnsupportedMedia(path, "TIFF of planar floats with a predictor; save it interleaved")
    offsets, sizes = tags.get(_STRIP_OFFSETS, ()), tags.get(_STRIP_SIZES, ())
    if not offsets or len(offsets) != len(sizes):
        raise CorruptMedia(path, "its directory lists no strips")
    if max(offset + size for offset, size in zip(offsets, sizes, strict=True)) > len(data):
        raise CorruptMedia(path, f"truncated after {len(data)} bytes")
    orientation = Orientation.from_tiff(tags.get(_ORIENTATION, (1,))[0])
    return _decode(path, orientation, premultiplied=tags.get(_EXTRA, (0,))[0] == 1)


def _read_directory(data: bytes) -> dict[int, tuple[int, ...]]:
    """The whole-number tags of the first image file directory."""
    order = {b"II*\0": "<", b"MM\0*": ">"}[data[:4]]
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, start)
    tags: dict[int, tuple[int, ...]] = {}
    for entry in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from(f"{order}HHI", data, entry)
        if kind in _LETTERS:
            inline = number * _SIZES[kind] <= 4
            (place,) = (entry + 8,) if inline else struct.unpack_from(f"{order}I", data, entry + 8)
            tags[tag] = struct.unpack_from(f"{order}{number}{_LETTERS[kind]}", data, place)
    return tags


def _decode(path: Path, orientation: Orientation, *, premultiplied: bool) -> StoredPicture:
    import av

    from toolkit.plates.movie_pixels import extract_codes

    try:
        with av.open(f"file:{path}", format="tiff_pipe") as container:
            frame: Any = next(container.decode(video=0))
            rgb, alpha = extract_codes(frame)
    except (av.error.FFmpegError, StopIteration) as error:
        raise CorruptMedia(path, str(error)) from error
    for plane in (rgb, alpha):
        if plane is not None and plane.dtype == np.float32:
            make_finite(plane)
    return StoredPicture(
        rgb=orientation.apply(rgb),
        alpha=None if alpha is None else orientation.apply(alpha),
        premultiplied=premultiplied,
        encoding="display",
        was_turned=orientation != Orientation(),
    )
