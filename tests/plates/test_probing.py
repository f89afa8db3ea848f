"""Probing a path: range, rate and timecode."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.plates._footage import encode
from toolkit.documents import MediaKind
from toolkit.errors import MissingMedia, UnsupportedMedia
from toolkit.frames import FrameRange, Timecode, frames_from_timecode
from toolkit.plates import frame_file, missing_frames, open_plate, probe, write_exr

Movies = Callable[[str], Path]
NTSC = Fraction(24000, 1001)


@pytest.mark.parametrize(
    ("name", "rate", "label", "drop_frame"),
    [
        ("h264_long_group.mp4", Fraction(24), None, False),
        ("h264_ntsc.mkv", NTSC, None, False),
        ("hevc_open_group_10_bit.ts", Fraction(24), None, False),
        ("prores_timecode.mov", NTSC, "01:00:00:00", False),
        ("drop_frame.mov", Fraction(30000, 1001), "00:59:59;28", True),
        ("mpeg2_timecode.mxf", Fraction(25), "10:00:00:00", False),
    ],
)
def test_rate_and_timecode_of_a_movie_are_exact(
    name: str, rate: Fraction, label: str | None, drop_frame: bool, movie: Movies
) -> None:
    media = probe(movie(name))
    assert (media.kind, media.rate, media.drop_frame) == (MediaKind.MOVIE, rate, drop_frame)
    assert media.timecode_first == (None if label is None else frames_from_timecode(label, rate))
    assert media.source_range is not None
    assert media.source_range.first == 0
    assert media.online
    assert Path(media.path).is_absolute()


@pytest.mark.parametrize("rate", [24, 25, 30, 48, 60])
@pytest.mark.parametrize("moov", ["at the end", "first"])
def test_a_drop_frame_flag_at_other_rates_is_ignored(rate: int, moov: str, tmp_path: Path) -> None:
    """Some cameras set it at 24 fps; the track has the number of the frame."""
    label = "19:36:01:07"
    muxer = {"movflags": "faststart"} if moov == "first" else {}
    path = encode(tmp_path / "a.mov", "mpeg4", count=3, rate=rate, metadata={"timecode": label}, muxer=muxer)
    data = bytearray(path.read_bytes())
    entry = next(place for place in _find_all(data, b"tmcd") if data[place - 16 : place - 12] == b"stsd")
    data[entry + 19] |= 1  # the flags of the sample description
    path.write_bytes(data)
    media = probe(path)
    assert media.timecode_first == frames_from_timecode(label, Fraction(rate))
    assert not media.drop_frame


def _find_all(data: bytearray, part: bytes) -> Iterator[int]:
    place = data.find(part)
    while place >= 0:
        yield place
        place = data.find(part, place + 1)


def test_a_drop_frame_flag_in_an_exr_header_is_ignored_at_24_fps(tmp_path: Path) -> None:
    label = Timecode(hours=1, minutes=2, seconds=3, frames=4, drop_frame=True)
    black = np.zeros((9, 16, 3), np.float16)
    write_exr(tmp_path / "plate.1001.exr", black, {"framesPerSecond": Fraction(24), "timeCode": label})
    media = probe(tmp_path / "plate.####.exr")
    assert (media.timecode_first, media.drop_frame) == (frames_from_timecode("01:02:03:04", Fraction(24)), False)


def test_a_variable_rate_is_that_of_the_commonest_interval(movie: Movies) -> None:
    media = probe(movie("variable_rate.mp4"))
    assert media.rate == 24
    assert media.source_range == FrameRange(first=0, last=95)
    assert "frame rate is variable" in media.notes[0]


def test_a_relative_path_becomes_absolute(movie: Movies, monkeypatch: pytest.MonkeyPatch) -> None:
    path = movie("prores_timecode.mov")
    monkeypatch.chdir(path.parent)
    assert probe(Path(path.name)).path == str(path)


# --- sequences -------------------------------------------------------------------------------------------------


def _write_png(path: Path, value: int = 90, size: tuple[int, int] = (16, 9)) -> None:
    width, height = size
    assert cv2.imwrite(str(path), np.full((height, width, 3), value, np.uint8))


def _sequence(folder: Path, numbers: list[int], suffix: str = ".png") -> Path:
    for number in numbers:
        _write_png(folder / f"plate.{number:04d}{suffix}", value=number % 250)
    return folder


@pytest.mark.parametrize("pattern", ["plate.####.png", "plate.%04d.png"])
def test_the_source_frames_of_a_sequence_are_its_file_numbers(pattern: str, tmp_path: Path) -> None:
    media = probe(_sequence(tmp_path, [998, 999, 1000, 1001]) / pattern, sequence_rate=NTSC)
    assert media.kind is MediaKind.SEQUENCE
    assert media.source_range == FrameRange(first=998, last=1001)
    assert (media.rate, media.timecode_first) == (NTSC, None)
    assert media.path == str(tmp_path / "plate.####.png")
    assert frame_file(media, 1000) == tmp_path / "plate.1000.png"
    with open_plate(media) as plate:
        assert [round(float(frame.rgb[0, 0, 0]) * 255) for frame in plate.frames([998, 1001])] == [
            998 % 250,
            1001 % 250,
        ]


def test_a_sequence_without_a_header_has_24_fps_by_default(tmp_path: Path) -> None:
    assert probe(_sequence(tmp_path, [1]) / "plate.####.png").rate == 24


@pytest.mark.parametrize(
    ("rate", "label"),
    [(NTSC, Timecode(hours=1, minutes=2, seconds=3, frames=4)),
     (Fraction(30000, 1001), Timecode(hours=0, minutes=59, seconds=59, frames=28, drop_frame=True)),
     (Fraction(60), Timecode(hours=1, minutes=0, seconds=0, frames=57)),
     (Fraction(50), Timecode(hours=1, minutes=0, seconds=0, frames=30))],
    ids=["23.976", "29.97 drop frame", "60: counted in pairs", "50"],
)  # fmt: skip
def test_rate_and_timecode_of_an_exr_sequence_come_from_its_first_header(
    rate: Fraction, label: Timecode, tmp_path: Path
) -> None:
    black = np.zeros((9, 16, 3), np.float16)
    write_exr(tmp_path / "plate.1001.exr", black, {"framesPerSecond": rate, "timeCode": label})
    write_exr(tmp_path / "plate.1002.exr", black, {})
    media = probe(tmp_path / "plate.####.exr", sequence_rate=Fraction(25))
    assert media.rate == rate
    assert media.timecode_first == frames_from_timecode(str(label), rate)
    assert media.drop_frame == label.drop_frame


@pytest.mark.parametrize(
    ("name", "number"), [("still.png", 0), ("plate.1007.png", 1007), ("IMG_12.png", 12), ("4K.png", 0)]
)
def test_a_still_is_a_sequence_of_one_frame(name: str, number: int, tmp_path: Path) -> None:
    _write_png(tmp_path / name, value=123)
    _write_png(tmp_path / "plate.1008.png")
    media = probe(tmp_path / name)
    assert media.source_range == FrameRange(first=number, last=number)
    assert frame_file(media, number) == tmp_path / name
    with open_plate(media) as plate:
        assert [(n, int(rgb[0, 0, 0])) for n, rgb in plate.frames_8bit([number])] == [(number, 123)]
    assert missing_frames(media, [number, number + 1]) == [number + 1]


def test_missing_frames_of_a_sequence_are_listed(tmp_path: Path) -> None:
    media = probe(_sequence(tmp_path, [1, 2, 5, 6, 9]) / "plate.####.png")
    assert media.source_range == FrameRange(first=1, last=9)
    assert missing_frames(media, FrameRange(first=0, last=9)) == [0, 3, 4, 7, 8]
    assert missing_frames(media, [1, 2, 9]) == []


def test_frames_before_zero_are_read(tmp_path: Path) -> None:
    for number in (-12, -1, 0, 1):
        _write_png(tmp_path / f"plate.{number:04d}.png", value=100 + number)
    media = probe(tmp_path / "plate.####.png")
    assert media.source_range == FrameRange(first=-12, last=1)
    assert media.notes == ()
    with open_plate(media) as plate:
        assert [int(rgb[0, 0, 0]) for _, rgb in plate.frames_8bit([-12, -1, 0, 1])] == [88, 99, 100, 101]
    assert probe(tmp_path / "plate.-012.png").source_range == FrameRange(first=-12, last=-12)


@pytest.mark.parametrize(
    ("pattern", "first", "note"),
    [
        ("p.####.png", 1000, "98, 999 are left out: their files are not numbered like p.####.png; give p.##.png to "),
        ("p.###.png", 999, "98 is left out: their files are not numbered like p.###.png; give p.##.png to include"),
        ("p.##.png", 98, None),
        ("p.#####.png", 1, "98, 999-1001 are left out: their files are not numbered like p.#####.png"),
    ],
)
def test_numbers_that_do_not_fit_the_padding_are_left_out_aloud(
    pattern: str, first: int, note: str | None, tmp_path: Path
) -> None:
    for number in ("98", "999", "1000", "1001") + (("00001",) if pattern == "p.#####.png" else ()):
        _write_png(tmp_path / f"p.{number}.png")
    media = probe(tmp_path / pattern)
    assert media.source_range is not None
    assert media.source_range.first == first
    assert [one.startswith(note or "") for one in media.notes] == ([True] if note else [])


def test_frames_outside_a_movie_are_missing(movie: Movies) -> None:
    assert missing_frames(probe(movie("prores_timecode.mov")), range(-1, 25)) == [-1, 24]


@pytest.mark.parametrize("name", ["nothing.mov", "nothing.####.exr", "nothing.png", "no folder/plate.####.png"])
def test_a_missing_path_is_missing_media(name: str, tmp_path: Path) -> None:
    with pytest.raises(MissingMedia, match=r"offline: .*(nothing|plate)"):
        probe(tmp_path / name)


def test_other_sequences_are_refused_with_the_supported_formats(tmp_path: Path) -> None:
    (tmp_path / "plate.0001.dpx").write_bytes(b"SDPX")
    with pytest.raises(UnsupportedMedia, match="exr, png, jpg, jpeg, tif, tiff"):
        probe(tmp_path / "plate.####.dpx")


def test_a_folder_is_refused_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia, match=r"it is a folder; .*plate\.####\.exr"):
        probe(tmp_path)
