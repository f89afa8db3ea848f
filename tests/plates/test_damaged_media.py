"""Truncated and damaged media: an error that names the file, never a wrong or incomplete picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.plates._footage import encode, number_in
from toolkit.documents import Media, MediaKind
from toolkit.errors import CorruptMedia, MissingFrames, MissingMedia, UnsupportedMedia
from toolkit.plates import open_plate, probe, write_exr

Movies = Callable[[str], Path]


def _read_all(path: Path) -> list[int]:
    media = probe(path)
    with open_plate(media) as plate:
        return [frame.source_frame for frame in plate.frames(media.source_range or ())]


def _truncate(source: Path, path: Path, part: float) -> Path:
    data = source.read_bytes()
    path.write_bytes(data[: int(len(data) * part)])
    return path


# --- movies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "part"),
    [
        *product(["h264_long_group.mp4", "h264_starts_ahead.mp4", "prores_timecode.mov", "h264_ntsc.mkv"], [0.6, 0.95]),
        ("h264.avi", 0.6),  # its last twentieth is an index that is not needed
    ],
)
def test_a_truncated_movie_is_detected_by_probe(name: str, part: float, movie: Movies, tmp_path: Path) -> None:
    path = _truncate(movie(name), tmp_path / name, part)
    with pytest.raises(CorruptMedia, match=f"cannot decode .*{name}: .*truncated"):
        probe(path)


def _middle_of_keyframe(path: Path, *, after: int) -> int:
    """Byte position in the middle of the first keyframe after ``after`` packets."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    keyframe = next(packet for packet in packets[after:] if packet.is_keyframe)
    assert keyframe.pos is not None
    return keyframe.pos + keyframe.size // 2


def test_a_truncated_transport_stream_fails_at_its_last_frame(movie: Movies, tmp_path: Path) -> None:
    path = tmp_path / "cut.ts"
    data = movie("mpeg2_open_group.ts").read_bytes()
    path.write_bytes(data[: _middle_of_keyframe(movie("mpeg2_open_group.ts"), after=50)])
    with pytest.raises(CorruptMedia, match=r"source frame 5\d is damaged or missing"):
        _read_all(path)


def _damage(source: Path, path: Path, *, after: int, size: int) -> Path:
    """Invert bits in the middle of a keyframe."""
    data = bytearray(source.read_bytes())
    middle = _middle_of_keyframe(source, after=after)
    for position in range(middle, middle + size):
        data[position] ^= 0x5A
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["h264_open_group.ts", "h264_starts_ahead.mp4", "mpeg2_open_group.ts"])
def test_a_damaged_movie_is_read_up_to_the_damaged_frame(name: str, movie: Movies, tmp_path: Path) -> None:
    media = probe(_damage(movie(name), tmp_path / name, after=40, size=64))
    with open_plate(media) as plate:
        good: list[int] = []
        with pytest.raises(CorruptMedia, match=r"source frame \d+ is damaged or missing"):
            good.extend(number_in(frame.rgb) for frame in plate.frames(media.source_range or ()))
        assert good == list(range(len(good)))
        assert 36 < len(good) < 50
        # The GOP after the damage is intact.
        assert number_in(next(plate.frames([90])).rgb) == 90


def test_a_damaged_prores_frame_is_corrupt(tmp_path: Path) -> None:
    whole = encode(tmp_path / "whole.mov", "prores_ks", count=6, pixels="yuv422p10le", muxer={"movflags": "faststart"})
    with pytest.raises(CorruptMedia, match="source frame 3 is damaged"):
        _read_all(_damage(whole, tmp_path / "damaged.mov", after=3, size=1000))


@pytest.mark.parametrize("content", [b"", b"not a movie at all\n" * 40, bytes(5000)], ids=["empty", "text", "zeros"])
def test_a_file_that_is_not_a_movie_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "clip.mov"
    path.write_bytes(content)
    with pytest.raises((CorruptMedia, UnsupportedMedia), match=r"clip\.mov"):
        probe(path)


