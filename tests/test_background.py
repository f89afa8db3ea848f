"""A run in the background: real processes, whose progress, end and errors are read from the status file."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_bad_input import write_frames
from toolkit.background import start_background
from toolkit.errors import InputError

Status = dict[str, Any]


def read(folder: Path) -> Status:
    found: Status = json.loads((folder / "render_status.json").read_text(encoding="utf-8"))
    return found


def wait_until(condition: Callable[[Status], bool], folder: Path) -> Status:
    """The first status that meets ``condition``."""
    deadline = time.monotonic() + 60
    while not condition(status := read(folder)):
        assert time.monotonic() < deadline, status
        time.sleep(0.05)
    return status


def has_ended(status: Status) -> bool:
    return status["exit_code"] is not None


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A turnover's folder; its run is cancelled when the test ends."""
    yield tmp_path / "a turnover"
    (tmp_path / "a turnover" / "stop").touch()
    wait_until(has_ended, tmp_path / "a turnover")


def long_run(folder: Path) -> list[str]:
    """Arguments of a run that takes longer than a test waits."""
    plates = write_frames(folder.parent / "plates", range(1001, 1400))
    return ["run", str(plates), "-o", str(folder / "passes"), "--progress", "lines"]


def test_the_status_tells_the_stages_and_the_delivery(folder: Path) -> None:
    plates = write_frames(folder.parent / "plates", range(1001, 1004))
    start_background(["run", str(plates), "-o", str(folder / "passes"), "--progress", "lines"], folder)
    status = wait_until(has_ended, folder)
    assert (status["exit_code"], status["message"]) == (0, "")
    assert status["stage"] in {"plate  BODY", "plate  FACE"}
    assert (status["done"], status["total"]) == (3, 3)
    assert Path(status["delivery"]).is_file()


def test_the_status_shows_that_a_run_is_alive(folder: Path) -> None:
    start_background(long_run(folder), folder)
    first = wait_until(lambda status: status["done"] > 0, folder)
    later = wait_until(lambda status: status["done"] > first["done"], folder)
    assert time.time() - 5 < first["alive_at"] < later["alive_at"] < time.time() + 1
    assert later["exit_code"] is None


def test_a_stop_file_ends_the_run_like_ctrl_c(folder: Path) -> None:
    start_background(long_run(folder), folder)
    wait_until(lambda status: status["done"] > 0, folder)
    (folder / "stop").touch()
    status = wait_until(has_ended, folder)
    assert status["exit_code"] == 130
    assert status["message"] == "cancelled; rendered frames are kept, and the next run resumes from there"


def test_a_stop_file_of_an_earlier_run_stops_nothing(folder: Path) -> None:
    folder.mkdir()
    (folder / "stop").touch()
    start_background(long_run(folder), folder)
    assert wait_until(lambda status: status["done"] > 0, folder)["exit_code"] is None


def test_the_toolkits_error_is_the_message_and_the_log_has_everything(folder: Path) -> None:
    start_background(["run", str(folder / "no.otio"), "-o", str(folder / "passes")], folder)
    status = wait_until(has_ended, folder)
    assert status["exit_code"] == 2
    assert "no.otio" in status["message"]
    assert status["message"] in (folder / "render_passes.log").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="no such signal on Windows")
def test_a_killed_run_is_reported(folder: Path) -> None:
    start_background(long_run(folder), folder)
    wait_until(lambda status: status["done"] > 0, folder)
    for process in Path("/proc").glob("[0-9]*"):
        words = (process / "cmdline").read_bytes().split(b"\0")
        if b"run" in words and str(folder / "passes").encode() in words and b"--wait" not in words:
            os.kill(int(process.name), signal.SIGKILL)
    assert wait_until(has_ended, folder)["message"] == "the toolkit exited with code -9"


def test_one_folder_has_one_run_at_a_time(folder: Path) -> None:
    arguments = long_run(folder)
    start_background(arguments, folder)
    with pytest.raises(InputError, match="has not ended; cancel it or wait"):
        start_background(arguments, folder)


def test_a_status_without_a_sign_of_life_is_replaced(folder: Path) -> None:
    folder.mkdir()
    dead = {"exit_code": None, "alive_at": time.time() - 60}
    (folder / "render_status.json").write_text(json.dumps(dead), encoding="utf-8")
    start_background(["run", str(folder / "no.otio"), "-o", str(folder / "passes")], folder)
    assert wait_until(has_ended, folder)["exit_code"] == 2
