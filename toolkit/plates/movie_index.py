"""Which pictures a movie shows, in order: by reading its packets, without decoding."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.errors import CorruptMedia, MissingMedia, UnsupportedMedia
from toolkit.frames import exact_rate

if TYPE_CHECKING:
    from av import Packet, VideoStream
    from av.container import InputContainer

log = logging.getLogger(__name__)

_NOT_MOVIES = ("image2", "tty", "_pipe")
"""Demuxers that make a movie of a text file or of one still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPicture:
    """A picture decoding can start at."""

    pts: int
    dts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieIndex:
    """What there is to see; source frame ``i`` of a movie is its ``i``-th presentable picture."""

    count: int
    """Presentable pictures: without what an edit list cuts off, and without what nothing can decode."""
    pts: tuple[int, ...]
    """Presentation time of each, ascending, in ``time_base``; empty when the file does not say."""
    keys: tuple[KeyPicture, ...]
    """In presentation order; the first one opens the file."""
    time_base: Fraction
    rate: Fraction
    """Frames per second, exact."""
    timecode: str
    """Label of the first picture as the file writes it; empty when there is none."""


def index_movie(path: Path) -> MovieIndex:
    """The index of ``path``, kept for this process until the file changes.

    Raises MissingMedia, CorruptMedia (truncated files too) and UnsupportedMedia.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise MissingMedia(path, error.strerror or "not found") from error
    return _index(path, status.st_size, status.st_mtime_ns)


@contextmanager
def opened(path: Path, *, threads: bool = True) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and its picture stream; FFmpeg's errors, here and in the block, become ours."""
    import av
    from av.stream import Disposition

    try:
        # "file:" keeps a colon in a name from being a protocol.
        with av.open(f"file:{path}", metadata_errors="replace") as container:
            pictures = [s for s in container.streams.video if Disposition.attached_pic not in s.disposition]
            if not pictures or container.format.name.endswith(_NOT_MOVIES):
                raise UnsupportedMedia(path, "no movie, and no still of a kind this version reads")
            stream = pictures[0]
            if getattr(stream, "codec_context", None) is None:
                raise UnsupportedMedia(path, "no decoder for its pictures")
            stream.thread_type = "AUTO" if threads else "NONE"
            yield container, stream
    except (av.error.FileNotFoundError, av.error.PermissionError) as error:
        raise MissingMedia(path, str(error.strerror)) from error
    except av.error.FFmpegError as error:
        raise CorruptMedia(path, f"truncated, damaged or not a movie ({error.strerror})") from error


@lru_cache(maxsize=64)
def _index(path: Path, size: int, _changed: int) -> MovieIndex:
    with opened(path) as (container, stream):
        packets = [_Packet.of(packet) for packet in container.demux(stream) if packet.size]
        _refuse_truncated(path, size, container, stream, packets)
        time_base = stream.time_base or Fraction(1, 1000)
        timecode = _timecode(container)
        nominal = [stream.average_rate, stream.base_rate, stream.guessed_rate]
        has_times = _has_presentation_times(container, stream, packets)
    keys = sorted(
        (KeyPicture(pts=p.pts, dts=p.pts if p.dts is None else p.dts) for p in packets if p.key and p.pts is not None),
        key=lambda key: key.pts,
    )
    if not has_times or not keys:
        count = _count_by_decoding(path)
        log.warning("%s carries no presentation times: its pictures are counted from its start", path)
        pts: tuple[int, ...] = ()
    else:
        shown = sorted(p.pts for p in packets if p.pts is not None and not p.discard)
        pts = _without_undecodable(path, shown, packets)
        count = len(pts)
    if not count:
        raise CorruptMedia(path, "it holds no pictures")
    rate = _rate(path, pts, time_base, nominal)
    return MovieIndex(count=count, pts=pts, keys=tuple(keys), time_base=time_base, rate=rate, timecode=timecode)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Packet:
    pts: int | None
    dts: int | None
    key: bool
    discard: bool
    """Decoded but never shown: before the start of an edit list."""

    @classmethod
    def of(cls, packet: Packet[VideoStream]) -> _Packet:
        return cls(pts=packet.pts, dts=packet.dts, key=packet.is_keyframe, discard=packet.is_discard)


# --- is it whole, and does it say when -------------------------------------------------------------------------


