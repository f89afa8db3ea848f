"""Bad input: one clear line on stderr, the right exit code, nothing half-written, nothing lost."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import opentimelineio as otio
import pytest

from tests.turnover._turnovers import host_clip, turnover
from toolkit.cli import run_command
from toolkit.output import lock_output

Run = Callable[..., tuple[int, str]]


GOOD = host_clip("/offline/a.mov", (0, 10))


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line; returns the exit code and the last line of stderr."""

    def run(*arguments: object) -> tuple[int, str]:
        capsys.readouterr()
        code = run_command([str(argument) for argument in arguments])
        said = capsys.readouterr().err
        assert "Traceback" not in said
        return code, said.strip().splitlines()[-1] if said.strip() else ""

    return run


def write_frames(folder: Path, frames: range) -> Path:
    """A PNG sequence without any face; returns its pattern."""
    folder.mkdir(parents=True, exist_ok=True)
    for frame in frames:
        picture = np.full((72, 128, 3), frame % 200, np.uint8)
        picture[10:30, 10:30] = 255
        assert cv2.imwrite(str(folder / f"plate.{frame:04d}.png"), picture)
    return folder / "plate.####.png"


def write_cut(path: Path, *, first: int = 1001, count: int = 8, source: tuple[int, int] = (2, 4)) -> Path:
    """A cut of one clip over ``plates/plate.####.png`` beside it; ``source`` is start and duration."""
    timeline = otio.schema.Timeline("cut")
    track = otio.schema.Track("V1")
    timeline.tracks.append(track)
    reference = otio.schema.ImageSequenceReference(
        target_url_base="plates/",
        name_prefix="plate.",
        name_suffix=".png",
        start_frame=first,
        frame_zero_padding=4,
        rate=24,
        available_range=otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(count, 24)
        ),
    )
    used = otio.opentime.TimeRange(*(otio.opentime.RationalTime(value, 24) for value in source))
    track.append(otio.schema.Clip("plate", media_reference=reference, source_range=used))
    otio.adapters.write_to_file(timeline, str(path))
    return path


