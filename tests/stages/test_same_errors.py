"""One run and its stages one by one: the same errors, at the same moment, before anything is rendered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.turnover._cuts import clip, sequence_reference, time, time_range, timeline, track, write, write_sequence
from toolkit.cli import run_command

Options = tuple[str, ...]
Said = tuple[int, str]
STAGES = ("track", "plan", "render", "conform")
SERVER = ("--engine", "automatic1111", "--engine-url", "http://127.0.0.1:9")
"""An engine that takes guides; nothing listens on that port."""


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """Two shots of four frames; only the first one's depth guides were rendered."""
    clips = []
    for name in ("sh010", "sh020"):
        write_sequence(tmp_path / name, range(1001, 1005))
        reference = sequence_reference(f"{name}/", 1001, time_range(0, 4))
        clips.append(clip(reference, time_range(0, 4), name=name))
    write_sequence(tmp_path / "guides" / "sh010", range(1001, 1005), prefix="lineart.")
    return write(tmp_path / "cut.otio", timeline(track(*clips), start=time(0)))


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run one command; its exit code and the last line on stderr."""

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        code = run_command([str(argument) for argument in arguments])
        lines = capsys.readouterr().err.strip().splitlines()
        return code, lines[-1] if lines else ""

    return run


def first_failure(say: Callable[..., Said], cut: Path, out: Path, options: Options) -> tuple[str, Said]:
    """The stage that stops, and what it says."""
    for stage in STAGES:
        arguments = (cut, "-o", out) if stage == "track" else (out,)
        chosen = options
        if stage == "conform":  # it takes no shots
            chosen = tuple(option for option in options if not option.startswith("--shot"))
        code, line = say(stage, *arguments, *chosen)
        if code:
            return stage, (code, line)
    raise AssertionError("no stage failed")


GUIDES = ("--set", 'body.controls=[{kind="lineart", source="guides/{shot}/lineart.####.png"}]')


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        pytest.param(
            (*SERVER, *GUIDES),
            3,
            "shot sh020, control lineart of BODY, guide lineart.####.png: media offline: ",
            id="the second shot has no guides",
        ),
        pytest.param(("--shot=sh9*",), 2, "no shot matches 'sh9*'; shots in this cut: sh010, sh020", id="no such shot"),
        pytest.param(("--engine", "dalle"), 2, "unknown engine 'dalle'; available: builtin", id="no such engine"),
        pytest.param((*SERVER, "--set", "body.noise=flow"), 4, "does not support noise = flow", id="no moving noise"),
        pytest.param(("--set", "face.canvas=100"), 2, "must be a multiple of 8", id="an invalid setting"),
    ],
)
def test_what_can_be_checked_is_checked_by_the_first_stage_as_by_a_run(
    say: Callable[..., Said], cut: Path, tmp_path: Path, *, options: Options, code: int, message: str
) -> None:
    whole = say("run", cut, "-o", tmp_path / "whole", *options)
    assert whole[0] == code
    assert message in whole[1]
    assert first_failure(say, cut, tmp_path / "staged", options) == ("track", whole)
    assert say("run", cut, "-o", tmp_path / "dry", "--dry-run", *options) == whole
    assert not (tmp_path / "dry").exists()
    assert not list(tmp_path.rglob("*.exr"))


@pytest.mark.parametrize("stage", ["track", "plan", "render"])
def test_every_stage_names_the_missing_guides_of_all_its_shots(
    say: Callable[..., Said], cut: Path, tmp_path: Path, stage: str
) -> None:
    """Guides that vanish between two stages are noticed by the next one, before it renders the first shot."""
    out, options = tmp_path / "out", (*SERVER, *GUIDES)
    lost = write_sequence(tmp_path / "guides" / "sh020", range(1001, 1005), prefix="lineart.").parent
    for earlier in STAGES[: STAGES.index(stage)]:
        assert say(earlier, *((cut, "-o", out) if earlier == "track" else (out,)), *options)[0] == 0
    for path in lost.iterdir():
        path.unlink()
    code, line = say(stage, *((cut, "-o", out) if stage == "track" else (out,)), *options)
    assert (code, "shot sh020, control lineart of BODY, guide lineart.####.png: media offline" in line) == (3, True)
    assert not list(out.rglob("*.exr"))


def test_a_server_that_is_down_stops_a_run_before_tracking_and_the_stages_before_rendering(
    say: Callable[..., Said], cut: Path, tmp_path: Path
) -> None:
    whole = say("run", cut, "-o", tmp_path / "whole", *SERVER)
    assert whole[0] == 4
    assert not list((tmp_path / "whole").rglob("*.json"))
    assert first_failure(say, cut, tmp_path / "staged", SERVER) == ("render", whole)
    assert not list(tmp_path.rglob("*.exr"))


def test_a_package_that_is_not_installed_is_named_first(
    say: Callable[..., Said], cut: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "py_aep", None)
    options = ("--set", "delivery.aep=true")
    whole = say("run", cut, "-o", tmp_path / "whole", *options)
    assert whole[0] == 4
    assert "py-aep" in whole[1]
    assert first_failure(say, cut, tmp_path / "staged", options) == ("track", whole)


def test_a_full_disk_is_named_before_any_work(
    say: Callable[..., Said], cut: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=5 * 2**20))
    out = tmp_path / "out"
    problem = f"toolkit: cannot write {out}: only 5 MB are free on its disk"
    assert say("run", cut, "-o", out) == (2, problem)
    assert first_failure(say, cut, out, ()) == ("track", (2, problem))
    assert not out.exists()


def test_a_run_of_all_stages_writes_the_same_plans_and_frames_as_one_run(
    say: Callable[..., Said], cut: Path, tmp_path: Path
) -> None:
    """With a preset that asks for people and guides, of an engine that takes none."""
    options = ("--preset", "three-controls", "--engine", "builtin", "--set", "body.size=64", "--set", "face.canvas=64")
    one, staged = tmp_path / "one", tmp_path / "staged"
    run_command(["run", str(cut), "-o", str(one), "--no-report", *options])
    for stage in STAGES:
        run_command([stage, *((str(cut), "-o", str(staged)) if stage == "track" else (str(staged),)), *options])
    names = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    assert names == {path.relative_to(staged) for path in staged.rglob("*") if path.is_file()}
    assert len([name for name in names if name.suffix == ".exr"]) == 16
    for name in names:
        ours, theirs = ((root / name).read_bytes().replace(bytes(root), b"") for root in (one, staged))
        assert ours == theirs, name
