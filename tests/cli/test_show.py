"""Tables for people, and the same facts as JSON for scripts."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from tests.passes._plate import sample, tracks_of
from tests.plates._footage import encode
from tests.turnover._cuts import (
    clip,
    missing_reference,
    movie_reference,
    sequence_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    write,
    write_sequence,
)
from tests.turnover._turnovers import host_clip, write_turnover
from toolkit.cli import run_command
from toolkit.cli.shots_table import build_shots_table
from toolkit.cli.show import show_rows, show_tracks
from toolkit.turnover import read_cut


def test_brackets_in_a_table_are_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A pip extra is written in square brackets, which a table must not read as a style."""
    monkeypatch.setattr("toolkit.engines.find_spec", lambda name: None)
    assert run_command(["engines"]) == 0
    assert "pip install 'resolve-ae-toolkit[diffusers]'" in capsys.readouterr().out


def test_the_list_of_tracks_says_where_faces_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    tracks = tracks_of([sample(1)]).model_copy(update={"left_out": 1})
    show_tracks([tracks], as_json=False)
    assert "1 face is left out where track.max_faces others are in the picture" in capsys.readouterr().out
    show_tracks([tracks], as_json=True)
    assert json.loads(capsys.readouterr().out)["faces_left_out"] == {tracks.shot: 1}


def test_a_path_too_long_for_its_column_is_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([{"shot": "a", "files": "x" * 300}], as_json=False)
    assert capsys.readouterr().out.count("x") == 300


def test_a_name_that_the_output_cannot_encode_is_escaped(tmp_path: Path) -> None:
    """As on Windows, where redirected output is encoded in cp1252."""
    media = movie_reference("/offline/場面.mov", time_range(0, 99))
    write(tmp_path / "cut.otio", timeline(track(clip(media, time_range(3, 9))), start=time(0)))
    command = [sys.executable, "-m", "toolkit.cli", "shots", str(tmp_path / "cut.otio")]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert (done.returncode, rb"\u5834\u9762.mov" in done.stdout) == (0, True), done.stderr


def test_the_shots_fit_a_terminal_of_80_columns(tmp_path: Path) -> None:
    """With the size, the rate, the duration and the timecode of the source."""
    encode(tmp_path / "A001.mov", "mjpeg", count=60, pixels="yuvj420p", metadata={"timecode": "10:00:00:00"})
    write_sequence(tmp_path / "plates", range(1001, 1061))
    clips = [
        clip(movie_reference("A001.mov", None), time_range(864010, 40), name="push in"),
        clip(sequence_reference("plates/", 1001, time_range(0, 60)), time_range(5, 48), name="float away"),
        clip(movie_reference("/offline/C001.mov", time_range(0, 99)), time_range(3, 9), name="lost"),
    ]
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(*clips), start=time(86400))), handles=8)
    table, problems = build_shots_table(cut)
    text = io.StringIO()
    Console(file=text, width=80).print(table)
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]
    assert cells == [
        ["push_in", "A001.mov", "10-49 (+8 +8)", "0-39", "1"],
        ["", "192x108, 24 fps", "10:00:00:10, 1.67 s", "01:00:00:00", "online"],
        ["float_away", "plate.####.png", "1006-1053 (+5 +7)", "40-87", "1"],
        ["", "32x16, 24 fps", "no timecode, 2.00 s", "01:00:01:16", "online"],
        ["lost", "C001.mov", "3-11 (+3 +8)", "88-96", "1"],
        ["", "?, 24 fps", "no timecode, 0.38 s", "01:00:03:16", "OFFLINE"],
    ]
    assert problems == []


def test_the_speed_of_a_clip_whose_frames_are_listed_is_marked_as_a_mean(tmp_path: Path) -> None:
    media = movie_reference("/offline/C001.mov", time_range(0, 99))
    ramp = dict(speed(1), OTIO_SCHEMA="TimeEffect.1", metadata={"lookup": [0, 0, 0, 1, 3, 6]})
    clips = [clip(media, time_range(0, 6), effects=[ramp]), clip(media, time_range(20, 3))]
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(*clips), start=time(0))), handles=0)
    table, _ = build_shots_table(cut)
    assert [str(cell).splitlines()[0] for cell in table.columns[-1].cells] == ["~2.2", "1"]


