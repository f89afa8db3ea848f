"""One picture of a movie by its number, exactly: not the nearest, not the one a seek happened to land on."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import CorruptMedia
from toolkit.plates.movie_index import MovieIndex, opened

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream
    from av.container import InputContainer


_FARTHEST_BACK = 8
"""Key pictures: a picture that is still damaged when decoding began fifteen of them earlier is damaged."""


class MovieReader:
    """An open movie. Ascending reads decode on; anything else seeks. For one thread at a time."""

    def __init__(self, path: Path, index: MovieIndex) -> None:
        self._path = path
        self._index = index
        self._keys = [key.pts for key in index.keys]
        self._key_times = frozenset(self._keys)
        self._opening = frozenset(pts for pts in index.pts if self._keys and pts < self._keys[0])
        """Pictures shown before the first key picture: a closed MPEG-2 group begins with them."""
        self._threads = True
        self._open = ExitStack()
        self._container: InputContainer
        self._stream: VideoStream
        self._restart()

    @property
    def codec(self) -> str:
        """FFmpeg's name of the codec."""
        return self._stream.codec_context.name

    @property
    def pixel_aspect(self) -> float:
        """Width of a pixel by its height, before any rotation; 0: the file does not say."""
        return float(self._stream.sample_aspect_ratio or 0)

    def close(self) -> None:
        """Let go of the file."""
        self._pictures: Iterator[VideoFrame] = iter(())
        self._open.close()

    def read(self, source_frame: int) -> VideoFrame:
        """The picture with exactly the presentation time of ``source_frame``. Raises CorruptMedia."""
        import av

        try:
            frame = self._find(source_frame) if self._index.pts else self._count_to(source_frame)
        except (av.error.FFmpegError, CorruptMedia) as error:
            if not self._threads:
                raise CorruptMedia(self._path, f"source frame {source_frame} is damaged or missing") from error
            # Frame threads report damage early, on behalf of a later picture: without them this one may be fine.
            self._threads = False
            self._restart()
            return self.read(source_frame)
        self._next = source_frame + 1
        return frame

    def _find(self, source_frame: int) -> VideoFrame:
        wanted = self._index.pts[source_frame]
        key = self._key_before(source_frame)
        same_group = source_frame > self._next and self._key_before(self._next) == key >= 0
        if source_frame == self._next or same_group:
            frame = self._advance_to(wanted)
            if frame is not None and not frame.is_corrupt:
                return frame
        back = 1
        while True:
            key = max(key, 0)
            self._land_on(key, wanted)
            frame = self._advance_to(wanted)
            if frame is not None and not frame.is_corrupt:
                return frame
            if key == 0 or back > _FARTHEST_BACK:
                raise CorruptMedia(self._path, "the decoder does not deliver it whole")
            # An open group of pictures refers to the one before, and a transport stream lands where it can.
            key, back = key - back, back * 2

    def _key_before(self, source_frame: int) -> int:
        """The last key picture shown no later than ``source_frame``, as a position among the keys; -1 before all."""
        last = len(self._index.pts) - 1
        return bisect_right(self._keys, self._index.pts[min(source_frame, last)]) - 1

    def _land_on(self, key: int, wanted: int) -> None:
        if key == 0:
            self._restart()
            return
        # Decoding order, where containers keep one, never lies behind the key picture that is meant.
        self._container.seek(self._index.keys[key].dts, stream=self._stream, backward=True)
        self._pictures = self._decoded_after_seek(wanted)

    def _restart(self) -> None:
        self._open.close()
        self._container, self._stream = self._open.enter_context(opened(self._path, threads=self._threads))
        self._pictures = self._decoded_from_start()
        self._next = 0

    def _decoded_from_start(self) -> Iterator[VideoFrame]:
        for packet in self._container.demux(self._stream):
            undecodable = bool(self._index.pts) and packet.pts is not None and packet.pts < self._keys[0]
            if not undecodable or packet.pts in self._opening:
                yield from packet.decode()

    def _decoded_after_seek(self, wanted: int) -> Iterator[VideoFrame]:
        landed: int | None = None
        for packet in self._container.demux(self._stream):
            # A program stream entered in the middle of a packet gives its first picture the time of a later one.
            if landed is None and packet.is_keyframe and packet.pts in self._key_times:
                landed = packet.pts
            if landed is None:
                continue
            if landed > wanted:
                return
            # Shown before the picture landed on: may refer to what has not been decoded, and nothing refers to it.
            if packet.pts is None or packet.pts >= landed:
                yield from packet.decode()

    def _advance_to(self, wanted: int) -> VideoFrame | None:
        for frame in self._pictures:
            if frame.pts == wanted:
                return frame
            if frame.pts is not None and frame.pts > wanted:
                break
        return None

    def _count_to(self, source_frame: int) -> VideoFrame:
        if source_frame < self._next:
            self._restart()
        for frame in self._pictures:
            self._next += 1
            if self._next > source_frame:
                if frame.is_corrupt:
                    break
                return frame
        raise CorruptMedia(self._path, "the decoder does not deliver it whole")
