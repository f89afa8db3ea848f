"""Index the frames of a movie in presentation order by reading its packets, without decoding."""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import CorruptMedia, MissingMedia, UnsupportedMedia
from toolkit.frames import DROP_FRAME_RATES
from toolkit.plates.movie_rate import find_rate, pictures_at
from toolkit.plates.timecode_track import read_timecode_track
from toolkit.plates.unchanged_files import FileState

if TYPE_CHECKING:
    from av import Packet, VideoStream
    from av.container import InputContainer

log = logging.getLogger(__name__)

_NOT_MOVIES = ("image2", "tty", "_pipe")
"""Demuxers that treat a text file or a single still as a movie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyframe:
    """A frame at which decoding can start."""

    pts: int
    dts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieIndex:
    """The frames of a movie; source frame ``i`` is the ``i``-th presented frame, unless the movie ``repeats`` some."""

    count: int
    """Number of presented frames: without those an edit list cuts off, and those that cannot be decoded."""
    repeats: tuple[int, ...]
    """Which presented frame each source frame shows, of an AVI that repeats some by empty chunks; empty: it repeats
    none."""
    pts: tuple[int, ...]
    """Presentation time of each, ascending, in ``time_base``; empty if the file has none."""
    keyframes: tuple[Keyframe, ...]
    """In presentation order."""
    time_base: Fraction
    rate: Fraction
    """Frames per second, exact; of the commonest interval if the rate is variable."""
    is_variable: bool
    """Whether some frames are not up when a constant ``rate`` would show them."""
    timecode: str
    """Timecode of the first frame; empty if there is none."""

    @property
    def source_count(self) -> int:
        """Number of source frames."""
        return len(self.repeats) or self.count


def index_movie(path: Path) -> MovieIndex:
    """The index of ``path``, cached in this process until the file changes.

    Raises MissingMedia, CorruptMedia (truncated files too) and UnsupportedMedia.
    """
    return _index(path, FileState.at(path))


@contextmanager
def open_movie(path: Path, *, threads: bool = True) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open the container and its video stream; FFmpeg's errors, here and in the block, become MediaErrors."""
    import av
    from av.stream import Disposition

    try:
        # "file:", or a colon in the name would be taken for a protocol.
        with av.open(f"file:{path}", metadata_errors="replace") as container:
            streams = [s for s in container.streams.video if Disposition.attached_pic not in s.disposition]
            if not streams or container.format.name.endswith(_NOT_MOVIES):
                raise UnsupportedMedia(path, "neither a movie nor a supported image format")
            stream = streams[0]
            if getattr(stream, "codec_context", None) is None:
                raise UnsupportedMedia(path, "no decoder for its video stream")
            stream.thread_type = "AUTO" if threads else "NONE"
            yield container, stream
    except (av.error.FileNotFoundError, av.error.PermissionError) as error:
        raise MissingMedia(path, str(error.strerror)) from error
    except av.error.FFmpegError as error:
        raise CorruptMedia(path, f"truncated, damaged or not a movie ({error.strerror})") from error


@lru_cache(maxsize=64)
def _index(path: Path, state: FileState) -> MovieIndex:
    with open_movie(path) as (container, stream):
        packets = [_Packet.of(packet) for packet in container.demux(stream) if packet.size]
        _refuse_truncated(path, state.size, container, stream, packets)
        time_base = stream.time_base or Fraction(1, 1000)
        timecode = _timecode(container)
        nominal = [stream.average_rate, stream.base_rate, stream.guessed_rate]
        has_times = _has_presentation_times(container, stream, packets)
        avi_count = stream.frames if container.format.name == "avi" else 0
    keyframes = sorted(
        (
            Keyframe(pts=p.pts, dts=p.pts if p.dts is None else p.dts)
            for p in packets
            if p.is_keyframe and p.pts is not None
        ),
        key=lambda keyframe: keyframe.pts,
    )
    if not has_times or not keyframes:
        count = _count_by_decoding(path)
        log.info("%s has no frame timestamps; frames are numbered from 0", path)
        pts: tuple[int, ...] = ()
    else:
        presented = sorted(p.pts for p in packets if p.pts is not None and not p.is_hidden)
        pts = _drop_undecodable(path, presented, packets)
        count = len(pts)
    if not count:
        raise CorruptMedia(path, "it contains no frames")
    repeats = _find_repeats(pts, avi_count) if avi_count and pts else ()
    rate, is_constant = find_rate(path, pts, time_base, nominal)
    is_variable = not is_constant and not repeats and pictures_at(pts, time_base, rate) != tuple(range(count))
    if not timecode or (";" in timecode and rate not in DROP_FRAME_RATES):
        timecode = read_timecode_track(path) or timecode
    return MovieIndex(
        count=count,
        repeats=repeats,
        pts=pts,
        keyframes=tuple(keyframes),
        time_base=time_base,
        rate=rate,
        is_variable=is_variable,
        timecode=timecode,
    )


