"""Small H.264 movies in which a browser finds every frame: constant rate, a key frame twice a second, no reordering."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import OutputNotWritable

PROXY_CODEC: Final = "libx264"
"""The encoder; some builds of PyAV lack it, for its licence."""
_QUALITY = "23"
"""x264's constant rate factor: what a simple picture does not need of its bytes is not spent."""
_KEY_FRAMES = 12
"""Frames from one key frame to the next: how many are decoded at most to show one."""


def can_write_proxy() -> bool:
    """Whether this build of PyAV has the encoder."""
    import av

    try:
        av.codec.Codec(PROXY_CODEC, "w")
    except av.codec.codec.UnknownCodecError:
        return False
    return True


def write_proxy(
    path: Path,
    pictures: Iterable[NDArray[np.uint8]],
    *,
    size: tuple[int, int],
    rate: Fraction,
    count: int,
    bytes_per_frame: int,
) -> None:
    """Write ``pictures``, ``count`` of uint8 (H, W, 3) RGB, as an MP4 of at most ``bytes_per_frame`` on average.

    ``size`` is their width and height, both even; ``rate`` is frames per second. The container's own tables come on
    top: some 20 bytes a frame. Raises OutputNotWritable, also if PyAV was built without the encoder.
    """
    import av
    import cv2

    try:
        with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as movie:
            stream = movie.add_stream(PROXY_CODEC, rate=rate, options=_options(rate, count, bytes_per_frame))
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            encoder = stream.codec_context
            encoder.color_range = 1  # limited
            encoder.colorspace, encoder.color_primaries, encoder.color_trc = 6, 1, 1  # BT.601 as OpenCV has it; BT.709
            for index, picture in enumerate(pictures):
                codes = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420)  # FFmpeg's scaler takes twenty times as long
                frame = av.VideoFrame.from_ndarray(np.asarray(codes), format="yuv420p")
                frame.pts, frame.time_base = index, 1 / rate
                movie.mux(stream.encode(frame))
            movie.mux(stream.encode(None))
    except (av.FFmpegError, av.codec.codec.UnknownCodecError) as error:
        raise OutputNotWritable(path, f"PyAV cannot encode it: {error}") from error


def _options(rate: Fraction, count: int, bytes_per_frame: int) -> dict[str, str]:
    """The buffer is what may be spent beyond the rate, once: a tenth of all, or four frames of a short shot."""
    bits = 8 * bytes_per_frame
    return {
        "preset": "superfast",
        "crf": _QUALITY,
        "g": str(_KEY_FRAMES),
        "bf": "0",
        "maxrate": str(round(0.85 * bits * rate)),
        "bufsize": str(bits * max(4, min(count // 10, round(rate)))),
    }
