"""Read guide files that were rendered by a 3D package: pictures, and distances from the camera."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import UnsupportedMedia
from toolkit.plates.colour import from_linear
from toolkit.plates.exr import ExrPart, read_parts
from toolkit.plates.exr_picture import fit_channel_to_display_window, read_exr
from toolkit.plates.primaries import to_rec709
from toolkit.plates.stills import read_still
from toolkit.plates.stored_picture import to_float

NO_HIT = 1e9
"""Distances from here on mean that the ray hit nothing: renderers write 1e10, 1e30 or infinity."""
_DISTANCE_NAMES = {"z", "depth"}
"""Names of the channel, or of a layer that contains only it: ``Z``, ``depth.Z``, ``ViewLayer.Depth.V``."""
_FALLBACK_NAMES = ("R", "Y")
"""Channels used in a file without such a name."""


def read_guide(path: Path) -> NDArray[np.float32]:
    """The picture at ``path`` as engines receive it: (H, W, 3) RGB, display-referred 0..1, composited over black.

    Raises MissingMedia, CorruptMedia and UnsupportedMedia.
    """
    stored = read_exr(path) if path.suffix.lower() == ".exr" else read_still(path)
    rgb = to_float(stored.rgb)
    if stored.encoding == "linear":
        rgb = from_linear(rgb if stored.primaries is None else to_rec709(rgb, stored.primaries))
    if stored.alpha is not None and not stored.premultiplied:
        rgb = rgb * to_float(stored.alpha)[..., None]
    return np.clip(rgb, 0.0, 1.0)


def read_distances(path: Path) -> NDArray[np.float32]:
    """Distances in the EXR file at ``path``, (H, W) of its display window, in scene units; 0 where nothing was hit.

    Reads the channel called Z or depth (or the only one in a layer of that name; channels without a layer come first),
    else R or Y. Some renderers write negative distances: the absolute value is used. Raises MissingMedia, CorruptMedia
    and UnsupportedMedia.
    """
    parts = [part for part in read_parts(path) if not part.is_deep]
    by_layer = [
        (part, name) for part in parts for name in sorted(part.channels, key=lambda name: name.rpartition("."))
    ]  # "" sorts first
    named = [(part, name) for part, name in by_layer if _DISTANCE_NAMES & _words(part, name)]
    candidates = named or [
        (part, fallback) for fallback in _FALLBACK_NAMES for part in parts[:1] if fallback in part.channels
    ]
    if not candidates:
        listed = ", ".join(name for _, name in by_layer)
        raise UnsupportedMedia(path, f"no Z, depth, R or Y among its channels: {listed}")
    part, name = candidates[0]
    distances = np.abs(fit_channel_to_display_window(path, part.header, part.channels, name))
    distances[~(distances < NO_HIT)] = 0.0  # the comparison is also false for NaN
    return distances


def _words(part: ExrPart, channel: str) -> set[str]:
    """The parts of a channel's full name in lower case; the name of its part counts if it has no layer name."""
    return set((channel if "." in channel else f"{part.name}.{channel}").lower().split("."))
