"""Movies for the whole session: made once, when the first test asks."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from tests.plates._footage import MPEG2_OPEN, X264_LONG, X264_OPEN, X265_OPEN, copy_from, encode

VFR_TICKS = [512 * (i + i // 7) for i in range(96)]
"""One picture in eight is missing."""


@pytest.fixture(scope="session")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A movie by name."""
    folder = tmp_path_factory.mktemp("movies")

    @cache
    def made(name: str) -> Path:
        path = folder / name
        ntsc = Fraction(24000, 1001)
        match name:
            case "h264_long_group.mp4":
                return encode(path, "libx264", options=X264_LONG)
            case "h264_open_group.mp4" | "h264_open_group.ts":
                return encode(path, "libx264", options=X264_OPEN)
            case "h264_ntsc.mkv":
                return encode(path, "libx264", options=X264_OPEN, rate=ntsc)
            case "h264.avi":
                return encode(path, "libx264", options=X264_OPEN)
            case "h264_starts_ahead.mp4":
                return encode(path, "libx264", options=X264_OPEN, muxer={"movflags": "faststart"})
            case "hevc_open_group_10_bit.mp4" | "hevc_open_group_10_bit.ts":
                return encode(path, "libx265", pixels="yuv420p10le", options=X265_OPEN)
            case "mpeg2_open_group.ts" | "mpeg2_open_group.mpg":
                return encode(path, "mpeg2video", rate=25, options=MPEG2_OPEN)
            case "mpeg2_timecode.mxf":
                return encode(path, "mpeg2video", rate=25, options=MPEG2_OPEN, metadata={"timecode": "10:00:00:00"})
            case "mpeg4_open_group.mp4":
                return encode(path, "mpeg4", options=MPEG2_OPEN)
            case "vp9.webm":
                return encode(path, "libvpx-vp9", count=30, options={"deadline": "realtime", "cpu-used": "8"})
            case "prores_timecode.mov":
                return encode(
                    path, "prores_ks", count=24, pixels="yuv422p10le", rate=ntsc, metadata={"timecode": "01:00:00:00"}
                )
            case "drop_frame.mov":
                label = {"timecode": "00:59:59;28"}
                return encode(path, "libx264", count=24, rate=Fraction(30000, 1001), metadata=label)
            case "variable_rate.mp4":
                return encode(path, "libx264", options=X264_OPEN, ticks=VFR_TICKS)
            case "edit_list.mp4":  # key picture 1 and the seven after it are decoded and not shown
                return copy_from(made("h264_open_group.mp4"), path, key_picture=1, cut_pictures=8)
            case "cut_at_open_group.ts" | "hevc_cut_at_open_group.ts" | "mpeg2_cut_at_open_group.ts":
                source = {"c": "h264_open_group.ts", "h": "hevc_open_group_10_bit.ts", "m": "mpeg2_open_group.ts"}
                return copy_from(made(source[name[0]]), path, key_picture=2)
        raise LookupError(name)

    return made
