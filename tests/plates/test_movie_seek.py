"""How a movie is searched for a frame that cannot be decoded from the nearest keyframe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plates._footage import number_in
from toolkit.errors import CorruptMedia
from toolkit.plates import open_plate, probe
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
    assert reader._stream.thread_type.name == "NONE"


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

    def record(keyframe: int, wanted: int) -> None:
        starts.append(keyframe)
        seek(keyframe, wanted)

    monkeypatch.setattr(reader, "_seek_to_keyframe", record)
    reader.read(3)
    assert number_in(to_8bit_rgb(reader.read(80))) == 80
    assert starts[0] == 3, "the keyframe before it, one in 24 frames"


def test_leading_frames_of_a_closed_gop_are_counted_and_read(movie: Movies, tmp_path: Path) -> None:
    """MPEG-2: they are presented before the first keyframe but refer to no earlier frame, as the GOP header states."""
    source = movie("mpeg2_cut_at_open_group.ts")
    data = bytearray(source.read_bytes())
    data[data.find(bytes([0, 0, 1, 0xB8])) + 7] |= 0x40  # closed_gop
    path = tmp_path / "closed.ts"
    path.write_bytes(data)
    index = index_movie(path)
    assert index.count == index_movie(source).count + 2
    assert index.pts[2] == index.keyframes[0].pts
    reader = MovieReader(path, index)
    assert [reader.read(source_frame).pts for source_frame in (0, 1, 2, 30, 1)] == [
        index.pts[source_frame] for source_frame in (0, 1, 2, 30, 1)
    ]
    with open_plate(probe(path)) as plate:
        first = number_in(next(plate.frames_8bit([2]))[1])
        assert number_in(next(plate.frames_8bit([30]))[1]) == first + 28