def test_a_text_file_is_refused_although_ffmpeg_would_render_it(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("take 3 is the one\n" * 20)
    with pytest.raises((CorruptMedia, UnsupportedMedia), match=r"notes\.txt"):
        probe(path)


def test_a_sound_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        frame.rate = 8000
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    with pytest.raises(UnsupportedMedia, match="neither a movie"):
        probe(path)


def test_a_movie_that_was_removed_is_missing(movie: Movies, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(movie("h264_long_group.mp4").read_bytes())
    media = probe(path)
    path.unlink()
    with pytest.raises(MissingMedia, match=r"clip\.mp4"):
        open_plate(media)


# --- stills ----------------------------------------------------------------------------------------------------


def _still(path: Path) -> bytes:
    """Write a picture of noise, in which every byte matters."""
    noise = np.random.default_rng(8).integers(0, 256, (90, 160, 3)).astype(np.uint8)
    if path.suffix == ".exr":
        write_exr(path, (noise / 255).astype(np.float16), {})
    else:
        assert cv2.imwrite(str(path), noise)
    return path.read_bytes()


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".exr"])
def test_a_truncated_still_is_corrupt(
    suffix: str, part: float, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"plate.0001{suffix}"
    data = _still(path)
    path.write_bytes(data[: int(len(data) * part)])
    media = Media(
        kind=MediaKind.SEQUENCE, path=str(path), source_range=None, rate=Fraction(24), timecode_first=None, online=True
    )
    with pytest.raises(CorruptMedia, match=rf"cannot decode .*plate\.0001\{suffix}: "):
        open_plate(media)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("suffix", [".png", ".exr"])
def test_a_still_with_changed_bytes_is_corrupt(suffix: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"plate.0001{suffix}"
    data = bytearray(_still(path))
    middle = len(data) // 2
    data[middle : middle + 64] = bytes(64)
    path.write_bytes(data)
    with pytest.raises(CorruptMedia, match=rf"plate\.0001\{suffix}"):
        _read_all(path)
    assert capfd.readouterr().out == "", "OpenEXR's warning is not printed"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".exr"])
def test_a_still_with_the_wrong_suffix_is_refused(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"plate.0001{suffix}"
    path.write_bytes(b"P6 2 2 255 " + bytes(12))
    with pytest.raises(CorruptMedia, match=r"plate\.0001"):
        _read_all(path)


@pytest.fixture
def sequence(tmp_path: Path) -> Iterator[Path]:
    """Six PNG files, 3 and 4 missing."""
    for number in (1, 2, 5, 6):
        assert cv2.imwrite(str(tmp_path / f"plate.{number:04d}.png"), np.full((9, 16, 3), number, np.uint8))
    yield tmp_path / "plate.####.png"


def test_missing_frames_matter_only_if_they_are_needed(sequence: Path) -> None:
    with open_plate(probe(sequence)) as plate:
        assert [frame.source_frame for frame in plate.frames([1, 2, 5])] == [1, 2, 5], "3 and 4 are not needed"
        with pytest.raises(MissingFrames, match=r"2 source frames missing: 3-4; available: 1-6"):
            plate.frames(range(1, 7))


def test_a_damaged_file_of_a_sequence_fails_in_its_turn(sequence: Path) -> None:
    path = sequence.parent / "plate.0005.png"
    path.write_bytes(path.read_bytes()[:60])
    with open_plate(probe(sequence)) as plate:
        frames = plate.frames([1, 2, 5, 6])
        assert [next(frames).source_frame for _ in range(2)] == [1, 2]
        with pytest.raises(CorruptMedia, match=r"plate\.0005\.png"):
            next(frames)


def test_a_change_of_size_in_a_sequence_is_refused_at_that_frame(sequence: Path) -> None:
    assert cv2.imwrite(str(sequence.parent / "plate.0005.png"), np.zeros((9, 20, 3), np.uint8))
    with open_plate(probe(sequence)) as plate:
        with pytest.raises(UnsupportedMedia, match="source frame 5 is 20x9, the first frame 16x9"):
            list(plate.frames([1, 2, 5, 6]))
        with pytest.raises(UnsupportedMedia, match="source frame 5"):
            list(plate.frames_8bit([5]))


def test_a_sequence_that_was_removed_is_missing(sequence: Path) -> None:
    media = probe(sequence)
    for file in sequence.parent.iterdir():
        file.unlink()
    with pytest.raises(MissingMedia):
        open_plate(media)
