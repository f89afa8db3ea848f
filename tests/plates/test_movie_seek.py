"""How a movie is searched for a frame that cannot be decoded from the nearest keyframe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plates._footage import number_in
from toolkit.errors import CorruptMedia
from toolkit.plates.movie_index import index_movie
from toolkit.plates.movie_pixels import to_8bit_rgb
from toolkit.plates.movie_seek import MovieReader

Movies = Callable[[str], Path]


@pytest.fixture
def reader(movie: Movies) -> MovieReader:
    """An open movie of 24 frames, all of them keyframes."""
    path = movie("prores_timecode.mov")
    return MovieReader(path, index_movie(path))


@pytest.mark.parametrize(
    ("source_frame", "expected"),
    [(23, [23, 22, 20, 16, 8]), (20, [20, 19, 17, 13, 5]), (5, [5, 4, 2, 0]), (0, [0])],
)
def test_a_frame_that_stays_corrupt_is_decoded_from_up_to_fifteen_keyframes_earlier(
    source_frame: int, expected: list[int], reader: MovieReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then once more without frame threads, which can report the errors of later frames."""
    starts: list[int] = []
    monkeypatch.setattr(reader, "_seek_to_keyframe", lambda keyframe, wanted: starts.append(keyframe))
    monkeypatch.setattr(reader, "_advance_to", lambda wanted: None)
    with pytest.raises(CorruptMedia, match=f"source frame {source_frame} is damaged or missing"):
        reader.read(source_frame)
    assert starts == expected * 2


def test_frames_after_a_read_continue_without_a_seek(reader: MovieReader, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.read(3)
    monkeypatch.setattr(reader, "_seek_to_keyframe", lambda keyframe, wanted: pytest.fail("it seeks"))
    assert [number_in(to_8bit_rgb(reader.read(source_frame))) for source_frame in (4, 5, 6)] == [4, 5, 6]


def test_a_skipped_frame_of_the_same_gop_is_reached_without_a_seek(
    movie: Movies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seek would decode all frames from the keyframe on again."""
    path = movie("h264_long_group.mp4")
    reader = MovieReader(path, index_movie(path))
    reader.read(3)
    monkeypatch.setattr(reader, "_seek_to_keyframe", lambda keyframe, wanted: pytest.fail("it seeks"))
    assert number_in(to_8bit_rgb(reader.read(60))) == 60


def test_another_gop_is_reached_by_a_seek(movie: Movies, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by decoding everything in between."""
    path = movie("h264_open_group.mp4")
    reader = MovieReader(path, index_movie(path))
    starts: list[int] = []
    seek = reader._seek_to_keyframe
    monkeypatch.setattr(
        reader, "_seek_to_keyframe", lambda keyframe, wanted: (starts.append(keyframe), seek(keyframe, wanted))
    )
    reader.read(3)
    assert number_in(to_8bit_rgb(reader.read(80))) == 80
    assert starts[0] == 3, "the keyframe before it, one in 24 frames"
