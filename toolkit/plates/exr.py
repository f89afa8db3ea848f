"""Read and write EXR pixels, working around pitfalls of the OpenEXR binding.

Reading: a part whose pixels cannot be decoded is omitted, with a ``print`` and no exception. Writing: arrays that are
not contiguous are scrambled, the header dictionary is modified, integers wrap at 32 bits, float32 beyond the half range
becomes infinite, a full disk leaves a partial file. The binding works in the calling thread and releases the GIL: one
frame per thread is faster than several threads per frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Compression, write_atomically
from toolkit.errors import CorruptMedia, MissingMedia, OutputNotWritable
from toolkit.frames import Timecode
from toolkit.plates.capture_prints import capture_prints
from toolkit.plates.exr_header import frames_per_label, is_complete
from toolkit.plates.half_float import HALF_MAX

Attribute = str | int | float | Fraction | Timecode | tuple[float, ...] | list[str] | list[float]
"""Header values that ``write_exr`` accepts."""

_RESERVED_NAMES = ("channels", "compression", "dataWindow", "displayWindow", "lineOrder", "type")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExrPart:
    """One part of an EXR file; most files have a single one."""

    name: str
    """Unique in its file; "" in a file of one part, where a name means nothing."""
    is_deep: bool
    """Whether its pixels have any number of samples: then its channels are no pictures."""
    header: dict[str, Any]
    """As OpenEXR returns it."""
    channels: dict[str, NDArray[Any]]
    """By full name: (rows, columns) of the data window in float16, float32 or uint32; in a part that was read without
    its pixels, they are empty."""


def read_parts(path: Path, *, pixels: bool = True) -> list[ExrPart]:
    """The parts of the file at ``path``, without ``pixels`` only their headers.

    Raises MissingMedia, and CorruptMedia for a file that cannot be read; with ``pixels``, also for a truncated or
    undecodable one, even if only a later part is damaged.
    """
    import OpenEXR  # type: ignore[import-not-found,unused-ignore]

    if not path.is_file():
        raise MissingMedia(path)
    if pixels and not is_complete(path):
        raise CorruptMedia(path, "truncated, or not an EXR file")
    try:
        with (
            capture_prints() as printed,
            OpenEXR.File(str(path), separate_channels=True, header_only=not pixels) as file,
        ):
            parts = [_read_part(part, is_only=len(file.parts) == 1, pixels=pixels) for part in file.parts]
    except (RuntimeError, ValueError, OSError, MemoryError) as error:
        raise CorruptMedia(path, str(error)) from error
    warnings = " ".join("".join(printed).split())
    if "Exception" in warnings or not parts:
        raise CorruptMedia(path, warnings or "none of its parts can be read")
    return parts


def _read_part(part: Any, *, is_only: bool, pixels: bool) -> ExrPart:
    header = dict(part.header)
    if pixels:
        channels = {name: channel.pixels for name, channel in part.channels.items()}
    else:
        channels = {channel.name: np.empty((0, 0), np.float16) for channel in header["channels"]}
    return ExrPart(
        name="" if is_only else str(header.get("name", "")),
        is_deep=str(header.get("type", "")).rpartition(".")[2].startswith("deep"),
        header=header,
        channels=channels,
    )


def read_channels(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The header and the channels of the first part. Raises what ``read_parts`` raises."""
    first = read_parts(path)[0]
    return first.header, first.channels


def write_exr(
    path: Path,
    pixels: NDArray[np.float16] | Mapping[str, NDArray[Any]],
    attributes: Mapping[str, Attribute],
    *,
    compression: Compression = "zip",
) -> None:
    """Write one flat scanline file, display window = data window = the whole picture, atomically.

    ``pixels`` is half (H, W, 3) as R,G,B or (H, W, 4) as R,G,B,A, or a mapping from channel names to half or float32
    (H, W). Infinities in halves are written as +-65504. Attributes: str, int (32 bits), float (kept as float32),
    ``timeCode`` as a Timecode, ``framesPerSecond`` as a Fraction, 2 or 3 numbers of one kind as a tuple, lists of
    str or float.

    Raises ValueError for NaN, other dtypes or shapes, and attributes that an EXR header cannot store exactly;
    OutputNotWritable if the file cannot be written.
    """
    import OpenEXR  # type: ignore[import-not-found,unused-ignore]

    rate = attributes.get("framesPerSecond")
    label_frames = frames_per_label(rate) if isinstance(rate, Fraction) else 1
    header: dict[str, Any] = {name: _attribute(name, value, label_frames) for name, value in attributes.items()}
    header |= {"compression": getattr(OpenEXR, f"{compression.upper()}_COMPRESSION"), "type": OpenEXR.scanlineimage}
    file = OpenEXR.File(header, _channels(pixels))
    with write_atomically(path) as temporary:
        try:
            file.write(str(temporary))
        except (RuntimeError, ValueError) as error:
            raise OutputNotWritable(path, " ".join(str(error).split())) from error


