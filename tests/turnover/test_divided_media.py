"""One movie or sequence as several shots: where its picture cuts, or where somebody says."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.turnover._cuts import clip, movie_reference, time, time_range, timeline, track, write, write_movie
from tests.turnover._scenes import Picture, dissolve, join, scene, write_pictures
from toolkit.documents import Cut, ReadOptions
from toolkit.errors import CutIncomplete, UnreadableCut
from toolkit.plates import write_exr
from toolkit.settings import PlateSettings
from toolkit.turnover import read_cut

DETECT = ReadOptions(detect_cuts=True)

LONG_GOP = {"x264-params": "keyint=250:bframes=3:b-pyramid=normal:scenecut=0", "crf": "18"}


def three_scenes() -> tuple[list[Picture], list[int]]:
    return join(scene(1, 13), scene(2, 7), scene(3, 10))


def source_ranges(cut: Cut) -> list[str]:
    return [str(shot.source_range) for shot in cut.shots]


@pytest.mark.parametrize(
    ("name", "codec", "rate", "timecode"),
    [
        ("b-frames.mp4", "libx264 yuv420p", Fraction(24000, 1001), None),
        ("b-frames.mov", "libx264 yuv420p10le", Fraction(24000, 1001), "01:00:00:00"),
        ("prores.mov", "prores_ks yuv422p10le", Fraction(30000, 1001), "00:59:59;20"),
        ("frames.mov", "mjpeg yuvj420p", Fraction(25), "10:00:00:00"),
    ],
)
def test_the_first_frame_of_a_new_shot_is_exact(
    tmp_path: Path, name: str, codec: str, rate: Fraction, timecode: str | None
) -> None:
    pictures, _ = three_scenes()
    encoder, pixels = codec.split()
    options = LONG_GOP if encoder == "libx264" else {}
    write_pictures(
        tmp_path / name, pictures, codec=encoder, pixels=pixels, rate=rate, options=options, timecode=timecode
    )
    cut = read_cut(tmp_path / name, options=DETECT)
    assert source_ranges(cut) == ["0-12", "13-19", "20-29"]
    assert [str(shot.record_range) for shot in cut.shots] == ["0-12", "13-19", "20-29"]
    assert cut.record_rate == rate
    assert cut.drop_frame == (timecode is not None and ";" in timecode)
    assert cut.read_options.boundaries == (13, 20)


def test_pictures_of_variable_duration_are_counted_as_the_plate_counts_them(tmp_path: Path) -> None:
    pictures, _ = three_scenes()
    ticks = [3000 + number * 512 + (200 if number % 3 == 1 else 0) for number in range(len(pictures))]
    write_pictures(tmp_path / "phone.mp4", pictures, ticks=ticks, options=LONG_GOP)
    cut = read_cut(tmp_path / "phone.mp4", plate=PlateSettings(variable_rate="pictures"), options=DETECT)
    assert source_ranges(cut) == ["0-12", "13-19", "20-29"]


def write_sequence(folder: Path, pictures: Sequence[Picture], *, first: int, without: Sequence[int] = ()) -> Path:
    """Scene-linear EXR files."""
    for number, picture in enumerate(pictures, start=first):
        if number not in without:
            write_exr(folder / f"reel.{number:04d}.exr", ((picture / 255) ** 2.2).astype(np.float16), {})
    return folder / "reel.####.exr"


def test_a_sequence_is_divided_by_its_file_numbers(tmp_path: Path) -> None:
    pictures, _ = three_scenes()
    cut = read_cut(write_sequence(tmp_path, pictures, first=1001), options=DETECT)
    assert source_ranges(cut) == ["1001-1013", "1014-1020", "1021-1030"]
    assert [shot.name for shot in cut.shots] == ["reel_010", "reel_020", "reel_030"]
    assert [shot.frame_map.source_frame_at_record(shot.record_range.first) for shot in cut.shots] == [1001, 1014, 1021]


def test_a_hole_divides_a_shot_into_parts_and_a_missing_shot_is_left_out(tmp_path: Path) -> None:
    pictures, _ = three_scenes()
    pattern = write_sequence(tmp_path, pictures, first=1001, without=[1005, *range(1014, 1021)])
    cut = read_cut(pattern, options=ReadOptions(boundaries=(1014, 1021)))
    assert [shot.name for shot in cut.shots] == ["reel_010", "reel_010_part2", "reel_030"]
    assert source_ranges(cut) == ["1001-1004", "1006-1013", "1021-1030"]
    assert [row.shot for row in cut.skipped] == ["reel_010", "reel_020"]
    assert [shot.source_shot for shot in cut.shots] == [None] * 3  # no two of them are one shot, across what is missing
    assert cut.frames_to_render == 4 + 8 + 10


def test_with_nothing_left_the_cut_is_incomplete(tmp_path: Path) -> None:
    pattern = write_sequence(tmp_path, scene(1, 3), first=1001)
    with pytest.raises(CutIncomplete):
        read_cut(pattern.with_name("reel.[2001-2010].exr"), options=ReadOptions(boundaries=(2005,)))


def test_shots_of_one_movie_have_no_handles(tmp_path: Path) -> None:
    """A handle would show the neighbouring shot."""
    pictures, _ = three_scenes()
    cut = read_cut(write_pictures(tmp_path / "reel.mov", pictures), handles=8, options=DETECT)
    assert [shot.handles for shot in cut.shots] == [(0, 0)] * 3


def test_a_movie_without_a_cut_is_one_shot_as_before(tmp_path: Path) -> None:
    movie = write_pictures(tmp_path / "reel.mov", scene(1, 20))
    (shot,), (before,) = read_cut(movie, options=DETECT).shots, read_cut(movie).shots
    assert shot == before
    assert shot.name == "reel"
    assert read_cut(movie).read_options.boundaries is None
    assert read_cut(movie, options=DETECT).read_options.boundaries == ()


def test_boundaries_that_are_known_are_not_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures, _ = three_scenes()
    found = read_cut(write_pictures(tmp_path / "reel.mov", pictures), options=DETECT)
    monkeypatch.setattr("toolkit.turnover.media_cut.find_boundaries", None)
    again = read_cut(tmp_path / "reel.mov", options=found.read_options)
    assert again.shots == found.shots


def test_somebody_says_where_the_shots_begin(tmp_path: Path) -> None:
    movie = write_movie(tmp_path / "reel.mov", 30)
    cut = read_cut(movie, options=ReadOptions(boundaries=(4, 20), detect_cuts=True))
    assert source_ranges(cut) == ["0-3", "4-19", "20-29"]


@pytest.mark.parametrize("frame", [0, 30, -1])
def test_a_boundary_outside_the_movie_is_refused(tmp_path: Path, frame: int) -> None:
    movie = write_movie(tmp_path / "reel.mov", 30)
    with pytest.raises(UnreadableCut, match=f"no shot can begin at frame {frame} .*it has 0-29"):
        read_cut(movie, options=ReadOptions(boundaries=(frame,)))


def test_a_timeline_is_not_divided_and_says_so(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 30)
    item = clip(movie_reference("a.mov", time_range(0, 30)), time_range(5, 10))
    options = ReadOptions(detect_cuts=True, boundaries=(7,))
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(item), start=time(0))), options=options)
    assert len(cut.shots) == 1
    assert cut.shots[0].handles == (5, 8)
    assert cut.read_options == ReadOptions()
    assert any("only a single movie or sequence is divided" in note for note in cut.notes)


def test_what_is_uncertain_is_a_note(tmp_path: Path) -> None:
    mixed = dissolve(scene(1, 40, speed=0.1), scene(2, 40, speed=0.1), 12)
    flashed = scene(3, 20)
    flashed[9] = np.full_like(flashed[9], 250)
    pictures, _ = join(mixed, flashed, scene(4, 3), scene(5, 12))
    cut = read_cut(write_pictures(tmp_path / "reel.mov", pictures), options=DETECT)
    assert source_ranges(cut)[1:] == [f"{cut.shots[1].source_range.first}-67", "68-87", "88-90", "91-102"]
    notes = "\n".join(cut.notes)
    assert "reel.mov: 5 shots were found by its pictures" in notes
    assert f"what looks like a dissolve: 28-39 at {cut.shots[1].source_range.first}" in notes
    assert "as after a flash: 77-78" in notes
    assert "shots of fewer than 6 frames begin at 88" in notes


def test_many_shots_are_numbered_so_that_they_sort(tmp_path: Path) -> None:
    movie = write_movie(tmp_path / "reel.mov", 120)
    cut = read_cut(movie, options=ReadOptions(boundaries=tuple(range(1, 120))))
    names = [shot.name for shot in cut.shots]
    assert names == sorted(names)
    assert names[0] == "reel_0010"
    assert names[-1] == "reel_1200"


def test_the_number_of_a_shot_survives_a_long_name(tmp_path: Path) -> None:
    movie = write_movie(tmp_path / f"{'x' * 60}.mov", 8)
    cut = read_cut(movie, options=ReadOptions(boundaries=(4,)))
    assert [shot.name[-5:] for shot in cut.shots] == ["x_010", "x_020"]


def test_real_footage_is_divided_where_it_cuts(shared: Path) -> None:
    """The frames were read off by eye; the first has fast camera moves, and shots of one face size each."""
    expected = {
        "sintel_a.mp4": (76, 121, 319, 457, 545, 611),
        "short_hamilton_clip.mp4": (20, 82, 211),
        "bbb_npm_8-14s_720p.mp4": (93,),
        "source_s18.mp4": (),
        "solo.mp4": (),
    }
    folder = shared / "media" / "performance"
    found = {name: read_cut(folder / name, options=DETECT).read_options.boundaries for name in expected}
    assert found == expected
