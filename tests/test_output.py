"""The folder OUT: one run at a time, and a killed run releases its lock."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hosts.lua_host import new_lua
from toolkit.documents import PassName, write_atomically
from toolkit.editorial.shot_names import shot_stem
from toolkit.errors import MissingDocument, OutputBusy, OutputNotWritable
from toolkit.output import Output, lock_output, record_last_delivery, take_lock

HOLD = """
import sys, time
from pathlib import Path
from toolkit.output import lock_output
with lock_output(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_fails_and_names_the_process_that_holds_the_lock(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(OutputBusy, match=f"process {other.pid} on "), lock_output(tmp_path):
            pass
        other.send_signal(signal.SIGKILL)
    with lock_output(tmp_path) as output:
        assert output.root == tmp_path


def test_the_lock_is_released_and_removed_also_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock_output(tmp_path):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []
    with lock_output(tmp_path):
        assert (tmp_path / ".toolkit.lock").exists()
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_killed_run_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / ".toolkit.lock").write_text("process 4711 on elsewhere\n")
    with lock_output(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no open file")
def test_a_lock_that_its_holder_removes_after_it_was_opened_is_not_taken_for_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locked all the same, it would leave the path free for a third run."""
    lock, calls = tmp_path / ".toolkit.lock", []

    def take_after_removal(descriptor: int) -> bool:
        calls.append(descriptor)
        if len(calls) == 1:
            lock.unlink()
        return take_lock(descriptor)

    monkeypatch.setattr("toolkit.output.take_lock", take_after_removal)
    with lock_output(tmp_path):
        assert len(calls) == 2
        with pytest.raises(OutputBusy), lock_output(tmp_path):
            pass
    assert not lock.exists()


COMPETE = """
import os, sys
from pathlib import Path
from toolkit.errors import OutputBusy
from toolkit.output import lock_output
root, left = Path(sys.argv[1]), 60
while left:
    try:
        with lock_output(root):
            os.close(os.open(root / "in use", os.O_CREAT | os.O_EXCL))
            (root / "in use").unlink()
        left -= 1
    except OutputBusy:
        pass
"""


def test_runs_that_compete_for_a_folder_hold_it_one_at_a_time(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COMPETE, str(tmp_path)]
    runs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    problems = [run.communicate(timeout=120)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0, 0], problems
    assert list(tmp_path.iterdir()) == []


def test_unfinished_files_of_a_killed_run_are_removed_and_no_others(tmp_path: Path) -> None:
    leftovers = [".shots.json.4711.part", "sh010/.face_track.json.9.part", "sh010/FACE/v001/.sh010.1001.exr.12.part"]
    others = ["footage.part", ".notes.part", "sh010/my.12.part", "sh010/FACE/v001/take.1001.exr"]
    for name in (*leftovers, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    with lock_output(tmp_path):
        left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {*others, ".toolkit.lock"}


def test_a_lock_that_is_a_symbolic_link_is_refused_and_its_target_kept(tmp_path: Path) -> None:
    target = tmp_path / "diary.txt"
    target.write_text("dear diary")
    out = tmp_path / "out"
    out.mkdir()
    (out / ".toolkit.lock").symlink_to(target)
    with pytest.raises(OutputNotWritable, match=r"toolkit\.lock: it is a symbolic link; delete it"), lock_output(out):
        pass
    assert target.read_text() == "dear diary"


@pytest.mark.parametrize("link", ["sh010", "sh010/FACE", "sh010/FACE/v001"])
def test_a_folder_of_a_shot_that_is_a_symbolic_link_is_not_followed(tmp_path: Path, link: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = tmp_path / "out" / link
    path.parent.mkdir(parents=True)
    path.symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(OutputNotWritable, match="it is a symbolic link"):
        Output(root=tmp_path / "out").plan_of("sh010", PassName.FACE, 1)
    if link == "sh010":
        with pytest.raises(OutputNotWritable, match="it is a symbolic link"):
            Output(root=tmp_path / "out").face_track("sh010")
        with pytest.raises(OutputNotWritable, match="it is a symbolic link"):
            Output(root=tmp_path / "out").edits("sh010")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not let go of an open file")
@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_folder_that_goes_during_the_work_is_an_error(tmp_path: Path, how: str) -> None:
    out = tmp_path / "out"
    with pytest.raises(OutputNotWritable, match="removed or replaced during the work"), lock_output(out):
        shutil.rmtree(out)
        if how == "replaced":
            out.mkdir()
            (out / ".toolkit.lock").touch()


FULL = """
import resource, sys
from pathlib import Path
from toolkit.errors import OutputNotWritable
from toolkit.output import lock_output
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    with lock_output(Path(sys.argv[1])):
        pass
except OutputNotWritable as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="simulates a full disk with a POSIX limit")
def test_a_full_disk_before_the_run_is_an_error(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"cannot write {tmp_path}: ")


def test_a_stage_that_needs_an_earlier_one_does_not_create_the_folder(tmp_path: Path) -> None:
    with (
        pytest.raises(MissingDocument, match="run 'toolkit track"),
        lock_output(tmp_path / "no", made_by="toolkit track"),
    ):
        pass
    assert not (tmp_path / "no").exists()


def test_a_file_is_written_completely_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "note.txt"
    with pytest.raises(ZeroDivisionError), write_atomically(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
    assert list(path.parent.iterdir()) == []
    with write_atomically(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_created_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputNotWritable, match="cannot write"), lock_output(tmp_path / "file" / "out"):
        pass
    with pytest.raises(OutputNotWritable, match=r"note\.txt"), write_atomically(tmp_path / "file" / "note.txt"):
        pass


def test_the_last_delivery_is_recorded_for_the_menu_entries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    record_last_delivery(tmp_path / "out" / "delivery.json")
    assert (tmp_path / ".toolkit" / "last_delivery.txt").read_text() == f"{tmp_path}/out/delivery.json\n"
    lua = new_lua("lua51")
    assert lua.globals().dofile(str(tmp_path / ".toolkit" / "last_delivery.lua")) == f"{tmp_path}/out/delivery.json"


def test_a_read_only_home_is_a_warning_and_not_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """On a farm the home folder is often read-only, and by then everything is rendered."""
    (tmp_path / "home").write_text("a file where the folder should be")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    record_last_delivery(tmp_path / "out" / "delivery.json")
    assert "last_delivery.txt: Not a directory; choose delivery.json yourself in the host" in caplog.text


def test_no_shot_is_called_like_another_folder_of_the_output(tmp_path: Path) -> None:
    output = Output(root=tmp_path)
    for folder in (output.report, output.trials, output.finished):
        assert shot_stem(folder.name) == f"shot_{folder.name}"