def pictures_by_time(index: MovieIndex, rate: Fraction) -> tuple[int, ...]:
    """Which picture is up at each frame of a constant ``rate``; see ``pictures_at``."""
    return pictures_at(index.pts, index.time_base, rate) if index.pts else tuple(range(index.count))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packet:
    pts: int | None
    dts: int | None
    is_keyframe: bool
    is_hidden: bool
    """Decoded but never presented: before the start of an edit list."""

    @classmethod
    def of(cls, packet: Packet[VideoStream]) -> _Packet:
        return cls(pts=packet.pts, dts=packet.dts, is_keyframe=packet.is_keyframe, is_hidden=packet.is_discard)


# --- completeness and timestamps -------------------------------------------------------------------------------


def _refuse_truncated(
    path: Path, size: int, container: InputContainer, stream: VideoStream, packets: list[_Packet]
) -> None:
    """Raise CorruptMedia if the container's index refers to frames beyond the end of the file."""
    indexed_end = max((entry.pos + entry.size for entry in stream.index_entries), default=0)
    if indexed_end > size or (container.format.name == "avi" and _is_riff_cut_off(path, size)):
        raise CorruptMedia(path, f"truncated: {len(packets)} of {stream.frames} frames left")
    if "matroska" in container.format.name and packets:
        # Matroska has no frame index, and FFmpeg reports no error at the end of a truncated file.
        declared = _seconds(stream.metadata.get("DURATION", ""))
        last = max((p.pts or 0) for p in packets) * (stream.time_base or 0)
        if declared and last + 2 / (stream.average_rate or 1) < declared:
            raise CorruptMedia(path, f"truncated: {float(last):.2f} of {float(declared):.2f} seconds left")


def _is_riff_cut_off(path: Path, size: int) -> bool:
    """Whether one of the RIFF chunks that make up an AVI ends after the file: its index is at the end of the chunk.

    Fewer frames than its header states are no sign: empty chunks repeat a frame, and FFmpeg does not report them.
    """
    position = 0
    with path.open("rb") as file:
        while position < size and (head := file.read(8))[:4] == b"RIFF":
            length = int.from_bytes(head[4:], "little")
            position += 8 + length + length % 2
            file.seek(position)
    return position > size + 1  # the last byte of padding may be missing


def _find_repeats(pts: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Which frame each of ``count`` or more shows, where ``pts`` are frame numbers; empty when each shows its own."""
    count = max(count, pts[-1] + 1)
    if count == len(pts):
        return ()
    return tuple(max(0, bisect_right(pts, number) - 1) for number in range(count))


def _seconds(text: str) -> Fraction:
    """``00:00:05.041000000`` as seconds; 0 for any other form."""
    hours, _, rest = text.strip("\0 ").partition(":")
    minutes, _, seconds = rest.partition(":")
    try:
        return (int(hours) * 60 + int(minutes)) * 60 + Fraction(seconds)
    except ValueError:
        return Fraction(0)


def _has_presentation_times(container: InputContainer, stream: VideoStream, packets: list[_Packet]) -> bool:
    """Whether the packets' pts are the presentation times of their frames.

    AVI numbers packets in decoding order, which differs from presentation order if the codec has B-frames.
    """
    times = [packet.pts for packet in packets]
    if None in times or len(set(times)) != len(times):
        return False
    return not (container.format.name == "avi" and stream.codec_context.has_b_frames)


def _count_by_decoding(path: Path) -> int:
    with open_movie(path) as (container, stream):
        return sum(1 for _ in container.decode(stream))


def _drop_undecodable(path: Path, presented: list[int], packets: list[_Packet]) -> tuple[int, ...]:
    """``presented`` without the frames before the first keyframe that refer to frames cut away.

    A stream cut at an open GOP begins with such frames. Only the decoder can tell whether one can be decoded (closed
    GOPs of MPEG-2 look the same), so they are decoded here.
    """
    import av

    first_keyframe_time = next(packet.pts for packet in packets if packet.is_keyframe and packet.pts is not None)
    if presented[0] >= first_keyframe_time:
        return tuple(presented)
    decodable: set[int] = set()
    with open_movie(path, threads=False) as (container, stream):
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue  # undecodable: not in the index
            decodable.update(f.pts for f in frames if f.pts is not None and not f.is_corrupt)
            if any(f.pts is not None and f.pts >= first_keyframe_time for f in frames):
                break
    return tuple(pts for pts in presented if pts >= first_keyframe_time or pts in decodable)


def _timecode(container: InputContainer) -> str:
    """From the video stream, else the timecode track, else the container."""
    sources = [*container.streams.video, *container.streams, container]
    for source in sources:
        for key, value in source.metadata.items():
            if key.lower() == "timecode" and value:
                return str(value)
    return ""
