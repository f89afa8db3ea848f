"""Movies as plates."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Media
from toolkit.errors import UnsupportedMedia
from toolkit.plates import movie_pixels
from toolkit.plates.movie_index import index_movie, pictures_by_time
from toolkit.plates.movie_seek import MovieReader
from toolkit.plates.orientation import Orientation
from toolkit.plates.plate import Plate, PlateFrame
from toolkit.plates.read_ahead import prefetch

if TYPE_CHECKING:
    from av import VideoFrame

log = logging.getLogger(__name__)

T = TypeVar("T")

_CENTRED_CHROMA = {"mjpeg", "mjpegb", "mpeg1video"}
"""Codecs whose chroma samples lie between the luma samples."""


class MoviePlate(Plate):
    """Frames of a movie file; codes are display-referred, and alpha is treated as straight."""

    encoding = "display"
    premultiplied = False

    def __init__(self, media: Media) -> None:
        super().__init__(media)
        self._path = Path(media.path)
        self._idle: list[MovieReader] = []
        with self._files.reading(self._path):
            self._index = index_movie(self._path)
            with self._reader() as reader:
                first = reader.read(0)
                self._warn_about_pixel_aspect(reader.pixel_aspect)
                self._centred = reader.codec in _CENTRED_CHROMA
        self._stored_size = (first.width, first.height)
        self._orientation = self._read_orientation(first)
        is_sideways = self._orientation.transpose
        self.width, self.height = (first.height, first.width) if is_sideways else (first.width, first.height)
        self._pictures = pictures_by_time(self._index, media.rate) if media.by_time else self._index.repeats
        self._reading = ("mirrored",) if self._orientation.is_mirrored else ()
        self._reading += (f"by time at {media.rate} fps",) if media.by_time else ()
        self.has_alpha = movie_pixels.has_alpha(first)
        self._check(0, first)
        if movie_pixels.is_untagged(first):
            matrix = "BT.709" if first.height >= 720 else "BT.601"
            log.info("%s has no colour matrix tag; %s is assumed", self._path, matrix)
        if first.interlaced_frame:
            log.warning("%s is interlaced; frames are used with both fields, not deinterlaced", self._path)

    def close(self) -> None:
        """See ``Plate``."""
        super().close()
        while self._idle:
            self._idle.pop().close()

    def _iterate_float(self, source_frames: list[int]) -> Generator[PlateFrame, None, None]:
        return self._read_converted(source_frames, self._plate_frame, ahead=2)

    def _iterate_8bit(self, source_frames: list[int]) -> Generator[tuple[int, NDArray[np.uint8]], None, None]:
        return self._read_converted(source_frames, self._detector_frame, ahead=4)

    def _file(self, source_frame: int) -> Path:
        return self._path

    def _read_converted(
        self, source_frames: list[int], convert: Callable[[int, VideoFrame], T], *, ahead: int
    ) -> Generator[T, None, None]:
        with self._reader() as reader:
            read_picture = lru_cache(maxsize=1)(reader.read)  # a picture may be up for several frames

            def read(source_frame: int) -> T:
                with self._files.reading(self._path):
                    frame = read_picture(self._pictures[source_frame] if self._pictures else source_frame)
                self._check(source_frame, frame)
                return convert(source_frame, frame)

            # One worker: a decoder is not thread-safe, and has threads of its own.
            yield from prefetch((partial(read, frame) for frame in source_frames), workers=1, ahead=ahead)

    def _plate_frame(self, source_frame: int, frame: VideoFrame) -> PlateFrame:
        rgb, alpha = movie_pixels.to_float_rgb(frame, centred_chroma=self._centred)
        return PlateFrame(
            source_frame=source_frame,
            rgb=self._orientation.apply(rgb),
            alpha=None if alpha is None else self._orientation.apply(alpha),
            premultiplied=False,
        )

    def _detector_frame(self, source_frame: int, frame: VideoFrame) -> tuple[int, NDArray[np.uint8]]:
        return source_frame, self._orientation.apply(movie_pixels.to_8bit_rgb(frame))

    def _read_orientation(self, frame: VideoFrame) -> Orientation:
        matrix = movie_pixels.display_matrix(frame)
        try:
            return Orientation() if matrix is None else Orientation.from_display_matrix(matrix)
        except ValueError as error:
            problem = f"its rotation is {frame.rotation} degrees; only multiples of 90 are supported"
            raise UnsupportedMedia(self._path, problem) from error

    def _check(self, source_frame: int, frame: VideoFrame) -> None:
        if (frame.width, frame.height) != self._stored_size:
            width, height = self._stored_size
            problem = f"source frame {source_frame} is {frame.width}x{frame.height}, the first frame {width}x{height}"
            raise UnsupportedMedia(self._path, problem)
        problem = movie_pixels.describe_problem(frame)
        if problem:
            raise UnsupportedMedia(self._path, problem)

    @contextmanager
    def _reader(self) -> Iterator[MovieReader]:
        """An open movie for exclusive use; kept open for the next caller, unless reading failed."""
        reader = self._idle.pop() if self._idle else MovieReader(self._path, self._index)
        finished = False
        try:
            yield reader
            finished = True
        finally:
            if finished and not self._closed:
                self._idle.append(reader)
            else:
                reader.close()
