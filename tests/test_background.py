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
from toolkit.background import start_background, supervise
from toolkit.errors import InputError, OutputBusy

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
    assert status["stage"] == "report  frames"
    assert (status["done"], status["total"]) == (3, 3)
    assert Path(status["delivery"]).is_file()


def test_the_status_shows_that_a_run_is_alive(folder: Path) -> None:
    start_background(long_run(folder), folder)
    first = wait_until(lambda status: status["done"] > 0, folder)
    later = wait_until(lambda status: status["alive_at"] > first["alive_at"], folder)
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
    assert wait_until(has_ended, folder)["message"] == (
        "the render was ended by the system, often because memory ran out; finished frames are kept"
    )


def test_one_folder_has_one_run_at_a_time(folder: Path) -> None:
    arguments = long_run(folder)
    start_background(arguments, folder)
    with pytest.raises(InputError, match="has not ended; cancel it or wait"):
        start_background(arguments, folder)


def test_a_run_is_not_taken_for_dead_after_the_computer_slept(folder: Path) -> None:
    """Its last sign of life is old then, and the next one is seconds away."""
    arguments = long_run(folder)
    start_background(arguments, folder)
    status = wait_until(lambda status: status["done"] > 0, folder)
    status["alive_at"] -= 3600
    (folder / "render_status.json").write_text(json.dumps(status), encoding="utf-8")
    with pytest.raises(InputError, match="has not ended; cancel it or wait"):
        start_background(arguments, folder)


def test_a_run_whose_supervisor_is_only_starting_counts(folder: Path) -> None:
    folder.mkdir()
    starting = {"exit_code": None, "stage": "starting", "alive_at": time.time()}
    (folder / "render_status.json").write_text(json.dumps(starting), encoding="utf-8")
    with pytest.raises(InputError, match="has not ended; cancel it or wait"):
        start_background(["run", "no.otio"], folder)
    (folder / "render_status.json").write_text(json.dumps(starting | {"exit_code": 2}), encoding="utf-8")


@pytest.mark.parametrize("stage", ["starting", "plate  FACE"])
def test_the_status_of_a_killed_supervisor_is_replaced(folder: Path, stage: str) -> None:
    folder.mkdir()
    age = 60 if stage == "starting" else 0
    dead = {"exit_code": None, "stage": stage, "alive_at": time.time() - age}
    (folder / "render_status.json").write_text(json.dumps(dead), encoding="utf-8")
    start_background(["run", str(folder / "no.otio"), "-o", str(folder / "passes")], folder)
    assert wait_until(has_ended, folder)["exit_code"] == 2


def test_a_second_supervisor_leaves_the_status_alone(folder: Path) -> None:
    start_background(long_run(folder), folder)
    wait_until(lambda status: status["done"] > 0, folder)
    with pytest.raises(OutputBusy):
        supervise(["run", "no.otio"], folder)
    assert not has_ended(read(folder))


# --- files that cannot be written at the moment -----------------------------------------------------------------


def fail_replacing(monkeypatch: pytest.MonkeyPatch, *failing: int) -> None:
    """These replacements of the status (1 is the first) fail, as on Windows while another program reads it."""
    replace, count = Path.replace, iter(range(1, 1_000_000))

    def refuse(self: Path, target: Path) -> Path:
        if target.name == "render_status.json" and next(count) in failing:
            raise PermissionError(13, "another program has it open")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)


@pytest.mark.parametrize("failing", [(1,), (2, 3), tuple(range(1, 15))], ids=["the first", "later ones", "many"])
def test_a_status_that_cannot_be_replaced_does_not_end_the_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, failing: tuple[int, ...]
) -> None:
    folder.mkdir()
    plates = write_frames(folder.parent / "plates", range(1001, 1004))
    fail_replacing(monkeypatch, *failing)
    assert supervise(["run", str(plates), "-o", str(folder / "passes"), "--progress", "lines"], folder) == 0
    assert read(folder)["exit_code"] == 0 and Path(read(folder)["delivery"]).is_file()


def test_the_first_status_is_retried(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_replacing(monkeypatch, 1, 2)
    start_background(["run", str(folder / "no.otio"), "-o", str(folder / "passes")], folder)
    assert wait_until(has_ended, folder)["exit_code"] == 2


def test_the_log_is_complete_after_it_could_not_be_written_for_a_while(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    open_file, count = Path.open, iter(range(1, 1_000_000))

    def refuse(self: Path, mode: str = "r", **how: Any) -> Any:
        if self.name == "render_passes.log" and next(count) in {1, 3, 4}:
            raise PermissionError(13, "another program has it open")
        return open_file(self, mode, **how)

    monkeypatch.setattr(Path, "open", refuse)
    assert supervise(["run", str(folder / "no.otio"), "-o", str(folder / "passes")], folder) == 2
    assert (folder / "render_passes.log").read_text(encoding="utf-8").strip() == read(folder)["message"]


def test_a_log_that_cannot_be_begun_is_the_message(folder: Path) -> None:
    (folder / "render_passes.log").mkdir(parents=True)
    start_background(["run", str(folder / "no.otio")], folder)
    status = wait_until(has_ended, folder)
    assert status["exit_code"] == 2
    assert status["message"].startswith("toolkit: ") and "render_passes.log" in status["message"]
