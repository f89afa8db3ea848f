"""Shots go through a stand-in for Topaz Video AI; what comes back is checked, or nothing is kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import av
import cv2
import jsonschema
import pytest

import toolkit
from tests.topaz._stand_in import calls, given, install_stand_in, misbehave
from toolkit.cli import run_command
from toolkit.demo.drawing import draw_frames
from toolkit.demo.motion import PUSH_IN
from toolkit.documents import ClipName, Cut, PassName
from toolkit.errors import EngineFailed, EngineUnavailable, MissingDocument, UnsupportedMedia
from toolkit.plates import open_plate, probe
from toolkit.review import open_pictures
from toolkit.settings import load_settings
from toolkit.stages import finish, plan_finishing
from toolkit.topaz import Program, find_program, parse_recipe
from toolkit.topaz import program as program_module

pytestmark = [
    pytest.mark.usefixtures("model"),
    pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script, which Windows does not start"),
]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The stand-in, installed."""
    for name in ("TVAI_MODEL_DIR", "TVAI_MODEL_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    return find_program(install_stand_in(tmp_path / "topaz"))


def files(out: Path) -> list[str]:
    """What is in OUT/finished, hidden files included."""
    return sorted(path.name for path in (out / "finished").iterdir()) if (out / "finished").exists() else []


def test_a_movie_has_the_frames_the_rate_the_size_and_the_colours_that_were_predicted(
    out: Path, program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["finish", str(out), "--topaz", "up=gcg-5:scale=4,fi=apo-8", "--topaz-ffmpeg", str(program.ffmpeg)]
    assert run_command([*arguments, "--shot", "sh010"]) == 0
    said = capsys.readouterr().out
    assert "sh010.mov" in said and "128x64" in said and f"written: {out / 'finished'}" in said
    assert files(out) == ["sh010.json", "sh010.mov"]
    media = probe(out / "finished" / "sh010.mov")
    assert media.source_range is not None
    assert (len(media.source_range), media.rate) == (8, 48)
    with open_plate(media) as movie:
        assert (movie.width, movie.height) == (128, 64)
        shown = [frame.rgb.mean() for frame in movie.frames(range(8))]
    with av.open(out / "finished" / "sh010.mov") as container:
        codec = container.streams.video[0].codec_context
        assert (codec.name, codec.pix_fmt) == ("prores", "yuv422p10le")
        assert {codec.color_range, codec.colorspace, codec.color_primaries, codec.color_trc} == {1}  # limited, BT.709
    shot = Cut.read(out / "shots.json").source_shots()[0]
    (task,) = plan_finishing(out, parse_recipe("up=gcg-5"), shots="sh010")
    with open_pictures(shot, task.plans, out) as pictures:
        own = [picture.mean() for picture in pictures.displayed(ClipName.BODY)]
    assert given(program.ffmpeg) == pytest.approx([*own, own[-1]], abs=1e-5)  # 16 bits; the last one once more
    assert shown[::2] == pytest.approx(own, abs=0.005)  # limited range, and as the scaler rounds
    document = json.loads((out / "finished" / "sh010.json").read_text())
    jsonschema.validate(document, json.loads(Path("schemas/finished.schema.json").read_text()))
    assert document["review"]["notes"] == ["sh010: no face was found in the plate"]


def test_what_is_there_is_kept_until_something_is_different(out: Path, program: Program) -> None:
    recipe = parse_recipe("up=gcg-5:scale=1")
    first, left_out = finish(out, recipe, program, shots="sh010")
    assert left_out == {}
    assert finish(out, recipe, program, shots="sh010")[0] == first
    assert len(calls(program.ffmpeg)) == 1
    finish(out, recipe, program, shots="sh010", again=True)
    assert len(calls(program.ffmpeg)) == 2
    finish(out, parse_recipe("up=prob-4:scale=1"), program, shots="sh010")
    assert len(calls(program.ffmpeg)) == 3
    (out / "finished" / "sh010.mov").write_bytes(b"cut short")
    finish(out, parse_recipe("up=prob-4:scale=1"), program, shots="sh010")
    assert len(calls(program.ffmpeg)) == 4


def test_what_a_killed_run_left_is_removed_and_nothing_else(out: Path, program: Program) -> None:
    for name in (".new-4711-sh010", "mine"):
        (out / "finished" / name).mkdir(parents=True)
        (out / "finished" / name / "frame_000000.png").touch()
    finish(out, parse_recipe("up=gcg-5:scale=1"), program, shots="sh010")
    assert files(out) == ["mine", "sh010.json", "sh010.mov"]


def test_a_pass_on_twos_is_finished_with_all_of_its_frames(cut: Path, tmp_path: Path, program: Program) -> None:
    on_twos = ["output.passes=BODY", "body.on=twos", "report.write=false"]
    toolkit.run(cut, tmp_path / "twos", load_settings(overrides=on_twos))
    (made,), _ = finish(tmp_path / "twos", parse_recipe("fi=apo-8"), program, shots="sh010")
    assert (made.frames, len(given(program.ffmpeg))) == (8, 5)
    nearest = load_settings(overrides=["delivery.interpolation=nearest"])
    finish(tmp_path / "twos", parse_recipe("fi=apo-8"), program, nearest, shots="sh010")
    assert len(calls(program.ffmpeg)) == 2  # other pictures


def test_what_was_not_measured_is_measured_once_it_can_be(out: Path, program: Program) -> None:
    track = out / "sh010" / "face_track.json"
    track.rename(track.with_suffix(".away"))
    recipe = parse_recipe("up=gcg-5")
    (made,), _ = finish(out, recipe, program, shots="sh010")
    assert made.not_measured == "its face track is missing; run 'toolkit track CUT -o OUT'"
    track.with_suffix(".away").rename(track)
    (made,), _ = finish(out, recipe, program, shots="sh010")
    assert made.review is not None and made.not_measured == ""
    assert len(calls(program.ffmpeg)) == 1


def test_a_stabilised_shot_is_two_passes_and_is_not_measured(out: Path, program: Program) -> None:
    (made,), _ = finish(out, parse_recipe("stab=cpe-2:roll=1,fi=chr-2:slowmo=2"), program, shots="sh020")
    first, second = calls(program.ffmpeg)
    assert "tvai_cpe=model=cpe-2:filename=cpe.json" in first
    assert [list(one) for one in made.commands] == [first, second]
    assert (made.frames, made.rate, made.frames_each) == (8, 24, 2)
    assert (made.review, made.not_measured) == (
        None,
        "it is stabilised, so that its faces are not where they are in the plate",
    )


NOT_MEASURED = {
    "frames between": ("fi=apo-8:fps=60", "it has 2.5 frames for each of the plate, so that most show other moments"),
    "another shape": ("up=gcg-5:w=64:h=64", "it is 64x64, and the plate 32x16: other proportions"),
}


@pytest.mark.parametrize(("text", "reason"), NOT_MEASURED.values(), ids=NOT_MEASURED.keys())
def test_what_cannot_be_compared_honestly_is_not_measured(
    text: str, reason: str, out: Path, program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["finish", str(out), "--topaz", text, "--shot", "sh010", "--topaz-ffmpeg", str(program.ffmpeg)]
    assert run_command(arguments) == 0
    assert f"note: sh010: its acting is not measured: {reason}" in " ".join(capsys.readouterr().out.split())


FAILURES = {
    "fail": "exit code 234: Error: Unable to init device 0 / Conversion failed!",
    "short": "it made 7 frames of 32x16 at 48 fps, and was to make 8 frames of 32x16 at 48 fps; nothing is kept",
    "nothing": "it ended without an error, and without a movie",
    "garbage": "it made a movie that cannot be read",
    "killed": "it was ended by signal 9",
}


@pytest.mark.parametrize(("way", "problem"), FAILURES.items(), ids=FAILURES.keys())
def test_a_program_that_fails_leaves_nothing(way: str, problem: str, out: Path, program: Program) -> None:
    misbehave(program.ffmpeg, way)
    with pytest.raises(EngineFailed) as caught:
        finish(out, parse_recipe("fi=apo-8"), program)
    assert problem in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.place == {"shot": "sh010"}
    assert files(out) == []


def test_a_failure_leaves_the_earlier_movie(out: Path, program: Program) -> None:
    finish(out, parse_recipe("fi=apo-8"), program, shots="sh010")
    before = (out / "finished" / "sh010.mov").read_bytes()
    misbehave(program.ffmpeg, "fail")
    with pytest.raises(EngineFailed):
        finish(out, parse_recipe("up=gcg-5"), program, shots="sh010")
    assert (out / "finished" / "sh010.mov").read_bytes() == before
    assert finish(out, parse_recipe("fi=apo-8"), program, shots="sh010")[0]  # still there: the program is not asked


def test_a_watermark_is_no_result(out: Path, program: Program) -> None:
    misbehave(program.ffmpeg, "watermark")
    with pytest.raises(EngineUnavailable, match="nobody is logged in, and its watermark would be in the picture"):
        finish(out, parse_recipe("up=gcg-5"), program)
    assert files(out) == []


def test_a_program_that_cannot_be_started_says_so(out: Path, program: Program) -> None:
    program.ffmpeg.chmod(0o644)
    with pytest.raises(EngineUnavailable, match="cannot be started: Permission denied; give the path"):
        finish(out, parse_recipe("up=gcg-5"), program)


def test_ctrl_c_stops_the_program_and_leaves_nothing(out: Path, program: Program) -> None:
    misbehave(program.ffmpeg, "hang")
    hanging = program.ffmpeg.parent / "process"
    command = [sys.executable, "-m", "toolkit.cli", "finish", str(out), "--topaz", "up=gcg-5"]
    environment = {**os.environ, "TOOLKIT_TOPAZ_FFMPEG": str(program.ffmpeg)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        while not hanging.exists() and process.poll() is None:
            time.sleep(0.05)
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert time.monotonic() - started < 30  # the stand-in would sleep for a minute
    with pytest.raises(ProcessLookupError):
        os.kill(int(hanging.read_text()), 0)
    assert files(out) == []


def test_shots_that_are_too_short_are_left_out(out: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.stages.finish_movies.FEWEST_FRAMES", 5)
    with pytest.raises(UnsupportedMedia, match="it has 4 frames, and Topaz Video AI needs 5"):
        finish(out, parse_recipe("up=gcg-5"), program)
    assert calls(program.ffmpeg) == []


def test_a_pass_that_is_not_rendered_says_what_to_run(out: Path, program: Program) -> None:
    with pytest.raises(MissingDocument, match=r"a complete FACE in .*run 'toolkit render OUT' first"):
        finish(out, parse_recipe("up=gcg-5"), program, pass_name=PassName.FACE)


def test_without_the_program_its_commands_are_printed(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program_module, "_places", lambda: [tmp_path / "nowhere" / "ffmpeg"])
    monkeypatch.setenv("TVAI_MODEL_DIR", "/its models")
    monkeypatch.delenv("TVAI_MODEL_DATA_DIR", raising=False)
    assert run_command(["finish", str(out), "--topaz", "stab=cpe-1,up=gcg-5"]) == 4
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[:3] == [
        "export TVAI_MODEL_DIR='/its models'",
        "export TVAI_MODEL_DATA_DIR='/its models'",
        "# sh010: 4 pictures, as a run writes them; 4 frames of 64x32 at 24 fps",
    ]
    assert lines[3].startswith(f"{tmp_path / 'nowhere' / 'ffmpeg'} -hide_banner") and "tvai_cpe=model=cpe-1" in lines[3]
    assert "tvai_stb=model=ref-2" in lines[4] and "tvai_up=model=gcg-5" in lines[4]
    assert printed.err.count("\n") == 1 and f"not installed at {tmp_path / 'nowhere' / 'ffmpeg'}" in printed.err
    assert not (out / "finished").exists()
    assert run_command(["finish", str(out), "--topaz", "up=gcg-5", "--json"]) == 4
    found = json.loads(capsys.readouterr().out)
    assert found["environment"] == {"TVAI_MODEL_DIR": "/its models", "TVAI_MODEL_DATA_DIR": "/its models"}
    assert [list(found["commands"]), len(found["commands"]["sh010"])] == [["sh010", "sh020"], 1]


@pytest.fixture
def acting(tmp_path: Path, demo_pictures: None) -> Path:
    """Some frames of the demo, small, as a rendered BODY."""
    (tmp_path / "plates").mkdir()
    for number, picture in enumerate(islice(draw_frames(PUSH_IN), 20, 34)):
        small = cv2.cvtColor(cv2.resize(picture, (480, 270), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(tmp_path / "plates" / f"act.{number:04d}.png"), small)
    settings = load_settings(preset="draft", overrides=["engine=builtin", "output.passes=BODY", "report.write=false"])
    toolkit.run(tmp_path / "plates" / "act.####.png", tmp_path / "acting", settings)
    return tmp_path / "acting"


def test_without_its_models_the_commands_are_those_of_the_given_program(
    out: Path, tmp_path: Path, program: Program, capsys: pytest.CaptureFixture[str]
) -> None:
    lonely = tmp_path / "lonely" / "ffmpeg"
    lonely.parent.mkdir()
    lonely.touch()
    line = ["finish", str(out), "--topaz", "up=gcg-5", "--shot", "sh010", "--topaz-ffmpeg", str(lonely)]
    assert run_command(line) == 4
    said = capsys.readouterr()
    assert f"\n{lonely} -hide_banner" in said.out
    assert "its models were not found" in said.err and "set TVAI_MODEL_DIR and TVAI_MODEL_DATA_DIR" in said.err


def test_the_acting_is_measured_before_and_after(acting: Path, program: Program) -> None:
    (made,), _ = finish(acting, parse_recipe("fi=apo-8,up=gcg-5"), program, pass_name=PassName.BODY)
    assert (made.movie, made.clip, made.width, made.frames) == ("act.BODY.mov", ClipName.BODY, 960, 28)
    ((before, after),) = made.acting.values()
    assert before.frames_compared == after.frames_compared == 14
    assert before.score is not None and after.score is not None
    assert after.score == pytest.approx(before.score, abs=5)  # the stand-in only repeats frames
    assert after.amplitude == pytest.approx(before.amplitude, abs=0.1)
