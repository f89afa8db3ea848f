"""Read the picture of an EXR plate, and fit the data window to the display window."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import UnsupportedMedia
from toolkit.plates.exr import read_parts
from toolkit.plates.exr_layers import choose_layer, find_layer
from toolkit.plates.half_float import from_half
from toolkit.plates.primaries import parse_primaries
from toolkit.plates.stored_picture import StoredPicture, make_finite

ENCODING_KEY = "toolkit/encoding"
"""The attribute of a layer that says how its pixels are encoded."""


def read_exr(path: Path, *, layer: str | None = None) -> StoredPicture:
    """The picture in ``layer``, as large as its display window: premultiplied if it has alpha.

    It is scene-linear, but in a layer of this toolkit whose header says that it holds display codes. Without ``layer``,
    it is chosen as ``choose_layer`` says. Half or float32. Outside the data window the picture is
    black and transparent. NaN and infinities are replaced by ``make_finite``.

    Raises MissingMedia, CorruptMedia and UnsupportedMedia.
    """
    parts = read_parts(path)
    found = choose_layer(path, parts) if layer is None else find_layer(path, parts, layer)
    header, channels = parts[found.part].header, parts[found.part].channels
    for name in found.channels:
        _check(path, name, header, channels[name])
    rgb = _merge_channels([channels[name] for name in found.channels[:3]])
    alpha = _merge_channels([channels[found.channels[3]]])[..., 0] if len(found.channels) == 4 else None
    return StoredPicture(
        rgb=_fit_to_display_window(header, rgb),
        alpha=None if alpha is None else _fit_to_display_window(header, alpha),
        premultiplied=alpha is not None,
        encoding="display" if header.get(ENCODING_KEY) == "display" else "linear",
        primaries=parse_primaries(header.get("chromaticities")),
    )


def fit_channel_to_display_window(
    path: Path, header: Mapping[str, Any], channels: Mapping[str, NDArray[Any]], name: str
) -> NDArray[np.float32]:
    """The channel ``name`` as large as the display window, values unchanged, 0 outside the data window.

    ``header`` and ``channels`` are those of a part. Raises UnsupportedMedia.
    """
    _check(path, name, header, channels[name])
    plane = channels[name]
    return _fit_to_display_window(header, from_half(plane) if plane.dtype == np.float16 else np.array(plane))


def _check(path: Path, name: str, header: Mapping[str, Any], pixels: NDArray[Any]) -> None:
    low, high = header["dataWindow"]
    size = (int(high[1] - low[1] + 1), int(high[0] - low[0] + 1))
    if pixels.dtype not in (np.float16, np.float32) or pixels.shape != size:
        raise UnsupportedMedia(
            path, f"channel {name} is {pixels.dtype} {pixels.shape}, expected half or float32 {size}"
        )


def _merge_channels(planes: list[NDArray[Any]]) -> NDArray[np.float32]:
    """(H, W, C) float32 without NaN and infinities."""
    import cv2

    pixels = np.asarray(cv2.merge([from_half(p) if p.dtype == np.float16 else p for p in planes]))
    return make_finite(pixels.reshape(*planes[0].shape, len(planes)))


def _fit_to_display_window(header: Mapping[str, Any], pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    (x0, y0), (x1, y1) = ([int(v) for v in corner] for corner in header["displayWindow"])
    left, top = (int(v) for v in header["dataWindow"][0])
    width, height = x1 - x0 + 1, y1 - y0 + 1
    rows, columns = pixels.shape[:2]
    if (left, top, columns, rows) == (x0, y0, width, height):
        return pixels
    picture = np.zeros((height, width, *pixels.shape[2:]), np.float32)
    x, y = left - x0, top - y0
    to_row, to_column = (
        slice(max(y, 0), max(min(y + rows, height), 0)),
        slice(max(x, 0), max(min(x + columns, width), 0)),
    )
    cut = pixels[max(-y, 0) : max(height - y, 0), max(-x, 0) : max(width - x, 0)]
    picture[to_row, to_column] = cut
    return picture