def _channels(pixels: NDArray[np.float16] | Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    if isinstance(pixels, np.ndarray):
        if pixels.ndim != 3 or pixels.shape[2] not in {3, 4} or pixels.dtype != np.float16:
            raise ValueError(f"a layer is half (H, W, 3) or (H, W, 4), not {pixels.dtype} {pixels.shape}")
        return {"RGBA"[: pixels.shape[2]]: _prepare_channel("RGBA", pixels)}
    shapes = {array.shape for array in pixels.values()}
    if len(shapes) != 1 or any(array.ndim != 2 for array in pixels.values()):
        raise ValueError(f"the channels of one file are (H, W) and of one size, not {sorted(shapes)}")
    return {name: _prepare_channel(name, array) for name, array in pixels.items()}


def _prepare_channel(name: str, pixels: NDArray[Any]) -> NDArray[Any]:
    """Make ``pixels`` contiguous and finite; ValueError for NaN and for dtypes other than half and float32."""
    pixels = np.ascontiguousarray(pixels)
    if pixels.dtype == np.float16:
        # All exponent bits set means infinity or NaN. Five times as fast as isfinite for halves.
        if int((pixels.view(np.uint16) & 0x7FFF).max(initial=0)) < 0x7C00:
            return pixels
    elif pixels.dtype != np.float32:
        raise ValueError(f"channel {name}: half or float32, not {pixels.dtype}")
    if np.isnan(pixels).any():
        raise ValueError(f"channel {name}: {int(np.isnan(pixels).sum())} values are NaN")
    return np.clip(pixels, -HALF_MAX, HALF_MAX) if pixels.dtype == np.float16 else pixels


def _attribute(name: str, value: Attribute, label_frames: int) -> Any:
    """``value`` as the binding takes it; ValueError if the binding would silently change it."""
    if not 0 < len(name.encode()) <= 255 or name in _RESERVED_NAMES:
        raise ValueError(f"attribute name {name[:40]!r} cannot be written")
    if isinstance(value, Timecode):
        return _timecode(value, label_frames)
    if isinstance(value, tuple):
        sizes = {8} if name == "chromaticities" else {2, 3}
        is_exact = {type(item) for item in value} in ({int}, {float}) and len(value) in sizes
    else:
        is_exact = not isinstance(value, list) or {type(item) for item in value} in ({str}, {float})
    is_exact = is_exact and all(
        _is_stored_exactly(name, item) for item in (value if isinstance(value, tuple | list) else [value])
    )
    if not is_exact:
        raise ValueError(f"attribute {name}: an EXR header cannot store {value!r} exactly")
    return value


def _is_stored_exactly(name: str, value: object) -> bool:
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, int):
        return -(2**31) <= value < 2**31
    if isinstance(value, float):
        return abs(value) <= float(np.finfo(np.float32).max)
    is_rational = isinstance(value, Fraction) and 0 < value.numerator < 2**31 and value.denominator < 2**31
    return is_rational and name == "framesPerSecond"


def _timecode(label: Timecode, label_frames: int) -> Any:
    import OpenEXR  # type: ignore[import-not-found,unused-ignore]

    if not 0 <= label.frames < 30 * label_frames:
        raise ValueError(f"timeCode {label} needs a framesPerSecond above 30")
    field = label.frames % label_frames if label_frames == 2 else 0
    flags = (int(label.drop_frame), 0, field, *[0] * 11)
    return OpenEXR.TimeCode(label.hours, label.minutes, label.seconds, label.frames // label_frames, *flags)
