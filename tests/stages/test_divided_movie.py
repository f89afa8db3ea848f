"""A movie of several shots, from the command to the delivery."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import toolkit
from tests.delivery._deliveries import frames_of, video_tracks
from tests.turnover._scenes import join, scene, write_pictures
from toolkit.cli import run_command
from toolkit.documents import Cut
from toolkit.settings import load_settings


@pytest.fixture
def movie(tmp_path: Path) -> Path:
    pictures, _ = join(scene(1, 8), scene(2, 5), scene(3, 6))
    return write_pictures(tmp_path / "reel.mov", pictures, timecode="01:00:00:00")


def settings(*more: str) -> toolkit.Settings:
    return load_settings(overrides=["output.passes=BODY", "cut.detect=true", *more])


def test_the_plate_track_of_the_delivery_is_cut_where_the_movie_is(movie: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = toolkit.run(movie, out, settings())
    plates, body = video_tracks(out / "return.otio")
    assert frames_of(plates, 24) == [
        *[("reel_010", frame) for frame in range(8)],
        *[("reel_020", frame) for frame in range(8, 13)],
        *[("reel_030", frame) for frame in range(13, 19)],
    ]
    assert frames_of(body, 24) == [
        *[("reel_010_BODY_v001", 1001 + frame) for frame in range(8)],
        *[("reel_020_BODY_v001", 1001 + frame) for frame in range(5)],
        *[("reel_030_BODY_v001", 1001 + frame) for frame in range(6)],
    ]
    assert [one["source_range"]["start_time"]["value"] for one in plates["children"]] == [86400, 86408, 86413]
    assert result.delivered is not None
    assert result.delivered.markers == ()  # above all none about short handles: there cannot be any


def test_conform_cuts_again_without_looking_for_cuts(
    movie: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    toolkit.run(movie, out, settings())
    before = (out / "return.otio").read_text()
    monkeypatch.setattr("toolkit.turnover.media_cut.find_boundaries", None)
    toolkit.conform(out, settings())
    assert (out / "return.otio").read_text() == before


def test_the_return_timeline_gives_the_same_shots(movie: Path, tmp_path: Path) -> None:
    toolkit.run(movie, tmp_path / "out", settings())
    cut = Cut.read(tmp_path / "out" / "shots.json")
    again = toolkit.read_cut(tmp_path / "out" / "return.otio", handles=0)
    assert [(shot.name, shot.source_range) for shot in again.shots] == [
        (shot.name, shot.source_range) for shot in cut.shots
    ]


def test_a_second_run_keeps_every_frame(movie: Path, tmp_path: Path) -> None:
    toolkit.run(movie, tmp_path / "out", settings())
    again = toolkit.run(movie, tmp_path / "out", settings())
    assert [(done.rendered, done.kept) for done in again.rendered] == [(0, 8), (0, 5), (0, 6)]


def test_the_search_is_shown_as_progress_of_the_command(movie: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["shots", str(movie), "--detect-cuts", "--json"]) == 0
    answer = capsys.readouterr()
    assert [shot["name"] for shot in json.loads(answer.out)["shots"]] == ["reel_010", "reel_020", "reel_030"]
    assert "reel.mov  cuts  19/19" in answer.err


def test_a_program_sees_the_search_as_lines(movie: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["track", str(movie), "-o", str(tmp_path / "out"), "--detect-cuts", "--progress", "lines"]
    assert run_command(command) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"stage": "reel.mov  cuts", "done": 19, "total": 19} in lines


def test_a_dry_run_looks_for_cuts_too(movie: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["run", str(movie), "-o", str(tmp_path / "out"), "--detect-cuts", "--dry-run", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["shots"]) == 3
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["12, x", "1.5"])
def test_a_boundary_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(toolkit.SettingsError, match=r"cut.at: .* is not the number of a frame"):
        settings(f"cut.at={text}")