def _refuse_truncated(
    path: Path, size: int, container: InputContainer, stream: VideoStream, packets: list[_Packet]
) -> None:
    """Raise CorruptMedia when the container promises pictures beyond its last byte."""
    promised = max((entry.pos + entry.size for entry in stream.index_entries), default=0)
    short_avi = container.format.name == "avi" and len(packets) < stream.frames  # its table stands at its end
    if promised > size or short_avi:
        raise CorruptMedia(path, f"truncated: {len(packets)} of {stream.frames} pictures are there")
    if "matroska" in container.format.name and packets:
        # Matroska has no table of pictures; FFmpeg ends quietly where the file does.
        declared = _seconds(stream.metadata.get("DURATION", ""))
        last = max((p.pts or 0) for p in packets) * (stream.time_base or 0)
        if declared and last + 2 / (stream.average_rate or 1) < declared:
            raise CorruptMedia(path, f"truncated: {float(last):.2f} of {float(declared):.2f} seconds are there")


def _seconds(text: str) -> Fraction:
    """``00:00:05.041000000`` as seconds; 0 when it is not of that form."""
    hours, _, rest = text.strip("\0 ").partition(":")
    minutes, _, seconds = rest.partition(":")
    try:
        return (int(hours) * 60 + int(minutes)) * 60 + Fraction(seconds)
    except ValueError:
        return Fraction(0)


def _has_presentation_times(container: InputContainer, stream: VideoStream, packets: list[_Packet]) -> bool:
    """Whether the packets' pts are those of the pictures they become.

    AVI counts packets, not pictures: as soon as the codec reorders, its numbers are in decoding order.
    """
    times = [packet.pts for packet in packets]
    if None in times or len(set(times)) != len(times):
        return False
    return not (container.format.name == "avi" and stream.codec_context.has_b_frames)


def _count_by_decoding(path: Path) -> int:
    with opened(path) as (container, stream):
        return sum(1 for _ in container.decode(stream))


def _without_undecodable(path: Path, shown: list[int], packets: list[_Packet]) -> tuple[int, ...]:
    """``shown`` without the pictures ahead of the first key picture that refer to something cut away.

    A stream cut at an open group of pictures begins with them; whether one of them can be decoded (MPEG-2 has closed
    groups that look the same) only the decoder knows, so it is asked.
    """
    import av

    first_key = next(packet.pts for packet in packets if packet.key and packet.pts is not None)
    if shown[0] >= first_key:
        return tuple(shown)
    decodable: set[int] = set()
    with opened(path, threads=False) as (container, stream):
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.InvalidDataError:
                continue  # exactly what is being looked for: it stays out of the index
            decodable.update(f.pts for f in frames if f.pts is not None and not f.is_corrupt)
            if any(f.pts is not None and f.pts >= first_key for f in frames):
                break
    return tuple(pts for pts in shown if pts >= first_key or pts in decodable)


# --- rate and timecode -----------------------------------------------------------------------------------------


def _rate(path: Path, pts: tuple[int, ...], time_base: Fraction, nominal: Iterable[Fraction | None]) -> Fraction:
    """The constant rate that puts every picture within one tick of its time; else that of the commonest interval.

    A movie of variable rate is named in the log: its frames are counted one by one, as hosts count them, so its layers
    fit the pictures and drift from the sound.
    """
    named = [exact_rate(rate) for rate in nominal if rate and 0 < rate <= 1000]
    if len(pts) < 2:
        return named[0] if named else Fraction(24)
    for rate in named:
        ticks, per = (1 / (rate * time_base)).as_integer_ratio()
        if all(abs((time - pts[0]) * per - number * ticks) <= per for number, time in enumerate(pts)):
            return rate
    steps = Counter(later - earlier for earlier, later in pairwise(pts))
    commonest, _ = steps.most_common(1)[0]
    fitting = [rate for rate in named if abs(commonest - 1 / (rate * time_base)) <= 1]
    try:
        rate = fitting[0] if fitting else exact_rate(1 / (commonest * time_base))
    except ValueError as error:
        raise UnsupportedMedia(path, f"its pictures follow each other at no frame rate ({error})") from error
    if len(steps) > 1:
        log.warning("%s has a variable frame rate: its pictures are counted one by one at %s fps", path, rate)
    return rate


def _timecode(container: InputContainer) -> str:
    """From the picture stream, else the timecode track, else the container."""
    places = [*container.streams.video, *container.streams, container]
    for place in places:
        for key, value in place.metadata.items():
            if key.lower() == "timecode" and value:
                return str(value)
    return ""
