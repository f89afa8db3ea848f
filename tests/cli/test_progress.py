"""Progress: bars on a terminal, and with ``--progress lines`` JSON on stdout for other programs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_bad_input import write_frames
from toolkit.cli import run_command
from toolkit.cli.progress import LineProgress, RichProgress

COMMAND = [sys.executable, "-m", "toolkit.cli"]


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was printed on stdout; every line of it is a JSON object."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_run_reports_its_stages_and_at_the_end_the_path_of_the_delivery(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_frames(tmp_path / "plates", range(1001, 1007))
    monkeypatch.chdir(tmp_path)
    assert run_command(["run", "plates/plate.####.png", "-o", "out", "--progress", "lines"]) == 0

    *stages, last = lines(capsys)
    assert last == {"delivery": str(tmp_path / "out" / "delivery.json")}
    assert {tuple(line) for line in stages} == {("stage", "done", "total")}
    names = list(dict.fromkeys(line["stage"] for line in stages))
    assert names == ["plate  faces", "plate  BODY", "plate  FACE", "plate  review", "report  frames"]
    for name in names:
        mine = [line["done"] for line in stages if line["stage"] == name]
        assert (mine[0], mine[-1]) == (0, 6)
        assert mine == sorted(mine)


def test_track_and_render_report_only_their_stages(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pattern, out = write_frames(tmp_path / "plates", range(1001, 1004)), str(tmp_path / "out")
    assert run_command(["track", str(pattern), "-o", out, "--progress", "lines"]) == 0
    assert {line["stage"] for line in lines(capsys)} == {"plate  faces"}
    assert run_command(["plan", out]) == 0
    capsys.readouterr()
    assert run_command(["render", out, "--progress", "lines"]) == 0
    assert {line["stage"] for line in lines(capsys)} == {"plate  BODY", "plate  FACE"}


def test_a_stage_reports_ten_times_a_second_and_once_more_at_its_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("toolkit.cli.progress.time.monotonic", lambda: now)
    with LineProgress().stage("sh010  FACE", 1000) as advance:
        for _ in range(1000):
            now += 0.0011
            advance(1)
    said = [line["done"] for line in lines(capsys)]
    assert said[0] == 0
    assert said[-1] == 1000
    assert 10 <= len(said) <= 13


@pytest.mark.parametrize("other", ["--json", "--dry-run"])
def test_another_option_that_writes_to_stdout_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, other: str
) -> None:
    pattern = write_frames(tmp_path / "plates", range(1001, 1004))
    for options in (["--progress", "lines", other], [other, "--progress", "lines"]):
        assert run_command(["run", str(pattern), "-o", str(tmp_path / "out"), *options]) == 2
        said = capsys.readouterr()
        assert f"--progress lines and {other} both write to stdout" in said.err
        assert said.out == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(
    os.name == "nt", reason="SIGINT cannot be sent to a child there; Ctrl-Break is handled in the same way"
)
def test_a_program_can_stop_a_run_started_in_the_background(tmp_path: Path) -> None:
    """A shell starts background processes with Ctrl-C ignored, and so may a host."""
    pattern = write_frames(tmp_path / "plates", range(1001, 1201))
    arguments = [*COMMAND, "run", str(pattern), "-o", str(tmp_path / "out"), "--progress", "lines"]
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        running = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, heard)
    assert running.stdout is not None
    first = json.loads(running.stdout.readline())
    assert first["done"] == 0
    time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert err.strip().splitlines()[-1].startswith("toolkit: stopped")
    assert not any("delivery" in json.loads(line) for line in out.splitlines())


def test_ctrl_break_acts_like_ctrl_c_and_both_handlers_are_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """``SIGBREAK`` exists on Windows only; here another signal replaces it."""
    monkeypatch.setattr(signal, "SIGBREAK", signal.SIGUSR1, raising=False)
    before = signal.getsignal(signal.SIGUSR1)
    with pytest.raises(KeyboardInterrupt), LineProgress():
        signal.raise_signal(signal.SIGUSR1)
    assert signal.getsignal(signal.SIGUSR1) == before


def test_a_picture_being_rendered_has_its_own_bar_until_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes the stream for a terminal
    with RichProgress() as progress, progress.stage("sh010  FACE", 12) as advance:
        assert progress.step_callback is not None
        advance(1)
        progress.step_callback("http://127.0.0.1:7860", 4, 16)
        progress.step_callback("http://127.0.0.1:7860", 9, 16)
        assert [(task.description.strip(), task.completed, task.total) for task in progress._bars.tasks] == [
            ("sh010  FACE", 1, 12),
            ("http://127.0.0.1:7860", 9, 16),
        ]
        progress.step_callback("http://127.0.0.1:7860", 1, 1)
        progress.step_callback("http://127.0.0.1:7861", 1, 1)
        assert len(progress._bars.tasks) == 1


def test_single_pictures_are_not_reported_to_a_log() -> None:
    for progress in (RichProgress(), LineProgress()):
        assert progress.step_callback is None