def nothing_written(out: Path) -> bool:
    return not out.exists() or [path for path in out.rglob("*") if path.name != ".toolkit.lock"] == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.otio", None, "no such file"),
        ("cut.otio", "this is no timeline", "as a cut: "),
        ("cut.otio", "", "as a cut: "),
        ("cut.otio", '{"OTIO_SCHEMA": "Timeline.99", "name": "later"}', "as a cut: "),
        ("cut.edl", "TITLE: x\n", "as a cut: "),
        ("cut.txt", "hello", "as a cut: "),
        ("turnover.json", '{"schema": "toolkit.turnover/9"}', "this version of the toolkit reads toolkit.turnover/1"),
        ("turnover.json", '{"schema": "toolkit.delivery/1"}', "a turnover is a toolkit.turnover/1"),
        ("turnover.json", '{"schema": "toolkit.turnover/1"}', "at /host: Field required"),
        ("turnover.json", json.dumps(turnover()), "nothing to render"),
        ("turnover.json", json.dumps(turnover(GOOD, otio="reel.otio")), "its export reel.otio is missing"),
        ("turnover.json", json.dumps(turnover({**GOOD, "record_count": -1})), "at /clips/0/record_count"),
        ("turnover.json", json.dumps({"schema": 3}), "as a cut: "),
    ],
    ids=[
        "no such file", "not JSON", "empty", "newer schema", "EDL", "not a cut at all",
        "a newer turnover", "a different document of ours", "an incomplete turnover", "a turnover without clips",
        "a turnover without its export", "a negative count", "JSON of another program",
    ],
)  # fmt: skip
def test_a_cut_that_cannot_be_read(command: Run, tmp_path: Path, name: str, content: str | None, says: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    code, line = command("run", path, "-o", tmp_path / "out")
    assert (code, says in line, path.name in line) == (2, True, True), line
    assert nothing_written(tmp_path / "out")


def test_a_sequence_with_holes_names_the_frames(command: Run, tmp_path: Path) -> None:
    write_frames(tmp_path / "plates", range(1001, 1009))
    (tmp_path / "plates" / "plate.1004.png").unlink()
    code, line = command("run", write_cut(tmp_path / "cut.otio"), "-o", tmp_path / "out", "--strict")
    assert code == 3
    assert "1004" in line
    assert nothing_written(tmp_path / "out")


def test_media_shorter_than_the_cut_names_the_frames(command: Run, tmp_path: Path) -> None:
    write_frames(tmp_path / "plates", range(1001, 1005))
    code, line = command("run", write_cut(tmp_path / "cut.otio"), "-o", tmp_path / "out", "--strict")
    assert code == 3
    assert "1005-1006" in line
    assert nothing_written(tmp_path / "out")


def test_media_offline_names_the_path(command: Run, tmp_path: Path) -> None:
    code, line = command("run", write_cut(tmp_path / "cut.otio"), "-o", tmp_path / "out")
    assert code == 3
    assert "offline" in line
    assert "plate.####.png" in line
    assert nothing_written(tmp_path / "out")


def test_a_zero_length_clip_leaves_nothing_to_render(command: Run, tmp_path: Path) -> None:
    write_frames(tmp_path / "plates", range(1001, 1009))
    code, line = command("run", write_cut(tmp_path / "cut.otio", source=(2, 0)), "-o", tmp_path / "out")
    assert code == 2
    assert "nothing to render" in line
    assert "plate" in line


@pytest.mark.parametrize("cut_at", [0, 100, 0.5, -40], ids=["empty", "header only", "half", "tail missing"])
def test_a_truncated_png_is_named(command: Run, tmp_path: Path, cut_at: float) -> None:
    pattern = write_frames(tmp_path / "plates", range(1001, 1009))
    victim = tmp_path / "plates" / "plate.1005.png"
    data = victim.read_bytes()
    victim.write_bytes(data[: int(cut_at * len(data)) if isinstance(cut_at, float) else cut_at])
    code, line = command("run", pattern, "-o", tmp_path / "out")
    assert code == 3
    assert "plate.1005.png" in line
    assert "cannot decode" in line


def test_a_file_that_is_not_a_movie_is_named(command: Run, tmp_path: Path) -> None:
    movie = tmp_path / "plate.mov"
    movie.write_bytes(os.urandom(5000))
    code, line = command("run", movie, "-o", tmp_path / "out")
    assert code == 3
    assert "plate.mov" in line


@pytest.mark.parametrize(
    ("options", "says", "code"),
    [
        (("--set", "face.strenght=1"), "did you mean face.strength?", 2),
        (("--set", "face.strength=7"), "out of range: 0 to 1", 2),
        (("--preset", "foundin"), "did you mean founding?", 2),
        (("--engine", "dalle"), "available: builtin, flatten, diffusers", 2),
        (("--engine", "diffusers"), "no checkpoint is set", 4),
        (("--shot", "nope*"), "no shot matches 'nope*'; shots in this cut: plate", 2),
        (("--handles", "-3"), "out of range: 0 to 240", 2),
    ],
)
def test_an_option_that_cannot_be_satisfied_is_refused(
    command: Run, tmp_path: Path, options: tuple[str, ...], says: str, code: int
) -> None:
    write_frames(tmp_path / "plates", range(1001, 1009))
    got, line = command("run", write_cut(tmp_path / "cut.otio"), "-o", tmp_path / "out", *options)
    assert (got, says in line) == (code, True), line
    assert nothing_written(tmp_path / "out")


@pytest.mark.parametrize(
    ("package", "setting", "extra"),
    [("PyOpenColorIO", "output.encoding=acescg", "colour"), ("py_aep", "delivery.aep=true", "aep")],
)
def test_a_package_that_a_setting_needs_is_checked_before_any_work(
    tmp_path: Path, package: str, setting: str, extra: str
) -> None:
    """In a separate process, because a library that is already loaded cannot be made to look missing."""
    pattern, out = write_frames(tmp_path / "plates", range(1001, 1003)), tmp_path / "out"
    without = f"import sys; sys.modules[{package!r}] = None; from toolkit.cli import main; main()"
    for dry in ((), ("--dry-run",)):
        command = [sys.executable, "-c", without, "run", str(pattern), "-o", str(out), "--set", setting, *dry]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 4, done.stderr
        assert f"pip install 'resolve-ae-toolkit[{extra}]'" in done.stderr
        assert nothing_written(out)


def test_a_demo_with_an_invalid_setting_draws_nothing(command: Run, tmp_path: Path) -> None:
    code, line = command("demo", "-o", tmp_path / "out", "--set", "face.strenght=1")
    assert (code, "did you mean face.strength?" in line) == (2, True)
    assert nothing_written(tmp_path / "out")


def test_a_toolkit_toml_that_is_loaded_is_always_named(command: Run, tmp_path: Path) -> None:
    """It may come with a cut from somebody else, and names a server."""
    pattern = write_frames(tmp_path / "plates", range(1001, 1003))
    (tmp_path / "plates" / "toolkit.toml").write_text("[cut]\nhandles = 4\n")
    said = f"toolkit: loaded {tmp_path / 'plates' / 'toolkit.toml'} on top of the preset founding"
    assert command("shots", pattern) == (0, said)
    (tmp_path / "plates" / "toolkit.toml").unlink()
    assert command("shots", pattern) == (0, "")


def test_a_star_expanded_by_the_shell_is_refused_and_the_error_shows_how_to_write_a_sequence(command: Run) -> None:
    code, line = command("run", *(f"plate.{number}.png" for number in range(1001, 2001)), "-o", "out")
    assert (code, "not 1000" in line, "'plate.####.exr'" in line) == (2, True, True), line
    assert "plate.1002.png" not in line


def test_files_that_the_shell_listed_suggest_their_sequence(command: Run, tmp_path: Path) -> None:
    pattern = write_frames(tmp_path / "plates", range(1001, 1006))
    code, line = command("run", *sorted(pattern.parent.iterdir()), "-o", tmp_path / "out")
    assert (code, f"write a sequence as '{pattern}' (5 frames), in quotes" in line) == (2, True), line


def test_out_that_is_a_file_cannot_be_written(command: Run, tmp_path: Path) -> None:
    write_frames(tmp_path / "plates", range(1001, 1009))
    (tmp_path / "out").write_text("mine")
    code, line = command("run", write_cut(tmp_path / "cut.otio"), "-o", tmp_path / "out")
    assert code == 2
    assert "cannot write" in line
    assert (tmp_path / "out").read_text() == "mine"


def test_a_full_disk_leaves_only_complete_frames_and_the_next_run_resumes(tmp_path: Path) -> None:
    """A limit on file size simulates the full disk: in both cases writing fails in the middle of a file."""
    pattern = write_frames(tmp_path / "plates", range(1001, 1004))
    out = tmp_path / "out"
    arguments = [sys.executable, "-m", "toolkit.cli", "run", str(pattern), "-o", str(out)]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    full = subprocess.run(arguments, capture_output=True, text=True, preexec_fn=limit, check=False, env=unmeasured)
    assert full.returncode == 2, full.stderr
    assert "cannot write" in full.stderr
    assert "Traceback" not in full.stderr
    assert not list(out.rglob("*.part"))
    assert subprocess.run(arguments, capture_output=True, check=False).returncode == 0


def test_a_cut_without_faces_is_rendered_and_noted(command: Run, tmp_path: Path) -> None:
    pattern = write_frames(tmp_path / "plates", range(1001, 1007))
    code, _ = command("run", pattern, "-o", tmp_path / "out")
    assert code == 0
    delivery = json.loads((tmp_path / "out" / "delivery.json").read_text())
    assert any("no face" in note for note in delivery["notes"])
    assert len(list((tmp_path / "out").rglob("*_FACE_v001.*.exr"))) == 6


def test_a_second_run_into_the_same_folder_is_refused(command: Run, tmp_path: Path) -> None:
    write_frames(tmp_path / "plates", range(1001, 1009))
    with lock_output(tmp_path / "out"):
        code, line = command("run", write_cut(tmp_path / "cut.otio"), "-o", tmp_path / "out")
    assert code == 2
    assert "another run is writing" in line
    assert str(os.getpid()) in line


@pytest.mark.parametrize("stage", ["plan", "render", "conform"])
def test_a_stage_run_too_early_names_the_command_to_run_first(command: Run, tmp_path: Path, stage: str) -> None:
    code, line = command(stage, tmp_path / "out")
    assert code == 2
    assert "run 'toolkit track CUT -o OUT' first" in line
    assert not (tmp_path / "out").exists()


def test_conform_lists_the_passes_it_delivers_and_says_what_to_do_if_there_are_none(
    command: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut, out = write_cut(tmp_path / "cut.otio", count=3, source=(0, 3)), tmp_path / "out"
    write_frames(tmp_path / "plates", range(1001, 1004))
    assert command("track", cut, "-o", out)[0] == 0
    nothing = f"toolkit: a complete pass in {out} does not exist yet; run 'toolkit render OUT' first"
    assert command("conform", out) == (2, nothing)
    assert command("run", cut, "-o", out, "--set", "output.passes=BODY")[0] == 0
    assert run_command(["conform", str(out), "--set", "output.passes=BODY", "--json"]) == 0
    (delivered,) = json.loads(capsys.readouterr().out)["passes"]
    assert delivered == {
        "shot": "plate",
        "pass": "BODY v001",
        "frames": 3,
        "files": f"{out}/plate/BODY/v001/plate_BODY_v001.####.exr",
    }


def test_a_run_on_moved_plates_finds_them_and_renders_nothing_again(
    command: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_frames(tmp_path / "here" / "plates", range(1001, 1004))
    cut = write_cut(tmp_path / "here" / "cut.otio", count=3, source=(0, 3))
    assert command("run", cut, "-o", tmp_path / "here" / "out")[0] == 0
    (tmp_path / "here").rename(tmp_path / "there")
    there = tmp_path / "there"
    assert command("conform", there / "out") == (2, f"toolkit: no such file: {cut}"), (
        "conform looks for the plates at their old path"
    )
    assert run_command(["run", str(there / "cut.otio"), "-o", str(there / "out"), "--json"]) == 0
    assert {row["rendered"] for row in json.loads(capsys.readouterr().out)["passes"]} == {0}
    plates = json.loads((there / "out" / "delivery.json").read_text())["tracks"][0]["clips"]
    assert [Path(clip["path"]).parent for clip in plates] == [there / "plates"]


def test_an_invalid_document_is_named_with_a_json_pointer(command: Run, tmp_path: Path) -> None:
    pattern = write_frames(tmp_path / "plates", range(1001, 1007))
    out = tmp_path / "out"
    assert command("track", pattern, "-o", out)[0] == 0
    shots = json.loads((out / "shots.json").read_text())
    shots["shots"][0]["record_range"] = {"first": "soon", "last": 3}
    (out / "shots.json").write_text(json.dumps(shots))
    code, line = command("plan", out)
    assert code == 2
    assert "/shots/0/record_range/first" in line


@pytest.mark.parametrize(
    ("name", "arguments"), [("shots.json", ("plan", ".")), ("look.png", ("look", "from-png", "look.png"))]
)
def test_a_file_that_cannot_be_opened_is_named(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, arguments: tuple[str, ...]
) -> None:
    """A folder of that name simulates missing permissions, which do not apply to root."""
    monkeypatch.chdir(tmp_path)
    Path(name).mkdir()
    assert command(*arguments) == (2, f"toolkit: cannot read {name}: Is a directory")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_an_unexpected_system_error_is_one_line_and_a_traceback_with_verbose() -> None:
    command = [sys.executable, "-m", "toolkit.cli"]
    with Path("/dev/full").open("w") as full:
        quiet = subprocess.run([*command, "presets"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        told = subprocess.run([*command, "-v", "presets"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (quiet.returncode, quiet.stderr) == (1, "toolkit: No space left on device\n")
    assert "Traceback" in told.stderr


def test_a_missing_model_without_a_network_gives_the_remedy(tmp_path: Path) -> None:
    pattern = write_frames(tmp_path / "plates", range(1001, 1004))
    empty = tmp_path / "models"
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "toolkit.cli", "run", str(pattern), "-o", str(tmp_path / "out"), "--models", str(empty)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert "toolkit models fetch" in done.stderr or "TOOLKIT_MODELS" in done.stderr
    assert "Traceback" not in done.stderr
    assert nothing_written(tmp_path / "out")
