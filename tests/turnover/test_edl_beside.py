"""An edit list beside a movie says where it cuts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.turnover._cuts import write_movie
from toolkit.documents import ReadOptions
from toolkit.errors import UnreadableCut
from toolkit.turnover import read_cut

DETECT = ReadOptions(detect_cuts=True)


def label(frame: int, rate: int = 24) -> str:
    seconds, frames = divmod(frame, rate)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def write_edl(path: Path, starts: list[int], end: int, *, origin: int = 86400) -> Path:
    lines = ["TITLE: REEL", "FCM: NON-DROP FRAME", ""]
    for number, (first, last) in enumerate(zip(starts, [*starts[1:], end], strict=True), start=1):
        source = f"{label(1000 * number)} {label(1000 * number + last - first)}"
        record = f"{label(origin + first)} {label(origin + last)}"
        lines += [f"{number:03}  A00{number}     V     C        {source} {record}", f"* FROM CLIP NAME: take {number}"]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("timecode", ["01:00:00:00", None])
def test_the_events_of_a_list_beside_the_movie_divide_it(tmp_path: Path, timecode: str | None) -> None:
    movie = write_movie(tmp_path / "reel.mov", 60, timecode=timecode)
    write_edl(tmp_path / "reel.edl", [0, 12, 13, 40], 60)
    cut = read_cut(movie, options=DETECT)
    assert [str(shot.source_range) for shot in cut.shots] == ["0-11", "12-12", "13-39", "40-59"]
    assert cut.notes == ("reel.mov: divided as reel.edl beside it says, not by its pictures",)
    assert cut.read_options.boundaries == (12, 13, 40)


def test_a_movie_of_a_part_of_the_list_is_laid_over_it_by_timecode(tmp_path: Path) -> None:
    movie = write_movie(tmp_path / "reel.mov", 30, timecode="01:00:00:10")
    write_edl(tmp_path / "reel.edl", [0, 12, 30], 60)
    cut = read_cut(movie, options=DETECT)
    assert [str(shot.source_range) for shot in cut.shots] == ["0-1", "2-19", "20-29"]
    assert any("it has 30 frames, and the events of reel.edl 60" in note for note in cut.notes)


def test_timecodes_that_do_not_meet_are_said(tmp_path: Path) -> None:
    movie = write_movie(tmp_path / "reel.mov", 60, timecode="10:00:00:00")
    write_edl(tmp_path / "reel.edl", [0, 12], 60)
    cut = read_cut(movie, options=DETECT)
    assert [str(shot.source_range) for shot in cut.shots] == ["0-11", "12-59"]
    assert any("its timecode does not meet that of reel.edl" in note for note in cut.notes)


def test_a_list_is_counted_at_the_rate_of_the_movie(tmp_path: Path) -> None:
    movie = write_movie(tmp_path / "reel.mov", 60, rate=Fraction(24000, 1001), timecode="01:00:00:00")
    write_edl(tmp_path / "reel.edl", [0, 12, 40], 60)
    assert read_cut(movie, options=DETECT).read_options.boundaries == (12, 40)


def test_a_list_is_not_used_unless_cuts_are_asked_for(tmp_path: Path) -> None:
    movie = write_movie(tmp_path / "reel.mov", 60)
    write_edl(tmp_path / "reel.edl", [0, 12], 60)
    assert len(read_cut(movie).shots) == 1


@pytest.mark.parametrize("text", ["", "nothing of an edit list\n"])
def test_a_list_that_cannot_be_read_is_an_error_and_no_reason_to_guess(tmp_path: Path, text: str) -> None:
    movie = write_movie(tmp_path / "reel.mov", 60)
    (tmp_path / "reel.edl").write_text(text)
    with pytest.raises(UnreadableCut, match=r"reel\.edl"):
        read_cut(movie, options=DETECT)
