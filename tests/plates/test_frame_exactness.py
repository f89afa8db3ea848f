"""Source frame n is the n-th presented frame, read in order or after a seek."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plates._footage import number_in
from toolkit.errors import MissingFrames
from toolkit.frames import FrameRange
from toolkit.plates import open_plate, probe

Movies = Callable[[str], Path]

FIRST_NUMBER = {
    "h264_long_group.mp4": 0,
    "h264_open_group.mp4": 0,
    "h264_open_group.ts": 0,
    "h264_ntsc.mkv": 0,
    "h264.avi": 0,
    "hevc_open_group_10_bit.mp4": 0,
    "hevc_open_group_10_bit.ts": 0,
    "mpeg2_open_group.ts": 0,
    "mpeg2_open_group.mpg": 0,
    "mpeg2_timecode.mxf": 0,
    "mpeg4_open_group.mp4": 0,
    "vp9.webm": 0,
    "prores_timecode.mov": 0,
    "drop_frame.mov": 0,
    "variable_rate.mp4": 0,
    "edit_list.mp4": None,
    "cut_at_open_group.ts": None,
    "hevc_cut_at_open_group.ts": None,
    "mpeg2_cut_at_open_group.ts": None,
}
"""Number in source frame 0; None: depends on the cut, and only the order is checked."""


@pytest.mark.parametrize("name", FIRST_NUMBER)
def test_every_frame_is_exact_in_order_and_after_random_seeks(name: str, movie: Movies) -> None:
    media = probe(movie(name))
    assert media.source_range is not None
    with open_plate(media) as plate:
        in_order = [number_in(rgb) for _, rgb in plate.frames_8bit(media.source_range)]
        known = FIRST_NUMBER[name]
        first = in_order[0] if known is None else known
        assert in_order == list(range(first, first + len(media.source_range)))

        wanted = random.Random(name).choices(list(media.source_range), k=28)
        found = [(frame.source_frame, number_in(frame.rgb) - first) for frame in plate.frames(wanted)]
        assert found == [(source_frame, source_frame) for source_frame in wanted]


@pytest.mark.parametrize("name", ["h264_open_group.mp4", "edit_list.mp4"])
def test_ascending_frames_with_gaps_are_exact(name: str, movie: Movies) -> None:
    media = probe(movie(name))
    with open_plate(media) as plate:
        first = number_in(next(iter(plate.frames([0]))).rgb)
        wanted = [1, 2, 5, 6, 30, 31, 33, 60]
        assert [number_in(frame.rgb) - first for frame in plate.frames(wanted)] == wanted


def test_frames_before_an_edit_list_are_not_counted(movie: Movies) -> None:
    whole, cut = probe(movie("h264_open_group.mp4")), probe(movie("edit_list.mp4"))
    with open_plate(cut) as plate:
        last = next(plate.frames_8bit([len(cut.source_range or ()) - 1]))[1]
    assert number_in(last) == 95
    assert 0 < len(cut.source_range or ()) < len(whole.source_range or ()) - 24


def test_frames_that_refer_to_missing_frames_are_not_counted(movie: Movies) -> None:
    """A broadcast recording begins at a keyframe whose leading frames cannot be decoded."""
    media = probe(movie("cut_at_open_group.ts"))
    with open_plate(media) as plate:
        first = number_in(next(plate.frames_8bit([0]))[1])
    assert media.source_range == FrameRange(first=0, last=95 - first)


def test_two_iterators_of_one_plate_do_not_disturb_each_other(movie: Movies) -> None:
    with open_plate(probe(movie("h264_open_group.mp4"))) as plate:
        pairs = zip(plate.frames(range(40)), plate.frames_8bit(range(50, 90)), strict=True)
        assert [(number_in(a.rgb), number_in(b)) for a, (_, b) in pairs] == [(i, i + 50) for i in range(40)]


def test_a_frame_beyond_the_movie_is_missing_before_anything_is_decoded(movie: Movies) -> None:
    with open_plate(probe(movie("prores_timecode.mov"))) as plate:
        with pytest.raises(MissingFrames, match=r"2 source frames missing: 24-25; available: 0-23"):
            plate.frames(range(20, 26))
        with pytest.raises(MissingFrames, match="-1"):
            plate.frames_8bit([-1])
