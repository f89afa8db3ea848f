"""Write the demo's files: an H.264 movie with timecode, a PNG sequence, and the cut."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toolkit.demo.motion import HEIGHT, WIDTH, DemoShot
from toolkit.documents import write_atomically
from toolkit.editorial.builders import (
    make_clip,
    make_file_reference,
    make_gap,
    make_sequence_reference,
    make_time,
    make_time_range,
    make_timeline,
    make_video_track,
)
from toolkit.editorial.timeline_files import write_timeline
from toolkit.errors import OutputNotWritable
from toolkit.frames import FramePath, timecode_from_frames

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.opentime import TimeRange

RATE = Fraction(24)
"""Frames per second of both media and of the cut."""

_RECORD_START = 86_400
"""Start of the cut, frames: 01:00:00:00."""
_GAP = 12
"""Frames of black between the two shots."""

_X264 = {"crf": "10", "preset": "veryfast", "flags": "+bitexact"}
"""Visually lossless and fast; the size of the file does not matter."""

_BT709_LIMITED = np.array(
    [
        [0.2126 * 219, 0.7152 * 219, 0.0722 * 219],
        [-0.2126 / 1.8556 * 224, -0.7152 / 1.8556 * 224, 0.5 * 224],
        [0.5 * 224, -0.7152 / 1.5748 * 224, -0.0722 / 1.5748 * 224],
    ],
    dtype=np.float32,
)
"""Display codes 0..1 to Y'CbCr without offsets (ITU-R BT.709, 8 bits, limited range)."""


def write_movie(path: Path, frames: Iterable[NDArray[np.uint8]], *, timecode_first: int) -> None:
    """Write H.264 in QuickTime, 4:2:0, tagged BT.709, with a timecode track; the same frames give the same bytes.

    ``frames`` are uint8 (720, 1280, 3) RGB. Raises OutputNotWritable, also if PyAV was built without x264.
    """
    import av

    with write_atomically(path) as temporary:
        try:
            with av.open(temporary, "w", format="mov", options={"fflags": "+bitexact"}) as movie:
                stream = movie.add_stream("libx264", rate=RATE, options=_X264)
                stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
                stream.metadata["timecode"] = str(timecode_from_frames(timecode_first, RATE))
                encoder = stream.codec_context
                encoder.thread_count = 1  # the number of threads changes what x264 writes
                encoder.color_range = 1  # limited; in the next line, 1 is BT.709
                encoder.colorspace, encoder.color_primaries, encoder.color_trc = 1, 1, 1
                for index, frame in enumerate(frames):
                    picture = av.VideoFrame.from_ndarray(_yuv420(frame), format="yuv420p")
                    picture.pts, picture.time_base = index, 1 / RATE
                    movie.mux(stream.encode(picture))
                movie.mux(stream.encode(None))
        except (av.FFmpegError, av.codec.codec.UnknownCodecError) as error:
            raise OutputNotWritable(path, f"PyAV cannot encode it: {error}") from error


def write_sequence(files: FramePath, first: int, frames: Iterable[NDArray[np.uint8]]) -> None:
    """Write PNG files numbered from ``first``, each atomically; remove other frames of the same sequence.

    ``frames`` are uint8 (H, W, 3) RGB. Raises OutputNotWritable.
    """
    import cv2

    fast_compression = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    written = set()
    for number, frame in enumerate(frames, start=first):
        encoded, png = cv2.imencode(".png", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), fast_compression)
        if not encoded:
            raise OutputNotWritable(files.path(number), "OpenCV cannot encode it as PNG")
        with write_atomically(files.path(number)) as temporary:
            temporary.write_bytes(png.tobytes())
        written.add(number)
    for stale in set(files.frames_on_disk()) - written:
        remove_old(files.path(stale))


def remove_old(path: Path) -> None:
    """Remove a file of an earlier run, if it exists. Raises OutputNotWritable."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputNotWritable(path, f"this file of an earlier run cannot be removed: {error.strerror}") from error


def write_cut(path: Path, shots: Iterable[DemoShot]) -> None:
    """Write the shots on one track with gaps between, media relative to the cut. Raises OutputNotWritable."""
    track = make_video_track("V1")
    for shot in shots:
        if len(track):
            track.append(make_gap(make_time(_GAP, RATE)))
        used = _frames_at_rate(shot.timecode_first + shot.head_handle, shot.cut_count)
        track.append(make_clip(shot.name, _media_reference(shot), used))
    timeline = make_timeline(path.stem, make_time(_RECORD_START, RATE))
    timeline.tracks.append(track)
    write_timeline(timeline, path, indent=4)


def _media_reference(shot: DemoShot) -> schema.MediaReference:
    available = _frames_at_rate(shot.timecode_first, len(shot.source_range))
    if not FramePath.is_pattern(shot.media):
        return make_file_reference(shot.media, available)
    files, first = FramePath.parse(shot.media), shot.source_range.first
    folder = files.folder.as_posix()
    return make_sequence_reference(folder, files, first_file=first, rate=float(RATE), available_range=available)


def _frames_at_rate(first: int, count: int) -> TimeRange:
    return make_time_range(make_time(first, RATE), make_time(count, RATE))


def _yuv420(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """uint8 (H, W, 3) RGB to planar 4:2:0 (H * 3 / 2, W), chroma sited left, which is H.264's default.

    Not done by FFmpeg's scaler: reading with the same scaler would cancel its error, and tests with this movie could
    not detect a reader's fault.
    """
    import cv2

    yuv = cv2.transform(frame.astype(np.float32) / 255, _BT709_LIMITED)
    kernel = np.array([[1, 2, 1], [1, 2, 1]], dtype=np.float32) / 8
    chroma = cv2.filter2D(yuv[..., 1:], -1, kernel, anchor=(1, 0), borderType=cv2.BORDER_REPLICATE)[::2, ::2]
    planes = [yuv[..., 0] + 16, chroma[..., 0] + 128, chroma[..., 1] + 128]
    width = frame.shape[1]
    codes = np.concatenate([plane.reshape(-1, width) for plane in planes])
    return np.asarray(np.rint(codes), dtype=np.uint8)
