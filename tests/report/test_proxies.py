"""The small pictures: every frame is the one that it says, in few enough bytes, and made once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.report._reports import FIRST, SHADES, NumberedPictures, make_shot, numbered, read_number
from toolkit.errors import CorruptMedia, OutputNotWritable
from toolkit.progress import ignore_steps
from toolkit.report.atlas import fit_atlas
from toolkit.report.budget import MEGABYTE, Allowance, find_allowance
from toolkit.report.proxies import Proxy, Tiles, bytes_of, folder_name, make_proxy, read_proxy, remove_unused
from toolkit.report.strip import Strip, write_strip
from toolkit.review import Picture

RATE = Fraction(24000, 1001)
BOTH = Allowance(movie=40_000, stills=20_000, strip=50_000)


def make(folder: Path, count: int = 40, allowance: Allowance = BOTH, *, fails_at: int | None = None) -> Proxy:
    pictures = NumberedPictures(shot=make_shot("sh010", count), fails_at=fails_at)
    proxy = make_proxy(
        folder,
        pictures.frames(),
        count=count,
        rate=RATE,
        allowance=allowance,
        advance=ignore_steps,
    )
    assert proxy is not None
    return proxy


def cut_out(picture: NDArray[np.uint8], tiles: Tiles, clip: str) -> NDArray[np.uint8]:
    left, top = tiles.places[clip]
    return picture[top : top + tiles.height, left : left + tiles.width]


def decode(path: Path) -> list[tuple[Fraction, NDArray[np.uint8]]]:
    """The time of every picture of a movie, seconds, and the picture."""
    with av.open(path) as movie:
        return [
            (frame.pts * frame.time_base, np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            for frame in movie.decode(video=0)
            if frame.pts is not None and frame.time_base is not None
        ]


def read_jpeg(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path))
    assert picture is not None
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)


def test_every_clip_of_every_frame_of_the_movie_is_the_one_that_it_says(tmp_path: Path) -> None:
    proxy = make(tmp_path / "sh010")
    assert proxy.movie is not None
    frames = decode(tmp_path / "sh010" / proxy.movie.path)
    assert proxy.source_frames == tuple(range(FIRST, FIRST + 40))
    for index, (time, picture) in enumerate(frames):
        assert abs(time - index / RATE) < Fraction(1, 20_000)
        for clip, shade in SHADES.items():
            tile = cut_out(picture, proxy.movie, clip)
            assert read_number(tile) == FIRST + index
            np.testing.assert_allclose(tile[:8, :8].mean(axis=(0, 1)), shade, atol=6)  # its edge is its own
    assert len(frames) == 40


def test_a_movie_has_a_key_frame_every_twelve_frames_and_none_out_of_order(tmp_path: Path) -> None:
    proxy = make(tmp_path / "sh010")
    assert proxy.movie is not None
    with av.open(tmp_path / "sh010" / proxy.movie.path) as movie:
        packets = [packet for packet in movie.demux(video=0) if packet.pts is not None]
    keys = [place for place, packet in enumerate(packets) if packet.is_keyframe]
    assert keys[0] == 0
    assert max(b - a for a, b in zip(keys, [*keys[1:], 40], strict=True)) <= 12
    assert [packet.pts for packet in packets] == sorted(packet.pts or 0 for packet in packets)
    assert packets[0].pts == 0


def test_every_jpeg_file_is_the_frame_that_its_name_says(tmp_path: Path) -> None:
    proxy = make(tmp_path / "sh010", allowance=Allowance(movie=0, stills=30_000, strip=50_000))
    assert proxy.movie is None
    assert proxy.stills is not None
    files = sorted((tmp_path / "sh010" / "stills").iterdir())
    assert [path.name for path in files] == [f"{index:05}.jpg" for index in range(40)]
    for index, path in enumerate(files):
        assert {read_number(cut_out(read_jpeg(path), proxy.stills, clip)) for clip in SHADES} == {FIRST + index}


def test_of_very_many_frames_only_some_become_files(tmp_path: Path) -> None:
    proxy = make(tmp_path / "sh010", allowance=Allowance(movie=2000, stills=1000, strip=50_000))
    assert proxy.stride == 8
    assert sorted(path.stem for path in (tmp_path / "sh010" / "stills").iterdir()) == [
        "00000", "00008", "00016", "00024", "00032"
    ]  # fmt: skip


def test_the_strip_shows_the_plate_above_the_composite(tmp_path: Path) -> None:
    strip = Strip.of([FIRST, FIRST + 7], (160, 90), allowed=50_000)
    pictures = NumberedPictures(shot=make_shot("sh010", 40))
    write_strip(tmp_path / "strips" / "sh010.jpg", pictures.frames([FIRST, FIRST + 7]), strip, allowed=50_000)
    picture = read_jpeg(tmp_path / "strips" / "sh010.jpg")
    for column, frame in enumerate(strip.frames):
        for row, clip in enumerate(("PLATE", "COMPOSITE")):
            cell = strip.cell(picture, row, column)
            assert read_number(cell) == frame
            np.testing.assert_allclose(cell[4, 4], SHADES[clip], atol=8)


class Noise:
    """The worst to compress: pictures of which no pixel tells of another."""

    def __init__(self, count: int) -> None:
        self.count = count

    def frames(self) -> Iterator[tuple[int, Mapping[str, Picture]]]:
        random = np.random.default_rng(3)
        for frame in range(self.count):
            yield frame, {clip: random.integers(0, 256, (360, 640, 3), np.uint8) for clip in SHADES}


@pytest.mark.parametrize("megabytes", [1.0, 4.0, 20.0])
def test_even_noise_fits_the_size(tmp_path: Path, megabytes: float) -> None:
    count = 150
    allowance = find_allowance(megabytes * MEGABYTE, shots=1, frames=count, movies=True, stills=True)
    proxy = make_proxy(
        tmp_path / "noise",
        Noise(count).frames(),
        count=count,
        rate=Fraction(25),
        allowance=allowance,
        advance=ignore_steps,
    )
    assert proxy is not None
    assert bytes_of(tmp_path / "noise") < 0.9 * megabytes * MEGABYTE
    assert abs(proxy.taken - bytes_of(tmp_path / "noise")) < 20_000


def test_one_shot_more_mostly_leaves_the_allowance_of_the_others() -> None:
    allowances = {
        find_allowance(60, shots=9, frames=frames, movies=True, stills=True) for frames in range(3000, 4000, 50)
    }
    assert len(allowances) <= 3


def test_a_proxy_is_there_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(CorruptMedia):
        make(tmp_path / "sh010", fails_at=FIRST + 20)
    assert list(tmp_path.iterdir()) == []
    make(tmp_path / "sh010")
    assert read_proxy(tmp_path / "sh010") == make(tmp_path / "sh010")
    (tmp_path / "sh010" / "proxy.json").write_text("{")
    assert read_proxy(tmp_path / "sh010") is None


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputNotWritable):
        make(tmp_path / "file" / "sh010")


def test_only_proxies_are_removed(tmp_path: Path) -> None:
    make(tmp_path / "used")
    make(tmp_path / "old")
    (tmp_path / ".new-17-sh010").mkdir()
    (tmp_path / "somebody's").mkdir()
    (tmp_path / "linked").symlink_to(tmp_path / "used")
    remove_unused(tmp_path, ["used"])
    assert {path.name for path in tmp_path.iterdir()} == {"used", "somebody's", "linked"}
    assert (tmp_path / "used" / "proxy.json").exists()


@pytest.mark.parametrize("name", ["SH010", "sh010", "con", "a/b", "..", "50% #1", "\N{CLAPPER BOARD}", "x" * 300, ""])
def test_folder_names_are_safe_on_every_system(name: str) -> None:
    folder = folder_name(name, "key")
    assert folder.replace("-", "").isalnum()
    assert folder.isascii()
    assert len(folder) < 40
    assert folder == folder.lower()


def test_folder_names_tell_names_and_contents_apart() -> None:
    names = [folder_name(name, key) for name in ("SH010", "sh010", "sh 010", "sh_010") for key in ("a", "b")]
    assert len(set(names)) == 8


@pytest.mark.parametrize("size", [(1920, 1080), (2048, 858), (720, 1280), (64, 48), (33, 17)])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_clips_lie_apart_in_whole_blocks(size: tuple[int, int], count: int) -> None:
    names = list(SHADES)[:count]
    atlas = fit_atlas(names, size, pixels=100_000)
    assert atlas.width <= size[0] + 1
    assert atlas.height <= size[1] + 1
    assert abs(atlas.width / atlas.height / (size[0] / size[1]) - 1) < 0.1
    assert all(side % 16 == 0 for side in atlas.size)
    picture = atlas.draw(
        {name: np.full((size[1], size[0], 3), 40 * place, np.uint8) for place, name in enumerate(names)}
    )
    for place, (left, top) in enumerate(atlas.places.values()):
        around = picture[top - 8 : top + atlas.height + 8, left - 8 : left + atlas.width + 8]
        assert np.unique(around).tolist() == [40 * place]


def test_a_clip_that_a_frame_lacks_is_grey(tmp_path: Path) -> None:
    atlas = fit_atlas(["PLATE", "FACE"], (640, 360), pixels=20_000)
    picture = atlas.draw({"PLATE": numbered(1000, "PLATE")})
    left, top = atlas.places["FACE"]
    assert np.unique(picture[top : top + atlas.height, left : left + atlas.width]).tolist() == [128]
