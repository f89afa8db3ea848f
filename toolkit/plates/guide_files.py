"""Guide files that a 3D package rendered beside a plate: pictures, and distances from the camera."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import UnsupportedMedia
from toolkit.plates.colour import from_linear
from toolkit.plates.exr import read_channels
from toolkit.plates.exr_picture import display_plane, read_exr
from toolkit.plates.stills import read_still
from toolkit.plates.stored import as_float

NOTHING_THERE = 1e9
"""Renderers write 1e10, 1e30 or infinity where a ray hits nothing."""
_DISTANCE = {"z", "depth"}
"""What a renderer calls the channel, or the layer it is alone in: ``Z``, ``depth.Z``, ``ViewLayer.Depth.V``."""
_PLAIN = ("R", "Y")
"""Where a file without those names keeps its only number."""


def read_guide(path: Path) -> NDArray[np.float32]:
    """The picture at ``path`` as an engine is shown it: (H, W, 3) RGB, display-referred 0..1, laid over black.

    Raises MissingMedia, CorruptMedia and UnsupportedMedia.
    """
    stored = read_exr(path) if path.suffix.lower() == ".exr" else read_still(path)
    rgb = as_float(stored.rgb)
    if stored.encoding == "linear":
        rgb = from_linear(rgb)
    if stored.alpha is not None and not stored.premultiplied:
        rgb = rgb * as_float(stored.alpha)[..., None]
    return np.clip(rgb, 0.0, 1.0)


def read_distances(path: Path) -> NDArray[np.float32]:
    """Distances in the EXR file at ``path``, (H, W) of its display window, in the scene's unit; 0: nothing there.

    Taken is the channel called Z or depth, or alone in a layer called so, without a layer first; else R or Y. Some
    renderers count away from the camera in negative numbers: only the size counts. Raises MissingMedia,
    CorruptMedia and UnsupportedMedia.
    """
    header, channels = read_channels(path)
    by_layer = sorted(channels, key=lambda name: name.rpartition("."))  # "" sorts first
    named = [name for name in by_layer if _DISTANCE & set(name.lower().split("."))]
    found = named or [name for name in _PLAIN if name in channels]
    if not found:
        raise UnsupportedMedia(path, f"no Z, depth, R or Y among its channels: {', '.join(by_layer)}")
    distances = np.abs(display_plane(path, header, channels, found[0]))
    distances[~(distances < NOTHING_THERE)] = 0.0  # the comparison is false for NaN as well
    return distances
