"""A plate: the untouched picture behind a shot, frame by frame, whatever it is stored in."""

from __future__ import annotations

import hashlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Media
from toolkit.errors import MissingMedia
from toolkit.plates.colour import Encoding, from_linear
from toolkit.plates.probing import check_frames

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlateFrame:
    """One frame of a plate."""

    source_frame: int
    rgb: NDArray[np.float32]
    """(H, W, 3), C-contiguous, in the plate's own encoding: display codes 0..1, or scene-linear light."""
    alpha: NDArray[np.float32] | None
    """(H, W) 0..1, as stored; None when this frame has none."""
    premultiplied: bool
    """Whether ``rgb`` is stored multiplied by ``alpha`` (EXR; TIFF that says so); nothing is divided or multiplied."""


class Plate(ABC):
    """An open plate; close it, or use it in a ``with``. Several iterators may run at once."""

    media: Media
    width: int
    """Of the display window, pixels, rotation applied."""
    height: int
    encoding: Encoding
    """``linear`` for EXR, ``display`` for everything else."""
    has_alpha: bool
    """Whether its first frame carries alpha."""
    _closed = False

    @property
    def rate(self) -> Fraction:
        """Frames per second."""
        return self.media.rate

    def frames(self, source_frames: Iterable[int]) -> Generator[PlateFrame, None, None]:
        """The frames asked for, in that order (ascending is fast), decoded up to two frames ahead in threads.

        Raises MissingFrames at once, naming every frame that is not there; CorruptMedia and UnsupportedMedia when the
        frame in question is reached.
        """
        return self._floats(self._present(source_frames))

    def frames_8bit(self, source_frames: Iterable[int]) -> Generator[tuple[int, NDArray[np.uint8]], None, None]:
        """Source frame and uint8 RGB (H, W, 3), C-contiguous, display-referred: what detectors look at, decoded ahead.

        The fast path: deep sources are rounded by the scaler. Raises as ``frames`` does.
        """
        return self._bytes(self._present(source_frames))

    @abstractmethod
    def _floats(self, source_frames: list[int]) -> Generator[PlateFrame, None, None]:
        """As ``frames``, all of them known to be there."""

    @abstractmethod
    def _bytes(self, source_frames: list[int]) -> Generator[tuple[int, NDArray[np.uint8]], None, None]:
        """As ``frames_8bit``, all of them known to be there."""

    @abstractmethod
    def _file(self, source_frame: int) -> Path:
        """The file ``source_frame`` comes from."""

    def digest(self, source_frame: int) -> str:
        """SHA-256 in hex of the file ``source_frame`` comes from: the whole movie, or that file of the sequence."""
        return file_digest(self._file(source_frame))

    def close(self) -> None:
        """Let go of open files; nothing can be read afterwards. Iterators already running go on to their end."""
        self._closed = True

    def _say_if_oblong(self, aspect: float) -> None:
        """Log that the plate's pixels, ``aspect`` times as wide as high (0: it does not say), are not square."""
        if aspect and abs(aspect - 1) > 0.01:
            log.warning(
                "%s: its pixels are %.4g times as wide as high; a layer has the same pixels and says nothing of their "
                "shape: give it the plate's pixel aspect in the host",
                self.media.path,
                aspect,
            )

    def _present(self, source_frames: Iterable[int]) -> list[int]:
        if self._closed:
            raise ValueError(f"{self.media.path}: the plate has been closed")
        wanted = list(source_frames)
        check_frames(self.media, wanted)
        return wanted

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def file_digest(path: Path) -> str:
    """SHA-256 in hex of the bytes of ``path``, read once as long as size and time stay. Raises MissingMedia."""
    try:
        status = path.stat()
        return _file_digest(path, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise MissingMedia(path, error.strerror or str(error)) from error


@lru_cache(maxsize=1 << 16)  # 45 minutes of files, 50 MB: one too many and, asked in order, all are read again
def _file_digest(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def display_picture(frame: PlateFrame, encoding: Encoding) -> NDArray[np.float32]:
    """The colours as engines want to see them, display-referred; beyond 1 where the plate is brighter than white."""
    return from_linear(frame.rgb) if encoding == "linear" else frame.rgb
