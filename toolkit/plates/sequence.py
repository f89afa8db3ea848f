"""Image sequences and single stills as plates."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Media
from toolkit.errors import UnsupportedMedia
from toolkit.plates.colour import Encoding
from toolkit.plates.exr_header import read_attributes
from toolkit.plates.exr_layers import probe_layer
from toolkit.plates.exr_picture import read_exr
from toolkit.plates.plate import Plate, PlateFrame
from toolkit.plates.primaries import Primaries
from toolkit.plates.probing import first_frame_on_disk, frame_file
from toolkit.plates.read_ahead import prefetch
from toolkit.plates.stills import read_still
from toolkit.plates.stored_picture import StoredPicture, to_8bit, to_float

_WORKERS = 2
"""Files decoded at once: one keeps up with rendering, two with face tracking; each holds one picture."""


class SequencePlate(Plate):
    """Frames of numbered PNG, JPEG, TIFF or EXR files."""

    def __init__(self, media: Media) -> None:
        super().__init__(media)
        number = first_frame_on_disk(media)
        path = self._file(number)
        is_exr = path.suffix.lower() == ".exr"
        with self._files.reading(path):
            self._layer = probe_layer(path)[0] if is_exr and media.layer is None else media.layer
        first = self._read_stored(number)
        self._reading = tuple(_describe_reading(first, self._layer, is_exr=is_exr))
        self.height, self.width = first.rgb.shape[:2]
        self.encoding, self._primaries = first.encoding, first.primaries
        self.has_alpha, self.premultiplied = first.alpha is not None, first.premultiplied
        if is_exr:
            self._warn_about_pixel_aspect(read_attributes(path).get("pixelAspectRatio", 1.0))

    def _iterate_float(self, source_frames: list[int]) -> Generator[PlateFrame, None, None]:
        stored = prefetch((partial(self._read_checked, f) for f in source_frames), workers=_WORKERS, ahead=_WORKERS)
        return _plate_frames(source_frames, stored)

    def _iterate_8bit(self, source_frames: list[int]) -> Generator[tuple[int, NDArray[np.uint8]], None, None]:
        calls = (partial(self._detector_frame, f) for f in source_frames)
        return prefetch(calls, workers=_WORKERS, ahead=2 * _WORKERS)

    def _file(self, source_frame: int) -> Path:
        return frame_file(self.media, source_frame)

    def _read_stored(self, source_frame: int) -> StoredPicture:
        path = self._file(source_frame)
        with self._files.reading(path):
            return read_exr(path, layer=self._layer) if path.suffix.lower() == ".exr" else read_still(path)

    def _read_checked(self, source_frame: int) -> StoredPicture:
        picture = self._read_stored(source_frame)
        height, width = picture.rgb.shape[:2]
        if (width, height) != (self.width, self.height):
            raise UnsupportedMedia(
                self._file(source_frame),
                f"source frame {source_frame} is {width}x{height}, the first frame {self.width}x{self.height}",
            )
        if (picture.encoding, picture.primaries) != (self.encoding, self._primaries):
            problem = f"source frame {source_frame} is {_describe_colour(picture.encoding, picture.primaries)}"
            first = _describe_colour(self.encoding, self._primaries)
            raise UnsupportedMedia(self._file(source_frame), f"{problem}, the first frame {first}")
        if picture.alpha is not None and not self.has_alpha and not _is_opaque(picture.alpha):
            problem = f"source frame {source_frame} has transparency, the first frame has no alpha"
            raise UnsupportedMedia(self._file(source_frame), problem)
        return picture

    def _detector_frame(self, source_frame: int) -> tuple[int, NDArray[np.uint8]]:
        return source_frame, to_8bit(self._read_checked(source_frame))


def _plate_frames(
    source_frames: list[int], stored: Generator[StoredPicture, None, None]
) -> Generator[PlateFrame, None, None]:
    """Convert each picture to float only when it is consumed: waiting pictures stay as small as they are stored."""
    with closing(stored):
        for source_frame, picture in zip(source_frames, stored, strict=True):
            yield PlateFrame(
                source_frame=source_frame,
                rgb=to_float(picture.rgb),
                alpha=None if picture.alpha is None else to_float(picture.alpha),
                premultiplied=picture.premultiplied,
                primaries=picture.primaries,
            )


def _is_opaque(alpha: NDArray[Any]) -> bool:
    full = np.iinfo(alpha.dtype).max if alpha.dtype.kind == "u" else 1
    return bool((alpha >= full).all())


def _describe_reading(picture: StoredPicture, layer: str | None, *, is_exr: bool) -> Iterator[str]:
    """What of the file's own description was followed, for the digests."""
    if layer:
        yield f"layer {layer}"
    if picture.primaries is not None:
        yield _describe_colour(picture.encoding, picture.primaries)
    if picture.encoding != ("linear" if is_exr else "display"):
        yield picture.encoding
    if picture.was_turned:
        yield "upright"


def _describe_colour(encoding: Encoding, primaries: Primaries | None) -> str:
    return (
        encoding if primaries is None else f"{encoding} with primaries {', '.join(f'{one:.4g}' for one in primaries)}"
    )
