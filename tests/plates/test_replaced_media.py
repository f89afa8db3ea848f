"""Media that is replaced or written to while it is read: an error that names it, unless the bytes are the same."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import cv2
import pytest

from tests.plates._footage import encode, number_in, picture
from toolkit.errors import MediaChanged, MissingFrames, MissingMedia
from toolkit.plates import file_digest, open_plate, probe

COUNT = 40
Replace = Callable[[Path, Path], None]
"""Puts the bytes of the second file at the path of the first."""


def move_over(path: Path, other: Path) -> None:
    """As most programs save: a new file is moved to the path of the old one, which whoever has it open goes on reading.

    Size and time of the old one are kept, as archiving programs do.
    """
    before = path.stat()
    other.write_bytes(other.read_bytes().ljust(before.st_size, b"\0"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    shutil.move(other, path)


def write_over(path: Path, other: Path) -> None:
    """As a renderer does that opens the file again: the same file with other bytes."""
    path.write_bytes(other.read_bytes())


@pytest.fixture
def movie_and_other(tmp_path: Path) -> tuple[Path, Path]:
    """Movies of one length; every picture is its own keyframe."""
    small = encode(tmp_path / "a.mov", "mjpeg", count=COUNT, pixels="yuvj420p")
    other = tmp_path / "b.mov"
    encode(other, "mjpeg", count=COUNT, pixels="yuvj420p", options={"qscale": "31"}, metadata={"title": "new"})
    first, second = sorted((small, other), key=lambda path: -path.stat().st_size)
    return first, second


@pytest.mark.parametrize("replace", [move_over, write_over])
@pytest.mark.parametrize("first", ["digest", "picture"])
def test_a_movie_that_is_replaced_while_it_is_open_is_an_error(
    movie_and_other: tuple[Path, Path], replace: Replace, first: str
) -> None:
    path, other = movie_and_other
    with open_plate(probe(path)) as plate:
        if first == "digest":
            plate.digest(0)
        replace(path, other)
        with pytest.raises(MediaChanged, match=r"\.mov was replaced or written to while it was read; run the same"):
            list(plate.frames([5]))
        with pytest.raises(MediaChanged):
            plate.digest(0)
    with open_plate(probe(path)) as plate:  # another run reads the new one
        assert [number_in(frame.rgb) for frame in plate.frames([5])] == [5]


@pytest.mark.parametrize("replace", [move_over, write_over])
def test_the_frame_during_which_it_happens_is_not_returned(
    movie_and_other: tuple[Path, Path], replace: Replace
) -> None:
    path, other = movie_and_other
    with open_plate(probe(path)) as plate, closing(plate.frames(range(COUNT))) as frames:
        numbers = [number_in(next(frames).rgb)]
        replace(path, other)
        with pytest.raises(MediaChanged):
            numbers += [number_in(frame.rgb) for frame in frames]
    assert len(numbers) <= 4  # the frames that were decoded ahead


def test_the_same_bytes_under_another_date_are_no_change(movie_and_other: tuple[Path, Path]) -> None:
    path, _ = movie_and_other
    with open_plate(probe(path)) as plate:
        known = plate.digest(0)
        copy = path.with_suffix(".copy")
        shutil.copyfile(path, copy)
        copy.replace(path)
        assert [number_in(frame.rgb) for frame in plate.frames([3, 4])] == [3, 4]
        assert plate.digest(0) == known


def test_a_movie_that_is_deleted_while_it_is_open_is_named(movie_and_other: tuple[Path, Path]) -> None:
    path, _ = movie_and_other
    with open_plate(probe(path)) as plate:
        path.unlink()
        with pytest.raises(MissingMedia, match=path.name):
            list(plate.frames([5]))


def test_a_movie_that_became_shorter_since_the_cut_was_read_is_short_of_frames(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mov", "mjpeg", count=COUNT, pixels="yuvj420p")
    media = probe(path)
    encode(path, "mjpeg", count=10, pixels="yuvj420p")
    with open_plate(media) as plate, pytest.raises(MissingFrames, match=r"2 source frames missing: 10-11; .*0-9"):
        plate.frames(range(8, 12))


@pytest.mark.parametrize("replace", [move_over, write_over])
@pytest.mark.parametrize("first", ["digest", "picture"])
def test_a_file_of_a_sequence_that_is_replaced_is_an_error(tmp_path: Path, replace: Replace, first: str) -> None:
    files = [tmp_path / f"plate.{number}.png" for number in range(1001, 1005)]
    for number, path in enumerate(files):
        assert cv2.imwrite(str(path), picture(number))
    assert cv2.imwrite(str(tmp_path / "other.png"), picture(9)[:, :, ::-1])
    with open_plate(probe(tmp_path / "plate.####.png")) as plate:
        digests = [plate.digest(1003) if first == "digest" else "", *map(str, plate.frames_8bit([1003]))]
        replace(files[2], tmp_path / "other.png")
        with pytest.raises(MediaChanged, match=r"plate\.1003\.png"):
            list(plate.frames([1001, 1002, 1003, 1004]))
        with pytest.raises(MediaChanged, match=r"plate\.1003\.png"):
            plate.digest(1003)
        assert [frame.source_frame for frame in plate.frames([1001, 1002, 1004])] == [1001, 1002, 1004]
    assert digests


def test_a_digest_notices_another_file_of_the_same_size_and_date(tmp_path: Path) -> None:
    path, other = tmp_path / "a.bin", tmp_path / "b.bin"
    path.write_bytes(b"old")
    other.write_bytes(b"new")
    before = file_digest(path)
    move_over(path, other)
    assert file_digest(path) != before
