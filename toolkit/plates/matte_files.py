"""Read matte files: how much of each pixel belongs to a face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.plates.exr import read_parts
from toolkit.plates.exr_picture import fit_channel_to_display_window, read_exr
from toolkit.plates.stills import read_still
from toolkit.plates.stored_picture import make_finite, to_float


def read_matte(path: Path) -> NDArray[np.float32]:
    """The matte in the file at ``path``: float32 (H, W) of its display window, 0..1; values outside are clipped.

    A picture counts over black, by the brightest of red, green and blue; a file of a single channel by that, whatever
    its name. A matte is no colour: the stored values are used, with no conversion from or to linear light. Raises
    MissingMedia, CorruptMedia and UnsupportedMedia.
    """
    if path.suffix.lower() == ".exr":
        part, *others = read_parts(path, pixels=False)
        if not others and not part.is_deep and len(part.channels) == 1:
            return _read_only_channel(path)
    stored = read_exr(path) if path.suffix.lower() == ".exr" else read_still(path)
    matte = to_float(stored.rgb).max(axis=2)
    if stored.alpha is not None and not stored.premultiplied:
        matte *= to_float(stored.alpha)
    return np.asarray(np.clip(matte, 0.0, 1.0))


def _read_only_channel(path: Path) -> NDArray[np.float32]:
    (part,) = read_parts(path)
    (name,) = part.channels
    matte = make_finite(fit_channel_to_display_window(path, part.header, part.channels, name))
    return np.asarray(np.clip(matte, 0.0, 1.0))
