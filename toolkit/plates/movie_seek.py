"""Read exactly the frame of a movie that has a given number, not the nearest one or where a seek landed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import CorruptMedia
from toolkit.plates.movie_index import MovieIndex, open_movie

if TYPE_CHECKING:
    from av import VideoFrame, VideoStream
    from av.container import InputContainer


_MAX_STEP_BACK = 8
"""Largest step back between two attempts, keyframes: a frame that is still corrupt when decoding starts fifteen
keyframes earlier (1 + 2 + 4 + 8) is damaged."""


class MovieReader:
    """An open movie. Ascending reads continue decoding, others seek. For one thread at a time."""

    def __init__(self, path: Path, index: MovieIndex) -> None:
        self._path = path
        self._index = index
        times = [keyframe.pts for keyframe in index.keyframes]
        self._keyframe_times = times
        self._keyframe_time_set = frozenset(times)
        self._leading_times = frozenset(pts for pts in index.pts if times and pts < times[0])
        """Times of frames presented before the first keyframe: a closed GOP of MPEG-2 begins with them."""
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
        """Width of a pixel divided by its height, before rotation; 0 if unknown."""
        return float(self._stream.sample_aspect_ratio or 0)

    def close(self) -> None:
        """Close the file."""
        self._frames: Iterator[VideoFrame] = iter(())
        self._open.close()

    def read(self, source_frame: int) -> VideoFrame:
        """The frame with exactly the presentation time of ``source_frame``. Raises CorruptMedia."""
        import av

        try:
            frame = self._read_by_time(source_frame) if self._index.pts else self._read_by_count(source_frame)
        except (av.error.FFmpegError, CorruptMedia) as error:
            if not self._threads:
                raise CorruptMedia(self._path, f"source frame {source_frame} is damaged or missing") from error
            # With frame threads, an error may be caused by a later frame: without them this one may be intact.
            self._threads = False
            self._restart()
            return self.read(source_frame)
        self._next = source_frame + 1
        return frame

    def _read_by_time(self, source_frame: int) -> VideoFrame:
        wanted = self._index.pts[source_frame]
        keyframe = self._keyframe_before(source_frame)
        is_same_gop = source_frame > self._next and self._keyframe_before(self._next) == keyframe >= 0
        if source_frame == self._next or is_same_gop:
            frame = self._advance_to(wanted)
            if frame is not None and not frame.is_corrupt:
                return frame
        step_back = 1
        while True:
            keyframe = max(keyframe, 0)
            self._seek_to_keyframe(keyframe, wanted)
            frame = self._advance_to(wanted)
            if frame is not None and not frame.is_corrupt:
                return frame
            if keyframe == 0 or step_back > _MAX_STEP_BACK:
                raise CorruptMedia(self._path, "it cannot be decoded completely")
            # An open GOP refers to the previous one, and a seek in a transport stream may land too late.
            keyframe, step_back = keyframe - step_back, step_back * 2

    def _keyframe_before(self, source_frame: int) -> int:
        """Index of the last keyframe presented no later than ``source_frame``; -1 before the first."""
        last = len(self._index.pts) - 1
        return bisect_right(self._keyframe_times, self._index.pts[min(source_frame, last)]) - 1

    def _seek_to_keyframe(self, keyframe: int, wanted: int) -> None:
        if keyframe == 0:
            self._restart()
            return
        # Seeking by decoding time, where the container has one, never lands after that keyframe.
        self._container.seek(self._index.keyframes[keyframe].dts, stream=self._stream, backward=True)
        self._frames = self._decode_after_seek(wanted)

    def _restart(self) -> None:
        self._open.close()
        self._container, self._stream = self._open.enter_context(open_movie(self._path, threads=self._threads))
        self._frames = self._decode_from_start()
        self._next = 0

    def _decode_from_start(self) -> Iterator[VideoFrame]:
        for packet in self._container.demux(self._stream):
            is_leading = bool(self._index.pts) and packet.pts is not None and packet.pts < self._keyframe_times[0]
            if not is_leading or packet.pts in self._leading_times:
                yield from packet.decode()

    def _decode_after_seek(self, wanted: int) -> Iterator[VideoFrame]:
        landed: int | None = None  # time of the keyframe where the seek landed
        for packet in self._container.demux(self._stream):
            # A program stream entered in the middle of a packet may give its first frame a later frame's time.
            if landed is None and packet.is_keyframe and packet.pts in self._keyframe_time_set:
                landed = packet.pts
            if landed is None:
                continue
            if landed > wanted:
                return
            # Presented before that keyframe: may refer to frames not decoded, and no frame refers to it.
            if packet.pts is None or packet.pts >= landed:
                yield from packet.decode()

    def _advance_to(self, wanted: int) -> VideoFrame | None:
        for frame in self._frames:
            if frame.pts == wanted:
                return frame
            if frame.pts is not None and frame.pts > wanted:
                break
        return None

    def _read_by_count(self, source_frame: int) -> VideoFrame:
        if source_frame < self._next:
            self._restart()
        for frame in self._frames:
            self._next += 1
            if self._next > source_frame:
                if frame.is_corrupt:
                    break
                return frame
        raise CorruptMedia(self._path, "it cannot be decoded completely")
