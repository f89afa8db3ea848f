"""A plate: the original picture of a shot, frame by frame, independent of the file format."""

from __future__ import annotations

import hashlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Media
from toolkit.plates.colour import Encoding, from_linear
from toolkit.plates.primaries import Primaries, to_rec709
from toolkit.plates.probing import check_frames
from toolkit.plates.unchanged_files import UnchangedFiles

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlateFrame:
    """One frame of a plate."""

    source_frame: int
    rgb: NDArray[np.float32]
    """(H, W, 3), C-contiguous, in the plate's own encoding: display codes 0..1, or scene-linear light."""
    alpha: NDArray[np.float32] | None
    """(H, W) 0..1, as stored; None if this frame has none."""
    premultiplied: bool
    """Whether ``rgb`` is stored multiplied by ``alpha`` (EXR, TIFF with associated alpha); it is returned as stored."""
    primaries: Primaries | None = None
    """Of linear ``rgb``; None: Rec.709."""


class Plate(ABC):
    """An open plate; close it, or use it as a context manager. Several iterators may run at once."""

    media: Media
    width: int
    """Of the display window, pixels, rotation applied."""
    height: int
    encoding: Encoding
    """``linear`` for EXR and for PNG that says so, ``display`` for everything else."""
    has_alpha: bool
    """Whether the first frame has alpha; then a frame without is opaque. Otherwise no frame is transparent."""
    premultiplied: bool
    """Whether its colours are stored multiplied by alpha."""
    _reading: tuple[str, ...] = ()
    """How the files are read where that is not their only reading (a layer): part of every digest."""
    _closed = False

    def __init__(self, media: Media) -> None:
        self.media = media
        self._files = UnchangedFiles()

    @property
    def rate(self) -> Fraction:
        """Frames per second."""
        return self.media.rate

    def frames(self, source_frames: Iterable[int]) -> Generator[PlateFrame, None, None]:
        """The ``source_frames``, in that order (ascending is fast), decoded up to two frames ahead in threads.

        Raises MissingFrames at once with every missing frame, and CorruptMedia, UnsupportedMedia and MediaChanged when
        the affected frame is reached.
        """
        return self._iterate_float(self._check_wanted(source_frames))

    def frames_8bit(self, source_frames: Iterable[int]) -> Generator[tuple[int, NDArray[np.uint8]], None, None]:
        """Source frames with uint8 RGB (H, W, 3), C-contiguous, display-referred, for detectors; decoded ahead.

        Fast: deep sources are rounded by FFmpeg's scaler. Raises what ``frames`` raises.
        """
        return self._iterate_8bit(self._check_wanted(source_frames))

    @abstractmethod
    def _iterate_float(self, source_frames: list[int]) -> Generator[PlateFrame, None, None]:
        """Like ``frames``; all ``source_frames`` exist."""

    @abstractmethod
    def _iterate_8bit(self, source_frames: list[int]) -> Generator[tuple[int, NDArray[np.uint8]], None, None]:
        """Like ``frames_8bit``; all ``source_frames`` exist."""

    @abstractmethod
    def _file(self, source_frame: int) -> Path:
        """The file that contains ``source_frame``."""

    def digest(self, source_frame: int) -> str:
        """SHA-256 in hex of the file that contains ``source_frame`` (the movie, or that file of the sequence), and of
        how it is read where that is not its only reading.

        Its frames are those that are read, before and after: whatever changes meanwhile raises MediaChanged.
        """
        content = self._files.digest(self._file(source_frame))
        return hashlib.sha256("\n".join([content, *self._reading]).encode()).hexdigest() if self._reading else content

    def close(self) -> None:
        """Close the files; nothing can be read afterwards. Iterators already running continue to their end."""
        self._closed = True

    def _warn_about_pixel_aspect(self, aspect: float) -> None:
        """Log a warning if the pixels are not square: ``aspect`` is width divided by height, 0 if unknown."""
        if aspect and abs(aspect - 1) > 0.01:
            log.warning(
                "%s: pixel aspect ratio is %.4g. Layers have the same pixels but do not store the aspect: "
                "set it in the host, as for the plate",
                self.media.path,
                aspect,
            )

    def _check_wanted(self, source_frames: Iterable[int]) -> list[int]:
        if self._closed:
            raise ValueError(f"{self.media.path}: the plate is closed")
        wanted = list(source_frames)
        check_frames(self.media, wanted)
        return wanted

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def to_display_referred(frame: PlateFrame, encoding: Encoding) -> NDArray[np.float32]:
    """The colours display-referred with Rec.709 primaries, as engines take them.

    They are above 1 where the plate is brighter than white, and below 0 where its colours are outside Rec.709.
    """
    if encoding == "display":
        return frame.rgb
    return from_linear(frame.rgb if frame.primaries is None else to_rec709(frame.rgb, frame.primaries))
