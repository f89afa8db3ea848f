"""Generated movies whose frames contain their number as a barcode, so that any wrong frame is detected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, BITS = 192, 108, 12

X264_OPEN = {"x264-params": "keyint=24:min-keyint=24:open-gop=1:bframes=3:b-pyramid=normal:scenecut=0"}
X264_LONG = {"x264-params": "keyint=500:bframes=3:b-pyramid=normal:scenecut=0"}
X265_OPEN = {"x265-params": "keyint=24:min-keyint=24:open-gop=1:bframes=4:log-level=none"}
MPEG2_OPEN = {"bf": "2", "g": "12", "b": "3000000"}


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """(H, W, 3) RGB: a gradient, a moving box, and ``number`` in twelve bars across the top."""
    y, x = np.mgrid[:height, :width]
    rgb = np.stack([x * 255 // width, y * 255 // height, np.full_like(x, 128)], axis=-1).astype(np.uint8)
    bar = width // BITS
    for bit in range(BITS):
        rgb[: height // 3, bit * bar : (bit + 1) * bar] = 225 if number >> bit & 1 else 25
    left = number * 5 % (width - 30)
    rgb[height // 2 : height // 2 + 30, left : left + 30] = (200, 60, 60)
    return rgb


def number_in(rgb: NDArray[Any]) -> int:
    """The number in a picture's barcode."""
    full = 255 if rgb.dtype == np.uint8 else 1.0
    bar = rgb.shape[1] // BITS
    rows = rgb[rgb.shape[0] // 12 : rgb.shape[0] // 4]
    middles = [rows[:, bit * bar + bar // 4 : bit * bar + 3 * bar // 4].mean() for bit in range(BITS)]
    return sum(1 << bit for bit, middle in enumerate(middles) if middle > full / 2)


def encode(
    path: Path,
    codec: str,
    *,
    count: int = 96,
    pixels: str = "yuv420p",
    rate: int | Fraction = 24,
    options: Mapping[str, str] | None = None,
    muxer: Mapping[str, str] | None = None,
    container: str | None = None,
    metadata: Mapping[str, str] | None = None,
    ticks: Sequence[int] | None = None,
    rotation: int = 0,
) -> Path:
    """A movie of ``count`` numbered frames; ``ticks`` are presentation times in 1/12288 s for a variable rate."""
    with av.open(str(path), "w", format=container, options=dict(muxer or {})) as output:
        stream = output.add_stream(codec, rate=rate, options=dict(options or {}))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
        stream.metadata.update(metadata or {})
        if rotation:
            stream.set_display_rotation(rotation)
        if ticks is not None:
            stream.codec_context.time_base = Fraction(1, 12288)
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(picture(number), "rgb24").reformat(format=pixels)
            frame.pts = number if ticks is None else ticks[number]
            if ticks is not None:
                frame.time_base = Fraction(1, 12288)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def encode_frames(path: Path, codec: str, frames: Sequence[av.VideoFrame], **tags: int | Fraction) -> Path:
    """A movie of ``frames`` in their own pixel format; ``tags`` are attributes of the codec context."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=24)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = frames[0].width, frames[0].height, frames[0].format.name
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        for number, frame in enumerate(frames):
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def copy_from(source: Path, path: Path, *, keyframe: int, hidden_frames: int = 0) -> Path:
    """Copy the packets of ``source`` from its n-th keyframe on.

    With ``hidden_frames``, times are shifted so that this many frames are before zero: an edit list hides them.
    """
    with av.open(str(source)) as original, av.open(str(path), "w") as output:
        stream = original.streams.video[0]
        copy = output.add_stream_from_template(stream)
        packets = [packet for packet in original.demux(stream) if packet.size]
        keyframes = [position for position, packet in enumerate(packets) if packet.is_keyframe]
        kept = packets[keyframes[keyframe] :]
        shift = 0
        if hidden_frames:
            shift = sorted(packet.pts or 0 for packet in kept)[hidden_frames]
        for packet in kept:
            assert packet.pts is not None
            assert packet.dts is not None
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = copy
            output.mux(packet)
    return path


def yuv_frame(kind: str, planes: Sequence[NDArray[Any]], *, matrix: int, codes: int) -> av.VideoFrame:
    """A frame whose planes contain exactly these codes; matrix and range as FFmpeg numbers them."""
    height, width = planes[0].shape
    frame = av.VideoFrame(width, height, kind)
    for plane, values in zip(frame.planes, planes, strict=True):
        code = np.dtype("<u2") if frame.format.components[0].bits > 8 else np.dtype(np.uint8)
        lines = np.frombuffer(memoryview(plane), code).reshape(plane.height, -1)
        lines[:, : plane.width] = np.rint(values).astype(code)
    frame.colorspace, frame.color_range = matrix, codes
    return frame
