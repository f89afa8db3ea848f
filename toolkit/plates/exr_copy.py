"""Copy the picture of a layer file as it is compressed, under other attributes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Compression, write_atomically
from toolkit.plates.exr import Attribute, write_exr
from toolkit.plates.exr_header import locate_chunks


def copy_pixels(
    source: Path,
    path: Path,
    channels: Mapping[str, NDArray[Any]],
    attributes: Mapping[str, Attribute],
    *,
    compression: Compression,
) -> None:
    """Write what ``write_exr`` wrote to ``source`` to ``path``, with other ``attributes`` and the very same pixels.

    A lossy compression would change them once more. ``channels`` and ``compression`` are those of ``source``, which is
    complete. Raises what ``write_exr`` raises.
    """
    empty = {name: np.zeros_like(pixels) for name, pixels in channels.items()}
    write_exr(path, empty, attributes, compression=compression)  # for its header; the chunks are exchanged below
    old, new = source.read_bytes(), path.read_bytes()
    table, count = locate_chunks(old)
    new_table, new_count = locate_chunks(new)
    if count != new_count:
        raise ValueError(f"{source} has {count} chunks, and {new_count} were expected")
    offsets = (offset + new_table - table for offset in struct.unpack_from(f"<{count}Q", old, table))
    chunks = old[table + 8 * count :]
    with write_atomically(path) as temporary:
        temporary.write_bytes(new[:new_table] + struct.pack(f"<{count}Q", *offsets) + chunks)
