"""Image sequences as plates: order, size, suffixes, and a bounded number of pictures in memory."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from toolkit.errors import UnsupportedMedia
from toolkit.plates import open_plate, probe, write_exr
from toolkit.plates.sequence import SequencePlate


@pytest.fixture
def pattern(tmp_path: Path) -> Path:
    """Ten PNG files of 16x9 pixels whose codes are their numbers."""
    for number in range(1, 11):
        assert cv2.imwrite(str(tmp_path / f"plate.{number:04d}.png"), np.full((9, 16, 3), number, np.uint8))
    return tmp_path / "plate.####.png"


def test_frames_come_in_the_order_they_are_requested(pattern: Path) -> None:
    wanted = [7, 2, 9, 2, 1]
    with open_plate(probe(pattern)) as plate:
        frames = [(frame.source_frame, round(float(frame.rgb[0, 0, 0]) * 255)) for frame in plate.frames(wanted)]
        assert frames == [(number, number) for number in wanted]
        assert [(number, int(rgb[0, 0, 0])) for number, rgb in plate.frames_8bit(wanted)] == frames


@pytest.mark.parametrize("size", [(16, 10), (17, 9)], ids=["another height", "another width"])
def test_a_frame_of_another_size_is_refused(size: tuple[int, int], pattern: Path) -> None:
    width, height = size
    assert cv2.imwrite(str(pattern.parent / "plate.0002.png"), np.zeros((height, width, 3), np.uint8))
    with open_plate(probe(pattern)) as plate:
        with pytest.raises(UnsupportedMedia, match=f"source frame 2 is {width}x{height}, the first frame 16x9"):
            list(plate.frames([1, 2]))
        with pytest.raises(UnsupportedMedia, match=f"source frame 2 is {width}x{height}"):
            list(plate.frames_8bit([2]))


def test_a_plate_opens_without_its_first_file_if_that_is_not_needed(pattern: Path) -> None:
    media = probe(pattern)
    (pattern.parent / "plate.0001.png").unlink()
    with open_plate(media) as plate:
        assert (plate.width, plate.height) == (16, 9)
        assert [frame.source_frame for frame in plate.frames([2, 3])] == [2, 3]


def test_a_layer_of_display_codes_is_read_as_what_it_is(tmp_path: Path) -> None:
    """A layer may be the plate of another cut, or be compared with its own."""
    codes = np.full((9, 16, 3), 0.5, np.float16)
    for name, encoding in (("display", "display"), ("linear", "linear"), ("acescg", "acescg")):
        write_exr(tmp_path / f"{name}.0001.exr", codes, {"toolkit/encoding": encoding})
    kinds = {}
    for name in ("display", "linear", "acescg"):
        media = probe(tmp_path / f"{name}.####.exr")
        with open_plate(media) as plate:
            ((_, picture),) = plate.frames_8bit([1])
            kinds[name] = plate.encoding, int(picture[0, 0, 0]), plate.digest(1)
    assert {name: kind[:2] for name, kind in kinds.items()} == {
        "display": ("display", 128),
        "linear": ("linear", 188),
        "acescg": ("linear", 188),
    }
    assert len({digest for *_, digest in kinds.values()}) == 3


def test_suffixes_in_capitals_are_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    light = np.full((9, 16, 3), 0.5, np.float16)
    write_exr(tmp_path / "PLATE.0001.EXR", light, {"pixelAspectRatio": 2.0})
    with caplog.at_level(logging.WARNING), open_plate(probe(tmp_path / "PLATE.####.EXR")) as plate:
        assert plate.encoding == "linear"
        assert np.array_equal(next(plate.frames([1])).rgb, light.astype(np.float32))
    assert "pixel aspect ratio is 2." in caplog.text


def test_at_most_two_pictures_are_read_ahead(pattern: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plate of 8K floats would fill the memory otherwise."""
    read: list[int] = []
    read_stored = SequencePlate._read_stored

    def count(plate: SequencePlate, source_frame: int) -> object:
        read.append(source_frame)
        return read_stored(plate, source_frame)

    with open_plate(probe(pattern)) as plate:
        monkeypatch.setattr(SequencePlate, "_read_stored", count)
        frames = plate.frames(range(1, 11))
        assert next(frames).source_frame == 1
        time.sleep(0.2)
        assert sorted(read) == [1, 2, 3]
        frames.close()