def test_media_that_cannot_be_opened_are_named_below_the_shots(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pattern = tmp_path / "plates" / "p.####.png"
    write_sequence(tmp_path / "plates", range(1, 4), prefix="p.")
    for path in (tmp_path / "plates").iterdir():
        path.write_bytes(path.read_bytes()[:-20])
    assert run_command(["shots", str(pattern)]) == 0
    said = capsys.readouterr().out
    assert "?, 24 fps" in said
    assert "note: cannot decode " in said


@pytest.mark.parametrize(
    ("arguments", "key"),
    [(["engines"], "engine"), (["engines", "--settings"], "key"), (["models"], "name"), (["doctor"], "what")],
)
def test_every_list_is_also_json(capsys: pytest.CaptureFixture[str], arguments: list[str], key: str) -> None:
    assert run_command([*arguments, "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows
    assert all(row[key] for row in rows)


def test_every_setting_is_listed_with_its_meaning_and_unit(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["engines", "--settings", "--json"]) == 0
    told = {row["key"]: row["what"] for row in json.loads(capsys.readouterr().out)}
    assert "Source frames kept beyond each end" in told["cut.handles"]
    assert told["body.strength"] != told["face.strength"], "BODY has its own help text, FACE that of every look"
    assert "pixels" in told["face.canvas"]
    assert "seconds" in told["server.timeout"]
    assert not [key for key, what in told.items() if not what or "``" in what]


def test_doctor_finds_one_provider_of_cv2_and_every_system_library(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["doctor", "--json"]) == 0
    states = {row["what"]: row["state"] for row in json.loads(capsys.readouterr().out)}
    assert states["cv2"] == "ok"
    assert "MISSING" not in states.values()


def test_an_unknown_command_or_a_missing_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["rum"]) == 2
    assert run_command(["run", "cut.otio"]) == 2
    assert "Missing option" in capsys.readouterr().err


def test_shots_notes_where_host_and_export_disagree(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    media = movie_reference("/offline/a.mov", time_range(0, 99))
    write(tmp_path / "reel.otio", timeline(track(clip(media, time_range(3, 9))), start=time(0)))
    path = write_turnover(tmp_path, host_clip("/offline/a.mov", (0, 9), 5), otio="reel.otio")
    assert run_command(["shots", str(path)]) == 0
    assert "note: sh010: the host's clip list has start frame 5, not 3" in capsys.readouterr().out


def _big_cut(folder: Path, *, count: int) -> Path:
    """Clips of offline movies, every one of them followed by a clip without media."""
    media = [movie_reference(f"/offline/A{number:03d}.mov", time_range(0, 99)) for number in range(count)]
    children = [
        child
        for number, one in enumerate(media)
        for child in (
            clip(one, time_range(3, 9), name=f"sh{number:03d}"),
            clip(missing_reference(), time_range(0, 2), name="title"),
        )
    ]
    return write(folder / "cut.otio", timeline(track(*children), start=time(0), name="reel"))


def test_many_shots_are_summarised_unless_all_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _big_cut(tmp_path, count=201)
    assert run_command(["shots", str(path)]) == 0
    said = capsys.readouterr().out
    assert "201 shots: each is listed with --all, or with --json" in said
    assert "sh100" not in said
    assert said.count("left out: title and 200 more: no media") == 1
    assert run_command(["shots", str(path), "--all"]) == 0
    said = capsys.readouterr().out
    assert "sh100" in said
    assert said.count("left out: title on track 1") == 201


def test_a_summary_has_a_row_for_each_track(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["shots", str(_big_cut(tmp_path, count=201))]) == 0
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "V1" in line]
    assert [cell.strip() for cell in row.split("│")][1:6] == ["V1", "201", "201", "201", "0"]


def test_many_changes_are_counted_unless_all_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new, old = _big_cut(tmp_path, count=201), tmp_path / "old"
    old.mkdir()
    other = clip(movie_reference("/offline/B.mov", time_range(0, 99)), time_range(3, 9), name="other")
    before = write(old / "cut.otio", timeline(track(other), start=time(0), name="before"))
    assert run_command(["shots", str(new), "--since", str(before)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["before -> reel: 202 shots; each is listed with --all", "1 gone, 201 new"]
    assert run_command(["shots", str(new), "--since", str(before), "--all"]) == 0
    assert "sh100" in capsys.readouterr().out


def test_a_table_of_more_than_200_rows_says_how_many_it_leaves_out(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([{"shot": f"sh{number:03d}"} for number in range(203)], as_json=False)
    said = capsys.readouterr().out
    assert "sh199" in said and "sh200" not in said
    assert "and 3 more rows: each is listed with --json" in said


def test_the_table_ends_with_the_frames_to_render_each_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = (movie_reference(f"/offline/{name}.mov", time_range(0, 99)) for name in "ab")
    uses = [clip(one, time_range(first, 10), name=f"sh{first}") for first in (20, 25, 70)]
    document = timeline(track(*uses, clip(other, time_range(20, 10), name="x")), start=time(0))
    assert run_command(["shots", str(write(tmp_path / "cut.otio", document)), "--handles", "8"]) == 0
    total = "4 shots, 1 of them rendered as part of another; 83 source frames to render, handles included"
    assert total in capsys.readouterr().out


def test_a_table_with_ntsc_rates_says_what_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    movie = movie_reference("/offline/a.mov", time_range(0, 99, rate=29.97))
    document = timeline(track(clip(movie, time_range(3, 9, rate=23.976))), start=time(0, rate=23.976))
    assert run_command(["shots", str(write(tmp_path / "cut.otio", document))]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "23.976 fps is 24000/1001, 29.97 fps is 30000/1001: whole numbers count frames at that rate" in said


def test_up_to_200_shots_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["shots", str(_big_cut(tmp_path, count=200))]) == 0
    said = capsys.readouterr().out
    assert "sh199" in said
    assert "--all" not in said


def test_json_lists_every_shot_in_ascii(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _big_cut(tmp_path, count=201)
    path.write_text(path.read_text(encoding="utf-8").replace("A007", "場面 𝄞 é"), encoding="utf-8")
    assert run_command(["shots", str(path), "--json"]) == 0
    said = capsys.readouterr().out
    assert said.isascii()
    found = json.loads(said)
    assert len(found["shots"]) == 201
    assert found["shots"][7]["media"]["path"] == "/offline/場面 𝄞 é.mov"
    assert said == json.dumps(found, indent=1) + "\n"
