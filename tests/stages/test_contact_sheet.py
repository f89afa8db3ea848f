"""The contact sheet: what a person sees of every shot."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.turnover._cuts import clip, movie_reference, speed, time, time_range, timeline, track, write, write_movie
from toolkit.cli import run_command
from toolkit.documents import Cut, ReadOptions
from toolkit.errors import OutputNotWritable
from toolkit.stages.contact_sheet import check_sheet_path, write_contact_sheet
from toolkit.turnover import read_cut

PAPER, EMPTY = 24, 52


def sheet_of(cut: Cut, path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) of a sheet, which is grey where nothing warns."""
    assert write_contact_sheet(cut, path) == []
    return np.asarray(cv2.imread(str(path)), np.uint8)


def frames_in(sheet: NDArray[np.uint8], card: tuple[int, int] = (0, 0)) -> list[int]:
    """The grey of the three frames of the card in that row and column, away from what is written on them."""
    top, left = 24 + card[0] * 220, 24 + card[1] * 808
    return [int(sheet[top + 20, left + place * 264 + 128, 0]) for place in range(3)]


def test_every_shot_has_its_first_middle_and_last_frame(tmp_path: Path) -> None:
    """The movie's frames are filled with their number."""
    movie = write_movie(tmp_path / "reel.mov", 200)
    cut = read_cut(movie, options=ReadOptions(boundaries=(60, 100)))
    sheet = sheet_of(cut, tmp_path / "sheet.png")
    assert [frames_in(sheet, (row, 0)) for row in range(3)] == [[0, 29, 59], [60, 79, 99], [100, 149, 199]]


def test_frames_are_those_that_the_edit_shows_in_its_order(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 100)
    item = clip(movie_reference("a.mov", time_range(0, 100)), time_range(10, 20), effects=[speed(-2)])
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(item), start=time(0))), handles=8)
    assert frames_in(sheet_of(cut, tmp_path / "sheet.png")) == [48, 30, 10]


def test_a_shot_of_one_frame_has_one_picture(tmp_path: Path) -> None:
    cut = read_cut(write_movie(tmp_path / "reel.mov", 100), options=ReadOptions(boundaries=(80, 81)))
    assert frames_in(sheet_of(cut, tmp_path / "sheet.png"), (1, 0)) == [80, PAPER, PAPER]


def test_offline_and_broken_media_are_drawn_as_such(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 60)
    clips = [
        clip(movie_reference("a.mov", time_range(0, 60)), time_range(10, 20), name="broken"),
        clip(movie_reference("/offline/b.mov", time_range(0, 60)), time_range(10, 20), name="lost"),
    ]
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(*clips), start=time(0))), handles=0)
    (tmp_path / "a.mov").write_bytes((tmp_path / "a.mov").read_bytes()[:200])
    problems = write_contact_sheet(cut, tmp_path / "sheet.png")
    sheet = np.asarray(cv2.imread(str(tmp_path / "sheet.png")))
    assert [frames_in(sheet, (row, 0)) for row in range(2)] == [[EMPTY] * 3] * 2
    assert [str(tmp_path / "a.mov") in problem for problem in problems] == [True]


def test_many_shots_make_a_sheet_of_several_columns(tmp_path: Path) -> None:
    cut = read_cut(write_movie(tmp_path / "reel.mov", 60), options=ReadOptions(boundaries=tuple(range(1, 60))))
    height, width = sheet_of(cut, tmp_path / "sheet.jpg").shape[:2]
    assert 0.9 < height / width < 1.5


@pytest.mark.parametrize("name", ["sheet", "sheet.pdf", "sheet.mov"])
def test_a_sheet_that_is_no_picture_is_refused_before_anything_is_read(name: str) -> None:
    with pytest.raises(OutputNotWritable, match=r"end its name in \.png or \.jpg"):
        check_sheet_path(Path(name))


def test_the_command_writes_the_sheet_and_keeps_json_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    movie = write_movie(tmp_path / "reel.mov", 30)
    sheet = tmp_path / "sheets" / "reel.png"
    command = ["shots", str(movie), "--set", "cut.at=10,20", "--sheet", str(sheet), "--json"]
    assert run_command(command) == 0
    assert Cut.model_validate_json(capsys.readouterr().out).read_options.boundaries == (10, 20)
    assert sheet.is_file()
    assert run_command(["shots", str(tmp_path / "none.mov"), "--sheet", "sheet.pdf"]) == 2
    assert "end its name in .png or .jpg" in capsys.readouterr().err
