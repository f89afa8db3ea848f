"""Movies for the whole session, generated when first needed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.plates._footage import MPEG2_OPEN, X264_LONG, X264_OPEN, X265_OPEN, copy_from, encode

VFR_TICKS = [512 * (i + i // 7) for i in range(96)]
"""One frame in eight is missing."""


NTSC = Fraction(24000, 1001)

RECIPES: dict[str, dict[str, Any]] = {
    "h264_long_group.mp4": {"codec": "libx264", "options": X264_LONG},
    "h264_open_group.mp4": {"codec": "libx264", "options": X264_OPEN},
    "h264_open_group.ts": {"codec": "libx264", "options": X264_OPEN},
    "h264_ntsc.mkv": {"codec": "libx264", "options": X264_OPEN, "rate": NTSC},
    "h264.avi": {"codec": "libx264", "options": X264_OPEN},
    "h264_starts_ahead.mp4": {"codec": "libx264", "options": X264_OPEN, "muxer": {"movflags": "faststart"}},
    "hevc_open_group_10_bit.mp4": {"codec": "libx265", "options": X265_OPEN, "pixels": "yuv420p10le"},
    "hevc_open_group_10_bit.ts": {"codec": "libx265", "options": X265_OPEN, "pixels": "yuv420p10le"},
    "mpeg2_open_group.ts": {"codec": "mpeg2video", "options": MPEG2_OPEN, "rate": 25},
    "mpeg2_open_group.mpg": {"codec": "mpeg2video", "options": MPEG2_OPEN, "rate": 25},
    "mpeg2_timecode.mxf": {
        "codec": "mpeg2video",
        "options": MPEG2_OPEN,
        "rate": 25,
        "metadata": {"timecode": "10:00:00:00"},
    },
    "mpeg4_open_group.mp4": {"codec": "mpeg4", "options": MPEG2_OPEN},
    "vp9.webm": {"codec": "libvpx-vp9", "count": 30, "options": {"deadline": "realtime", "cpu-used": "8"}},
    "prores_timecode.mov": {
        "codec": "prores_ks",
        "count": 24,
        "pixels": "yuv422p10le",
        "rate": NTSC,
        "metadata": {"timecode": "01:00:00:00"},
    },
    "drop_frame.mov": {
        "codec": "libx264",
        "count": 24,
        "rate": Fraction(30000, 1001),
        "metadata": {"timecode": "00:59:59;28"},
    },
    "variable_rate.mp4": {"codec": "libx264", "options": X264_OPEN, "ticks": VFR_TICKS},
}

COPIES: dict[str, tuple[str, dict[str, int]]] = {
    # The first keyframe and the frames up to the cut are decoded but not presented.
    "edit_list.mp4": ("h264_open_group.mp4", {"keyframe": 1, "hidden_frames": 8}),
    "cut_at_open_group.ts": ("h264_open_group.ts", {"keyframe": 2}),
    "hevc_cut_at_open_group.ts": ("hevc_open_group_10_bit.ts", {"keyframe": 2}),
    "mpeg2_cut_at_open_group.ts": ("mpeg2_open_group.ts", {"keyframe": 2}),
}
"""Packets of another movie, from one of its keyframes on."""


@pytest.fixture(scope="session")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Returns the path of a movie by name."""
    folder = tmp_path_factory.mktemp("movies")

    @cache
    def make(name: str) -> Path:
        if name in COPIES:
            source, cut = COPIES[name]
            return copy_from(make(source), folder / name, **cut)
        return encode(folder / name, **RECIPES[name])

    return make
